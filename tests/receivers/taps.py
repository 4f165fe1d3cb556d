"""Somebody who listens on a port and speaks no protocol: whoever comes is kept waiting, or shown the door."""

import socket
import struct
from contextlib import suppress
from enum import Enum, auto
from threading import Event, Thread
from typing import Self

from tests.receivers.judging import DRIP_EVERY


class How(Enum):
    """What becomes of whoever comes."""

    DRIP = auto()
    """A byte, and another one, and no end."""
    SILENT = auto()
    DROP = auto()
    """The connection is closed at once."""
    RESET = auto()
    """Likewise, and rudely."""


class Tap:
    """A listener of a kind, to be used in a `with`; `came` are all who did, in order.

    One that drips begins with `beginning`.
    """

    def __init__(self, how: How = How.DRIP, beginning: bytes = b"") -> None:
        self.how = how
        self.beginning = beginning
        self.came: list[socket.socket] = []
        self._closing = Event()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]

    def __enter__(self) -> Self:
        Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.set()
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for guest in self.came:
            guest.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                guest, _ = self._door.accept()
                self.came.append(guest)
                Thread(target=self._keep, args=[guest], daemon=True).start()

    def _keep(self, guest: socket.socket) -> None:
        if self.how is How.RESET:
            guest.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if self.how in (How.RESET, How.DROP):
            guest.close()
        with suppress(OSError):
            guest.sendall(self.beginning)
            while self.how is How.DRIP and not self._closing.wait(DRIP_EVERY):
                guest.sendall(b"2")
