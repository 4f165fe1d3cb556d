"""Processes that a test looks at while they may end."""

import psutil


def command_of(process: psutil.Process) -> list[str]:
    """The command a process was started with; nothing once it has ended."""
    try:
        return list(process.cmdline())
    except psutil.NoSuchProcess:
        return []
