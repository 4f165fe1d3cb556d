"""Whether a child that lives is at work: one that serves answers, any other leaves a sign whenever it has worked.

A server is asked now and then and never waited for; any answer will do.
"""

import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from select import select
from struct import pack
from typing import Protocol

EVERY = 5.0  # seconds from an answer, or from nobody who listens, to the next question
PATIENCE = 20.0  # seconds an answer may take before it is asked again
SILENT = 60.0  # seconds without any answer after which it counts as hung
CONNECTING = 0.5  # seconds to connect; on this machine it is at once or never

IDLE = 300.0  # seconds without a sign after which a child without a port counts as hung: its longest work takes less

BEAT = "DUBAN_BEAT"
"""The file a child touches whenever it has worked, as whoever watches over it names it."""


def asking_for(page: str) -> bytes:
    """What a web server is asked."""
    return f"GET {page} HTTP/1.0\r\n\r\n".encode()


ENCRYPTION = pack("!ii", 8, 80877103)
"""What PostgreSQL is asked, whether it would encrypt: its answer costs no connection (its manual, SSLRequest)."""


class Sign(Protocol):
    """What tells of a child whether it is at work; every `now` is seconds on the monotonic clock."""

    def silent(self, now: float) -> bool:
        """True when it has not shown for too long that it works."""
        ...

    def end(self) -> None:
        """Give back what this holds."""
        ...


def beat(variables: Mapping[str, str]) -> None:
    """Leave the sign that this process has worked, where somebody looks for it."""
    if file := variables.get(BEAT):
        with suppress(OSError):  # a full disk must not end what still works
            Path(file).touch()


class Beat:
    """The signs that one child leaves. Time counts as whoever looks has seen it: it may have been kept from looking."""

    def __init__(self, file: Path, begins: float) -> None:
        self._file = file
        self._left = self._last_left()
        self._seen, self._quiet = begins, 0.0

    def silent(self, now: float) -> bool:
        """Look for a new sign; true when there has been none for too long."""
        left = self._last_left()
        self._quiet = 0.0 if left != self._left else self._quiet + min(now - self._seen, EVERY)
        self._left, self._seen = left, now
        return self._quiet > IDLE

    def end(self) -> None:
        """Nothing is held."""

    def _last_left(self) -> int:
        try:
            return self._file.stat().st_mtime_ns
        except OSError:
            return 0


class Pulse:
    """What one server answers. `begins`, and every `now`, are seconds on the monotonic clock.

    Until it has answered once it owes nothing before `begins`. Then time counts from the first question that
    is without an answer, not from the last answer: whoever asks may have been kept from it for long.
    """

    def __init__(self, address: tuple[str, int] | Path, begins: float, said: bytes = asking_for("/api/health")) -> None:
        self._address = address
        self._said = said
        self._question: socket.socket | None = None
        self._since: float | None = begins
        self._again = 0.0

    @property
    def heard(self) -> bool:
        """Whether nothing that was asked is without an answer."""
        return self._since is None

    def silent(self, now: float) -> bool:
        """Hear what was answered, ask again when it is time; True when nothing has been answered for too long."""
        if self._answered():
            self._since, self._again = None, now + EVERY
        elif now >= self._again:
            self._ask(now)
        return self._since is not None and now - self._since > SILENT

    def end(self) -> None:
        """Take back a question that is open."""
        if self._question is not None:
            self._question.close()
            self._question = None

    def _ask(self, now: float) -> None:
        self.end()
        self._since, self._again = now if self._since is None else self._since, now + EVERY
        with suppress(OSError):  # nobody listens: no answer either
            self._question = _connected(self._address)
            self._question.sendall(self._said)
            self._again = now + PATIENCE

    def _answered(self) -> bool:
        if self._question is None or not select([self._question], [], [], 0)[0]:
            return False
        try:
            return bool(self._question.recv(1))
        except OSError:
            return False
        finally:
            self.end()


def _connected(address: tuple[str, int] | Path) -> socket.socket:
    if isinstance(address, tuple):
        return socket.create_connection(address, timeout=CONNECTING)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(CONNECTING)
    try:
        connection.connect(str(address))
    except OSError:
        connection.close()
        raise
    return connection
