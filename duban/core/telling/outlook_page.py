"""The page of the whole plan's forecast that coordinators read in Prefect: late first, then what has little room."""

from collections.abc import Iterator
from datetime import date

from duban.core.deciding.chances import Chance
from duban.core.planning.plan import Plan, Section, StepRef
from duban.core.telling.lateness import Prospect, lateness, short
from duban.core.telling.tables import as_markdown, escape

LITTLE_ROOM = 5
"""Working days of slack up to which a step is listed."""

FOREMOST = 10
"""How many of the most critical steps are listed."""


def outlook_page(seen: Prospect) -> str:
    """The whole page, in Markdown; chances are shown where they were drawn."""
    return "\n".join([*_head(seen), *_sections(seen), *_critical(seen), *_endings(seen)])


def without_forecast(plan: Plan, reason: str) -> str:
    """What stands in its place when the plan cannot be forecast."""
    return f"# 全局预测　{escape(plan.title)}\n\n有事项预计晚于工作日历所及，无法预测：{escape(reason)}"


def _head(seen: Prospect) -> Iterator[str]:
    told, today = seen.forecast, seen.schedule.today
    yield f"# 全局预测　{escape(seen.office.plan.title)}"
    yield ""
    yield f"统计日期 {today}　未办结 {len(told.finish)} 项　**预计误期 {len(told.late)} 项**"
    yield ""
    if not told.late:
        yield "预计全部事项都能按时办结。"
        yield ""


def _sections(seen: Prospect) -> Iterator[str]:
    """For each section the steps that will be late, worst first, then those with little room."""
    for section in seen.office.plan.sections:
        rows = [_row(seen, ref) for ref in _listed(seen, section)]
        if rows:
            yield f"## {section.number} {escape(section.title)}"
            yield ""
            yield as_markdown(("机动", "时限", "预计", "八成把握", "按期", "事项", "说明"), rows)
            yield ""


def _listed(seen: Prospect, section: Section) -> list[StepRef]:
    told, initiatives = seen.forecast, seen.office.plan.initiatives
    late = {one.step: one.days for one in told.late}
    here = (ref for ref in told.finish if initiatives[ref.initiative].section == section.id)
    listed = [ref for ref in here if ref in late or (told.slack[ref] <= LITTLE_ROOM and _under_way(seen, ref))]
    return sorted(listed, key=lambda ref: (-late.get(ref, 0), told.slack[ref]))


def _under_way(seen: Prospect, ref: StepRef) -> bool:
    """Whether a step has opened or waits for others; one that waits for its day alone can be left until then."""
    fact = seen.schedule.facts[seen.schedule.place[ref]]
    return ref in seen.forecast.held_by or (fact is not None and fact.row.opened is not None)


def _row(seen: Prospect, ref: StepRef) -> tuple[str, ...]:
    told, late = seen.forecast, next((one for one in seen.forecast.late if one.step == ref), None)
    chance = seen.chances.of.get(ref) if seen.chances else None
    before = told.chain(ref)[0]
    waits = f"前有{seen.titled(before, ref)}未完" if before != ref else ""
    return (
        f"晚{late.days}天" if late else f"{told.slack[ref]}天",
        _day(told.due.get(ref)),
        _day(told.finish[ref]),
        _day(chance.p80 if chance else None),
        _share(chance.kept if chance else None),
        seen.titled(ref),
        lateness(seen, late) if late else waits,
    )


def _critical(seen: Prospect) -> Iterator[str]:
    """The steps on which most hangs."""
    foremost = [one for one in seen.chances.steps[:FOREMOST] if one.critical > 0] if seen.chances else []
    if foremost:
        yield "## 最关键的事项"
        yield ""
        rows = [_critical_row(seen, one) for one in foremost]
        yield as_markdown(("关键度", "五成把握", "八成把握", "事项", "承办"), rows)
        yield ""


def _critical_row(seen: Prospect, one: Chance) -> tuple[str, ...]:
    return _share(one.critical), _day(one.p50), _day(one.p80), seen.titled(one.step), seen.owner(one.step)


def _endings(seen: Prospect) -> Iterator[str]:
    """When each initiative is expected to end."""
    if not seen.forecast.ends:
        return
    drawn = {one.initiative: one for one in seen.chances.initiatives} if seen.chances else {}
    yield "## 各项举措"
    yield ""
    rows = []
    for name, end in seen.forecast.ends.items():
        initiative, one = seen.office.plan.initiatives[name], drawn.get(name)
        chances = (_day(one.p50), _day(one.p80), _share(one.kept)) if one else ("—", "—", "—")
        rows.append((f"{initiative.number} {initiative.title}", _day(end), *chances, _left(seen, name)))
    yield as_markdown(("举措", "预计", "五成把握", "八成把握", "全部按期", "未办结"), rows)
    yield ""
    yield "“机动”是各项时限都不误的前提下可以推迟的工作日；“关键度”是抽样中一推迟就影响举措办结的比例。"
    yield f"误期的事项在前，其后是在办而机动不超过{LITTLE_ROOM}个工作日的。"


def _left(seen: Prospect, initiative: str) -> str:
    return f"{sum(ref.initiative == initiative for ref in seen.forecast.finish)} 项"


def _day(day: date | None) -> str:
    return short(day) if day else "—"


def _share(share: float | None) -> str:
    return "—" if share is None else f"{share:.0%}"
