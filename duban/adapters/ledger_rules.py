"""What every ledger holds to, whatever keeps it: what may be appended, and whether it is still whole."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from itertools import pairwise

from duban.core.ledger.entries import GENESIS, Entry, first_broken, hash_of
from duban.ports import Commit, Conflict, Head, Ledger

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


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a chain outside the ledger: the hashes of its entries, and who told of them up to which."""

    hashes: list[str] = field(default_factory=list)
    told: list[tuple[int, str]] = field(default_factory=list)

    def by(self, sequence: int) -> str:
        """Who was the first to tell of an entry."""
        return next(who for until, who in self.told if sequence <= until)


NOTHING: Mapping[str, Known] = {}


def verify(ledger: Ledger, known: Mapping[str, Known] = NOTHING) -> Broken | None:
    """Read a ledger through and name the first entry that was changed, or is missing; None when it is whole.

    Entries cut off at the end are missed by the summary that counted them, by the ledger, which remembers the last it
    has seen of every chain, and by what is `known` outside of it. Raises LedgerUnusable at an entry that cannot be read
    at all.
    """
    seen = ledger.heads()
    counted = _counted(ledger, seen, known)  # first: entries only grow
    heads: dict[str, int] = {}
    strange: list[Broken] = []

    def noted(entries: Iterable[Entry]) -> Iterator[Entry]:
        for entry in entries:
            if reason := _strange(entry, seen, known):
                strange.append(Broken(entry.initiative, entry.sequence, reason))
                return
            heads[entry.initiative] = entry.sequence
            yield entry

    with ledger.stream() as entries:
        broken = first_broken(noted(entries))
    found = [Broken(broken[0].initiative, broken[0].sequence, broken[1])] if broken else strange
    for initiative, (count, who) in counted.items():
        head = heads.get(initiative, 0)
        if head < count and not (found and found[0].initiative <= initiative):  # what lies behind was not read
            return Broken(initiative, head + 1, f"{who} {count} entries: the last ones are missing")
    return next(iter(found), None)


def _counted(ledger: Ledger, seen: Mapping[str, Head], known: Mapping[str, Known]) -> dict[str, tuple[int, str]]:
    """How many entries each chain must have, and who says so, by chain."""
    said = [(name, len(one.hashes), f"{one.told[-1][1]} counts") for name, one in known.items()]
    said += [(summary.initiative, summary.sequence, "the summary counts") for summary in ledger.summaries()]
    said += [(name, head.sequence, "the ledger has seen") for name, head in seen.items()]
    most: dict[str, tuple[int, str]] = {}
    for name, count, who in said:
        if count > most.get(name, (0, ""))[0]:
            most[name] = count, who
    return dict(sorted(most.items()))


def _strange(entry: Entry, seen: Mapping[str, Head], known: Mapping[str, Known]) -> str:
    """Why an entry is another than the one that was there; empty where nobody knows of that."""
    told = known.get(entry.initiative, Known())
    if entry.sequence <= len(told.hashes) and told.hashes[entry.sequence - 1] != entry.hash:
        return f"it is another than {told.by(entry.sequence)} tells of"
    last = seen.get(entry.initiative)
    return (
        "it is another than the ledger has seen"
        if last and last.sequence == entry.sequence and last.hash != entry.hash
        else ""
    )
