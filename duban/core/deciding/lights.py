"""红黄绿灯: why a step is lit as it is, and on which day time alone would light it otherwise.

Four practised rules, each of which a bureau may switch on (`escalation.yaml`): days left, share of time left without
progress, 序时进度 (planned against actual progress), and the forecast. Being late is always red.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from math import floor
from typing import NamedTuple

from duban.core.days.workdays import WorkCalendar
from duban.core.deciding.pace import Course, course, planned_on, points, reached_on
from duban.core.ledger.summary import AWAITING_OWNER, CLOSED, Light, Status
from duban.core.planning.policy import Lights, Pace


class Standing(NamedTuple):
    """What the light of a step depends on. `latest` is the last day on which it may end without making others late.

    A named tuple, because every look makes one for every step, and a dataclass takes five times as long to make.
    """

    status: Status
    opened: date | None
    due: date | None
    submitted: date | None
    progress: int
    forecast: date
    latest: date | None
    unanswered: bool
    """Whether a pressing was sent that nobody has answered."""
    cause: str = ""
    """The first step of its critical chain that is not over, in words, where the step is late because of it."""
    path: Course = ()
    """What is planned between opening and deadline, in percent; evenly without it."""


Lit = tuple[Light, str]
OFF: Lit = (Light.OFF, "")


def light(rules: Lights, calendar: WorkCalendar, at: Standing, today: date) -> Lit:
    """The light of a step on a day and the reason, in Chinese; the gravest rule wins, the first among equals."""
    if at.status in CLOSED or at.status is Status.SUSPENDED:
        return OFF
    if at.status is Status.FAILED:
        return Light.RED, "自动事项执行失败，需人工处理"
    gravest = OFF if at.status is Status.WAITING else (Light.GREEN, "正常推进")
    for lit in _rules(rules, calendar, at, today):
        if lit[0] > gravest[0]:
            gravest = lit
    return gravest


def _rules(rules: Lights, calendar: WorkCalendar, at: Standing, today: date) -> Iterator[Lit]:
    if at.due is not None and today > at.due:
        yield _late(calendar, at, at.due, today)
        return
    if at.due is not None and at.status in AWAITING_OWNER and at.opened is not None:
        left, whole = calendar.between(today, at.due), calendar.between(at.opened, at.due)
        yield from _time_running_out(rules, at.progress, left, whole)
        if rules.pace and whole >= max(1, rules.pace.from_days):
            along = course(at.opened, at.due, at.path)
            yield from _behind(rules.pace, points(planned_on(calendar, along, today)) - at.progress)
    if rules.forecast:
        yield _forecast(calendar, at)
    if rules.unanswered and at.unanswered:
        yield Light.ORANGE, "催办后尚未回应"


def _late(calendar: WorkCalendar, at: Standing, due: date, today: date) -> Lit:
    days = days_late(calendar, due, today)
    if at.status is Status.REVIEW and at.submitted is not None and at.submitted <= due:
        return Light.YELLOW, f"按时报送，待审核，已过时限{days}个工作日"
    return Light.RED, f"已逾期{days}个工作日" + (f"，{at.cause}" if at.cause else "")


def days_late(calendar: WorkCalendar, limit: date, day: date) -> int:
    """Working days from a limit to a later day; late by days off alone is late by one."""
    return max(1, calendar.between(limit, day))


def _time_running_out(rules: Lights, progress: int, left: int, whole: int) -> Iterator[Lit]:
    """`left` of `whole` working days remain."""
    if rules.days_left and left <= rules.days_left.yellow:
        yield Light.YELLOW, f"距时限{left}个工作日" if left else "今日到期"
    if whole <= 0:
        return
    if rules.time_share and progress == 0:
        said = f"时间已过{100 * (whole - left) // whole}%，尚无进展"
        if left <= _part(rules.time_share.orange, whole):
            yield Light.ORANGE, said
        elif left <= _part(rules.time_share.yellow, whole):
            yield Light.YELLOW, said


def _behind(pace: Pace, behind: int) -> Iterator[Lit]:
    """Progress is so many points behind what is planned."""
    if behind > pace.red:
        yield Light.RED, f"进度落后序时{behind}个百分点"
    elif behind > pace.yellow:
        yield Light.YELLOW, f"进度落后序时{behind}个百分点"


def _forecast(calendar: WorkCalendar, at: Standing) -> Lit:
    if at.due is not None and at.forecast > at.due:
        days = days_late(calendar, at.due, at.forecast)
        because = f"{at.cause}，" if at.cause else ""
        return Light.YELLOW, f"{because}预计{_chinese(at.forecast)}完成，晚{days}个工作日"
    if at.latest is not None and at.status is not Status.WAITING and at.forecast > at.latest:
        days = days_late(calendar, at.latest, at.forecast)
        return Light.YELLOW, f"预计{_chinese(at.forecast)}完成，将使后续事项晚{days}个工作日"
    return OFF


def changes(rules: Lights, calendar: WorkCalendar, at: Standing) -> Iterator[date]:
    """Days on which the passing of time may light the step otherwise (some may turn out not to)."""
    if at.status is Status.SUSPENDED or at.due is None:
        return
    yield at.due + timedelta(days=1)
    if at.opened is not None and at.status in AWAITING_OWNER:
        yield from _thresholds(rules, calendar, at, at.due, at.opened)


def _thresholds(rules: Lights, calendar: WorkCalendar, at: Standing, due: date, opened: date) -> Iterator[date]:
    whole, last = calendar.between(opened, due), calendar.previous_working(due)
    if rules.days_left:
        yield calendar.add(last, -rules.days_left.yellow)
    if whole <= 0:
        return
    if rules.time_share and at.progress == 0:
        for share in (rules.time_share.yellow, rules.time_share.orange):
            yield calendar.add(last, -_part(share, whole))
    if rules.pace and whole >= rules.pace.from_days:
        for lag in (rules.pace.yellow, rules.pace.red):
            turns = reached_on(calendar, course(opened, due, at.path), at.progress + lag + 1)
            if turns is not None:
                yield turns


def _part(share: float, whole: int) -> int:
    """The whole days within a share of them, whatever the binary fractions make of it."""
    return floor(share * whole + 1e-9)


def _chinese(day: date) -> str:
    return f"{day.month}月{day.day}日"
