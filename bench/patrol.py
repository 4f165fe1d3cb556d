"""The patrol's look for what is due, in a ledger of 10,000 initiatives and in one of 100,000, of which 1,000 are due.

    python bench/patrol.py [--quick]

On SQLite and on PostgreSQL. The two ledgers take turns in one run, and each figure is a median. Wanted: at most twice
as long on the larger, for the work is to grow with what is due and with nothing else. The tables are filled with rows
as the ledger itself derives them, and a few entries for each initiative. The plan is loaded already: that takes time
with every initiative, the mark of its roster included.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from sqlalchemy import Engine, Table, insert, text

from deployments.stack import postgres
from duban.adapters.ledger_engine import ledger_engine, writing
from duban.adapters.ledger_tables import ENTRY, NOTICE, STEP, SUMMARY
from duban.adapters.sql_ledger import SqlLedger, open_ledger
from duban.core.deciding.office import Office
from duban.core.planning.plan import Initiative, Plan
from duban.service import Service

TARGET = 2.0  # times the smaller ledger
DUE = 1000
ROUNDS = 15
NOW = datetime(2024, 6, 3, 9, tzinfo=UTC)
LATER, EARLIER = NOW + timedelta(days=3), NOW - timedelta(minutes=5)
AT_ONCE = 5000
Row = Mapping[str, Any]


def initiatives(size: int) -> list[str]:
    return [f"initiative-{number:06}" for number in range(size)]


def summaries(size: int) -> Iterator[Row]:
    """A row for each initiative; those that are due lie all over the table."""
    each = size // DUE
    for number, name in enumerate(initiatives(size)):
        moment = EARLIER if number % each == 0 else LATER
        told = {"light": 1, "reason": "正常推进", "done": 1, "total": 3, "next_due": date(2024, 6, 28)}
        yield {"plan": "p", "initiative": name, "sequence": 3, "look_again": moment, **told}


def steps(size: int) -> Iterator[Row]:
    for name in initiatives(size):
        for place in range(3):
            days = {"due": date(2024, 6, 28), "original_due": None, "opened": None, "finished": None, "forecast": None}
            told = {"status": "waiting", "light": 0, "reason": "", "progress": 0, **days}
            yield {"plan": "p", "initiative": name, "step": f"s{place}", "position": place, **told}


def entries(size: int) -> Iterator[Row]:
    for name in initiatives(size):
        for sequence in range(1, 4):
            told = {"kind": "reported", "step": "s1", "at": EARLIER, "day": date(2024, 6, 3), "actor": "officer"}
            seal = {"data": {"progress": 10}, "key": None, "previous": "", "hash": f"{name}/{sequence}"}
            yield {"plan": "p", "initiative": name, "sequence": sequence, **told, **seal}


def notices(size: int) -> Iterator[Row]:
    """A notice for each initiative, sent long ago; a hundred wait."""
    for number, name in enumerate(initiatives(size)):
        waits = number % (size // 100) == 0
        told = {"step": "s1", "rung": "assign", "slip": "assign", "recipient": "officer", "tries": 1, "outcome": ""}
        sent = {"delivery": "queued" if waits else "sent", "queued_at": EARLIER, "next_try": EARLIER if waits else None}
        ended = {"ended_at": None if waits else EARLIER, "immediate": True, "digest": "", "channels": []}
        yield {"plan": "p", "initiative": name, "key": f"{name}/s1", **told, **sent, **ended}


def fill(url: str, size: int) -> SqlLedger:
    """Make a ledger and fill its tables."""
    open_ledger(url, "p").close()
    engine = ledger_engine(url)
    with writing(engine, "p") as connection:
        for table, make in ((SUMMARY, summaries), (STEP, steps), (ENTRY, entries), (NOTICE, notices)):
            rows = make(size)
            while some := list(islice(rows, AT_ONCE)):
                connection.execute(insert(cast(Table, table)), some)
    settle(engine)
    engine.dispose()
    return open_ledger(url, "p")


def settle(engine: Engine) -> None:
    """What a database does by itself in the hours between: statistics of its tables."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if engine.name == "sqlite" else "VACUUM ANALYZE"))


@dataclass(frozen=True)
class Fixed:
    """A clock that stands still."""

    def now(self) -> datetime:
        return NOW


def service_of(ledger: SqlLedger, size: int) -> Service:
    known = {name: Initiative(name, "举措", "1.1", "s", ("works",), (), "leader", {}) for name in initiatives(size)}
    plan = Plan("p", "工作要点", "1号", date(2024, 1, 1), date(2024, 12, 31), "coordinator", (), known)
    return Service(cast(Office, Planned(plan)), ledger, Fixed())


@dataclass(frozen=True)
class Planned:
    """As much of an office as looking for what is due needs."""

    plan: Plan


def medians(functions: list[Callable[[], object]]) -> list[float]:
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(ROUNDS):
        for function, mine in zip(functions, times, strict=True):
            began = time.perf_counter()
            function()
            mine.append(time.perf_counter() - began)
    return [statistics.median(mine) for mine in times]


def compare(name: str, urls: tuple[str, str], sizes: tuple[int, int]) -> None:
    began = time.perf_counter()
    ledgers = [fill(url, size) for url, size in zip(urls, sizes, strict=True)]
    services = [service_of(ledger, size) for ledger, size in zip(ledgers, sizes, strict=True)]
    filled = time.perf_counter() - began
    print(f"{name}: {sizes[0]:,} and {sizes[1]:,} initiatives, {DUE:,} due (filled in {filled:.0f} s)")
    looks: dict[str, Callable[[Service], object]] = {
        "what is due": lambda service: service.due(),
        "notices to send": lambda service: service.ledger.pending_notices(NOW, 10),
        "whether there is news": lambda service: service.ledger.last_at(),
        "together": lambda service: (service.due(), service.ledger.pending_notices(NOW, 10), service.ledger.last_at()),
    }
    for label, look in looks.items():
        small, large = medians([lambda s=service, f=look: f(s) for service in services])  # type: ignore[misc]  # bound now
        wanted = f"  (target <= {TARGET})" if label == "together" else ""
        print(f"  {label:24} {small * 1e3:9.2f} ms {large * 1e3:9.2f} ms  {large / small:6.2f} x{wanted}")
    assert all(len(service.due()) == DUE for service in services)
    for ledger in ledgers:
        ledger.close()


def main() -> None:
    sizes = (1_000, 10_000) if "--quick" in sys.argv[1:] else (10_000, 100_000)
    with TemporaryDirectory(prefix="duban-") as name, ExitStack() as held:
        folder = Path(name)
        compare("SQLite", (f"sqlite:///{folder / 'small'}", f"sqlite:///{folder / 'large'}"), sizes)
        cluster = held.enter_context(
            postgres.running(folder / "postgres", folder / "log", dict(os.environ), ("small", "large"))
        )
        compare("PostgreSQL", (cluster.psycopg_url("small"), cluster.psycopg_url("large")), sizes)


if __name__ == "__main__":
    main()
