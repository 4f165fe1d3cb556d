"""Copies of the files that are broken on purpose: each fault is found by the check that is there for it."""

import shutil
from pathlib import Path

import pytest

from tests.deployments.loose_ends import loose_ends
from tests.deployments.machine_files import FILES, amiss, literal_secrets, unknown_variables
from tests.deployments.test_machine_files import all_of, known

WRITTEN_OUT = "{name: PGPASSWORD, valueFrom: {secretKeyRef: {name: programs, key: LEDGER_PASSWORD}}}"


@pytest.mark.parametrize(
    ("file", "was", "becomes", "found"),
    [
        ("compose.yaml", "DUBAN_LINK_KEY: ${", "DUBAN_LINKS_KEY: ${", ("variables", "nobody reads DUBAN_LINKS_KEY")),
        ("compose.yaml", "PREFECT_MESSAGING_BROKER:", "PREFECT_MESSAGE_BROKER:", ("variables", "PREFECT_MESSAGE_BR")),
        ("kubernetes/server.env", "CAUSAL_ORDERING", "CASUAL_ORDERING", ("variables", "CASUAL_ORDERING")),
        ("systemd/duban.service", "DUBAN_SETTINGS", "DUBAN_SETTING", ("variables", "DUBAN_SETTING")),
        ("Containerfile", "PREFECT_HOME", "PREFECT_HOUSE", ("variables", "PREFECT_HOUSE")),
        ("compose.yaml", "PGPASSWORD: ${LEDGER_PASSWORD:?see compose/secrets.env.example}", "PGPASSWORD: hunter2",
         ("secrets", "PGPASSWORD is written out")),
        ("compose.yaml", "redis://:${REDIS_PASSWORD:?see compose/secrets.env.example}@redis:6379/0",
         "redis://:hunter2@redis:6379/0", ("secrets", "PREFECT_REDIS_MESSAGING_URL holds a password")),
        ("kubernetes/client.env", "duban@postgres", "duban:hunter2@postgres", ("secrets", "DUBAN_LEDGER_URL holds")),
        ("kubernetes/desk.yaml", WRITTEN_OUT,
         "{name: PGPASSWORD, value: hunter2}", ("secrets", "desk/desk: PGPASSWORD is written out")),
        ("kubernetes/desk.yaml", "livenessProbe", "lifecycle", ("rights", "desk/desk: nobody asks")),
        ("compose.yaml", "healthcheck: &at-work", "x-check: &at-work", ("rights", "services: nobody asks")),
        ("kubernetes/worker.yaml", "limits: {cpu: \"2\", memory: 2Gi}", "limits: {cpu: \"2\"}", ("rights", "memory")),
        ("kubernetes/api.yaml", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", ("rights", "write")),
        ("compose.yaml", "cap_drop: [ALL]", "cap_drop: []", ("rights", "capabilities")),
        ("compose.yaml", "127.0.0.1:4280:4280", "4280:4280", ("rights", "reached from other machines")),
        ("systemd/duban.service", "ProtectSystem=strict", "ProtectSystem=yes", ("rights", "ProtectSystem")),
    ],
)  # fmt: skip
def test_a_broken_copy_is_found(tmp_path: Path, file: str, was: str, becomes: str, found: tuple[str, str]) -> None:
    root, (check, said) = copied(tmp_path), found
    text = (root / file).read_text(encoding="utf-8")
    assert was in text
    (root / file).write_text(text.replace(was, becomes), encoding="utf-8")
    names = known()
    checks = {"variables": lambda part: unknown_variables(part, names), "secrets": literal_secrets, "rights": amiss}
    assert [line for line in all_of(checks[check], root) if said in line]


@pytest.mark.parametrize(
    ("file", "was", "becomes", "said"),
    [
        ("desk.yaml", "claimName: state", "claimName: estate", "no claim estate"),
        ("api.yaml", "targetPort: api", "targetPort: apis", "service prefect: no apis"),
        ("client.env", "prefect:4200", "prefect:4201", "PREFECT_API_URL names prefect:4201"),
        ("server.env", "HOST=postgres", "HOST=postgress", "no database at postgress:5432"),
        ("network.yaml", "port: 4280", "port: 4281", "nobody listens at 4281"),
        ("network.yaml", "values: [migrations,", "values: [migration,", "nobody is migration"),
        ("worker.yaml", "key: DUBAN_LINK_KEY", "key: LINK_KEY", "no secret programs/LINK_KEY"),
        ("worker.yaml", "{name: duban-settings}", "{name: settings}", "no config map settings"),
        ("desk.yaml", "path: /healthz, port: desk", "path: /healthz, port: http", "no port http"),
    ],
)
def test_a_loose_end_is_found(tmp_path: Path, file: str, was: str, becomes: str, said: str) -> None:
    root = copied(tmp_path) / "kubernetes"
    text = (root / file).read_text(encoding="utf-8")
    assert was in text
    (root / file).write_text(text.replace(was, becomes), encoding="utf-8")
    assert [line for line in loose_ends(root) if said in line]


def copied(folder: Path) -> Path:
    """A copy of the files that may be broken."""
    root = folder / "deployments"
    for name in ("compose", "kubernetes", "systemd"):
        shutil.copytree(FILES / name, root / name)
    for name in ("compose.yaml", "Containerfile"):
        shutil.copy(FILES / name, root / name)
    return root
