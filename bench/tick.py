"""One tick beside a hand-written Prefect flow of as many empty tasks, in turn, on one server.

The tick is a real one: it reads the ledger, decides, stores, sends what is due, records every step, publishes the page
and names its run. Both run in this process, without the heartbeat thread, which costs either a second. Wanted: at most
1.3 times the hand-written flow.
"""

import logging
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from prefect import flow, task
from prefect.client.orchestration import get_client
from prefect.flow_engine import run_flow
from prefect.flows import Flow
from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from deployments.stack.children import marked
from deployments.stack.stack import Stack, StackSettings
from duban.core.deciding.office import Office
from duban.settings import LEDGER_VARIABLE, load_settings
from duban.wiring import load_office
from flows.tick import initiative_flow

INITIATIVE = "wipo-cooperation"
ROUNDS, WARM_UP = 15, 3


def hand_written(tasks: int) -> Flow[[], None]:
    """A chain of empty tasks."""

    @task
    def step() -> None: ...

    @flow(name="hand-written")
    def chain() -> None:
        last = step.submit()
        for _ in range(tasks - 1):
            last = step.submit(wait_for=[last])
        last.wait()  # the end of a flow cancels what still runs

    return chain


def timed(run: Callable[[], object], server: psutil.Process) -> tuple[float, float]:
    """Wall seconds, and seconds of CPU of the server until it has taken in what was sent."""
    cpu, began = sum(server.cpu_times()[:2]), time.perf_counter()
    run()
    wall = time.perf_counter() - began
    time.sleep(1.0)
    return wall, sum(server.cpu_times()[:2]) - cpu


def main() -> None:
    with TemporaryDirectory(prefix="duban-", ignore_cleanup_errors=True) as name:
        var = Path(name) / "var"
        with Stack(StackSettings(var, port=4300, worker=False), os.environ) as stack:
            os.environ.update({LEDGER_VARIABLE: stack.addresses.ledger})
            office = load_office(replace(load_settings(), var=var))
            with temporary_settings({PREFECT_API_URL: stack.addresses.api, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
                measure(office, next(p for p in marked(var.resolve()) if "server" in p.cmdline()))


def measure(office: Office, server: psutil.Process) -> None:
    """Run both in turn and print medians and ratios."""
    logging.getLogger("prefect").setLevel(logging.ERROR)  # a line for every task would hide the figures
    initiative = office.plan.initiatives[INITIATIVE]
    tasks = len(initiative.steps) + len(initiative.upstream)
    peers = {"tick": initiative_flow(office, initiative), "hand-written": hand_written(tasks)}
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in peers}
    with get_client(sync_client=True) as client:
        for turn in range(ROUNDS + WARM_UP):
            for name, peer in peers.items():
                run = client.create_flow_run(peer)
                result = timed(lambda peer=peer, run=run: run_flow(peer, flow_run=run, return_type="state"), server)
                if turn >= WARM_UP:
                    found[name].append(result)
    walls, cpus = ({n: statistics.median(r[i] for r in rows) for n, rows in found.items()} for i in (0, 1))
    print(f"{tasks} steps against {tasks} empty tasks, medians of {ROUNDS}")
    for name in peers:
        print(f"  {name:13} {walls[name]:6.3f} s wall   {cpus[name]:6.3f} s CPU of the server")
    ratios = (walls["tick"] / walls["hand-written"], cpus["tick"] / cpus["hand-written"])
    print(f"  ratio         {ratios[0]:6.2f} wall     {ratios[1]:6.2f} CPU   (wanted: at most 1.3)")


if __name__ == "__main__":
    main()
