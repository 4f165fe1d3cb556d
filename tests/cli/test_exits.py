"""How commands end: as a shell sees them, and for every error that can be foreseen."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from deployments.stack.children import StackError
from duban.adapters.clock import ClockUnusable
from duban.cli.exits import Exit, ServerUnreachable, foreseen
from duban.core.days.workdays import CalendarRange
from duban.core.deciding.commands import Refused
from duban.core.problems import BadInput, Problem
from duban.core.rehearsing.day import Stuck
from duban.ports import Conflict, LedgerUnusable
from duban.settings import CLOCK_FILE
from tests.cli.conftest import Bureau

DUBAN = (sys.executable, "-c", "from duban.cli import main; main()")


def shell(bureau: Bureau, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own."""
    environment = {**os.environ, **variables}
    return subprocess.run(
        (*DUBAN, *words), cwd=bureau.root, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_command_that_succeeds(bureau: Bureau) -> None:
    done = shell(bureau, "workdays", "2024-03-25", "60")
    assert (done.returncode, done.stdout, done.stderr) == (0, "2024-06-20\n", "")


def test_each_phase_has_its_code_and_none_a_traceback(bureau: Bureau) -> None:
    ends = {
        ("sign", "cosmetics/draft"): 2,
        ("check", "nowhere"): 3,
        ("sign", "cosmetics/nothing", "--as", "protection-officer"): 4,
    }
    done = {words: shell(bureau, *words) for words in ends}
    assert {words: one.returncode for words, one in done.items()} == ends
    assert not any("Traceback" in one.stdout + one.stderr for one in done.values())


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql+psycopg://nobody@127.0.0.1:9/ledger", "the server cannot be used"),
        ("oracle://somewhere", "not an address of a ledger"),
        ("sqlite:////proc/ledger.sqlite", "cannot be opened"),
    ],
)
def test_a_ledger_that_cannot_be_used_exits_5(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    monkeypatch.setenv("DUBAN_LEDGER_URL", url)
    result = bureau.run("show")
    assert (result.exit_code, result.stdout) == (5, "")
    assert said in result.stderr


def test_a_server_that_is_down_delays_nothing_that_is_stored(bureau: Bureau) -> None:
    words = ("sign", "cosmetics/draft", "--as", "protection-officer")
    done = shell(bureau, *words, PREFECT_API_URL="http://127.0.0.1:9/api")
    assert (done.returncode, done.stderr) == (0, "台账已记录；Prefect 服务暂不可达，巡查将补办\n")
    assert [entry["kind"] for entry in bureau.json("ledger", "list", "cosmetics")].count("signed") == 1


def test_a_broken_clock_exits_7(bureau: Bureau) -> None:
    (bureau.var / CLOCK_FILE).write_text("noon", encoding="ascii")
    result = bureau.run("show")
    assert result.exit_code == 7
    assert "Set the rehearsal's time again" in result.stderr


def test_a_folder_that_cannot_be_made_exits_7(bureau: Bureau) -> None:
    (bureau.config / "duban.toml").write_text('plan = "small-2024"\nvar = "/proc/var"\n', encoding="utf-8")
    result = bureau.run("show")
    assert result.exit_code == 7
    assert "/proc/var" in result.stderr


def test_ctrl_c_exits_130(bureau: Bureau) -> None:
    """The command waits for a database that takes its connection and says nothing, until it is interrupted."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql+psycopg://ledger@127.0.0.1:{silent.getsockname()[1]}/ledger"
        environment = {**os.environ, "DUBAN_LEDGER_URL": url}
        command = (*DUBAN, "show")
        with subprocess.Popen(command, cwd=bureau.root, env=environment, stderr=subprocess.PIPE, text=True) as process:
            asked, _ = silent.accept()
            asked.recv(1)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
            asked.close()
    assert (process.returncode, said) == (130, "interrupted\n")


@pytest.mark.parametrize("words", [("schema",), ("check",)])
def test_a_reader_that_stops_reading_is_no_error_of_ours(bureau: Bureau, words: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe:
        done = subprocess.run((*DUBAN, *words), stdout=pipe, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadInput([Problem("plan.yaml", 3, "cycle", "wrong", "mend it")]), Exit.BAD_INPUT),
        (CalendarRange("beyond"), Exit.BAD_INPUT),
        (Refused("not-now", "尚未签收"), Exit.REFUSED),
        (LedgerUnusable("full"), Exit.LEDGER),
        (Conflict("busy"), Exit.LEDGER),
        (ServerUnreachable("down"), Exit.SERVER),
        (ClockUnusable("none"), Exit.ENVIRONMENT),
        (StackError("starting"), Exit.ENVIRONMENT),
        (Stuck("2024-04-01: still due"), Exit.ENVIRONMENT),
        (PermissionError(13, "Permission denied", "var"), Exit.ENVIRONMENT),
        (KeyboardInterrupt(), Exit.INTERRUPTED),
        (BrokenPipeError(), Exit.PIPE_CLOSED),
    ],
)
def test_foreseeable_errors_have_codes_and_their_own_words(error: BaseException, code: Exit) -> None:
    end = foreseen(error)
    assert end is not None
    assert end[0] is code
    assert str(error) in end[1] or code in (Exit.INTERRUPTED, Exit.PIPE_CLOSED)


def test_a_defect_is_not_foreseen() -> None:
    assert foreseen(ZeroDivisionError()) is None


def test_a_defect_shows_its_traceback(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duban.cli.plan.check._report", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bureau.run("check", "--json")
