"""The page of one initiative that coordinators read in Prefect: standing, table of steps, picture. Markdown."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import date

from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.ledger.summary import Status, StepRow
from duban.core.telling.chart import gantt
from duban.core.telling.gauges import section
from duban.core.telling.tables import escape
from duban.core.titles import LIGHT_MARKS, LIGHT_TITLES, STATUS_TITLES

DONE_MARK = "✅"
HYPHEN = "\u2011"
"""One at which no line breaks: tables in Prefect are narrow."""


def page(look: Look, decision: Decision) -> str:
    """The whole page."""
    picture = b64encode(gantt(look, decision).encode()).decode()
    return "\n".join(
        [
            *_standing(look, decision),
            "",
            "| 灯 | 事项 | 承办 | 状态 | 时限 | 预计 | 进度 | 说明 |",
            "|---|---|---|---|---|---|---|---|",
            *(_line(look, decision, row) for row in decision.summary.steps),
            "",
            *section(look, decision),
            f"![进度图](data:image/svg+xml;base64,{picture})",
            "",
            "图例：绿＝正常，✅＝已办结，黄＝预警，橙＝催办未应或时间将尽尚无进展，红＝逾期；菱形为节点，红竖线为时限，蓝虚线为当日。",
        ]
    )


def _standing(look: Look, decision: Decision) -> Iterator[str]:
    summary, initiative, people = decision.summary, look.initiative, look.office.directory
    yield f"# {LIGHT_MARKS[summary.light]} {initiative.number} {initiative.title}"
    yield ""
    yield f"**{LIGHT_TITLES[summary.light]}**：{escape(summary.reason)}　**进度** {summary.done}/{summary.total}"
    yield ""
    support = "、".join(people.title(unit) for unit in initiative.support) or "无"
    yield (
        f"牵头 {people.title(initiative.lead)}　配合 {support}　分管 {people.title(initiative.supervisor)}　"
        f"统计日期 {look.today:%Y-%m-%d}"
    )


def _line(look: Look, decision: Decision, row: StepRow) -> str:
    step = look.initiative.steps[row.step]
    owner = look.office.owner(step, decision.state.step(step.id))
    cells = (
        DONE_MARK if row.status is Status.DONE else LIGHT_MARKS[row.light],
        step.title,
        look.office.directory.title(owner),
        STATUS_TITLES[row.status],
        _limit(row),
        _day(row.finished or row.forecast) + ("（办结）" if row.finished else ""),
        f"{row.progress}%",
        row.reason,
    )
    return "| " + " | ".join(escape(cell) for cell in cells) + " |"


def _limit(row: StepRow) -> str:
    if row.due is None:
        return "—"
    moved = row.original_due is not None and row.original_due != row.due
    return f"{_day(row.due)}（原{_day(row.original_due)}）" if moved else _day(row.due)


def _day(day: date | None) -> str:
    return "—" if day is None else f"{day:%m}{HYPHEN}{day:%d}"
