"""Child processes of the embedded stack: started on a leash, ended for certain, found again after a crash.

Every child carries `DUBAN_STACK=<var folder>` in its environment, and so do the processes it starts. That mark, and not
a process id on paper, is how leftovers of a killed run are told from everybody else's processes.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types

from duban.adapters.files import OTHERS, added_to

MARK = "DUBAN_STACK"
LEASH = Path(__file__).with_name("leash.py")
LOG_LIMIT = 20 * 1024 * 1024  # bytes; a longer log is set aside when its child is next started


class StackError(Exception):
    """The stack cannot do what was asked. The message says what, where, and what to do."""


class Ended(StackError):
    """A child ended while it started, of itself or by somebody's doing: it may do better the next time."""


def start_child(
    command: Sequence[str | Path],
    environment: Mapping[str, str],
    log: Path,
    folder: Path,
    *,
    death_signal: signal.Signals = signal.SIGTERM,
    account: tuple[int, int] | None = None,
    aloud: bool = False,
) -> subprocess.Popen[bytes]:
    """Start `command` (its first word an absolute path) in `folder`, output appended to `log`.

    What is said `aloud` goes where this process's own output goes, and only errors to the log.

    The child leads its own process group, so that Ctrl-C reaches only its parent, which then ends it in order. It gets
    `death_signal` when the thread that started it ends. `account` is a (uid, gid) to run as.
    """
    set_aside(log)
    with added_to(log) as output:
        return subprocess.Popen(  # noqa: S603  the command is ours
            leashed(command, death_signal, account),
            stdin=subprocess.DEVNULL,
            stdout=None if aloud else output,
            stderr=output,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
            umask=OTHERS,  # what a child makes is its own account's alone
        )


def leashed(
    command: Sequence[str | Path | int], death_signal: signal.Signals, account: tuple[int, int] | None = None
) -> list[str]:
    """The command that runs `command` and gets `death_signal` when the thread that started it ends."""
    uid, gid = account or (-1, -1)
    leash = [sys.executable, "-I", "-S", LEASH, os.getpid(), death_signal.value, uid, gid]
    return [str(part) for part in (*leash, *command)]


def set_aside(log: Path) -> None:
    """Rename an overlong log to `….1`, replacing the one set aside before."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_name(log.name + ".1"))


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, for an error message."""
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def end_child(process: subprocess.Popen[bytes], grace: float, ask: signal.Signals = signal.SIGTERM) -> None:
    """Ask a child to end, wait `grace` seconds, then kill its whole process group."""
    if process.poll() is None:
        process.send_signal(ask)
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    with suppress(ProcessLookupError, PermissionError):  # the group is empty, or its last member is being reaped
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def marked(var: Path) -> list[psutil.Process]:
    """Living processes of the stack on this var folder, whoever started them; never this process or its ancestors."""
    ours = {os.getpid(), *(ancestor.pid for ancestor in psutil.Process().parents())}
    return [process for process in psutil.process_iter() if process.pid not in ours and _carries(process, str(var))]


def end_marked(var: Path, grace: float = 10.0) -> list[int]:
    """End what a killed run left behind on this var folder; returns the process ids ended."""
    leftovers = marked(var)
    for process in leftovers:
        # PostgreSQL takes SIGINT as "end now, in order" and SIGTERM as "wait for every client".
        _signal(process, signal.SIGINT if _name(process) == "postgres" else signal.SIGTERM)
    _, stubborn = psutil.wait_procs(leftovers, timeout=grace)
    for process in stubborn:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=grace)
    return [process.pid for process in leftovers]


def _carries(process: psutil.Process, value: str) -> bool:
    try:
        return bool(process.environ().get(MARK) == value and process.status() != psutil.STATUS_ZOMBIE)
    except (psutil.Error, OSError):
        return False  # gone meanwhile, or another account's: not ours either way


def _name(process: psutil.Process) -> str:
    """Empty once it has gone."""
    try:
        return str(process.name())
    except psutil.NoSuchProcess:
        return ""


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)
