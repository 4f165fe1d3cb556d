"""The warm processes of a stack."""

import psutil

from deployments.stack.children import marked
from deployments.stack.stack import Stack
from tests.processes import command_of

PARENT = "deployments.worker.parent"


def hands(stack: Stack) -> list[psutil.Process]:
    """Those that carry out runs: forked from the parent, and so named like it."""
    same = [process for process in marked(stack.var) if PARENT in command_of(process)]
    return [process for process in same if process.ppid() in {other.pid for other in same}]
