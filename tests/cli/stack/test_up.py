"""Which servers `up` locks, which workers it leaves to rehearsals, and how it ends."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from deployments.stack.password import SERVER_VARIABLE
from duban.cli.exits import Exit
from duban.cli.stack import up
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


class Running:
    """As much of a stack as a conductor has to do with."""

    def __init__(self) -> None:
        self.tended = 0

    def environment(self) -> Mapping[str, str]:
        return os.environ

    def tend(self) -> list[str]:
        self.tended += 1
        return []


def conducted(monkeypatch: pytest.MonkeyPatch, ends: Sequence[str]) -> tuple[int, int]:
    """The exit code where the conductor's process ends in these ways one after another, and how many were begun."""
    begun = iter(ends)
    real = subprocess.Popen

    def begin(command: list[str], **more: object) -> object:
        assert command[:3] == [sys.executable, "-m", "duban.cli.stack.conducted"]
        return real([sys.executable, "-c", f"import os, signal, sys; {next(begun)}"])

    monkeypatch.setattr("duban.cli.stack.up.subprocess.Popen", begin)
    monkeypatch.setattr("duban.cli.stack.up.pause", lambda deaths: 0.0)
    monkeypatch.setattr("duban.cli.stack.up.time.sleep", lambda seconds: None)
    code = up._conduct(Running(), load_settings(), ClockKind.REHEARSAL, None, 0.0)  # type: ignore[arg-type]  # enough
    return code, len(ends) - len(list(begun))


KILLED, TERMINATED = "os.kill(os.getpid(), 9)", "os.kill(os.getpid(), signal.SIGTERM)"


@pytest.mark.parametrize(
    ("ends", "code", "begun"),
    [
        (["sys.exit(0)"], 0, 1),
        ([KILLED, "sys.exit(0)"], 0, 2),
        ([TERMINATED, KILLED, "sys.exit(3)"], 3, 3),
        ([KILLED] * 9, Exit.ENVIRONMENT, up.DEATHS),
        (["sys.exit(130)"], 130, 1),
    ],
)
def test_a_conductor_that_is_killed_is_begun_again_and_no_signal_is_an_exit_code(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, ends: list[str], code: int, begun: int
) -> None:
    assert conducted(monkeypatch, ends) == (code, begun)


def test_a_conductor_ends_by_the_table_too(bureau: Bureau, tmp_path: Path) -> None:
    (bureau.config / "duban.toml").write_text('plan = "nowhere"\n', encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "duban.cli.stack.conducted"],
        cwd=bureau.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (Exit.BAD_INPUT, "")
    assert "Traceback" not in done.stderr
