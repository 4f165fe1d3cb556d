"""The cable of a machine: the only way from it to everything that stands elsewhere, and it can be pulled out."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

Far = tuple[str, int] | Path
"""Where an end of a cable leads: a host and a port, or a socket in a folder."""


class Cable:
    """TCP ports on loopback, each of which leads to the first that answers of several far ends, each in its turn.

    Pulled out, it breaks off what goes through it and takes nothing new; put in again, its ports are the same.
    """

    def __init__(self, **ends: Sequence[Far]) -> None:
        self._ends = ends
        self.ports: dict[str, int] = dict.fromkeys(ends, 0)
        self._turn = count()
        self._servers: list[asyncio.Server] = []
        self._lines: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.put_in()

    def put_in(self) -> None:
        """Take connections, as in the beginning."""
        self._do(self._listen())

    def pull_out(self) -> None:
        """Cut every connection, and refuse new ones."""
        self._do(self._cut())

    def close(self) -> None:
        """Pull it out for good."""
        self.pull_out()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, what: Coroutine[object, object, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(30)

    async def _listen(self) -> None:
        for name, far in self._ends.items():
            server = await asyncio.start_server(self._through(far), "127.0.0.1", self.ports[name])
            self.ports[name] = server.sockets[0].getsockname()[1]
            self._servers.append(server)

    async def _cut(self) -> None:
        for server in self._servers:
            server.close()
        self._servers.clear()
        for line in list(self._lines):
            line.transport.abort()
        await asyncio.sleep(0)

    def _through(self, far: Sequence[Far]) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        async def through(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            ends = await self._reach(far)
            if ends is None:
                writer.transport.abort()
                return
            self._lines |= {writer, ends[1]}
            await asyncio.gather(_carry(reader, ends[1]), _carry(ends[0], writer))
            self._lines -= {writer, ends[1]}

        return through

    async def _reach(self, far: Sequence[Far]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        first = next(self._turn)
        for place in range(len(far)):
            end = far[(first + place) % len(far)]
            with suppress(OSError):
                if isinstance(end, Path):
                    return await asyncio.open_unix_connection(end)
                return await asyncio.open_connection(*end)
        return None


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes until it ends, and then its end."""
    with suppress(OSError):
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
    with suppress(OSError, RuntimeError):
        writer.close()
