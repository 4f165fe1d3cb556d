"""What every ledger holds to, whatever keeps it: what may be appended, and whether it is still whole."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from itertools import pairwise
from typing import NamedTuple

from duban.core.ledger.entries import GENESIS, Entry, first_broken, hash_of
from duban.ports import Commit, Conflict, Ledger


class Head(NamedTuple):
    """The last stored entry of an initiative, as far as the next one must know it."""

    sequence: int
    hash: str


START = Head(0, GENESIS)
"""The head of an initiative without entries."""


def admit(commit: Commit, plan: str, head: Head) -> None:
    """Pass a commit that may be stored after `head`.

    Raises Conflict when it was made for another head, ValueError when it could never be stored.
    """
    _coherent(commit, plan)
    first = commit.entries[0] if commit.entries else None
    if first and (first.sequence - 1, first.previous) != head:
        raise Conflict(f"{commit.initiative}: entry {first.sequence} was made to follow another than {head.sequence}")
    last = commit.entries[-1].sequence if commit.entries else head.sequence
    if commit.summary and commit.summary.sequence < last:
        raise Conflict(
            f"{commit.initiative}: the summary is of entry {commit.summary.sequence}, the last one is {last}"
        )
    if commit.summary and commit.summary.sequence > last:
        raise ValueError(f"{commit.initiative}: the summary is of an entry after the last one, {last}")


def _coherent(commit: Commit, plan: str) -> None:
    """Refuse what only a defect can produce: better an error now than a ledger that cannot be read."""
    if any((entry.plan, entry.initiative) != (plan, commit.initiative) for entry in commit.entries):
        raise ValueError(f"{commit.initiative}: an entry belongs to another plan or initiative")
    if any(
        (after.sequence - 1, after.previous) != (entry.sequence, entry.hash)
        for entry, after in pairwise(commit.entries)
    ):
        raise ValueError(f"{commit.initiative}: the entries do not follow one another")
    for entry in commit.entries:
        if hash_of(as_kept(entry)) != entry.hash:
            raise ValueError(f"{commit.initiative}: entry {entry.sequence} would not be read as it was sealed")
    rows = (*((commit.summary,) if commit.summary else ()), *commit.notices)
    if any(row.initiative != commit.initiative for row in rows):
        raise ValueError(f"{commit.initiative}: a summary or notice belongs to another initiative")
    if commit.wake and commit.at is None:
        raise ValueError(f"{commit.initiative}: wakes need a moment")


def as_kept(entry: Entry) -> Entry:
    """The entry as it is read again: its moment in UTC, its data through JSON."""
    return entry._replace(at=entry.at.astimezone(UTC), data=json.loads(json.dumps(entry.data)))


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry at which a ledger is not whole, and why."""

    initiative: str
    sequence: int
    reason: str


def verify(ledger: Ledger) -> Broken | None:
    """Read a ledger through and name the first entry that was changed, or is missing; None when it is whole.

    Entries cut off at the end are missed by the summary that counted them. Raises LedgerUnusable at an entry that
    cannot be read at all.
    """
    counted = {summary.initiative: summary.sequence for summary in ledger.summaries()}  # first: entries only grow
    heads: dict[str, int] = {}
    with ledger.stream() as entries:
        broken = first_broken(_noted(entries, heads))
    if broken:
        entry, reason = broken
        return Broken(entry.initiative, entry.sequence, reason)
    for initiative, sequence in counted.items():
        head = heads.get(initiative, 0)
        if head < sequence:
            return Broken(initiative, head + 1, f"the summary counts {sequence} entries: the last ones are missing")
    return None


def _noted(entries: Iterable[Entry], heads: dict[str, int]) -> Iterator[Entry]:
    for entry in entries:
        heads[entry.initiative] = entry.sequence
        yield entry
