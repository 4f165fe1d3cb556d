"""The warm processes of a stack."""

import psutil

from deployments.stack.children import marked
from deployments.stack.stack import Stack

PARENT = "deployments.worker.parent"


def command_of(process: psutil.Process) -> list[str]:
    """The command a process was started with; nothing once it has ended."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def hands(stack: Stack) -> list[psutil.Process]:
    """Those that carry out runs: forked from the parent, and so named like it."""
    same = [process for process in marked(stack.var) if PARENT in command_of(process)]
    return [process for process in same if process.ppid() in {other.pid for other in same}]
