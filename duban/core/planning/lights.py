"""红黄绿灯: which rules light a step, by which figures of the bureau, and from which day on.

Four practised rules, each of which a bureau may switch on (`escalation.yaml`): days left, share of time left without
progress, 序时进度 (planned against actual progress), and the forecast. Being late is always red. Each says when its
time comes; nothing here depends on the day but the figures that `lit` adds to the rule it finds.
"""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import ceil, floor
from typing import NamedTuple, Protocol, Self, TypeVar, assert_never

from pydantic import Field, model_validator

from duban.core.days.workdays import WorkCalendar
from duban.core.ledger.keys import StepRef
from duban.core.ledger.notices import Delivery
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import AWAITING_OWNER, CLOSED, AnyRule, Light, Reason, Status
from duban.core.planning.dates import clock, days_late, off_clock
from duban.core.planning.plan import Step, Target
from duban.core.planning.progress import ROUNDING, Course, Knot, path, points, progress
from duban.core.planning.values import Share, Strict
from duban.core.planning.when import LONGEST
from duban.core.problems import Fault, Invalid
from duban.core.texts import Text, english


class Rule(AnyRule):
    """What lights a step: all there are."""

    FAILED = "failed"  # an action failed for good
    LATE = "late"  # the deadline has passed
    UNREVIEWED = "unreviewed"  # so it has, but the work was handed in in time
    EXCEEDED = "exceeded"  # an indicator has passed the ceiling it was to keep
    DAYS_LEFT = "days_left"
    TIME_SHARE = "time_share"
    PACE = "pace"
    FORECAST = "forecast"  # it is expected after its deadline
    DOWNSTREAM = "downstream"  # it is expected too late for what waits for it
    UNANSWERED = "unanswered"


M = TypeVar("M", bound=Strict)

_ORANGE_FIRST = english("orange comes at a smaller share of time left than yellow")
_RED_FIRST = english("yellow comes fewer points behind than red")


def _in_order(rule: M, lower: float, higher: float, order: Text) -> M:
    if lower > higher:
        raise Invalid(
            Fault(
                "lights-out-of-order",
                english("{order}, not {lower} against {higher}", order=order, lower=lower, higher=higher),
                english("exchange the figures"),
            )
        )
    return rule


class DaysLeft(Strict):
    """Yellow from this many working days before the deadline."""

    yellow: int = Field(3, ge=0, description="working days left")


class TimeShare(Strict):
    """Yellow, then orange, at this share of time left without progress."""

    yellow: Share = Field(0.30, description="share of time left, 0 to 1, at which it turns yellow")
    orange: Share = Field(0.15, description="share of time left, 0 to 1, at which it turns orange")

    @model_validator(mode="after")
    def _yellow_comes_first(self) -> Self:
        return _in_order(self, self.orange, self.yellow, _ORANGE_FIRST)


class Pace(Strict):
    """序时进度: points that actual progress may lag behind elapsed time before yellow and before red.

    Progress is told every few days, so that a step of a week is behind by half before anybody could have told any.
    """

    yellow: int = Field(10, ge=0, le=100, description="points behind at which it turns yellow")
    red: int = Field(30, ge=0, le=100, description="points behind at which it turns red")
    from_days: int = Field(
        0, ge=0, le=LONGEST, description="working days from opening to deadline from which on a step is held to it"
    )

    @model_validator(mode="after")
    def _yellow_comes_first(self) -> Self:
        return _in_order(self, self.yellow, self.red, _RED_FIRST)


class Lights(Strict):
    """Which rules light a step; a rule left out is off. Late is always red."""

    days_left: DaysLeft | None = Field(None, description="lit by the working days left")
    time_share: TimeShare | None = Field(None, description="lit by the share of time left without progress")
    pace: Pace | None = Field(None, description="lit by planned against actual progress (序时进度)")
    forecast: bool = Field(False, description="yellow when the forecast passes the deadline")
    unanswered: bool = Field(False, description="orange when the last pressing was not answered")


class _Workplace(Protocol):
    """An office, as far as lights go by it: its working days, and the business date of a moment."""

    @property
    def calendar(self) -> WorkCalendar: ...
    def day(self, moment: datetime, /) -> date: ...


class _Dated(Protocol):
    """A step with what has happened to it and its dates, which is all that lights go by; `Given` says what each is."""

    @property
    def office(self) -> _Workplace: ...
    @property
    def step(self) -> Step: ...
    @property
    def own(self) -> StepState: ...
    @property
    def status(self) -> Status: ...
    @property
    def due(self) -> date | None: ...
    @property
    def latest(self) -> date | None: ...
    @property
    def forecast(self) -> date: ...
    @property
    def root(self) -> StepRef | None: ...


WANTING_ANSWER = frozenset({"press", "supervise"})
DAY = timedelta(days=1)
ALWAYS = date.min


class Turn(NamedTuple):
    """From its `first` day on a rule lights a step."""

    first: date
    light: Light
    rule: Rule


Lit = tuple[Light, Reason | None]


def turns(at: _Dated, rules: Lights) -> tuple[Turn, ...]:
    """What lights a step, now or later, if nothing happens; the first among equally grave ones counts."""
    if at.status in CLOSED or at.status is Status.SUSPENDED:
        return ()
    if at.status is Status.FAILED:
        return (Turn(ALWAYS, Light.RED, Rule.FAILED),)
    found, due = list[Turn](), at.due
    if due is not None:
        found.append(_late(at, due))
        if at.status in AWAITING_OWNER and at.own.opened is not None:
            found += _running_out(at, rules, at.own.opened, due)
    if at.step.target is not None and _exceeded(at.step.target, at.own.value):
        found.append(Turn(ALWAYS, Light.RED, Rule.EXCEEDED))
    if rules.forecast:
        found += foreseen(at)
    if rules.unanswered and at.own.notices and _unanswered(at):
        found.append(Turn(ALWAYS, Light.ORANGE, Rule.UNANSWERED))
    return tuple(found)


def _late(at: _Dated, due: date) -> Turn:
    handed_in = at.own.submitted
    if at.status is Status.REVIEW and handed_in is not None and handed_in <= due:
        return Turn(due + DAY, Light.YELLOW, Rule.UNREVIEWED)
    return Turn(due + DAY, Light.RED, Rule.LATE)


def _running_out(at: _Dated, rules: Lights, opened: date, due: date) -> list[Turn]:
    """The rules that compare the time that is left, or has gone, with what was done."""
    calendar, found = at.office.calendar, list[Turn]()
    spells, last, done = at.own.excluded, calendar.previous_working(due), _done(at)
    end = clock(calendar, spells, opened, due) if spells else due  # its time stands still while it rests
    whole = calendar.between(opened, end)
    if rules.days_left:
        found.append(Turn(calendar.add(last, -rules.days_left.yellow), Light.YELLOW, Rule.DAYS_LEFT))
    if at.step.lasting:
        return found  # nothing is to be done for it, but to keep it
    if rules.time_share and done == 0 and whole > 0:
        for light, share in ((Light.ORANGE, rules.time_share.orange), (Light.YELLOW, rules.time_share.yellow)):
            found.append(Turn(calendar.add(last, -_part(share, whole)), light, Rule.TIME_SHARE))
    if rules.pace and whole >= max(1, rules.pace.from_days):
        along = _course(at, opened, end)
        for light, lag in ((Light.RED, rules.pace.red), (Light.YELLOW, rules.pace.yellow)):
            first = reached_on(calendar, along, done + lag + 1)
            if first is not None:
                first = off_clock(calendar, spells, opened, first) if spells else first
                found.append(Turn(first, light, Rule.PACE))
    return found


def _exceeded(target: Target, value: float | None) -> bool:
    """Whether what was to be kept until the deadline has been passed."""
    return target.ceiling and value is not None and not target.met(value)


def _done(at: _Dated) -> int:
    return at.own.progress if at.step.target is None else progress(at.step, at.own)


def _course(at: _Dated, opened: date, end: date) -> Course:
    """What is planned between opening and end; evenly but for an indicator with a path of its own."""
    return course(opened, end, path(at.step) if at.step.target else ())


def _part(share: float, whole: int) -> int:
    """The whole days within a share of them, whatever the binary fractions make of it."""
    return floor(share * whole + 1e-9)


def foreseen(at: _Dated) -> tuple[Turn, ...]:
    """What lights a step because of what is only expected."""
    due, latest, forecast = at.due, at.latest, at.forecast
    if due is not None and forecast > due:
        return (Turn(ALWAYS, Light.YELLOW, Rule.FORECAST),)
    if latest is not None and at.status is not Status.WAITING and forecast > latest:
        return (Turn(ALWAYS, Light.YELLOW, Rule.DOWNSTREAM),)
    return ()


def _unanswered(at: _Dated) -> bool:
    """Whether a pressing was sent since the present owner last said anything, or was given the step."""
    heard = max(at.own.answered or date.min, at.own.assigned or date.min)
    return any(
        at.office.day(row.queued_at) > heard
        for row in at.own.notices.values()
        if row.slip in WANTING_ANSWER and row.delivery is Delivery.SENT
    )


def lit(at: _Dated, turned: tuple[Turn, ...], today: date) -> Lit:
    """The light of a step on a day, and why: of what `turned` it the gravest, once it is late that alone."""
    gravest: Turn | None = None
    for turn in turned:
        if turn.first > today:
            continue
        if turn.rule in (Rule.LATE, Rule.UNREVIEWED):
            gravest = turn
            break
        if gravest is None or turn.light > gravest.light:
            gravest = turn
    if gravest is not None:
        return gravest.light, _reason(at, gravest.rule, today)
    return Light.OFF if at.status in UNLIT else Light.GREEN, None


UNLIT = CLOSED | {Status.WAITING, Status.SUSPENDED}
"""Where a step stands when it bears no light unless something is amiss."""


def _reason(at: _Dated, rule: Rule, today: date) -> Reason:
    """A rule with its figures on a day."""
    calendar, own = at.office.calendar, at.own
    due, opened = at.due or today, own.opened or today
    match rule:
        case Rule.LATE:
            return Reason(rule, days_late(calendar, due, today, own.excluded), root=at.root)
        case Rule.UNREVIEWED:
            return Reason(rule, days_late(calendar, due, today, own.excluded))
        case Rule.DAYS_LEFT:
            return Reason(rule, calendar.between(today, due))
        case Rule.TIME_SHARE:
            whole = calendar.between(opened, clock(calendar, own.excluded, opened, due))
            return Reason(rule, percent=100 * (whole - calendar.between(today, due)) // whole)
        case Rule.PACE:
            day, end = (clock(calendar, own.excluded, opened, one) for one in (today, due))
            return Reason(rule, percent=points(planned_on(calendar, _course(at, opened, end), day)) - _done(at))
        case Rule.FORECAST:
            days = days_late(calendar, due, at.forecast, own.excluded)
            return Reason(rule, days, forecast=at.forecast, root=at.root)
        case Rule.DOWNSTREAM:
            return Reason(rule, days_late(calendar, at.latest or today, at.forecast), forecast=at.forecast)
        case Rule.FAILED | Rule.UNANSWERED | Rule.EXCEEDED:
            return Reason(rule)
        case _:
            assert_never(rule)


def course(opened: date, due: date, path: Iterable[Knot] = ()) -> Course:
    """Evenly from the opening to the deadline, or by way of the knots of `path`, in order, that lie between them."""
    knots = tuple(path)
    before = [knot for knot in knots if knot[0] <= opened]
    between = [knot for knot in knots if opened < knot[0] < due]
    return (before[-1] if before else (opened, 0.0), *between, (due, 100.0))


def planned_on(calendar: WorkCalendar, along: Course, day: date) -> float:
    """Percent planned by the end of a day."""
    if day <= along[0][0]:
        return along[0][1]
    for (first, low), (last, high) in pairwise(along):
        whole = calendar.between(first, last)
        if day < last:  # over a weekend nothing is planned
            return low + (high - low) * calendar.between(first, day) / whole if whole > 0 else low
    return along[-1][1]


def reached_on(calendar: WorkCalendar, along: Course, percent: int) -> date | None:
    """The first day by whose end so many percent are planned; None when they never are."""
    (opened, low), (due, high) = along[0], along[-1]
    whole = calendar.between(opened, due)
    if percent > high or whole <= 0:
        return None
    if low >= percent:
        return opened
    if len(along) == 2:  # most steps have no path, and every look asks this of every step
        return calendar.add(opened, ceil((percent - low) * whole / (high - low) - ROUNDING))
    days = range(opened.toordinal(), due.toordinal() + 1)

    def reached(day: int) -> bool:
        return points(planned_on(calendar, along, date.fromordinal(day))) >= percent

    return date.fromordinal(days[bisect_left(days, True, key=reached)])
