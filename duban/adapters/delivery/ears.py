"""What libraries log while letters are sent: heard here, and nowhere else, for addresses and so secrets are in it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, get_ident

TOLD_BY = ("apprise", "urllib3")


class _Ears(logging.Handler):
    """Notes for each thread that sends what went wrong in it; while any thread sends, no other log gets a record."""

    def __init__(self) -> None:
        super().__init__()
        self._guard = Lock()
        self._heard: dict[int, list[str]] = {}
        self._before: list[tuple[logging.Logger, int, bool]] = []

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if record.exc_info and record.exc_info[0]:  # its words may hold secrets in a form of their own
            message += f" ({record.exc_info[0].__name__})"
        heard = self._heard.get(record.thread or 0)
        if heard is not None and (record.levelno >= logging.WARNING or message.startswith("Socket Exception")):
            heard.append(message)

    @contextmanager
    def listening(self) -> Iterator[list[str]]:
        """What goes wrong in this thread meanwhile; whoever listens within it hears it alone."""
        heard: list[str] = []
        with self._guard:
            if not self._heard:
                self._open()
            around = self._heard.get(get_ident())
            self._heard[get_ident()] = heard
        try:
            yield heard
        finally:
            with self._guard:
                if around is not None:
                    self._heard[get_ident()] = around
                else:
                    del self._heard[get_ident()]
                if not self._heard:
                    self._close()

    def _open(self) -> None:
        logs = [logging.getLogger(name) for name in TOLD_BY]
        self._before = [(log, log.level, log.propagate) for log in logs]
        for log in logs:
            log.setLevel(logging.DEBUG)  # Apprise tells why a server refused only there
            log.propagate = False
            log.addHandler(self)

    def _close(self) -> None:
        for log, level, propagate in self._before:
            log.removeHandler(self)
            log.setLevel(level)
            log.propagate = propagate


EARS = _Ears()
