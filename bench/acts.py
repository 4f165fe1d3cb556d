"""Eight writers at once, each on initiatives of its own and all on one: acts a second, beside plain rows.

    python bench/acts.py [--acts 50] [--rounds 3] [--before FOLDER]

The shipped plan as it stands on 14 June, on SQLite and on PostgreSQL as the stack starts it; writers report on steps
that are worked on. They are processes with connections of their own, as commands and workers are, and threads of one
desk; who acts has looked at the matter before, as whoever opens its page has. The peer stores a row as large as an
entry in a transaction of its own, eight at once in the same database, and takes turns with them. Beside acts a second
stands what one costs of the processors, the database's server included: on two cores 200 a second leave 10 ms.
Wanted: 200 acts a second of eight processes on PostgreSQL, and none given up anywhere. `--before` measures as well what
the code of another checkout does, in turn.
"""

import argparse
import json
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import cycle, product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil
from growth import worked_on
from shared.year import mid_year
from sqlalchemy import text

from deployments.stack import postgres
from duban.adapters.ledger_engine import ledger_engine, writing
from duban.core.deciding.commands import Command, Verb
from duban.core.planning.plan import StepRef
from duban.ports import Conflict
from duban.service import Service
from duban.settings import load_settings
from duban.wiring import at_work

ROOT = Path(__file__).parent.parent
UNTIL = date(2024, 6, 14)
WRITERS = 8
WANTED = 200.0
ROW = "事" * 300
"""About as many bytes as an entry."""

Act = Callable[[int], None]
"""What a writer does for the how manieth time."""
FORMS = ("processes, own", "processes, one", "threads, own", "threads, one", "plain rows")


@dataclass(frozen=True)
class Went:
    """One writer's run: when it began and ended, seconds of each act, how many were given up, seconds of processor.

    Those of the database's server, for all writers together, are told by the first.
    """

    began: float
    ended: float
    seconds: list[float]
    lost: int
    processor: float
    server: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--acts", type=int, default=50, help="of each writer, in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--on", choices=("SQLite", "PostgreSQL"))
    parser.add_argument("--forms", nargs="+", choices=FORMS, default=FORMS)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--run", nargs=4, metavar=("LEDGER", "FORM", "ROUND", "SERVER"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        ledger, form, number, server = asked.run
        print(json.dumps(run(Run(ledger, form, int(number), asked.acts, int(server)))))
        return
    codes = [("", ROOT)] + ([("before: ", asked.before)] if asked.before else [])
    found = dict[tuple[str, str], list[dict[str, float]]]()
    with TemporaryDirectory(prefix="duban-") as name:
        for database, ledger, root, server in databases(Path(name), asked.on):
            for number, form, (place, (called, code)) in product(range(asked.rounds), asked.forms, enumerate(codes)):
                if form != "plain rows" or code is ROOT:
                    what = ledger, form, str(len(codes) * number + place), str(server)
                    told = measured(root, code, what, asked.acts)
                    found.setdefault((database, called + form), []).append(told)
    sys.exit(not printed(found))


def databases(folder: Path, on: str | None) -> Iterator[tuple[str, str, Path, int]]:
    """The bureau in each, or one: its name, the ledger's address, the folder, and the process of the server, if any."""
    root = folder / "bureau"
    if on != "PostgreSQL":
        (root / "file").mkdir(parents=True)
        yield "SQLite", mid_year(root / "file", UNTIL).ledger, root / "file", 0
    if on == "SQLite":
        return
    (root / "server").mkdir(parents=True)
    with postgres.running(folder / "server", folder / "log", {"PATH": os.defpath}) as cluster:
        url = cluster.psycopg_url(postgres.LEDGER)
        mid_year(root / "server", UNTIL, ledger=url)
        with ledger_engine(cluster.owner_url(postgres.LEDGER)).begin() as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS plain (id serial PRIMARY KEY, body text)"))
            connection.execute(text("GRANT ALL ON plain, plain_id_seq TO ledger"))
        yield "PostgreSQL", url, root / "server", cluster.pid


def measured(root: Path, code: Path, what: Sequence[str], acts: int) -> dict[str, float]:
    """One run in a process of its own, with the code of a checkout."""
    told = {"PATH": os.defpath, "HOME": str(root), "PYTHONPATH": f"{code}:{Path(__file__).parent}"}
    command = [sys.executable, __file__, "--acts", str(acts), "--run", *what]
    out = subprocess.run(command, cwd=root, env=told, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, float] = json.loads(out.splitlines()[-1])
    return found


def used(server: int) -> float:
    """Seconds of the processor that a server and all its processes have used; none where there is no server."""
    if not server:
        return 0.0
    one = psutil.Process(server)
    every = [one.cpu_times(), *(child.cpu_times() for child in one.children())]
    return sum(map(sum, [(t.user, t.system) for t in every])) + sum(every[0][2:4])


def printed(found: dict[tuple[str, str], list[dict[str, float]]]) -> bool:
    """A line for each form: the median of its rounds, but of those given up all."""
    well = True
    for (database, form), rounds in found.items():
        rate, peer = middle(rounds, "rate"), middle(found.get((database, "plain rows"), rounds), "rate")
        lost = sum(one["lost"] for one in rounds)
        if not form.startswith("before"):
            well &= not lost and (database != "PostgreSQL" or form != "processes, own" or rate >= WANTED)
        print(
            f"{database:10} {form:23} {rate:7.0f} a second, {rate / peer:5.3f} of plain rows; p50 "
            f"{middle(rounds, 'p50'):6.1f} ms, p99 {middle(rounds, 'p99'):7.1f} ms, given up {lost:.0f}; processor "
            f"{middle(rounds, 'cpu'):5.2f} ms and {middle(rounds, 'server'):5.2f} ms of the server",
            flush=True,
        )
    return well


def middle(rounds: Sequence[dict[str, float]], what: str) -> float:
    return statistics.median(one[what] for one in rounds)


# A run -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """One run: on which ledger, in which form, the how manieth, acts of each writer, process of the server."""

    ledger: str
    form: str
    number: int
    acts: int
    server: int


def run(asked: Run) -> dict[str, float]:
    """Eight writers, together from the first act on."""
    if asked.form.startswith("threads"):
        return figures(threads(asked))
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(WRITERS) as pool:
        return figures(pool.map(partial(process, asked, ready=manager.Barrier(WRITERS)), range(WRITERS), 1))


def threads(asked: Run) -> list[Went]:
    """All writers as threads of one engine, as the desk's are."""
    with at_work(replace(load_settings(), ledger=asked.ledger)) as service, ThreadPoolExecutor(WRITERS) as pool:
        ready, steps = threading.Barrier(WRITERS), chosen(service, asked)
        doing = [acting(service, steps[who::WRITERS], f"{asked.number}/{who}") for who in range(WRITERS)]
        return list(pool.map(lambda who: written(asked, who, doing[who], ready), range(WRITERS)))


def process(asked: Run, who: int, *, ready: Any) -> Went:
    """One writer, as a process."""
    if asked.form == "plain rows":
        return written(asked, who, plain(asked.ledger), ready)
    with at_work(replace(load_settings(), ledger=asked.ledger)) as service:
        steps = chosen(service, asked)[who::WRITERS]
        return written(asked, who, acting(service, steps, f"{asked.number}/{who}"), ready)


def figures(went: Sequence[Went]) -> dict[str, float]:
    """What the writers' figures come to, in milliseconds."""
    seconds = [1000 * second for one in went for second in one.seconds]
    cuts = statistics.quantiles(seconds, n=100)
    return {
        "many": len(seconds),
        "rate": len(seconds) / (max(one.ended for one in went) - min(one.began for one in went)),
        "p50": cuts[49],
        "p99": cuts[98],
        "lost": sum(one.lost for one in went),
        "server": 1000 * sum(one.server for one in went) / len(seconds),
        "cpu": 1000 * sum(one.processor for one in went) / len(seconds),
    }


def chosen(service: Service, asked: Run) -> list[tuple[StepRef, str]]:
    """The steps that writers report on, dealt out among them: no initiative is two writers', or all have one."""
    every = list({ref.initiative: (ref, actor) for ref, actor in worked_on(service)}.values())
    one = every[(asked.number * len(FORMS) + FORMS.index(asked.form)) % len(every)]  # each run another
    return [one] * WRITERS if asked.form.endswith("one") else every


def acting(service: Service, steps: Sequence[tuple[StepRef, str]], who: str) -> Act:
    for ref, _ in steps:
        service.view(ref.initiative)
    turn = cycle(steps)

    def act(number: int) -> None:
        ref, actor = next(turn)
        key, progress = f"acts/{os.getpid()}/{who}/{number}", 50 + number % 3
        service.act(Command(Verb.REPORT, ref, actor, progress=progress, reason="已完成资料收集", key=key))

    return act


def plain(ledger: str) -> Act:
    engine = ledger_engine(ledger)
    if engine.name == "sqlite":
        with writing(engine) as connection:
            connection.execute(text("CREATE TABLE IF NOT EXISTS plain (id integer PRIMARY KEY, body text)"))
    statement = text("INSERT INTO plain (body) VALUES (:body)")

    def act(number: int) -> None:
        with writing(engine) as connection:
            connection.execute(statement, {"body": ROW})

    return act


def written(asked: Run, who: int, act: Act, ready: Any) -> Went:
    """One writer's acts."""
    seconds, lost = list[float](), 0
    ready.wait()
    server = 0 if who else asked.server
    before, began, processor = used(server), time.monotonic(), spent()
    for number in range(asked.acts):
        then = time.perf_counter()
        try:
            act(number)
        except Conflict:
            lost += 1
        seconds.append(time.perf_counter() - then)
    return Went(began, time.monotonic(), seconds, lost, spent() - processor, used(server) - before)


def spent() -> float:
    """Seconds of the processor, of this thread."""
    told = resource.getrusage(resource.RUSAGE_THREAD)
    return told.ru_utime + told.ru_stime


if __name__ == "__main__":
    main()
