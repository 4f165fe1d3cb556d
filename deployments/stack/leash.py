"""Run a command that ends when its parent ends: `python leash.py PARENT SIGNAL UID GID COMMAND…`.

A script, not a module to import: it becomes the command by exec, so the child keeps its process id and costs nothing.
A parent killed outright cannot end its children; on Linux the kernel does it for us. UID and GID are those to run as,
or -1 to stay as we are; PostgreSQL refuses to run as root.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(arguments: list[str]) -> None:
    """Become the command. Exits silently when the parent has already gone."""
    parent, death_signal, uid, gid = (int(argument) for argument in arguments[:4])
    command = arguments[4:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    end_with_parent(parent, death_signal)  # after setuid, which clears it; it survives exec
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_DFL)
    os.execv(command[0], command)  # noqa: S606  no shell is wanted


def end_with_parent(parent: int, death_signal: int) -> None:
    """Have the kernel send this process `death_signal` when its parent ends; exits silently when that is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
