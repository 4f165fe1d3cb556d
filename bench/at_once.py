"""Eight writers with fifty acts each on one initiative at once: taking turns as we do, and each against all others.

Each writer is a process with connections of its own, on SQLite and on PostgreSQL. Wanted: no act is given up.
"""

import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from many import configuration

from deployments.stack import postgres
from duban import service as service_module
from duban import turns
from duban.adapters.clock import FileClock
from duban.adapters.sql_ledger import SqlLedger
from duban.core.deciding.commands import Command, Verb
from duban.core.planning.plan import StepRef
from duban.ports import Conflict
from duban.settings import CLOCK_FILE, Settings, load_settings
from duban.wiring import at_work

WRITERS, ACTS = 8, 50
STEP = StepRef("one-1", "step-1")


def main() -> None:
    given_up = 0
    with TemporaryDirectory(prefix="duban-") as name:
        for takes_turns in (True, False):
            for database, settings in databases(Path(name) / str(takes_turns)):
                seconds, lost = written(settings, takes_turns=takes_turns)
                given_up += lost if takes_turns else 0
                cuts = statistics.quantiles(seconds, n=100)
                how = "taking turns" if takes_turns else "against all"
                print(
                    f"{database:10} {how:15} p50 {1000 * cuts[49]:6.0f} ms, p99 {1000 * cuts[98]:6.0f} ms, "
                    f"given up {lost} of {len(seconds)}",
                    flush=True,
                )
    print(f"given up taking turns: {given_up} (wanted: 0)")
    sys.exit(given_up > 0)


def databases(folder: Path) -> Iterator[tuple[str, Settings]]:
    """The bureau on an empty ledger of each sort."""
    settings = load_settings(configuration(folder / "config", 1) / "duban.toml", {})
    yield "SQLite", begun(settings)
    with running(folder / "postgres") as url:
        yield "PostgreSQL", begun(replace(settings, ledger=url))


@contextmanager
def running(folder: Path) -> Iterator[str]:
    with postgres.running(folder, folder.with_suffix(".log"), {"PATH": os.defpath}) as cluster:
        yield cluster.psycopg_url(postgres.LEDGER)


def begun(settings: Settings) -> Settings:
    """The plan's first morning."""
    clock = settings.var / CLOCK_FILE
    clock.parent.mkdir(exist_ok=True)
    settings = replace(settings, clock=clock)
    FileClock(clock).set(datetime(2024, 4, 1, 9, tzinfo=settings.zone))
    with at_work(settings) as service:
        service.tick(STEP.initiative)
    return settings


def written(settings: Settings, *, takes_turns: bool) -> tuple[list[float], int]:
    """Seconds of each act, and how many were given up."""
    with multiprocessing.get_context("spawn").Pool(WRITERS) as pool:
        done = pool.starmap(write, [(settings, who, takes_turns) for who in range(WRITERS)], chunksize=1)
    return [second for seconds, _ in done for second in seconds], sum(lost for _, lost in done)


def write(settings: Settings, who: int, takes_turns: bool) -> tuple[list[float], int]:
    """One writer's acts."""
    if not takes_turns:
        service_module.turns = partial(range, turns.TRIES)  # as many times, each against all others
        SqlLedger.undisturbed = lambda self, *names: nullcontext()
    seconds, lost = [], 0
    with at_work(settings) as service:
        people = service.office.directory
        actor = people.officer(service.office.plan.step(STEP).owner)
        for number in range(ACTS):
            began = time.perf_counter()
            said = Command(
                Verb.REPORT, STEP, actor, progress=50, reason=f"{who}/{number}", key=f"report/{who}/{number}"
            )
            try:
                service.act(said)
            except Conflict:
                lost += 1
            seconds.append(time.perf_counter() - began)
    return seconds, lost


if __name__ == "__main__":
    main()
