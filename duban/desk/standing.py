"""How a plan stands, read from what the ledger keeps of it: in two queries, and whom steps were handed over to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.state import fold
from duban.core.ledger.summary import Summary
from duban.core.planning.plan import StepRef
from duban.core.telling.overview import SOON, Holders
from duban.service import Service

GIVING = frozenset({EntryKind.HANDED_OVER, EntryKind.REPLANNED})
"""Entries by which a step goes to another owner, or bears another name."""

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


_given: dict[str, dict[tuple[str, int], Entry]] = {}
"""What is known of owners, by the plan: entries are never changed, so only new ones are read."""


def owners_of(service: Service) -> Holders:
    """Whom steps were handed over to."""
    known = _given.setdefault(f"{service.office.plan.id} {id(service.ledger)}", {})
    last = max((entry.at for entry in known.values()), default=None)
    found = service.ledger.of_kinds(GIVING, last - OVERLAP if last else None)
    known |= {(entry.initiative, entry.sequence): entry for entry in found}
    owners: dict[StepRef, str] = {}
    for name, some in groupby((known[key] for key in sorted(known)), key=lambda entry: entry.initiative):
        initiative, entries = service.office.plan.initiatives.get(name), tuple(some)
        if initiative is not None:
            state = fold(entries, service.names(initiative, entries))
            owners |= {StepRef(name, step): own.owner for step, own in state.steps.items() if own.owner}
    return owners
