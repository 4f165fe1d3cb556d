"""Processes that a test begins, or looks at while they may end."""

import os
import sys
from collections.abc import Callable
from typing import Any

import psutil


def command_of(process: psutil.Process) -> list[str]:
    """The command a process was started with; nothing once it has ended."""
    try:
        return list(process.cmdline())
    except psutil.NoSuchProcess:
        return []


def in_a_process(task: Callable[[], Any]) -> int:
    """Do something in a fork of this process; its exit code, negative for a signal."""
    child = os.fork()
    if child == 0:
        try:
            task()
        except BaseException:  # noqa: BLE001  it is told, and the fork ends
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
