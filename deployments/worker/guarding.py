"""The worker's part in guarding: where no stack does, it keeps the guard alive."""

import asyncio
import signal
import subprocess
import sys
from logging import Logger, LoggerAdapter

from deployments.stack.children import end_child, leashed
from deployments.stack.environment import GUARDED
from duban.settings import load_settings

PAUSE = 5.0
"""Seconds before a guard that ended is started again."""

GRACE = 5.0


async def keep_guard(log: Logger | LoggerAdapter[Logger]) -> None:
    """Start the guard, again whenever it ends, until cancelled; then it ends too."""
    told = {**load_settings().variables, **GUARDED}
    while True:
        command = leashed([sys.executable, "-m", "deployments.guard.guard"], signal.SIGTERM)
        process = subprocess.Popen(  # noqa: S603  the command is ours
            command, stdin=subprocess.DEVNULL, env=told, start_new_session=True
        )
        try:
            while process.poll() is None:
                await asyncio.sleep(1)
        finally:
            end_child(process, GRACE)
        log.warning("The guard has ended with code %s; it is started again", process.returncode)
        await asyncio.sleep(PAUSE)
