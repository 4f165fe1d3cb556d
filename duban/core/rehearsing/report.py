"""What a rehearsal showed: a timeline, lights, notices by person and day, deadlines missed and why, rungs fired."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from duban.core.deciding.office import Office
from duban.core.ledger.entries import EntryKind
from duban.core.ledger.summary import Light
from duban.core.planning.plan import StepRef
from duban.core.planning.plan_file import Kind
from duban.core.rehearsing.bureau import Bureau, Desk
from duban.core.rehearsing.causes import Cause

SHOWN_DAYS = 10
"""Busiest days that are named."""


@dataclass(frozen=True, slots=True)
class Tally:
    """A week or a month: steps opened and closed, deadlines missed, notices sent, and how initiatives stood at its end.

    `lights` has a number for each of `green`, `yellow`, `orange`, `red` and `closed`.
    """

    first: date
    last: date
    opened: int
    closed: int
    missed: int
    notices: int
    lights: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Track:
    """One initiative through the rehearsal.

    `ended` is None where a step never was; `lights` are the days on which its light turned; `milestones` and `missed`
    are days with what they mark.
    """

    id: str
    number: str
    title: str
    lead_title: str
    began: date | None
    ended: date | None
    done: int
    total: int
    lights: tuple[tuple[date, Light], ...]
    milestones: tuple[tuple[date, str], ...]
    missed: tuple[tuple[date, str], ...]


@dataclass(frozen=True, slots=True)
class SectionTracks:
    """The initiatives of a section of the document."""

    id: str
    number: int
    title: str
    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """The notices one person got: all, on average per working day, and on the day with most of them."""

    post: str
    title: str
    notices: int
    average: float
    maximum: int
    busiest: date


@dataclass(frozen=True, slots=True)
class Busy:
    """A day: notices sent, to how many people, and what people did."""

    day: date
    notices: int
    people: int
    acts: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """A deadline that was missed, by working days (0 while the step is not closed), and why, in Chinese."""

    step: StepRef
    title: str
    initiative_title: str
    owner_title: str
    due: date
    finished: date | None
    days: int
    cause: Cause
    because: StepRef | None
    reason: str


@dataclass(frozen=True, slots=True)
class Fired:
    """How often a rung of a ladder in use was sent; `title` is the ladder's."""

    ladder: str
    title: str
    rung: str
    slip: str
    times: int


@dataclass(frozen=True, slots=True)
class Report:
    """A rehearsal from `starts` to `last`; `ended` is when the last step was closed, None where one never was."""

    plan: str
    title: str
    seed: int
    starts: date
    ends: date
    last: date
    ended: date | None
    initiatives: int
    steps: int
    done: int
    notices: int
    acts: Mapping[str, int]
    average: float
    """Notices per person and working day, over all who got any."""
    months: tuple[Tally, ...]
    weeks: tuple[Tally, ...]
    sections: tuple[SectionTracks, ...]
    people: tuple[Load, ...]
    busiest: tuple[Busy, ...]
    missed: tuple[Overdue, ...]
    rungs: tuple[Fired, ...]
    unfinished: tuple[StepRef, ...]


Sent = tuple[date, str, str, str]
"""A notice: day, recipient, ladder, rung."""


def report(office: Office, bureau: Bureau, seed: int, first: date, last: date) -> Report:
    """What a bureau lived through from a working day to another day, both included."""
    plan, desks = office.plan, bureau.desks
    sent = [notice for desk in desks.values() for notice in _sent(desk)]
    missed, days = tuple(_missed(office, bureau)), office.calendar.between(first, last) + 1
    people = tuple(_loads(office, sent, days))
    unfinished = tuple(_unfinished(desks.values()))
    ends = [desk.state.step(name).finished for desk in desks.values() for name in desk.initiative.steps]
    return Report(
        plan=plan.id,
        title=plan.title,
        seed=seed,
        starts=plan.starts,
        ends=plan.ends,
        last=last,
        ended=None if unfinished else max((day for day in ends if day), default=None),
        initiatives=len(plan.initiatives),
        steps=len(ends),
        done=len(ends) - len(unfinished),
        notices=len(sent),
        acts=dict(sorted(Counter(command.verb.value for _, command in bureau.commands).items())),
        average=round(sum(one.notices for one in people) / len(people) / days, 3) if people else 0.0,
        months=tuple(_tally(bureau, *span, sent, missed) for span in months(plan.starts, last)),
        weeks=tuple(_tally(bureau, *span, sent, missed) for span in weeks(plan.starts, last)),
        sections=tuple(_sections(office, bureau)),
        people=people,
        busiest=tuple(_busiest(sent, bureau)),
        missed=missed,
        rungs=tuple(_rungs(office, sent)),
        unfinished=unfinished,
    )


def months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The months from one day to another, the first and the last of them cut off there."""
    while first <= last:
        end = (first.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        yield first, min(end, last)
        first = end + timedelta(days=1)


def weeks(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The weeks, from Monday on, from one day to another, the first and the last of them cut off there."""
    while first <= last:
        end = first + timedelta(days=6 - first.weekday())
        yield first, min(end, last)
        first = end + timedelta(days=1)


def _sent(desk: Desk) -> Iterator[Sent]:
    for entry in desk.entries:
        if entry.kind is EntryKind.NOTICE_SENT:
            row = desk.state.notices[entry.data["notice"]]
            yield entry.day, row.recipient, desk.initiative.steps[row.step].ladder, row.rung


def _unfinished(desks: Iterable[Desk]) -> Iterator[StepRef]:
    for desk in desks:
        yield from (step.ref for name, step in desk.initiative.steps.items() if not desk.state.step(name).closed)


def _tally(bureau: Bureau, first: date, last: date, sent: Iterable[Sent], missed: Iterable[Overdue]) -> Tally:
    own = [state for desk in bureau.desks.values() for state in desk.state.steps.values()]
    return Tally(
        first=first,
        last=last,
        opened=sum(step.opened is not None and first <= step.opened <= last for step in own),
        closed=sum(step.finished is not None and first <= step.finished <= last for step in own),
        missed=sum(first <= one.due <= last for one in missed),
        notices=sum(first <= day <= last for day, *_ in sent),
        lights=_lights(bureau.desks.values(), last),
    )


def _lights(desks: Iterable[Desk], day: date) -> dict[str, int]:
    counted = Counter(_shown(desk, day) for desk in desks)
    return {name: counted[name] for name in ("green", "yellow", "orange", "red", "closed")}


def _shown(desk: Desk, day: date) -> str:
    """The light of an initiative at the end of a day, or that it is closed."""
    ended = _ended(desk)
    if ended is not None and ended <= day:
        return "closed"
    light = [turned for since, turned in desk.lights if since <= day]
    return (light[-1] if light else Light.GREEN).name.lower()


def _ended(desk: Desk) -> date | None:
    ends = [desk.state.step(name).finished for name in desk.initiative.steps]
    known = [day for day in ends if day is not None]
    return max(known) if len(known) == len(ends) else None


def _sections(office: Office, bureau: Bureau) -> Iterator[SectionTracks]:
    for section in office.plan.sections:
        tracks = tuple(
            _track(office, bureau, bureau.desks[name])
            for name, one in office.plan.initiatives.items()
            if one.section == section.id
        )
        if tracks:
            yield SectionTracks(section.id, section.number, section.title, tracks)


def _track(office: Office, bureau: Bureau, desk: Desk) -> Track:
    one, state = desk.initiative, desk.state
    begins = [day for name in one.steps if (day := state.step(name).opened)]
    milestones = [
        (day, step.title)
        for name, step in one.steps.items()
        if step.kind is Kind.MILESTONE and (day := state.step(name).finished)
    ]
    missed = [(late.due, one.steps[ref.step].title) for ref, late in bureau.missed.items() if ref.initiative == one.id]
    return Track(
        id=one.id,
        number=one.number,
        title=one.title,
        lead_title=office.directory.title(one.lead),
        began=min(begins, default=None),
        ended=_ended(desk),
        done=sum(state.step(name).closed for name in one.steps),
        total=len(one.steps),
        lights=tuple(desk.lights),
        milestones=tuple(sorted(milestones)),
        missed=tuple(sorted(missed)),
    )


def _loads(office: Office, sent: Iterable[Sent], days: int) -> Iterator[Load]:
    """Who got notices, the busiest first."""
    by_day = Counter((recipient, day) for day, recipient, *_ in sent)
    totals = Counter(recipient for _, recipient, *_ in sent)
    for post, count in sorted(totals.items(), key=lambda pair: (-pair[1], pair[0])):
        most, day = max(((number, day) for (who, day), number in by_day.items() if who == post), key=_most_and_first)
        yield Load(post, office.directory.title(post), count, round(count / days, 3), most, day)


def _most_and_first(pair: tuple[int, date]) -> tuple[int, int]:
    return pair[0], -pair[1].toordinal()


def _busiest(sent: Iterable[Sent], bureau: Bureau) -> Iterator[Busy]:
    acts = Counter(day for day, _ in bureau.commands)
    days = {
        day: [recipient for _, recipient, *_ in notices]
        for day, notices in groupby(sorted(sent), key=lambda notice: notice[0])
    }
    for day in sorted(days, key=lambda day: (-len(days[day]), day))[:SHOWN_DAYS]:
        yield Busy(day, len(days[day]), len(set(days[day])), acts[day])


def _rungs(office: Office, sent: Iterable[Sent]) -> Iterator[Fired]:
    """The rungs of the ladders that steps name, those that never fired among them."""
    used = {step.ladder for one in office.plan.initiatives.values() for step in one.steps.values()}
    times = Counter((ladder, rung) for _, _, ladder, rung in sent)
    for ladder in office.policy.ladders:
        if ladder.id in used:
            for rung in ladder.rungs:
                yield Fired(ladder.id, ladder.title, rung.id, rung.slip, times[ladder.id, rung.id])


def _missed(office: Office, bureau: Bureau) -> Iterator[Overdue]:
    """Deadlines missed, earliest first."""
    for ref, late in sorted(bureau.missed.items(), key=lambda pair: (pair[1].due, pair[0])):
        step, desk = office.plan.step(ref), bureau.desks[ref.initiative]
        own = desk.state.step(ref.step)
        days = max(1, office.calendar.between(late.due, own.finished)) if own.finished else 0
        yield Overdue(
            step=ref,
            title=step.title,
            initiative_title=desk.initiative.title,
            owner_title=office.directory.title(office.owner(step, own)),
            due=late.due,
            finished=own.finished,
            days=days,
            cause=late.cause,
            because=late.because,
            reason=_reason(office, ref, late.cause, late.because),
        )


REASONS: Mapping[Cause, str] = {
    Cause.SHORT: "计划所留时间不足",
    Cause.UNSIGNED: "无人签收",
    Cause.LATE: "承办单位未按时办结",
    Cause.REVIEW: "审核超时",
}


def _reason(office: Office, ref: StepRef, cause: Cause, because: StepRef | None) -> str:
    if because is None:
        return REASONS[cause]
    other = office.plan.initiatives[because.initiative]
    where = "" if because.initiative == ref.initiative else f"（{other.number} {other.title}）"
    return f"等待“{other.steps[because.step].title}”{where}"
