"""Work in the background that is to go on for ever. Nobody awaits it, so it must say itself that it has ended."""

import asyncio
from collections.abc import Awaitable, Callable
from logging import Logger, LoggerAdapter

Log = Logger | LoggerAdapter[Logger]

PAUSE = 2.0
"""Seconds before what has ended is begun again."""


async def lasting(work: Callable[[], Awaitable[None]], what: str, log: Log) -> None:
    """Do such work, and begin it again however it ended, until cancelled."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("%s: ended by an error; begun again", what)
        else:
            log.warning("%s: ended; begun again", what)
        await asyncio.sleep(PAUSE)


def told(task: "asyncio.Task[object]", log: Log) -> None:
    """Say of a task that it has failed, where it has: whoever began it is not there any more."""
    if not task.cancelled() and (error := task.exception()):
        log.error("%s has failed", task.get_name(), exc_info=error)
