"""A hand: a warm process that carries out one flow run after another, everything loaded and connected.

It reads an order a line from the socket its worker left it and answers each with a line. The end of the socket is the
end of its work: it hands over what it has still to tell the server, and goes.
"""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psutil  # type: ignore[import-untyped]  # it ships no types
from httpx import HTTPError
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import PrefectSignal
from prefect.settings import get_current_settings

from deployments.worker.short_run import NotTold, run_to_end
from deployments.worker.sparing import SparingContext

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class End:
    """How a flow run ended here: `error` is empty, or why the server may not know of an end.

    `again` when that was the server's doing, which may be well the next time.
    """

    error: str = ""
    again: bool = False


def work(orders: socket.socket) -> None:
    """Carry out orders until there are no more.

    The worker knows the server's version. A hand that asked for it would die while the server is away, and so would the
    next one.
    """
    get_current_settings().client.server_version_check_enabled = False
    memory = psutil.Process().memory_info
    with SparingContext(), orders.makefile("r", encoding="utf-8") as lines:
        for line in lines:
            end = carry_out(json.loads(line))
            answer = {"error": end.error, "again": end.again, "memory": round(memory().rss / MEGABYTE)}
            orders.sendall(json.dumps(answer).encode() + b"\n")


def carry_out(order: Mapping[str, Any]) -> End:
    """Carry out one flow run."""
    try:
        run_to_end(FlowRun.model_validate(order["run"]), order["flow"], order.get("form"))
    except (Exception, PrefectSignal) as error:  # noqa: BLE001  whatever it is, the next run is not to suffer from it
        return End(f"{type(error).__name__}: {error}", again=isinstance(error, HTTPError | NotTold))
    return End()
