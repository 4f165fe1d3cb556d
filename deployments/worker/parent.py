"""The parent of warm processes: loads everything once, then forks a hand for every socket it is sent.

`python -m duban.room deployments.worker.parent FD`, FD being a socket to its worker. Each request is a byte with a
hand's end of a socket; each answer a line of JSON: `{"born": pid}` for a request, `{"died": pid, "code": exit code}`
when a hand has ended, the code negative for a signal. A byte alone asks whether it is there: `{"there": own pid}`.
The end of the socket is its end; its hands end with it, however it ends.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Iterator

from deployments.stack.leash import end_with_parent
from duban.adapters.log_lines import log_as_json
from duban.settings import logs_as

LOADED = (
    "deployments.worker.hand",
    "flows.initiatives",
    "flows.patrol",
    "duban.adapters.sql_ledger",
    "duban.adapters.delivery.carriers",
    "duban.adapters.delivery.mail_folder",
)


def main() -> None:
    """Load, then fork until the worker goes."""
    worker = socket.socket(fileno=int(sys.argv[1]))
    children = _wake_up_on(signal.SIGCHLD)
    if part := logs_as():
        log_as_json(part)
    _load()
    while True:
        ready, _, _ = select.select([worker, children], [], [])
        if children in ready:
            children.recv(1024)
            for pid, code in _ended():
                _say(worker, died=pid, code=code)
        if worker in ready:
            request, ends, _, _ = socket.recv_fds(worker, 1, 1)
            if not request:
                return
            if not ends:
                _say(worker, there=os.getpid())
                continue
            _fork(worker, children, socket.socket(fileno=ends[0]))


def _load() -> None:
    """Load what a tick and a patrol need, late or early; hands share it."""
    gc.disable()  # loading makes no garbage
    for module in LOADED:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()
    gc.enable()


def _wake_up_on(number: signal.Signals) -> socket.socket:
    ours, signals = socket.socketpair()
    signals.setblocking(False)
    signal.set_wakeup_fd(signals.detach())
    signal.signal(number, lambda number, frame: None)
    return ours


def _ended() -> Iterator[tuple[int, int]]:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        yield pid, os.waitstatus_to_exitcode(status)


def _fork(worker: socket.socket, children: socket.socket, orders: socket.socket) -> None:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        orders.close()
        _say(worker, born=pid)
        return
    end_with_parent(parent, signal.SIGKILL)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    worker.close()
    children.close()
    from deployments.worker.hand import work  # noqa: PLC0415  loaded already

    work(orders)
    raise SystemExit


def _say(worker: socket.socket, **told: int) -> None:
    worker.sendall(json.dumps(told).encode() + b"\n")


if __name__ == "__main__":
    main()
