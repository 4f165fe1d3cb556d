"""How a plan stands, read from what the ledger keeps of it: in two queries, and whom steps were handed over to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.state import fold
from duban.core.ledger.steps import Extension, StepState
from duban.core.ledger.summary import Summary
from duban.core.planning.plan import StepRef
from duban.core.telling.overview import SOON, Holders
from duban.service import Service

NOTED = frozenset(
    {
        EntryKind.HANDED_OVER,
        EntryKind.REPLANNED,
        EntryKind.EXTENSION_ASKED,
        EntryKind.EXTENSION_GRANTED,
        EntryKind.EXTENSION_REFUSED,
        EntryKind.WITHDRAWN,
        EntryKind.CANCELLED,
    }
)
"""Entries by which a step goes to another owner, bears another name, or has an extension asked for it or answered."""

OVERLAP = timedelta(days=1)
"""How long before the last one it knows of a process asks for more: several write, and not in one order."""


@dataclass(frozen=True, slots=True)
class Stands:
    """The initiatives with their steps that go on, whom these are with, the day, and the moment of the last look."""

    summaries: Sequence[Summary]
    owners: Holders
    today: date
    as_of: datetime


def stands(service: Service) -> Stands:
    """How the plan of a service stands."""
    now = service.clock.now()
    today = service.office.day(now)
    summaries = service.ledger.going_on(today + timedelta(days=SOON))
    looked = service.ledger.last_look() or now
    return Stands(summaries, owners_of(service), today, looked.astimezone(service.office.zone))


_noted: dict[str, dict[tuple[str, int], Entry]] = {}
"""What is known of owners and extensions, by the ledger: entries are never changed, so only new ones are read."""


def owners_of(service: Service) -> Holders:
    """Whom steps were handed over to."""
    return {ref: own.owner for ref, own in _records(service) if own.owner}


def asking(service: Service) -> Mapping[StepRef, Extension]:
    """The extensions that were asked for and that nobody has answered, by step."""
    return {ref: own.asked for ref, own in _records(service) if own.asked}


def _records(service: Service) -> Iterator[tuple[StepRef, StepState]]:
    """What those entries alone make of the steps they are about."""
    known = _noted.setdefault(f"{service.office.plan.id} {id(service.ledger)}", {})
    last = max((entry.at for entry in known.values()), default=None)
    found = service.ledger.of_kinds(NOTED, last - OVERLAP if last else None)
    known |= {(entry.initiative, entry.sequence): entry for entry in found}
    for name, some in groupby((known[key] for key in sorted(known)), key=lambda entry: entry.initiative):
        initiative, entries = service.office.plan.initiatives.get(name), tuple(some)
        if initiative is not None:
            steps = fold(entries, service.names(initiative, entries)).steps
            yield from ((StepRef(name, step), own) for step, own in steps.items())
