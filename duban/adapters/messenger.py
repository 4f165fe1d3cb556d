"""Where messengers come from: `python -m duban.adapters.messenger FD`, FD being the line of `messengers`.

It loads what errands need once, and forks a messenger for every socket it is sent. It ends with the process whose it
is, or when that has had no errand for a while; a messenger ends in its time, whoever has ended before.
"""

import gc
import importlib
import os
import resource
import select
import signal
import socket
import sys
from contextlib import suppress
from multiprocessing.connection import Connection

IDLE = 300.0
"""Seconds without an errand after which it need not be there."""

MEMORY = 1024 * 1024 * 1024
"""Bytes a messenger may take: a letter with all it encloses takes a tenth, an answer without end would take all."""


def main() -> None:
    """Fork until nobody asks any more."""
    line = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whom it serves, who may still have a letter under way
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    while select.select([line], [], [], IDLE)[0]:
        module, ends, _, _ = socket.recv_fds(line, 1024, 1)
        if not module:
            return
        with suppress(Exception):  # whoever asked hears of it from the messenger, who meets it again
            importlib.import_module(module.decode())
        gc.freeze()
        if os.fork() == 0:
            line.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _do(Connection(ends[0]))
            os._exit(0)
        os.close(ends[0])


def _do(asked: Connection) -> None:
    """Do what is asked, and answer; the kernel ends this process when the time is up."""
    seconds, module, name, given, named = asked.recv()
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001))  # 0 would be without end
    try:
        answer = (True, getattr(importlib.import_module(module), name)(*given, **named))
    except Exception as error:  # noqa: BLE001  whoever asked meets it
        answer = (False, error)
    asked.send(answer)


if __name__ == "__main__":
    main()
