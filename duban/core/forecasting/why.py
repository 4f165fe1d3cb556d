"""Why a step stands as it does: what it waits for, its deadline and light, the chain that makes its date, what is next.

Reasons as data, for people and programs alike; putting them into words is for whoever shows them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import NoneType

from duban.core.days.workdays import DayUnit
from duban.core.deciding.agenda import awaited
from duban.core.deciding.commands import Verb
from duban.core.deciding.deadlines import heard, may_open, still_takes, suspensions, whole
from duban.core.deciding.decide import Decision
from duban.core.deciding.indicators import Gauge, gauge
from duban.core.deciding.ladder import acknowledged
from duban.core.deciding.office import Look
from duban.core.forecasting.forecast import Forecast
from duban.core.ledger.state import State
from duban.core.ledger.steps import Changed, Deadline, Extension, LapsedRequest, LateEntry, Remark, StepState
from duban.core.ledger.summary import AWAITING_OWNER, CLOSED, Light, Reason, Status, StepRow
from duban.core.planning.dates import days_late, worked
from duban.core.planning.plan import HUMAN, Step, StepRef
from duban.core.planning.progress import progress
from duban.core.planning.when import Duration, OnDate, Relative, Span, When, Within

DecisionOf = Callable[[str], Decision]
"""The decision about any initiative of the plan, by its id."""


class Origin(StrEnum):
    """Where a deadline comes from before anything moved it."""

    DATE = "date"  # a day written out
    SPAN = "span"  # a month or a quarter
    WITHIN = "within"  # a day within the period of a repeated step
    DISTANCE = "distance"  # so many days from a step or a date
    DURATION = "duration"  # the time the step takes, since it opened


@dataclass(frozen=True, slots=True)
class Link:
    """A step, here or elsewhere, as far as another one depends on it. `owner` is a unit or post."""

    step: StepRef
    title: str
    initiative_title: str
    owner: str
    status: Status
    finished: date | None
    forecast: date | None

    @property
    def closed(self) -> bool:
        """Done or cancelled."""
        return self.status in CLOSED


@dataclass(frozen=True, slots=True)
class TracedDeadline:
    """A deadline and how it came about; `day` is None while one of the `anchors` it counts from is not closed.

    `written` is the date of the plan, None where the duration counts; `extended_to` and `granted` tell of an extension,
    `moved` of the day on which the plan was changed, `recounted` of that on which other working days counted it;
    `suspended` are the spells that do not count, first day included and last not, None for one that goes on. `judged`
    is true once the step is closed and was judged by it. It is not before the working day after `known`, on which its
    owner could first know what was entered late; None where nothing was. `lapsed` is the last request for an extension,
    where it lapsed without an answer.
    """

    day: date | None
    original: date | None
    origin: Origin
    written: When | None
    duration: Duration
    anchors: tuple[Link, ...]
    extended_to: date | None
    granted: date | None
    moved: date | None
    recounted: date | None
    suspended: tuple[tuple[date, date | None], ...]
    asked: Extension | None
    judged: bool
    known: date | None
    lapsed: LapsedRequest | None

    @property
    def unit(self) -> DayUnit:
        """What days it is counted in, and grows by."""
        if self.written is None:
            return self.duration.unit.given_back
        return self.written.unit.given_back if isinstance(self.written, Relative) else DayUnit.WORKING


@dataclass(frozen=True, slots=True)
class LateCount:
    """How the days are counted by which a step is, or was, late.

    `passed` are the working days after its deadline up to and including `until`, `rested` those of them on which it
    rested; it is late by `days`, the others, at least by one.
    """

    until: date
    passed: int
    rested: int
    days: int


@dataclass(frozen=True, slots=True)
class RemainingWork:
    """What a step takes by its last report, of day `heard`: `days` from `since` on, of `unit`.

    `said` tells that so many days were said to be left; otherwise they are the share of `whole` that is not done, by
    `progress` in percent. Where `since` is later than `heard`, the time for it has passed and half is left again.
    """

    heard: date
    said: bool
    progress: int
    whole: int
    since: date
    days: int
    unit: DayUnit


@dataclass(frozen=True, slots=True)
class NextRung:
    """The next rung of the ladder, unless somebody does something before `moment`.

    After that it comes again every so many working days (0: it does not). `answered` is until when an answer of the
    owner's side keeps rungs back, None when none does; `acknowledged` the day of the one acknowledgement that may.
    """

    rung: str
    slip: str
    moment: datetime
    people: tuple[str, ...]
    every: int = 0
    answered: datetime | None = None
    acknowledged: date | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """The reasons of one step. `reason` is what lit it, None while it is green or off.

    `left` is what it takes by the last report, None without one; `late` how its lateness is counted, None in time.
    `needs` are the steps it waits for that are not closed, `opens` the day it may open where that is known.
    `forecast`, `latest`, `slack` and `chain` are those of the whole plan's forecast: the last day on which it may end
    without making a settled deadline, or the end of the plan, late, and the working days left until then. `chain`
    leads, through the whole plan, to the step from the one that makes its date; `act_on` is the first of it that is not
    closed. `posts` are those who may
    act on the step now. `gauge` tells how an indicator stands, None for other steps. `instead_of` is who the step was
    given to, where nobody holds that any more and `owner` has taken it over; `passed` are posts named to answer for it
    that do not: it is their own, or nobody holds them.
    """

    step: StepRef
    title: str
    initiative_title: str
    owner: str
    status: Status
    light: Light
    reason: Reason | None
    needs: tuple[Link, ...]
    opens: date | None
    limit: TracedDeadline | None
    forecast: date | None
    left: RemainingWork | None
    finished: date | None
    latest: date | None
    slack: int | None
    chain: tuple[Link, ...]
    act_on: Link | None
    posts: tuple[str, ...]
    agreed: tuple[str, ...]
    """Of several reviewers those who have agreed."""
    changes: tuple[Changed, ...]
    """What somebody did to it, oldest first."""
    next_rung: NextRung | None
    waiting: tuple[Link, ...]
    gauge: Gauge | None
    instead_of: str
    passed: tuple[str, ...]
    owners: tuple[str, ...] = ()
    """All it is with: `owner`, and where that is the lead the others that lead with it."""
    remarks: tuple[Remark, ...] = ()
    """What leaders instructed and other units advised, oldest first."""
    entered: tuple[LateEntry, ...] = ()
    """What was entered late, in the order in which it was entered."""
    late: LateCount | None = None


def why(look: Look, step: Step, decision_of: DecisionOf, told: Forecast) -> Why:
    """The reasons of a step of `look.initiative`; `decision_of` knows the whole plan, `told` is its forecast."""
    decision = decision_of(look.initiative.id)
    row = decision.rows[step.id]
    own = decision.state.step(step.id)
    links = _Lookup(look, decision_of)
    chain = () if row.status in CLOSED else links.of(told.chain(step.ref))
    owners = look.office.owners(step, own)
    return Why(
        step=step.ref,
        title=step.title,
        initiative_title=look.initiative.title,
        owner=owners[0],
        status=row.status,
        light=row.light,
        reason=row.reason,
        needs=links.open_ones(step.needs) if row.status is Status.WAITING else (),
        opens=may_open(look, step, decision.state) if row.status is Status.WAITING else None,
        limit=_limit(step, own, decision.deadlines[step.id], links),
        forecast=told.finish.get(step.ref),
        left=_remaining(look, step, own) if row.status in AWAITING_OWNER else None,
        finished=row.finished,
        latest=told.latest.get(step.ref),
        slack=told.slack.get(step.ref),
        chain=chain,
        act_on=next((link for link in chain if not link.closed), None),
        posts=tuple(_posts(look, step, decision.state, row)),
        agreed=own.agreed if row.status is Status.REVIEW else (),
        changes=own.changes,
        next_rung=_next_rung(look, decision, step),
        waiting=links.open_ones(_waiting(look, step)),
        gauge=gauge(look, step, own, row.due),
        instead_of="" if own.closed or (own.owner or step.owner) in owners else own.owner or step.owner,
        passed=tuple(_passed(look, step, decision.state, row)),
        owners=owners,
        remarks=own.remarks,
        entered=own.late,
        late=_late(look, own, row),
    )


def _late(look: Look, own: StepState, row: StepRow) -> LateCount | None:
    """Of what was cancelled nothing is late; what rests is as late as on the day on which it may be resumed."""
    until = row.finished or (look.today if own.suspended is None else look.calendar.next_working(look.today))
    if row.due is None or until <= row.due or own.cancelled:
        return None
    spells, passed = suspensions(look, own), look.calendar.between(row.due, until)
    rested = passed - worked(look.calendar, spells, row.due, until)
    return LateCount(until, passed, rested, days_late(look.calendar, row.due, until, spells))


def _remaining(look: Look, step: Step, own: StepState) -> RemainingWork | None:
    day = heard(step, own)
    if day is None:
        return None
    said, (since, days) = own.remaining is not None and day == own.reported, still_takes(look, step, own)
    length, unit = whole(look.calendar, step, own), step.duration.unit.given_back
    return RemainingWork(day, said, progress(step, own), length, since, days, unit)


@dataclass(frozen=True, slots=True)
class _Lookup:
    """Looks steps up, wherever they are."""

    look: Look
    decision_of: DecisionOf

    def of(self, refs: Iterable[StepRef]) -> tuple[Link, ...]:
        return tuple(map(self._link, refs))

    def open_ones(self, refs: Iterable[StepRef]) -> tuple[Link, ...]:
        return tuple(link for link in self.of(refs) if not link.closed)

    def _link(self, ref: StepRef) -> Link:
        plan, decision = self.look.office.plan, self.decision_of(ref.initiative)
        step, row = plan.step(ref), decision.rows[ref.step]
        return Link(
            step=ref,
            title=step.title,
            initiative_title=plan.initiatives[ref.initiative].title,
            owner=self.look.office.owner(step, decision.state.step(ref.step)),
            status=row.status,
            finished=row.finished,
            forecast=row.forecast,
        )


def _limit(step: Step, own: StepState, known: Deadline | None, links: _Lookup) -> TracedDeadline | None:
    if step.due is None and step.kind not in HUMAN:
        return None
    going_on = () if own.suspended is None else ((own.suspended, None),)
    return TracedDeadline(
        day=known.day if known else None,
        original=known.original if known else None,
        origin=ORIGINS[type(step.due)],
        written=step.due,
        duration=step.duration,
        anchors=links.of(step.due_anchor),
        extended_to=own.extended_to,
        granted=own.granted,
        moved=own.moved,
        recounted=own.recounted,
        suspended=(*own.excluded, *going_on),
        asked=own.asked,
        judged=own.closed and own.judged is not None,
        known=own.known,
        lapsed=own.lapsed,
    )


ORIGINS: Mapping[type, Origin] = {
    OnDate: Origin.DATE,
    Span: Origin.SPAN,
    Within: Origin.WITHIN,
    Relative: Origin.DISTANCE,
    NoneType: Origin.DURATION,
}
"""Where a deadline comes from, by what stands in the plan."""


def _posts(look: Look, step: Step, state: State, row: StepRow) -> Iterator[str]:
    for waited in awaited(look, step, state, row.status):
        yield from waited.posts if waited.now else ()


def _passed(look: Look, step: Step, state: State, row: StepRow) -> Iterator[str]:
    own, office = state.step(step.id), look.office
    wanted = (post for post in office.reviewers(look.initiative, step, own) if post not in office.agreed(own))
    named: dict[Verb | None, tuple[str, ...]] = {
        Verb.APPROVE: tuple(wanted),
        Verb.GRANT: (office.directory.head(look.initiative.supervisor),),
    }
    for waited in awaited(look, step, state, row.status):
        yield from (post for post in named.get(waited.verb, ()) if post not in waited.posts)


def _next_rung(look: Look, decision: Decision, step: Step) -> NextRung | None:
    rungs = [rung for rung in decision.rungs if rung.step == step.id]
    if not rungs:
        return None
    first = rungs[0]
    people = tuple(dict.fromkeys(rung.recipient for rung in rungs if rung.rung == first.rung))
    every = next((rung.repeat for rung in look.office.rungs[step.ladder] if rung.id == first.rung), 0)
    at, table = decision.timetables[step.id]
    answered = table.rungs.answered
    answered = answered if answered and answered > look.now else None
    return NextRung(first.rung, first.slip, first.moment, people, every, answered, acknowledged(at))


def _waiting(look: Look, step: Step) -> Iterator[StepRef]:
    """Steps here and elsewhere that wait for a step, or for one of their dates."""
    plan = look.office.plan
    for name in dict.fromkeys((look.initiative.id, *plan.downstream.get(step.ref, ()))):
        yield from (other.ref for other in plan.initiatives[name].steps.values() if step.ref in other.waits_for)
