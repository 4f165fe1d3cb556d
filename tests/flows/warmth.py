"""The warm processes of a stack."""

import psutil

from deployments.children import marked
from deployments.stack import Stack

PARENT = "deployments.warm.parent"


def hands(stack: Stack) -> list[psutil.Process]:
    """Those that carry out runs: forked from the parent, and so named like it."""
    same = [process for process in marked(stack.var) if PARENT in process.cmdline()]
    return [process for process in same if process.ppid() in {other.pid for other in same}]
