"""What the processes do that write a ledger at once, or are killed while they write."""

from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

from duban.adapters.sql_ledger import open_ledger
from duban.ports import Commit, Conflict
from tests.contracts.samples import BRIDGES, NOW, PLAN, append, notice, report, sealed, summary


def open_once(url: str, start: Barrier) -> None:
    """Open the ledger at the same time as others, and write something that is not in the others' way."""
    start.wait()
    with open_ledger(url, PLAN) as ledger:
        ledger.wake([BRIDGES], NOW)


def commit_until_killed(url: str, acknowledged: Connection) -> None:
    """Commit two entries at a time, and tell the last one's sequence once the ledger has taken them."""
    with open_ledger(url, PLAN) as ledger:
        stored = ledger.entries(BRIDGES)
        after = stored[-1] if stored else None
        for value in count():
            entries = sealed(report(value), report("文" * 200), after=after)
            after = entries[-1]
            wakes = ledger.wakes(BRIDGES)
            ledger.commit(
                Commit(
                    BRIDGES,
                    entries,
                    summary(sequence=after.sequence),
                    (notice(tries=after.sequence),),
                    wake=(BRIDGES,),
                    woken=wakes,
                    at=NOW,
                )
            )
            acknowledged.send(after.sequence)


def write_against_others(url: str, writer: int, times: int, start: Barrier) -> None:
    """Append entries, each as often as it takes while others append too."""
    with open_ledger(url, PLAN) as ledger:
        start.wait()
        for value in range(times):
            while True:
                try:
                    append(ledger, report([writer, value]))
                    break
                except Conflict:
                    continue
