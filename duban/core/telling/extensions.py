"""What a later deadline would move, in words: for whoever asks for it, or grants it, before anything is stored."""

from collections.abc import Iterable, Iterator

from duban.core.deciding.commands import Refused, later_day
from duban.core.deciding.office import Office
from duban.core.forecasting.effects import Effects, Shift, Stay, extended
from duban.core.forecasting.forecast import Late, forecast
from duban.core.forecasting.schedule import Schedule
from duban.core.planning.plan import StepRef
from duban.core.telling.lateness import PlanForecast, lateness
from duban.core.telling.whens import chinese, in_digits, short

SHIFTED = ("推迟", "原", "现", "名称", "编号")
"""What a table of shifts is headed by."""

Rows = tuple[tuple[str, ...], ...]
"""Cells of such a table."""


def effects_of(office: Office, schedule: Schedule, step: StepRef, to: str) -> tuple[PlanForecast, Effects]:
    """What moves when a step is extended to a day; raises Refused where there is nothing to extend, or no such day."""
    told, fact = forecast(schedule), schedule.facts[schedule.place[step]]
    if step not in told.finish:
        raise Refused("closed", f"“{office.plan.step(step).title}”已办结或者终止，无须延期")
    limit = fact.row.due if fact else None
    effects = extended(schedule, step, later_day(to, limit, schedule.today, schedule.calendar))
    return PlanForecast(office, schedule, told), effects


def effects_in_words(seen: PlanForecast, effects: Effects) -> Iterator[str | Rows]:
    """Sentences, and tables of what shifts after the sentence that announces them."""
    title = seen.office.plan.step(effects.step).title
    yield f"“{title}”延期至{chinese(effects.to, seen.office.calendar)}（只作测算，未记入台账）"
    if not effects.steps:
        yield "预计完成日不变，不影响其他事项"
    else:
        yield f"预计完成日推迟的{len(effects.steps)}项："
        yield _shifts(seen, effects.steps)
    if effects.initiatives:
        yield "办结日推迟的举措："
        yield _shifts(seen, effects.initiatives)
    if effects.deadlines:
        yield "随之变动的时限："
        yield _shifts(seen, effects.deadlines)
    yield from _lateness(seen, "将误期：", effects.late)
    yield from _lateness(seen, "误期加重：", effects.later)
    for step in effects.in_time:
        yield f"不再误期：{seen.titled(step, effects.step)}"
    for stay in effects.stays:
        yield _stay(seen, effects, stay)


def _shifts(seen: PlanForecast, shifts: Iterable[Shift]) -> Rows:
    plan, calendar = seen.office.plan, seen.office.calendar
    rows = []
    for shift in shifts:
        one = plan.step(shift.name) if isinstance(shift.name, StepRef) else plan.initiatives[shift.name]
        before, after = (in_digits(day, calendar) for day in (shift.before, shift.after))
        rows.append((f"{shift.days}天", before, after, one.title, str(shift.name)))
    return tuple(rows)


def _lateness(seen: PlanForecast, heading: str, late: Iterable[Late]) -> Iterator[str]:
    for one in late:
        yield f"{heading}{seen.titled(one.step)}{lateness(seen, one)}"


def _stay(seen: PlanForecast, effects: Effects, stay: Stay) -> str:
    because = f"另等{seen.titled(stay.held_by, stay.step)}" if stay.held_by else "启动日期另有规定"
    ends = f"仍于{short(stay.finish, seen.office.calendar)}完成"
    return f"不受影响：{seen.titled(stay.step, effects.step)}{ends}（{because}）"
