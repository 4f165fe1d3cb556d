"""Indicators in words, and their part of an initiative's page."""

from base64 import b64encode
from collections.abc import Iterator, Mapping

from duban.core.deciding.decide import Decision
from duban.core.deciding.indicators import Gauge, gauge
from duban.core.deciding.office import Look
from duban.core.planning.plan import Step
from duban.core.telling.tables import escape
from duban.core.telling.trend import trend
from duban.core.telling.whens import chinese

SOURCES: Mapping[str, str] = {"csv": "表格", "sql": "数据库", "http": "接口"}
EVERY: Mapping[str, str] = {"day": "每日", "week": "每周", "month": "每月"}


def gauge_of(look: Look, decision: Decision, step: Step) -> Gauge | None:
    """How an indicator stands; None for another kind of step."""
    limit = decision.deadlines[step.id]
    return gauge(look, step, decision.state.step(step.id), limit.day if limit else None)


def section(look: Look, decision: Decision) -> Iterator[str]:
    """The lines about an initiative's indicators, in Markdown; none where it has none."""
    gauges = [(step, found) for step in look.initiative.steps.values() if (found := gauge_of(look, decision, step))]
    if not gauges:
        return
    yield "## 指标"
    yield ""
    for step, one in gauges:
        yield f"- **{escape(step.title)}**<br>{escape(f'{in_words(one)}；{source(one)}')}"
    yield ""
    drawn = [(step, one) for step, one in gauges if one.values or one.course]
    for step, one in drawn:
        picture = b64encode(trend(step.title, one, look.today).encode()).decode()
        yield f"![{escape(step.title)}](data:image/svg+xml;base64,{picture})"
        yield ""
    if drawn:
        yield "图例：灰虚线＝序时应达，蓝线＝实际，红线＝目标，蓝虚线为当日。"
        yield ""


def amount(value: float) -> str:
    """A value that was computed, to one place."""
    return f"{round(value, 1):g}"


def source(one: Gauge) -> str:
    """Where the values come from, and since when that has not worked."""
    if one.by is None or one.every is None:
        return "填报"
    failed = f"（{one.failed}起取数失败）" if one.failed else ""
    return f"{EVERY[one.every]}取自{SOURCES[one.by]}{failed}"


def in_words(one: Gauge) -> str:
    """An indicator in one sentence: 目标200件，6月3日达110件（10%），今日应达150件（50%）."""
    if one.kept is not None:
        found = "尚无数值" if one.value is None else f"{chinese(one.on)}为{one.value:g}{one.unit}"
        return f"上限{one.target:g}{one.unit}，{found}" + ("" if one.kept else "，已突破")
    reached = "尚无数值" if one.value is None else f"{chinese(one.on)}达{one.value:g}{one.unit}（{one.share}%）"
    planned = "" if one.planned is None else f"，今日应达{amount(one.planned)}{one.unit}（{one.planned_share}%）"
    return f"目标{one.target:g}{one.unit}{'以内' if one.at_most else ''}，{reached}{planned}"
