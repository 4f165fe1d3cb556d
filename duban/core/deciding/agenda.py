"""What people have to do next, and by when: the list a coordinator works through, most urgent first.

What somebody else has asked for and waits for, be it an answer (to a draft, a request, a failed action), a signature or
the correction of what was sent back, is dated from when it was asked, whenever that work is due, and comes first. Work
that is under way is dated by its deadline.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from duban.core.deciding.commands import Refused, Verb
from duban.core.deciding.deadlines import days_left
from duban.core.deciding.decide import Decision
from duban.core.deciding.judging import answerers, judges
from duban.core.deciding.office import Look, Office
from duban.core.ledger.state import State
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import Light, Reason, Status, StepRow
from duban.core.planning.directory import Directory
from duban.core.planning.plan import HUMAN, Step, StepRef
from duban.core.planning.plan_file import Kind
from duban.core.titles import perhaps


@dataclass(frozen=True, slots=True)
class Duty:
    """Something people are waited for, or soon will be.

    `verb` is what brings it on; None for a step that waits for others, and for a failed action, which is to be mended.
    `posts` are those who may do it; `days_left` counts working days, negative once late, None without a deadline.
    `asked` is the day on which it was asked for, `waited` the working days since; None for work that is under way.
    """

    step: StepRef
    title: str
    initiative_title: str
    owner: str
    status: Status
    light: Light
    reason: Reason | None
    verb: Verb | None
    posts: tuple[str, ...]
    due: date | None
    days_left: int | None
    asked: date | None = None
    waited: int | None = None


class Awaited(NamedTuple):
    """What is waited for, the posts that may do it, and the day on which it was asked for; None: work under way.

    `now` is false while the step waits for others first.
    """

    verb: Verb | None
    posts: tuple[str, ...]
    asked: date | None = None
    now: bool = True


def agenda(look: Look, decision: Decision, days: int) -> Iterator[Duty]:
    """The duties of an initiative that fall due within so many working days; what is asked or has no deadline, now."""
    last = look.calendar.add(look.today, days)
    for row in decision.summary.steps:
        step, own = look.initiative.steps[row.step], decision.state.step(row.step)
        soon = row.due is None or row.due <= last
        for waited in awaited(look, step, decision.state, row.status):
            if waited.asked or (soon and (waited.now or row.due is not None)):
                yield _duty(look, step, own, row, waited)


def _duty(look: Look, step: Step, own: StepState, row: StepRow, waited: Awaited) -> Duty:
    return Duty(
        step=step.ref,
        title=step.title,
        initiative_title=look.initiative.title,
        owner=look.office.owner(step, own),
        status=row.status,
        light=row.light,
        reason=row.reason,
        verb=waited.verb,
        posts=waited.posts,
        due=row.due,
        days_left=None if row.due is None else days_left(look, own, row.due),
        asked=waited.asked,
        waited=None if waited.asked is None else look.calendar.between(waited.asked, look.today),
    )


def awaited(look: Look, step: Step, state: State, where: Status) -> Iterator[Awaited]:
    """What a step waits for people to do; nothing where it goes on by itself."""
    office, own = look.office, state.step(step.id)
    owners = tuple(dict.fromkeys(office.owner_side(step, own)))
    given = max(filter(None, (own.assigned, own.returned, own.known)), default=None)
    match where:
        case Status.WAITING if step.kind in HUMAN:
            yield Awaited(None, owners, now=False)
        case Status.OPEN:
            yield Awaited(Verb.SIGN, owners, given)
        case Status.WORKING if step.kind is not Kind.REVIEW:
            verb = Verb.REPORT if step.kind is Kind.INDICATOR else Verb.SUBMIT
            yield Awaited(verb, owners, given if own.returned else None)
        case Status.WORKING | Status.REVIEW:
            since = own.submitted or own.assigned
            yield Awaited(Verb.APPROVE, judges(look, state, step), since and own.learnt(since))
        case Status.FAILED:
            yield Awaited(None, (office.directory.administrator,), own.failed)
        case _:
            return
    if own.asked is not None:
        yield Awaited(Verb.GRANT, answerers(look, own), own.learnt(own.asked.on))


def urgent_first(duties: Iterable[Duty], today: date) -> list[Duty]:
    """What is asked, longest waited for first; then by deadline, what has none today. The graver light among equals."""

    def place(duty: Duty) -> tuple[bool, date, int, StepRef]:
        return duty.asked is None, duty.asked or duty.due or today, -duty.light, duty.step

    return sorted(duties, key=place)


def of_post(duties: Iterable[Duty], office: Office, post: str, day: date) -> list[Duty]:
    """Those that the holder of a post may do on a day, for an absent colleague too."""
    return [duty for duty in duties if office.acts_for(post, duty.posts, day) is not None]


def of_unit(duties: Iterable[Duty], office: Office, name: str) -> list[Duty]:
    """Those that a unit, the units of a group or a post may do; raises Refused for what is none."""
    whose = members(office.directory, name)
    return [duty for duty in duties if not whose.isdisjoint(duty.posts)]


def members(directory: Directory, name: str) -> frozenset[str]:
    """A unit or the units of a group, with their heads and officers; or a post. Raises Refused for what is none."""
    if name in directory.posts:
        return frozenset({name})
    if name not in directory.groups and name not in directory.units:
        hint = perhaps(name, (*directory.units, *directory.groups, *directory.posts), "请核对单位编号")
        raise Refused("unknown-person", f"通讯录中没有单位 {name}：{hint}")
    units = directory.groups[name].units if name in directory.groups else (name,)
    return frozenset(one for unit in units for one in (unit, directory.head(unit), directory.officer(unit)))
