"""红黄绿灯: which rule lights a step, and from which day on.

Four practised rules, each of which a bureau may switch on (`escalation.yaml`): days left, share of time left without
progress, 序时进度 (planned against actual progress), and the forecast. Being late is always red. Each says when its
time comes; nothing here depends on the day but the figures that `lit` adds to the rule it finds.
"""

from datetime import date, timedelta
from math import floor
from typing import NamedTuple, assert_never

from duban.core.deciding.deadlines import clock, days_late, off_clock
from duban.core.deciding.given import Given
from duban.core.deciding.indicators import path
from duban.core.deciding.pace import Course, course, planned_on, points, progress, reached_on
from duban.core.ledger.notices import Delivery
from duban.core.ledger.summary import AWAITING_OWNER, CLOSED, Light, Reason, Rule, Status
from duban.core.planning.plan import Target

WANTING_ANSWER = frozenset({"press", "supervise"})
DAY = timedelta(days=1)
ALWAYS = date.min


class Turn(NamedTuple):
    """From its `first` day on a rule lights a step."""

    first: date
    light: Light
    rule: Rule


Lit = tuple[Light, Reason | None]


def turns(at: Given) -> tuple[Turn, ...]:
    """What lights a step, now or later, if nothing happens; the first among equally grave ones counts."""
    if at.status in CLOSED or at.status is Status.SUSPENDED:
        return ()
    if at.status is Status.FAILED:
        return (Turn(ALWAYS, Light.RED, Rule.FAILED),)
    found, rules, due = list[Turn](), at.office.policy.lights, at.due
    if due is not None:
        found.append(_late(at, due))
        if at.status in AWAITING_OWNER and at.own.opened is not None:
            found += _running_out(at, at.own.opened, due)
    if at.step.target is not None and _exceeded(at.step.target, at.own.value):
        found.append(Turn(ALWAYS, Light.RED, Rule.EXCEEDED))
    if rules.forecast:
        found += foreseen(at)
    if rules.unanswered and at.own.notices and _unanswered(at):
        found.append(Turn(ALWAYS, Light.ORANGE, Rule.UNANSWERED))
    return tuple(found)


def _late(at: Given, due: date) -> Turn:
    handed_in = at.own.submitted
    if at.status is Status.REVIEW and handed_in is not None and handed_in <= due:
        return Turn(due + DAY, Light.YELLOW, Rule.UNREVIEWED)
    return Turn(due + DAY, Light.RED, Rule.LATE)


def _running_out(at: Given, opened: date, due: date) -> list[Turn]:
    """The rules that compare the time that is left, or has gone, with what was done."""
    rules, calendar, found = at.office.policy.lights, at.office.calendar, list[Turn]()
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


def _done(at: Given) -> int:
    return at.own.progress if at.step.target is None else progress(at.step, at.own)


def _course(at: Given, opened: date, end: date) -> Course:
    """What is planned between opening and end; evenly but for an indicator with a path of its own."""
    return course(opened, end, path(at.step) if at.step.target else ())


def _part(share: float, whole: int) -> int:
    """The whole days within a share of them, whatever the binary fractions make of it."""
    return floor(share * whole + 1e-9)


def foreseen(at: Given) -> tuple[Turn, ...]:
    """What lights a step because of what is only expected."""
    due, latest, forecast = at.due, at.latest, at.forecast
    if due is not None and forecast > due:
        return (Turn(ALWAYS, Light.YELLOW, Rule.FORECAST),)
    if latest is not None and at.status is not Status.WAITING and forecast > latest:
        return (Turn(ALWAYS, Light.YELLOW, Rule.DOWNSTREAM),)
    return ()


def _unanswered(at: Given) -> bool:
    """Whether a pressing was sent since the present owner last said anything, or was given the step."""
    heard = max(at.own.answered or date.min, at.own.assigned or date.min)
    return any(
        at.office.day(row.queued_at) > heard
        for row in at.own.notices.values()
        if row.slip in WANTING_ANSWER and row.delivery is Delivery.SENT
    )


def lit(at: Given, turned: tuple[Turn, ...], today: date) -> Lit:
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


def _reason(at: Given, rule: Rule, today: date) -> Reason:
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
