"""The worker's side of the parent of warm processes: start it, ask it for hands, hear who was born and who died."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import AsyncIterator, Mapping
from types import TracebackType
from typing import Self

from deployments.stack.children import end_child, leashed

GRACE = 2.0
"""Seconds the parent has to end when asked."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Nursery:
    """A running parent; leaving the block ends it, and with it every hand it has forked."""

    def __init__(self) -> None:
        self._unborn: deque[socket.socket] = deque()

    async def __aenter__(self) -> Self:
        self._requests, theirs = socket.socketpair()
        command = leashed([sys.executable, "-m", "deployments.worker.parent", theirs.fileno()], signal.SIGKILL)
        self._process = subprocess.Popen(  # noqa: S603  the command is ours
            command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True
        )
        theirs.close()
        self._answers, self._writer = await asyncio.open_connection(sock=self._requests.dup())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._requests.close()
        self._writer.close()
        await asyncio.to_thread(end_child, self._process, GRACE)
        while self._unborn:
            self._unborn.popleft().close()

    def fork(self) -> None:
        """Ask for one more hand."""
        ours, theirs = socket.socketpair()
        self._unborn.append(ours)
        try:
            socket.send_fds(self._requests, [b"."], [theirs.fileno()])
        except ConnectionError:
            pass  # the parent has died, as its tidings will tell
        finally:
            theirs.close()

    async def tidings(self) -> AsyncIterator[Mapping[str, int]]:
        """What the parent tells, until it ends."""
        async for line in self._answers:
            yield json.loads(line)

    async def newborn(self) -> Streams:
        """The worker's end of the hand that was born just now; they are born in the order they were asked for in."""
        return await asyncio.open_connection(sock=self._unborn.popleft())
