"""`duban extend --dry-run`: what a later deadline would move, in words and as data. Nothing is stored."""

from collections.abc import Iterable, Iterator

from rich.markup import escape
from rich.table import Table

from duban.cli.output import console, print_json
from duban.core.deciding.commands import Refused, later_day
from duban.core.forecasting.effects import Effects, Shift, Stay, extended
from duban.core.forecasting.forecast import Late, forecast
from duban.core.planning.plan import StepRef
from duban.core.telling.lateness import PlanForecast, lateness
from duban.core.telling.whens import chinese, in_digits, short
from duban.service import Service

Part = Table | str


def show_effects(service: Service, step: StepRef, to: str, *, asked: bool, as_json: bool) -> None:
    """Say what moves when a step is extended to a day, or to the day that was asked for.

    Raises Refused where there is nothing to extend.
    """
    schedule = service.schedule()
    fact = schedule.facts[schedule.place[step]]
    title = service.office.plan.step(step).title
    if step not in forecast(schedule).finish:
        raise Refused("closed", f"“{title}”已办结或者终止，无须延期")
    day = _asked(service, step) if asked and not to else to
    limit = fact.row.due if fact else None
    effects = extended(schedule, step, later_day(day, limit, schedule.today, schedule.calendar))
    if as_json:
        print_json(effects)
        return
    seen = PlanForecast(service.office, schedule, forecast(schedule))
    for part in _parts(seen, effects):
        console().print(part, soft_wrap=isinstance(part, str))


def _asked(service: Service, step: StepRef) -> str:
    """The day that was asked for."""
    own = service.view(step.initiative).state.step(step.step)
    if own.asked is None:
        raise Refused("not-asked", f"“{service.office.plan.step(step).title}”没有待答复的延期申请")
    return own.asked.to.isoformat()


def _parts(seen: PlanForecast, effects: Effects) -> Iterator[Part]:
    title = seen.office.plan.step(effects.step).title
    yield escape(f"“{title}”延期至{chinese(effects.to, seen.office.calendar)}（只作测算，未记入台账）")
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
        yield escape(f"不再误期：{seen.titled(step, effects.step)}")
    for stay in effects.stays:
        yield escape(_stay(seen, effects, stay))


def _shifts(seen: PlanForecast, shifts: Iterable[Shift]) -> Table:
    table = Table("推迟", "原", "现", "名称", "编号", box=None, pad_edge=False)
    for shift in shifts:
        plan = seen.office.plan
        one = plan.step(shift.name) if isinstance(shift.name, StepRef) else plan.initiatives[shift.name]
        days = f"{shift.days}天", *(in_digits(day, seen.office.calendar) for day in (shift.before, shift.after))
        table.add_row(*days, escape(one.title), str(shift.name))
    return table


def _lateness(seen: PlanForecast, heading: str, late: Iterable[Late]) -> Iterator[str]:
    for one in late:
        yield escape(f"{heading}{seen.titled(one.step)}{lateness(seen, one)}")


def _stay(seen: PlanForecast, effects: Effects, stay: Stay) -> str:
    because = f"另等{seen.titled(stay.held_by, stay.step)}" if stay.held_by else "启动日期另有规定"
    ends = f"仍于{short(stay.finish, seen.office.calendar)}完成"
    return f"不受影响：{seen.titled(stay.step, effects.step)}{ends}（{because}）"
