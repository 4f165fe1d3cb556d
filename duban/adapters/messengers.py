"""Messengers: what is asked of other machines is done in a process of its own, which ends when its time is up.

A time-out of a socket begins anew with every byte, a name server has none, and no thread can be ended from outside. So
a messenger is forked for each errand and the kernel ends it, whatever it is in the middle of: `messenger` is its side.
"""

import atexit
import os
import socket
import subprocess
import sys
from contextlib import suppress
from multiprocessing.connection import Connection
from threading import Lock
from time import monotonic
from typing import Any

GRACE = 30.0
"""Seconds beyond its time after which a messenger that is held up itself is not waited for: on a busy machine the first
takes some to start."""


class TookTooLong(Exception):
    """An errand that was not done in its time. How far it had come is not known."""


class Lost(Exception):
    """A messenger that ended before its time, of a lack of memory say."""


class _Dispatch:
    """This process's own line to where messengers are forked, which is started once there is an errand."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._owner = 0

    def send(self, module: str) -> Connection:
        """A new messenger, with a module loaded already."""
        with self._guard:
            if self._owner != os.getpid():  # forked: the line is another's
                self._process, self._line, self._owner = None, None, os.getpid()
            ours, theirs = socket.socketpair()
            with theirs:
                try:
                    self._ask(module, theirs)
                except OSError:  # there is none yet, or it has ended: nobody needed it for long
                    self._start()
                    self._ask(module, theirs)
        return Connection(ours.detach())

    def _ask(self, module: str, end: socket.socket) -> None:
        if self._line is None:
            raise ConnectionError
        socket.send_fds(self._line, [module.encode()], [end.fileno()])

    def _start(self) -> None:
        self.end()
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  the command is ours
                [sys.executable, "-m", "duban.adapters.messenger", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # what libraries say there may hold addresses
                pass_fds=[theirs.fileno()],
            )

    def end(self) -> None:
        """End the place messengers come from; those under way end in their time."""
        if self._line is not None:
            self._line.close()
        if self._process is not None and self._owner == os.getpid():
            self._process.kill()
            self._process.wait()
        self._process = self._line = None


DISPATCH = _Dispatch()
atexit.register(DISPATCH.end)


def in_time(seconds: float, do: str, *given: object, **named: object) -> Any:
    """What a function, `module:name`, does with what is given in at most so many seconds; both come and go pickled.

    Named, and not given, because what it needs is slow to import and large: only messengers load it. Raises what it
    raises, TookTooLong, or Lost.
    """
    module, _, name = do.partition(":")
    with DISPATCH.send(module) as messenger:
        begun = monotonic()
        with suppress(BrokenPipeError):
            messenger.send((seconds, module, name, given, named))
        if not messenger.poll(seconds + GRACE):
            raise TookTooLong
        try:
            well, answer = messenger.recv()
        except (EOFError, ConnectionError):
            raise (TookTooLong if monotonic() - begun >= seconds else Lost) from None
    if not well:
        raise answer
    return answer
