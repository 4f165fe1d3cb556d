"""The worker's part in guarding: where no stack does, it keeps the guard alive."""

import asyncio
import os
import signal
import subprocess
import time

from deployments.stack.children import end_child, leashed
from deployments.stack.environment import GUARDED
from deployments.stack.pulse import BEAT, Beat
from deployments.worker.lasting import Log
from duban.adapters.files import private_folder
from duban.room import started
from duban.settings import load_settings

GRACE = 5.0


async def keep_guard(log: Log) -> None:
    """Start the guard and see that it works, until it ends, or this is cancelled; then it ends too."""
    command = leashed(started("deployments.guard.guard"), signal.SIGTERM)
    settings = load_settings()
    private_folder(settings.var / "run")
    file = settings.var / "run" / f"guard-{os.getpid()}.beat"
    sign = Beat(file, time.monotonic())
    told = {**settings.variables, **GUARDED, BEAT: str(file)}
    process = subprocess.Popen(  # noqa: S603  the command is ours
        command, stdin=subprocess.DEVNULL, env=told, start_new_session=True
    )
    try:
        while process.poll() is None and not sign.silent(time.monotonic()):
            await asyncio.sleep(1)
        log.warning("The guard %s", "hangs" if process.poll() is None else f"ended with code {process.returncode}")
    finally:
        end_child(process, GRACE)
        file.unlink(missing_ok=True)
