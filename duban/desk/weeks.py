"""The coordinator's week: who has not signed or reported, what asks for time, what reached nobody, what comes.

From here they press by hand (催办): those ticked, in words of their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import APIRouter, Response

from duban.core.ledger.entries import EntryKind
from duban.core.ledger.summary import Status, StepRow
from duban.core.planning.plan import HUMAN, Step, StepRef
from duban.core.planning.plan_file import Kind
from duban.core.telling.events import title_of
from duban.core.telling.overview import going_on, overview, seen_of
from duban.core.telling.revised import Names
from duban.desk.boards import At
from duban.desk.initiatives import letters_of
from duban.desk.places import Place
from duban.desk.rendering import page
from duban.desk.standing import Stands, asking, stands
from duban.exchange.bulletins import filed
from duban.outbox.troubles import troubles

router = APIRouter()

LISTED = 25
"""How many lines each part shows before the rest is only counted."""

BULLETINS = 6
"""How many of the bulletins that were sent the page names."""

UNSIGNED, SILENT = 2, 10
"""Working days after which it is asked why nobody has signed, or reported."""

LATELY = 20
"""Working days for which the page names what was disowned."""

REPORTS = frozenset({EntryKind.REPORTED, EntryKind.SUBMITTED, EntryKind.CORRECTED, EntryKind.SIGNED})
"""What tells that somebody is at work."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step that waits for its owner, the working days it has, and the day on which it is due."""

    step: Step
    row: StepRow
    owner: str
    days: int
    address: str

    @property
    def due(self) -> date | None:
        """The deadline."""
        return self.row.due


def unsigned(at: Place, standing: Stands) -> list[Waiting]:
    """What nobody has signed for, the longest first."""
    found = (one for one in _of_people(at, standing) if one.row.status is Status.OPEN and one.days >= UNSIGNED)
    return sorted(found, key=lambda one: (-one.days, one.step.ref))


def unreported(at: Place, standing: Stands) -> list[Waiting]:
    """What was signed for and nothing was heard of since, the gravest first."""
    calendar = at.service.office.calendar
    since = at.service.office.morning(calendar.add(standing.today, -SILENT))
    heard = {StepRef(one.initiative, one.step) for one in at.service.ledger.of_kinds(REPORTS, since)}
    working = (one for one in _of_people(at, standing) if one.row.status is Status.WORKING and one.days > SILENT)
    silent = (one for one in working if one.step.ref not in heard and one.step.kind is not Kind.REVIEW)
    return sorted(silent, key=lambda one: (-one.row.light, one.due or standing.today, one.step.ref))


def _of_people(at: Place, standing: Stands) -> Iterator[Waiting]:
    office = at.service.office
    for step, row, owner in going_on(seen_of(office, standing.summaries), standing.owners):
        if step.kind in HUMAN and row.opened is not None:
            days = office.calendar.between(row.opened, standing.today)
            yield Waiting(step, row, office.directory.title(owner), days, at.matter(step.ref))


@dataclass(frozen=True, slots=True)
class Asked:
    """An extension that waits for its answer."""

    title: str
    initiative: str
    by: str
    on: date
    to: date
    reason: str
    address: str


def _asked(at: Place) -> list[Asked]:
    """The extensions that wait, the one asked first before the others."""
    plan, title = at.service.office.plan, at.service.office.directory.title
    found = [
        Asked(
            step.title,
            plan.initiatives[ref.initiative].title,
            title(one.by),
            one.on,
            one.to,
            one.reason,
            at.matter(ref),
        )
        for ref, one in asking(at.service).items()
        if (step := plan.initiatives[ref.initiative].steps.get(ref.step))
    ]
    return sorted(found, key=lambda one: one.on)


@dataclass(frozen=True, slots=True)
class Disowned:
    """Somebody who was written to says that a matter, or what was entered about it, is not of their unit."""

    title: str
    initiative: str
    by: str
    on: date
    reason: str
    whose: str
    address: str


def _disowned(at: Place, standing: Stands) -> list[Disowned]:
    """What was disowned of late, the last one first."""
    office = at.service.office
    since, title = office.morning(office.calendar.add(standing.today, -LATELY)), office.directory.title
    entries = at.service.ledger.of_kinds({EntryKind.DISOWNED}, since)
    names = Names(office.directory, (office.plan,), office.calendar)
    return [
        Disowned(
            title_of(names, one),
            office.plan.initiatives[one.initiative].title,
            title(one.actor),
            one.day,
            one.data["reason"],
            title(one.data["to"]) if "to" in one.data else "",
            at.matter(StepRef(one.initiative, one.step)),
        )
        for one in sorted(entries, key=lambda one: one.at, reverse=True)
        if one.initiative in office.plan.initiatives
    ]


@router.get("/week")
def week(at: At) -> Response:
    """The whole page."""
    standing = stands(at.service)
    until = standing.today + timedelta(days=7)
    coming = overview(at.service.office, standing.summaries, standing.owners, standing.today).coming
    lost = troubles(at.service).dead
    return page(
        "week",
        **at.told | {"here_now": "week"},
        standing=standing,
        unsigned=unsigned(at, standing),
        silent=unreported(at, standing),
        asked=_asked(at),
        disowned=_disowned(at, standing),
        lost=letters_of(at, [line[0] for line in lost[:LISTED]]),
        many_lost=len(lost),
        this_week=[one for one in coming if one.due <= until],
        next_week=[one for one in coming if one.due > until],
        listed=LISTED,
        bulletins=filed(at.service)[:BULLETINS],
        days={"unsigned": UNSIGNED, "silent": SILENT},
        may_press=at.coordinates,
    )
