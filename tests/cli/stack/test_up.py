"""Which servers `up` locks, and which workers it leaves to rehearsals."""

import pytest

from deployments.stack.password import SERVER_VARIABLE
from duban.cli.stack.up import ClockKind, locked
from duban.settings import CLOCK_FILE, load_settings
from tests.cli.conftest import Bureau, write


@pytest.mark.parametrize(
    ("clock", "host", "own", "asks"),
    [
        (ClockKind.REHEARSAL, "127.0.0.1", "", False),
        (ClockKind.REHEARSAL, "127.0.0.1", "our-own", True),
        (ClockKind.REHEARSAL, "0.0.0.0", "", True),  # noqa: S104  nothing is bound to it here
        (ClockKind.REHEARSAL, "duban.example", "", True),
        (ClockKind.REAL, "127.0.0.1", "", True),
    ],
)
def test_who_is_asked_for_a_password(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, *, clock: ClockKind, host: str, own: str, asks: bool
) -> None:
    monkeypatch.setenv(SERVER_VARIABLE, own)
    write(bureau.config, {"duban.toml": f'plan = "small-2024"\n[stack]\nhost = "{host}"\n'})
    assert locked(load_settings(), clock) is asks


def test_an_office_is_not_run_by_a_worker_that_carries_out_anything(bureau: Bureau) -> None:
    (bureau.var / CLOCK_FILE).unlink()
    write(bureau.config, {"duban.toml": 'plan = "small-2024"\n[stack]\nworker_type = "process"\n'})
    result = bureau.run("up", "--clock", "real")
    assert result.exit_code == 2
    assert "carries out whatever anybody posts" in " ".join(result.stderr.replace("│", " ").split())
