"""Whether a server that lives still answers. It is asked now and then and never waited for; any answer will do."""

import socket
from contextlib import suppress
from select import select

EVERY = 5.0  # seconds from an answer, or from nobody who listens, to the next question
PATIENCE = 20.0  # seconds an answer may take before it is asked again
SILENT = 60.0  # seconds without any answer after which it counts as hung
CONNECTING = 0.5  # seconds to connect; on this machine it is at once or never

QUESTION = "GET {} HTTP/1.0\r\n\r\n"


class Pulse:
    """What one server answers. `begins`, and every `now`, are seconds on the monotonic clock.

    Until it has answered once it owes nothing before `begins`. Then time counts from the first question that
    is without an answer, not from the last answer: whoever asks may have been kept from it for long.
    """

    def __init__(self, address: tuple[str, int], begins: float, page: str = "/api/health") -> None:
        self._address = address
        self._said = QUESTION.format(page).encode()
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
            self._question = socket.create_connection(self._address, timeout=CONNECTING)
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
