"""Compose file, manifests and units hold together: with one another, with the code, and with what each engine reads."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import compose_spec
import kubernetes_validate
import pytest
import typer
import yaml

from deployments.stack.machines import in_common
from duban.cli import app
from duban.settings_tables import SettingsFile
from tests.deployments.loose_ends import loose_ends, strangers
from tests.deployments.machine_files import (
    FILES,
    IMAGES,
    PROVIDED,
    ROOT,
    Part,
    amiss,
    commands,
    compose,
    compose_parts,
    kubernetes_parts,
    literal_secrets,
    manifests,
    parts,
    unknown_variables,
)

CODE = ("duban", "deployments", "flows", "tasks")
KUBERNETES = "1.33"
"""A version of it that is in wide use."""

ALL = parts(FILES)
OURS = [part for part in ALL if not part.image.startswith(PROVIDED)]


def named(part: Part) -> str:
    return part.name


def variables_of_ours() -> frozenset[str]:
    """The variables that the code names, and those that settings beside the files name as `${…}`."""
    code = [file.read_text(encoding="utf-8") for folder in CODE for file in (ROOT / folder).rglob("*.py")]
    said = [file.read_text(encoding="utf-8") for file in FILES.rglob("duban.toml")]
    found = [re.findall(r'"(DUBAN_[A-Z_]+)"', text) for text in code]
    return frozenset(
        name for names in [*found, *(re.findall(r"\$\{(DUBAN_[A-Z_]+)\}", text) for text in said)] for name in names
    )


@cache
def known() -> frozenset[str]:
    """Whatever a variable may be called that somebody reads."""
    from prefect.settings import Settings  # noqa: PLC0415  slow to import
    from prefect.settings.legacy import _get_settings_fields  # noqa: PLC0415  as above

    return variables_of_ours() | frozenset(_get_settings_fields(Settings))


def all_of(check: Callable[[Part], Iterator[str]], root: Path = FILES) -> list[str]:
    """What a check says of every part under a folder."""
    return [line for part in parts(root) for line in check(part)]


def test_somebody_reads_every_variable() -> None:
    names = known()
    assert all_of(lambda part: unknown_variables(part, names)) == []
    used = {name for part in ALL for name in part.values}
    assert [name for name in IMAGES if name not in used] == []
    assert {"DUBAN_LEDGER_URL", "DUBAN_LINK_KEY", "DUBAN_SEAL_KEY", "PREFECT_API_URL"} <= used


def test_no_secret_is_written_out() -> None:
    assert all_of(literal_secrets) == []


def test_every_part_is_probed_limited_and_has_no_rights_beyond_its_work() -> None:
    assert all_of(amiss) == []
    assert {part.name for part in ALL if not part.ends} >= {"api-1", "api-2", "worker", "desk", "services"}


@pytest.mark.parametrize("part", OURS, ids=named)
def test_every_command_is_one_there_is(part: Part) -> None:
    for words in commands(part):
        assert refused(words) == ""


def refused(words: list[str]) -> str:
    """Why a command could not be given; empty for one that could."""
    program, *rest = words
    if Path(program).name == "duban":
        return _refused_by_ours(rest)
    if Path(program).name == "prefect":
        return _refused_by_prefect(rest)
    if rest[:3] == ["-m", "deployments.logged", "prefect"]:
        return _refused_by_prefect(rest[3:])
    if Path(program).name in ("python", "python3") and rest[0] == "-m":
        return "" if importlib.util.find_spec(rest[1]) else f"there is no module {rest[1]}"
    return f"{program}: whose command is that?"


def _refused_by_ours(words: list[str]) -> str:
    command: Any = typer.main.get_command(app)
    while words and words[0] in getattr(command, "commands", ()):
        command, words = command.commands[words[0]], words[1:]
    if hasattr(command, "commands") and words != ["--help"] and not command.invoke_without_command:
        return f"there is no command {words}"
    return _understood(lambda: command.make_context("", list(words)))


def _refused_by_prefect(words: list[str]) -> str:
    import prefect.cli  # noqa: F401, PLC0415  it brings the commands, and is slow to import
    from prefect.cli._app import _app  # noqa: PLC0415  as above

    return _understood(lambda: _app.parse_args(words, print_error=False, exit_on_error=False))


def _understood(read: Callable[[], object]) -> str:
    """Why a command line is not understood, in the reader's words; asking for help is."""
    try:
        read()
    except Exception as error:  # noqa: BLE001  each reader has exceptions of its own, and Exit when it has shown its help
        return "" if type(error).__name__ == "Exit" else str(error) or type(error).__name__
    return ""


@pytest.mark.parametrize(
    "command",
    [
        "duban begin",
        "duban ledger",
        "duban up --clok real",
        "duban ledger role --apply",
        "prefect server begin",
        "prefect worker start --nope",
        "python -m duban.table 1",
    ],
)
def test_a_command_there_is_not_is_found(command: str) -> None:
    assert refused(command.split()) != ""


def test_the_settings_beside_them_are_settings() -> None:
    for file in FILES.rglob("duban.toml"):
        said = SettingsFile.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
        assert (ROOT / "config" / "plans" / said.plan).is_dir()
        assert said.desk.port == 4280
        assert said.desk.proxies
        assert (said.metrics.port, said.log.objects) == (4290, True)


def test_all_parts_are_in_the_compose_file_and_in_the_manifests() -> None:
    services = {part.name for part in compose_parts(FILES / "compose.yaml")}
    pods = {part.name.partition("/")[0] for part in kubernetes_parts(FILES / "kubernetes")}
    same = {"postgres", "redis", "migrations", "services", "worker", "desk", "metrics"}
    assert same | {"api"} <= pods
    assert same | {"api-1", "api-2", "prefect", "command"} <= services
    workers = compose(FILES / "compose.yaml")["services"]["worker"]
    assert workers["deploy"]["replicas"] == 2
    replicas = {one["metadata"]["name"]: one["spec"].get("replicas") for one in manifests(FILES / "kubernetes")
                if one["kind"] in ("StatefulSet", "Deployment")}  # fmt: skip
    assert (replicas["api"], replicas["worker"]) == (2, 2)


def test_servers_are_told_the_same_by_both() -> None:
    told = {part.name: part.values for part in ALL}
    here, there = told["api-1"], told["api/api"]
    apart = {"PREFECT_REDIS_MESSAGING_URL", "PREFECT_SERVER_DOCKET_URL", "REDIS_PASSWORD"}  # `${…}` here, `$(…)` there
    assert {name: value for name, value in here.items() if name not in apart} == {
        name: value for name, value in there.items() if name not in apart
    }
    assert {**told["services"], "DUBAN_LOG": None} == {**here, "DUBAN_LOG": None}
    redis = in_common("redis://redis:6379")
    assert {name: here[name] for name in redis.keys() - apart} == {name: redis[name] for name in redis.keys() - apart}
    assert (FILES / "compose" / "roles.sh").read_text() == (FILES / "kubernetes" / "roles.sh").read_text()


# The compose file


def test_the_compose_file_is_one() -> None:
    read = compose_spec.PyCompose.from_json(json.dumps(compose(FILES / "compose.yaml")))
    read.validate()
    assert "worker" in read.service_names()


def test_docker_reads_the_compose_file_where_it_is_there(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    if docker is None or ran(docker, "compose", "version").returncode:
        pytest.skip("docker compose is not there; the file is held against its specification above")
    secrets = (FILES / "compose" / "secrets.env.example").read_text(encoding="utf-8")
    (tmp_path / "env").write_text(re.sub(r"=$", "=x", secrets, flags=re.M), encoding="utf-8")
    told = ran(docker, "compose", "--env-file", tmp_path / "env", "-f", FILES / "compose.yaml", "config", "--quiet")
    assert told.returncode == 0, told.stderr


def ran(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """A program that has ended."""
    return subprocess.run(words, check=False, capture_output=True, text=True)


def test_what_the_compose_file_names_is_in_it() -> None:
    said = compose(FILES / "compose.yaml")
    services = said["services"]
    for name, one in services.items():
        assert [other for other in one.get("depends_on", {}) if other not in services] == [], name
        for volume in one.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in said["volumes"] or (FILES / source).exists(), volume
        assert [one["source"] for one in one.get("configs", ()) if one["source"] not in said["configs"]] == []
    assert all((FILES / one["file"]).exists() for one in said["configs"].values())


def test_migrations_end_before_anything_begins() -> None:
    """And the second API server begins after the first, by way of whatever waits for what."""
    services = compose(FILES / "compose.yaml")["services"]
    waits = {name: one.get("depends_on", {}) for name, one in services.items()}

    def before(name: str) -> set[str]:
        return {earlier for other in waits[name] for earlier in (other, *before(other))}

    apart = {"postgres", "redis", "migrations"}
    assert [name for name in services if name not in apart and "migrations" not in before(name)] == []
    assert {wait["condition"] for of in waits.values() for name, wait in of.items() if name == "migrations"} == {
        "service_completed_successfully"
    }
    assert waits["api-2"]["api-1"] == {"condition": "service_healthy"}
    assert waits["migrations"]["postgres"] == {"condition": "service_healthy"}


def test_every_secret_of_the_compose_file_is_asked_for_by_name() -> None:
    text = (FILES / "compose.yaml").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", text))
    example = (FILES / "compose" / "secrets.env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^([A-Z_]+)=$", example, re.M)) == asked
    assert re.findall(r"(?<!\$)\$\{[A-Z_]+(?!:\?)\}", text) == []  # one that is missing would count as empty


LISTENING = {
    "postgres": 5432,
    "redis": 6379,
    "api-1": 4200,
    "api-2": 4200,
    "prefect": 4200,
    "desk": 4280,
    "metrics": 4290,
}
"""Where each service of the compose file answers."""


def test_addresses_in_the_compose_file_are_where_somebody_listens() -> None:
    assert strangers(compose_parts(FILES / "compose.yaml"), LISTENING) == []
    nginx = (FILES / "compose" / "nginx.conf").read_text(encoding="utf-8")
    upstreams = {name: int(port) for name, port in re.findall(r"server (\S+):(\d+) resolve", nginx)}
    assert upstreams == {name: LISTENING[name] for name in ("api-1", "api-2")}
    assert re.findall(r"listen (\d+)", nginx) == [str(LISTENING["prefect"])]
    for part in compose_parts(FILES / "compose.yaml"):
        told = [int(word) for word in part.command if re.fullmatch(r"\d{4,5}", word)]
        assert told in ([], [LISTENING.get(part.name)]), part.name
        assert set(part.ports) <= {LISTENING.get(part.name)}


# The manifests


def test_kubernetes_would_take_the_manifests() -> None:
    for one in manifests(FILES / "kubernetes"):
        kubernetes_validate.validate(one, KUBERNETES, strict=True)


def test_what_the_manifests_name_is_in_them() -> None:
    assert loose_ends(FILES / "kubernetes") == []
    folder = FILES / "kubernetes"
    there = {file.name for file in folder.glob("*.yaml")} - {"kustomization.yaml"}
    assert there == set(yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"])


def test_api_servers_begin_one_after_the_other_and_nobody_before_the_migrations() -> None:
    said = {(one["kind"], one["metadata"]["name"]): one.get("spec") for one in manifests(FILES / "kubernetes")}
    assert said["StatefulSet", "api"]["podManagementPolicy"] == "OrderedReady"
    for kind, name in (
        ("StatefulSet", "api"),
        ("Deployment", "services"),
        ("Deployment", "worker"),
        ("Deployment", "desk"),
        ("Deployment", "metrics"),
    ):
        first = said[kind, name]["template"]["spec"]["initContainers"]
        assert [one["name"] for one in first] == ["migrated"]


# The units


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        assert "systemd-analyze" not in os.environ.get("DUBAN_TESTS_NEED", ""), "systemd-analyze is to be here"
        pytest.skip("systemd-analyze is not there")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("duban", "prefect"):
        (programs / name).touch(mode=0o755)
    units = sorted((FILES / "systemd").glob("*.*"))
    for unit in units:
        text = unit.read_text("utf-8").replace("/srv/duban/.venv/bin", str(programs))
        (tmp_path / unit.name).write_text(text, "utf-8")
    (tmp_path / "broken.service").write_text("[Service]\nExecStart=/bin/true\nRestart=perhaps\nTypo=1\n")
    good = ran("systemd-analyze", "verify", "--man=no", *(tmp_path / unit.name for unit in units))
    assert (good.returncode, good.stderr) == (0, "")
    assert "Typo" in ran("systemd-analyze", "verify", "--man=no", tmp_path / "broken.service").stderr


def test_a_timer_starts_a_unit_there_is() -> None:
    for timer in (FILES / "systemd").glob("*.timer"):
        assert timer.with_suffix(".service").exists()


# The image


def test_the_image_is_made_of_what_is_locked_and_runs_as_nobody_in_particular() -> None:
    said = (FILES / "Containerfile").read_text(encoding="utf-8")
    assert re.findall(r"^FROM (\S+)", said, re.M) == ["python:3.11.14-slim-bookworm"] * 2
    assert "--require-hashes -r requirements-machines.lock" in said
    assert re.findall(r"^USER (.*)$", said, re.M)[-1] == "10001:10001"
    assert "pip install" not in re.split(r"^FROM ", said, flags=re.M)[-1]
    for source in re.findall(r"^COPY (?!--from)(.*) \S+$", said, re.M):
        assert [name for name in source.split() if not (ROOT / name).exists()] == []


def test_no_image_is_taken_from_a_named_registry_and_each_has_its_version() -> None:
    images = {part.image for part in ALL if part.image != "duban"}
    assert [image for image in images if not re.fullmatch(r"[a-z]+:\d[\w.-]*\d(-[a-z]+)?", image)] == []
