"""The worker's side of the parent of warm processes: start it, ask it for hands, hear who was born and who died."""

import asyncio
import json
import signal
import socket
import subprocess
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

from deployments.stack.children import end_child, leashed
from duban.room import started

GRACE = 2.0
"""Seconds the parent has to end when asked."""

QUIET = 15.0
"""Seconds without tidings after which the parent is asked whether it is there."""

UNHEARD = 8
"""Questions in a row that may stay without an answer: in two minutes a busy machine has loaded everything."""

FORK, THERE = b".", b"?"
"""What the parent is asked: for a hand, and whether it is there."""


class ParentHung(Exception):
    """The parent of warm processes lives, and answers nothing."""


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Nursery:
    """A running parent; leaving the block ends it, and with it every hand it has forked."""

    def __init__(self) -> None:
        self._unborn: deque[socket.socket] = deque()

    async def __aenter__(self) -> Self:
        self._requests, theirs = socket.socketpair()
        command = leashed(started("deployments.worker.parent", str(theirs.fileno())), signal.SIGKILL)
        self._process = subprocess.Popen(  # noqa: S603  the command is ours
            command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True
        )
        theirs.close()
        self._answers, self._writer = await asyncio.open_connection(sock=self._requests.dup())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._requests.close()  # a hand that is asked for later is asked of nobody
        self._writer.close()
        await asyncio.to_thread(end_child, self._process, GRACE)
        while self._unborn:
            self._unborn.popleft().close()

    def fork(self) -> None:
        """Ask for one more hand; nobody where the parent has been ended."""
        if self._requests.fileno() < 0:
            return
        ours, theirs = socket.socketpair()
        self._unborn.append(ours)
        with theirs:
            self._ask(FORK, theirs)

    def _ask(self, what: bytes, *sockets: socket.socket) -> None:
        with suppress(ConnectionError):  # the parent has died, as its tidings will tell
            socket.send_fds(self._requests, [what], [one.fileno() for one in sockets])

    async def tidings(self) -> AsyncIterator[Mapping[str, int]]:
        """What the parent tells, until it ends, however it ends; raises ParentHung when it tells nothing at all."""
        while line := await self._line():
            yield json.loads(line)

    async def _line(self) -> bytes:
        """The next line; nothing once the parent has ended, and may have left unread what it was asked."""
        for _ in range(UNHEARD):
            try:
                async with asyncio.timeout(QUIET):
                    return await self._answers.readline()
            except TimeoutError:
                self._ask(THERE)
            except ConnectionError:
                return b""
        raise ParentHung(f"the parent of the warm processes has told nothing for {QUIET * UNHEARD:.0f} s")

    async def newborn(self) -> Streams:
        """The worker's end of the hand that was born just now; they are born in the order they were asked for in."""
        return await asyncio.open_connection(sock=self._unborn.popleft())
