"""What a rehearsal showed: a timeline, lights, notices by person and day, deadlines missed and why, rungs fired."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import NamedTuple

from duban.core.deciding.office import Office
from duban.core.ledger.entries import EntryKind
from duban.core.ledger.notices import NoticeRow
from duban.core.ledger.summary import Light
from duban.core.planning.dates import days_late
from duban.core.planning.plan import StepRef
from duban.core.planning.plan_file import Kind
from duban.core.rehearsing.bureau import Bureau, Trail
from duban.core.rehearsing.causes import Cause
from duban.core.rehearsing.silences import Unheard
from duban.core.rehearsing.timeline import Tally, Timeline, ended, months, weeks
from duban.core.telling.digest import by_recipient

SHOWN_DAYS = 10
"""Busiest days that are named."""


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
    heading: str
    title: str
    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """The notices one person got: all, on average per working day, and on the day with most of them.

    `letters` are what they came in, a digest a morning and each immediate one by itself; `most_letters` those of a day.
    """

    post: str
    title: str
    notices: int
    average: float
    maximum: int
    busiest: date
    letters: int
    most_letters: int


@dataclass(frozen=True, slots=True)
class BusyDay:
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
    """How often a rung of a ladder in use was sent; `title` is the ladder's, `name` what its slip is called."""

    ladder: str
    title: str
    rung: str
    slip: str
    name: str
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
    letters: int
    acts: Mapping[str, int]
    average: float
    """Notices per person and working day, over all who got any."""
    months: tuple[Tally, ...]
    weeks: tuple[Tally, ...]
    sections: tuple[SectionTracks, ...]
    people: tuple[Load, ...]
    busiest: tuple[BusyDay, ...]
    missed: tuple[Overdue, ...]
    rungs: tuple[Fired, ...]
    unfinished: tuple[StepRef, ...]
    provisional: tuple[int, ...]
    """Its years whose holidays are not announced yet."""
    silences: tuple[Unheard, ...] = ()
    """Of every late step the longest time for which those it waited for had no letter about it, the longest first."""


class SentNotice(NamedTuple):
    """A notice that was sent: the day, the notice, the ladder its rung belongs to."""

    day: date
    row: NoticeRow
    ladder: str


def report(office: Office, bureau: Bureau, seed: int, first: date, last: date) -> Report:
    """What a bureau lived through from a working day to another day, both included."""
    plan, trails = office.plan, bureau.trails
    sent = [notice for trail in trails.values() for notice in _sent(trail)]
    missed, days = tuple(_missed(office, bureau)), office.calendar.between(first, last) + 1
    timeline = Timeline(trails.values(), (late.due for late in missed), (one.day for one in sent))
    people = tuple(_loads(office, sent, days))
    unfinished = tuple(_unfinished(trails.values()))
    ends = [trail.state.step(name).finished for trail in trails.values() for name in trail.initiative.steps]
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
        letters=sum(one.letters for one in people),
        acts=dict(sorted(Counter(command.verb.value for _, command in bureau.commands).items())),
        average=round(sum(one.notices for one in people) / len(people) / days, 3) if people else 0.0,
        months=timeline.tallies(months(plan.starts, last)),
        weeks=timeline.tallies(weeks(plan.starts, last)),
        sections=tuple(_sections(office, bureau)),
        people=people,
        busiest=tuple(_busiest(sent, bureau)),
        missed=missed,
        rungs=tuple(_rungs(office, sent)),
        unfinished=unfinished,
        silences=tuple(sorted(bureau.silences.values(), key=lambda one: (-one.days, one.step))),
        provisional=tuple(y for y in range(plan.starts.year, last.year + 1) if y in office.calendar.provisional_years),
    )


def _sent(trail: Trail) -> Iterator[SentNotice]:
    notices = trail.state.notices
    for entry in trail.entries:
        if entry.kind is EntryKind.NOTICE_SENT:
            row = notices[entry.data["notice"]]
            yield SentNotice(entry.day, row, trail.initiative.steps[row.step].ladder)


def _unfinished(trails: Iterable[Trail]) -> Iterator[StepRef]:
    for trail in trails:
        yield from (step.ref for name, step in trail.initiative.steps.items() if not trail.state.step(name).closed)


def _sections(office: Office, bureau: Bureau) -> Iterator[SectionTracks]:
    for section in office.plan.sections:
        tracks = tuple(
            _track(office, bureau, bureau.trails[name])
            for name, one in office.plan.initiatives.items()
            if one.section == section.id
        )
        if tracks:
            yield SectionTracks(section.id, section.number, section.heading, section.title, tracks)


def _track(office: Office, bureau: Bureau, trail: Trail) -> Track:
    one, state = trail.initiative, trail.state
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
        lead_title=office.directory.titles(one.leads),
        began=min(begins, default=None),
        ended=ended(trail),
        done=sum(state.step(name).closed for name in one.steps),
        total=len(one.steps),
        lights=tuple(trail.lights),
        milestones=tuple(sorted(milestones)),
        missed=tuple(sorted(missed)),
    )


def _loads(office: Office, sent: Sequence[SentNotice], days: int) -> Iterator[Load]:
    """Who got notices, the busiest first."""
    notices = Counter((one.row.recipient, one.day) for one in sent)
    letters = Counter(_letters(sent))
    by_post: dict[str, list[tuple[int, date]]] = {}
    for (post, day), count in notices.items():
        by_post.setdefault(post, []).append((count, day))
    totals = {post: sum(count for count, _ in counts) for post, counts in by_post.items()}
    for post in sorted(totals, key=lambda post: (-totals[post], post)):
        most, day = max(by_post[post], key=_most_and_first)
        daily = [letters[post, on] for _, on in by_post[post]]
        yield Load(
            post=post,
            title=office.directory.title(post),
            notices=totals[post],
            average=round(totals[post] / days, 3),
            maximum=most,
            busiest=day,
            letters=sum(daily),
            most_letters=max(daily),
        )


def _letters(sent: Iterable[SentNotice]) -> Iterator[tuple[str, date]]:
    """Recipient and day of every letter: each immediate notice is one, the others of a morning are a digest."""
    for day, notices in groupby(sorted(sent, key=_day), key=_day):
        rows = [one.row for one in notices]
        yield from ((row.recipient, day) for row in rows if row.immediate)
        yield from ((recipient, day) for recipient in by_recipient(row for row in rows if not row.immediate))


def _day(sent: SentNotice) -> date:
    return sent.day


def _most_and_first(pair: tuple[int, date]) -> tuple[int, int]:
    return pair[0], -pair[1].toordinal()


def _busiest(sent: Iterable[SentNotice], bureau: Bureau) -> Iterator[BusyDay]:
    acts = Counter(day for day, _ in bureau.commands)
    days = {day: [one.row.recipient for one in ones] for day, ones in groupby(sorted(sent, key=_day), key=_day)}
    for day in sorted(days, key=lambda day: (-len(days[day]), day))[:SHOWN_DAYS]:
        yield BusyDay(day, len(days[day]), len(set(days[day])), acts[day])


def _rungs(office: Office, sent: Iterable[SentNotice]) -> Iterator[Fired]:
    """The rungs of the ladders that steps name, those that never fired among them."""
    used = {step.ladder for one in office.plan.initiatives.values() for step in one.steps.values()}
    times = Counter((one.ladder, one.row.rung) for one in sent)
    for ladder in office.policy.ladders:
        if ladder.id in used:
            for rung in ladder.rungs:
                name = office.directory.name(rung.slip)
                yield Fired(ladder.id, ladder.title, rung.id, rung.slip, name, times[ladder.id, rung.id])


def _missed(office: Office, bureau: Bureau) -> Iterator[Overdue]:
    """Deadlines missed, earliest first."""
    for ref, late in sorted(bureau.missed.items(), key=lambda pair: (pair[1].due, pair[0])):
        step, trail = office.plan.step(ref), bureau.trails[ref.initiative]
        own = trail.state.step(ref.step)
        days = days_late(office.calendar, late.due, own.finished, own.excluded) if own.finished else 0
        yield Overdue(
            step=ref,
            title=step.title,
            initiative_title=trail.initiative.title,
            owner_title=office.directory.titles(office.owners(step, own)),
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
    Cause.FAILED: "自动事项执行失败",
}


def _reason(office: Office, ref: StepRef, cause: Cause, because: StepRef | None) -> str:
    if because is None:
        return REASONS[cause]
    other = office.plan.initiatives[because.initiative]
    where = "" if because.initiative == ref.initiative else f"（{other.number} {other.title}）"
    return f"等待“{other.steps[because.step].title}”{where}"
