"""The page of the whole plan's forecast that coordinators read in Prefect: late first, then what has little room."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from duban.core.forecasting.chances import Chance, Ending
from duban.core.planning.plan import Plan, Section, StepRef
from duban.core.telling.lateness import PlanForecast, lateness
from duban.core.telling.links import patrol_key, to_initiative, to_page
from duban.core.telling.tables import Lines, escape, folded, of_lines
from duban.core.telling.whens import chinese, short

LITTLE_ROOM = 5
"""Working days of slack up to which a step is listed."""

FOREMOST = 10
"""How many of the most critical steps are listed."""


def outlook_page(seen: PlanForecast) -> str:
    """The whole page, in Markdown; chances are shown where they were drawn."""
    return "\n".join([*_head(seen), *_sections(seen), *_critical(seen), *_endings(seen)])


def without_forecast(plan: Plan, reason: str) -> str:
    """What stands in its place when the plan cannot be forecast."""
    return f"# 全局预测　{escape(plan.title)}\n\n有事项预计晚于工作日历所及，无法预测：{escape(reason)}"


def _head(seen: PlanForecast) -> Iterator[str]:
    told, today = seen.forecast, seen.schedule.today
    yield f"# 全局预测　{escape(seen.office.plan.title)}"
    yield ""
    yield f"统计日期 {chinese(today)}　未办结 {len(told.finish)} 项　**预计误期 {len(told.late)} 项**"
    yield ""
    yield to_page("巡查", patrol_key(seen.office.plan))
    yield ""
    if not told.late:
        yield "预计全部事项都能按时办结。"
        yield ""


def _sections(seen: PlanForecast) -> Iterator[str]:
    """For each section the steps that will be late, worst first; those with little room folded away."""
    late = {one.step: one for one in seen.forecast.late}
    for section in seen.office.plan.sections:
        listed = _listed(seen, section)
        if listed:
            yield f"## {escape(section.heading)}"
            yield ""
            if here := [ref for ref in listed if ref in late]:
                yield from (_table(seen, here), "")
            tight = [ref for ref in listed if ref not in late]
            title = f"在办而机动不超过{LITTLE_ROOM}个工作日的事项（{len(tight)}项）"
            yield from folded(title, [_table(seen, tight)] if tight else [])


def _table(seen: PlanForecast, steps: Iterable[StepRef]) -> str:
    return of_lines(("事项", "机动、把握", "时限、预计完成日"), [_row(seen, ref) for ref in steps])


def _listed(seen: PlanForecast, section: Section) -> list[StepRef]:
    told, initiatives = seen.forecast, seen.office.plan.initiatives
    late = {one.step: one.days for one in told.late}
    here = (ref for ref in told.finish if initiatives[ref.initiative].section == section.id)
    listed = [ref for ref in here if ref in late or (told.slack[ref] <= LITTLE_ROOM and _under_way(seen, ref))]
    return sorted(listed, key=lambda ref: (-late.get(ref, 0), told.slack[ref]))


def _under_way(seen: PlanForecast, ref: StepRef) -> bool:
    """Whether a step has opened or waits for others; one that waits for its day alone can be left until then."""
    fact = seen.schedule.facts[seen.schedule.place[ref]]
    return ref in seen.forecast.held_by or (fact is not None and fact.row.opened is not None)


def _row(seen: PlanForecast, ref: StepRef) -> Sequence[Lines]:
    told, late = seen.forecast, next((one for one in seen.forecast.late if one.step == ref), None)
    chance = seen.chances.of.get(ref) if seen.chances else None
    before = told.chain(ref)[0]
    waits = f"前有{seen.titled(before, ref)}未完" if before != ref else ""
    return (
        (escape(seen.titled(ref)), escape(lateness(seen, late) if late else waits)),
        (f"晚{late.days}天" if late else f"机动{told.slack[ref]}天", _share("按期", chance.kept if chance else None)),
        (
            _day(seen, "时限", told.due.get(ref)),
            _day(seen, "预计", told.finish[ref]),
            _day(seen, "八成", chance.p80 if chance else None),
        ),
    )


def _critical(seen: PlanForecast) -> Iterator[str]:
    """The steps on which most hangs."""
    foremost = [one for one in seen.chances.steps[:FOREMOST] if one.critical > 0] if seen.chances else []
    if foremost:
        yield "## 最关键的事项"
        yield ""
        yield of_lines(("事项", "关键度　", "五成、八成把握"), [_critical_row(seen, one) for one in foremost])
        yield ""


def _critical_row(seen: PlanForecast, one: Chance) -> Sequence[Lines]:
    return (
        (escape(seen.titled(one.step)), escape(seen.owner(one.step))),
        (_share("", one.critical),),
        (_day(seen, "五成", one.p50), _day(seen, "八成", one.p80)),
    )


def _endings(seen: PlanForecast) -> Iterator[str]:
    """When each initiative is expected to end."""
    if not seen.forecast.ends:
        return
    drawn = {one.initiative: one for one in seen.chances.initiatives} if seen.chances else {}
    rows = [_ending(seen, name, end, drawn.get(name)) for name, end in seen.forecast.ends.items()]
    yield "## 各项举措"
    yield ""
    table = of_lines(("举措", "全部按期", "预计完成日　"), rows)
    yield from folded(f"各项举措预计何时办结（{len(rows)}项）", [table])
    yield "“机动”是各项时限都不误的前提下可以推迟的工作日；“五成”“八成”是有五成、八成把握完成的日期；"
    yield "“关键度”是抽样中一推迟就影响举措办结的比例。"
    yield f"误期的事项在前，其后是在办而机动不超过{LITTLE_ROOM}个工作日的。"


def _ending(seen: PlanForecast, name: str, end: date, one: Ending | None) -> Sequence[Lines]:
    initiative = seen.office.plan.initiatives[name]
    days = (_day(seen, "五成", one.p50), _day(seen, "八成", one.p80)) if one else ()
    return (
        (to_initiative(seen.office.plan, initiative), f"未办结 {_left(seen, name)}"),
        (_share("", one.kept if one else None) or "—",),
        (_day(seen, "预计", end), *days),
    )


def _left(seen: PlanForecast, initiative: str) -> str:
    return f"{sum(ref.initiative == initiative for ref in seen.forecast.finish)} 项"


def _day(seen: PlanForecast, word: str, day: date | None) -> str:
    return f"{word} {short(day, seen.office.calendar)}" if day else ""


def _share(word: str, share: float | None) -> str:
    return "" if share is None else f"{word}{share:.0%}"
