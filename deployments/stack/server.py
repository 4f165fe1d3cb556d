"""The few plain HTTP requests the stack makes to its server: is it up, and has it our work pool. Past any proxy."""

import json
import socket
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from deployments.stack.children import Ended, StackError, tail
from deployments.stack.environment import Addresses
from deployments.stack.password import authorization
from duban.core.texts import english

STARTING = 120.0  # seconds the server may take; a first start on a busy machine makes its tables
PORTS = 100  # how many ports from the wanted one on are tried


def free_port(host: str, wanted: int) -> int:
    """The first free port from the wanted one on; raises StackError when a hundred are taken."""
    for port in range(wanted, min(wanted + PORTS, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise StackError(
        english(
            "No free port on {host} from {wanted} on. Free one, or set another: port under [stack].",
            host=host,
            wanted=wanted,
        )
    )


def wait_healthy(addresses: Addresses, lives: Callable[[], bool], log: Path) -> None:
    """Wait until the server answers; raises StackError with the end of its log when it died or took too long."""
    until = time.monotonic() + STARTING
    while lives() and time.monotonic() < until:
        if _request(addresses, "GET", "/api/health") == 200:
            return
        time.sleep(0.1)
    alive = lives()
    what = f"does not answer within {STARTING:.0f} s" if alive else "ended"
    kind = StackError if alive else Ended
    raise kind(f"The Prefect server {what} at {addresses.api}. The end of {log}:\n{tail(log)}")


def ensure_pool(addresses: Addresses, name: str, worker_type: str) -> None:
    """Make the work pool unless it is there: deployments need it before there is a worker, who fills in the rest."""
    status = _request(addresses, "POST", "/api/work_pools/", {"name": name, "type": worker_type})
    if status is None:
        raise Ended(f"The Prefect server ended at {addresses.api} before it made the work pool {name!r}.")
    if status not in {201, 409}:  # made, or there already
        raise StackError(
            english("The work pool {name!r} cannot be made: the server answers {status}.", name=name, status=status)
        )


def host_and_port(address: str) -> tuple[str, int]:
    """Where an address points."""
    host, port = address.removeprefix("http://").removesuffix("/api").rsplit(":", 1)
    return host, int(port)


def _request(addresses: Addresses, method: str, path: str, body: object = None) -> int | None:
    """The HTTP status; None when nobody answers."""
    headers = {"Content-Type": "application/json", **authorization(addresses.password())}
    connection = HTTPConnection(*host_and_port(addresses.api), timeout=10)
    try:
        connection.request(method, path, json.dumps(body) if body else None, headers)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()
