"""Deadlines as all-day appointments (日程) of a calendar: what falls due when, with its light in shape and word.

A calendar program takes an appointment anew when its `modified` is later. Whatever its words hang on has a moment: what
was said about its initiative and about steps it waits for, the application of the plan, the day its light turned.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, time

from duban.core.deciding.decide import Decision, decide
from duban.core.deciding.office import Look
from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.notices import DELIVERIES
from duban.core.ledger.state import State
from duban.core.ledger.summary import CLOSED, Status, StepRow
from duban.core.planning.directory import Directory
from duban.core.planning.plan import Plan, Step
from duban.core.telling.whens import PROVISIONAL, chinese
from duban.core.titles import LIGHT_SHAPES, LIGHT_TITLES, STATUS_TITLES
from duban.core.typed import one_line

SILENT = frozenset(DELIVERIES) | {EntryKind.RUNG_SKIPPED}
"""Entries that say nothing of a step, but of letters about it."""

OVER: Mapping[Status, str] = {Status.DONE: "✓", Status.CANCELLED: "×"}

History = tuple[Look, State, Sequence[Entry]]
"""An initiative as it stands, with its entries."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """The deadline of a step; `uid` is its own for good, whatever the step is called or moved to.

    `modified` is when anything it says last changed; `told` are lines.
    """

    uid: str
    day: date
    summary: str
    told: tuple[str, ...]
    modified: datetime
    light: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Appointments:
    """What a calendar is called, and its appointments by day."""

    title: str
    each: tuple[Appointment, ...]


def whose(directory: Directory, name: str) -> Set[str]:
    """The units and posts whose deadlines concern a unit, a post or a group: of a post those of its units as well."""
    names = set(directory.groups[name].units) if name in directory.groups else {name}
    posts = {post.id for post in directory.file.posts if directory.person(post.id) == directory.person(name)}
    served = {unit.id for unit in directory.file.units if {unit.head, unit.officer} & posts}
    heads = {directory.head(one) for one in names} | {directory.officer(one) for one in names}
    return names | posts | served if name in directory.posts else names | heads


def calendar_of(
    told: Iterable[History], title: str, *, applied: datetime | None = None, owners: Set[str] | None = None
) -> Appointments:
    """The deadlines of a plan, all or those that are with `owners`; `applied` is when the plan was put in force."""
    histories = {look.initiative.id: (look, state, entries) for look, state, entries in told}
    said = {name: max((one.at for one in heard(entries)), default=None) for name, (*_, entries) in histories.items()}
    found = [
        appointment
        for look, state, _ in histories.values()
        for appointment in _each(look, state, decide(look, state), (applied, *_moments(look, said)), owners)
    ]
    return Appointments(one_line(title), tuple(sorted(found, key=lambda one: (one.day, one.uid))))


def heard(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries that say something of steps."""
    return (entry for entry in entries if entry.kind not in SILENT)


def _moments(look: Look, said: Mapping[str, datetime | None]) -> Iterator[datetime | None]:
    return (said.get(name) for name in _upstream(look.office.plan, look.initiative.id))


def _upstream(plan: Plan, name: str) -> set[str]:
    """An initiative and all that it waits for, however far."""
    found = {name}
    while new := {ref.initiative for one in found for ref in plan.initiatives[one].upstream} - found:
        found |= new
    return found


def _each(
    look: Look, state: State, decision: Decision, moments: Iterable[datetime | None], owners: Set[str] | None
) -> Iterator[Appointment]:
    known = [moment for moment in moments if moment is not None]
    for row in decision.summary.steps:
        step = look.initiative.steps[row.step]
        whom = look.office.owners(step, state.step(step.id))
        if row.due is not None and (owners is None or not owners.isdisjoint(whom)):
            yield _appointment(look, decision, row, whom, max((*known, *_turned(look, decision, row))))


def _turned(look: Look, decision: Decision, row: StepRow) -> Iterator[datetime]:
    """The days on which time alone has changed how a step stands; its beginning where none has."""
    _, table = decision.timetables[row.step]
    days = [day for day in (*(turn.first for turn in table.lights), *table.days) if day <= look.today]
    days = [day for day in days if day >= look.office.plan.starts]
    yield look.office.at(max((look.office.plan.starts, *days)), time.min)


def _appointment(
    look: Look, decision: Decision, row: StepRow, owners: Sequence[str], modified: datetime
) -> Appointment:
    initiative, step, people = look.initiative, look.initiative.steps[row.step], look.office.directory
    assert row.due is not None  # noqa: S101  as its caller has seen to
    provisional = row.status not in CLOSED and row.due.year in look.calendar.provisional_years
    light = LIGHT_TITLES[row.light]
    mark = OVER.get(row.status) or LIGHT_SHAPES[row.light]
    moved = row.original_due is not None and row.original_due != row.due
    told = (
        f"举措：{initiative.number} {initiative.title}",
        f"承办：{people.titles(owners)}",
        f"状态：{STATUS_TITLES[row.status]}" + (f"，{light}" if light else ""),
        f"时限：{chinese(row.due, look.calendar)}" + (f"（原时限{chinese(row.original_due)}）" if moved else ""),
        f"办结：{chinese(row.finished)}" if row.finished else "",
        f"编号：{step.ref}",
    )
    return Appointment(
        uid=f"{look.office.plan.id}/{initiative.id}/{_name(decision, step)}@duban.invalid",
        day=row.due,
        summary=one_line(
            f"{mark}{light or STATUS_TITLES[row.status]} {step.title}{PROVISIONAL if provisional else ''}"
        ),
        told=tuple(one_line(line) for line in told if line),
        modified=modified,
        light=light,
        provisional=provisional,
    )


def _name(decision: Decision, step: Step) -> str:
    """What a step was first called."""
    return decision.state.step(step.id).name or step.was or step.id
