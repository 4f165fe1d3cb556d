"""Points at which something may go wrong, found by wrapping our own ports: production code knows nothing of them.

A point is before, within or after what outlives a process or reaches somebody else: a commit to the ledger, a letter
sent, an event or a run asked of Prefect, what Prefect is told of a run, a file written. Between two points nothing
changes that outlives the process, so that these are all there are.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from httpx import ConnectError
from sqlalchemy import Connection, Engine, event

from duban.adapters import files, seal_folder
from duban.adapters.clock import FileClock
from duban.adapters.delivery.mail_folder import MailFolder
from duban.adapters.sql_ledger import SqlLedger
from duban.carrying import Letter, Outcome
from duban.ports import LedgerUnusable

WRITES = ("commit", "wake", "check_off", "note_round")
"""What of a ledger stores something."""

ERRORS: dict[str, Exception] = {
    "commit": LedgerUnusable("the ledger is away"),
    "send": ConnectionResetError("the receiver has hung up"),
    "event": ConnectError("Prefect is away"),
    "state": ConnectError("Prefect is away"),
    "file": OSError(28, "No space left on device"),
}
"""What each kind of port raises when it fails."""


class Death(BaseException):
    """The end of a process, which nothing catches."""


class Point(NamedTuple):
    """`unnoted` is the key of a letter that its receiver has and the ledger does not know of yet."""

    kind: str
    place: str
    unnoted: str


@dataclass
class Trap:
    """Counts points as they are passed. At the `fatal` one something goes wrong: one of MODES, or a database's `own`.

    `untold` is the key of a letter that was sent and could not be noted, for the database took nothing by then;
    `joined` counts what was stored as part of a transaction that is still under way, while there is one.
    """

    fatal: int | None = None
    mode: str = "crash"
    own: Callable[[Connection | None], None] | None = None
    passed: list[Point] = field(default_factory=list)
    unnoted: str = ""
    untold: str = ""
    storing: bool = False
    joined: int | None = None

    @property
    def struck(self) -> bool:
        return self.fatal is not None and len(self.passed) > self.fatal

    def point(self, kind: str, place: str, connection: Connection | None = None) -> None:
        if self.struck:
            return
        self.passed.append(Point(kind, place, self.unnoted))
        if self.struck and self.own:
            self.own(connection)
        elif self.struck:
            MODES[self.mode](kind)


def _crash(kind: str) -> None:
    raise Death(kind)


def _kill(kind: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _fail(kind: str) -> None:
    raise ERRORS[kind]


MODES: dict[str, Callable[[str], None]] = {"crash": _crash, "kill -9": _kill, "error": _fail}
"""All of a process is gone and built anew from what is stored; a process is really killed; a port fails once."""

_trap: Trap | None = None


def passing(kind: str, place: str) -> None:
    """Pass a point; nothing while no trap is set."""
    if _trap is not None:
        _trap.point(kind, place)


def around(kind: str, do: Callable[..., Any]) -> Callable[..., Any]:
    """The same, with a point before and after it."""

    @wraps(do)
    def done(*given: Any, **named: Any) -> Any:
        passing(kind, "before")
        result = do(*given, **named)
        passing(kind, "after")
        return result

    return done


def _storing(store: Callable[..., Any]) -> Callable[..., Any]:
    """With another point where all is written and nothing is committed."""

    @wraps(store)
    def stored(*given: Any, **named: Any) -> Any:
        if _trap is None:
            return store(*given, **named)
        _trap.point("commit", "before")
        if _trap.joined is not None:
            _trap.joined += 1
            return store(*given, **named)
        _trap.storing = True
        try:
            result = store(*given, **named)
        except LedgerUnusable:
            _trap.untold = _trap.unnoted
            raise
        finally:
            _trap.storing = False
        _trap.unnoted = ""
        _trap.point("commit", "after")
        return result

    return stored


def _together(undisturbed: Callable[..., Any]) -> Callable[..., Any]:
    """With the points of what is stored in a transaction that reads before: it is stored when that ends."""

    @contextmanager
    @wraps(undisturbed)
    def together(*given: Any) -> Iterator[None]:
        if (trap := _trap) is None:
            with undisturbed(*given):
                yield
            return
        trap.joined = 0
        try:
            with undisturbed(*given):
                yield
                trap.storing = bool(trap.joined)
        except LedgerUnusable:
            trap.untold = trap.unnoted
            raise
        finally:
            stored, trap.joined, trap.storing = trap.joined, None, False
        if stored:
            trap.unnoted = ""
            trap.point("commit", "after")

    return together


def _carrying(deliver: Callable[..., Outcome], received: Path) -> Callable[..., Outcome]:
    """A receiver who keeps a line for each letter taken, by its key."""

    def carried(folder: MailFolder, letter: Letter, now: Any) -> Outcome:
        try:
            passing("send", "before")
        except ConnectionResetError:
            return Outcome(False, "对方没有收下")
        outcome = deliver(folder, letter, now)
        if outcome.accepted:
            with received.open("a", encoding="utf-8") as log:
                log.write(f"{letter.key}\n")
            if _trap is not None:
                _trap.unnoted = letter.key
        passing("send", "after")
        return outcome

    return carried


def _heard(what: str, given: tuple[Any, ...]) -> None:
    """An audit hook: a file is about to take its place."""
    if _trap is not None and what in ("os.rename", "os.link"):
        _trap.point("file", "within")


def _committing(connection: Connection) -> None:
    if _trap is not None and _trap.storing:
        _trap.point("commit", "within", connection)


@contextmanager
def wrapped(received: Path) -> Iterator[None]:
    """Have every port pass its points; what a receiver takes is kept in a file."""
    with ExitStack() as patches:
        for name in WRITES:
            patches.enter_context(patch.object(SqlLedger, name, _storing(getattr(SqlLedger, name))))
        patches.enter_context(patch.object(SqlLedger, "undisturbed", _together(SqlLedger.undisturbed)))
        patches.enter_context(patch.object(MailFolder, "deliver", _carrying(MailFolder.deliver, received)))
        patches.enter_context(patch.object(FileClock, "set", around("file", FileClock.set)))
        writer = around("file", files.write_bytes_atomically)
        for module in (files, seal_folder):
            patches.enter_context(patch.object(module, "write_bytes_atomically", writer))
        yield


@contextmanager
def armed(trap: Trap | None) -> Iterator[None]:
    """Let points be passed through a trap."""
    global _trap  # noqa: PLW0603  hooks of the interpreter know no other way to it
    _trap = trap
    try:
        yield
    finally:
        _trap = None


event.listen(Engine, "commit", _committing)
sys.addaudithook(_heard)
