"""Faults in rehearsed weeks: `python -m tests.faults [TRIES] [SEED] [TIMES]`.

A small bureau's weeks are lived in peace, then again and again with one fault each: a process gone, really killed, or a
port that fails, before, within or after a commit, a letter, an event, a change of state, a file; a quarter of them on
PostgreSQL, some of those of PostgreSQL itself. Then an office on several machines lives TIMES through its weeks while
each of its real parts is killed or cut off. Prints a table of what was lost and doubled; ends with 0 only if that is
nothing.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.parts import disturbed
from tests.faults.stores import OWN, postgres
from tests.faults.trying import SHARES, Fault, table, trials, weeks

DEFAULTS = ("1000", "2024", "2")
DAYS = 8
"""Days that are lived on PostgreSQL, where each moment is kept as a database."""

OWN_SHARE, POSTGRES_SHARE = 10, 4
"""One fault of so many is PostgreSQL's own; one of so many is on PostgreSQL."""


def main() -> None:
    tries, seed, times = (int(word) for word in (*sys.argv[1:], *DEFAULTS[len(sys.argv) - 1 :]))
    own, there = tries // OWN_SHARE, tries // POSTGRES_SHARE
    with _folder() as folder, weeks(folder) as (bureau, lived):
        faults = trials(bureau, lived, tries - there, seed)
    faults += _on_postgres({tuple(OWN): own, SHARES: there - own}, seed)
    faults += disturbed(times, seed) if times else ()
    print(table(lived, faults, seed))  # noqa: T201  its answer
    sys.exit(any(one.did for one in faults))


def _on_postgres(shares: dict[tuple[str, ...], int], seed: int) -> list[Fault]:
    """So many of each, on PostgreSQL."""
    with _folder() as at, _folder() as folder, postgres(at) as store, weeks(folder, DAYS, store) as (bureau, lived):
        return [one for modes, tries in shares.items() for one in trials(bureau, lived, tries, seed, modes)]


@contextmanager
def _folder() -> Iterator[Path]:
    with TemporaryDirectory(prefix="duban-", ignore_cleanup_errors=True) as name:
        yield Path(name)


if __name__ == "__main__":
    main()
