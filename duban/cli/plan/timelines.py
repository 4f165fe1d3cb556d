"""A rehearsal, and two of them side by side, for the terminal, in Chinese."""

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from duban.core.ledger.summary import Light
from duban.core.rehearsing.comparison import Comparison
from duban.core.rehearsing.report import Report
from duban.core.rehearsing.silences import WITHOUT_A_LETTER
from duban.core.telling.whens import unannounced
from duban.core.titles import LIGHT_MARKS, TOTAL_TITLES

SHOWN = 15
"""Lines of a list that is printed in part."""

MARKS = {**{light.name.lower(): LIGHT_MARKS[light] for light in Light if light}, "closed": "✅"}


def told(one: Report) -> Group:
    """A rehearsal: months, people, days, deadlines missed, rungs."""
    return Group(*_told(one))


def _told(one: Report) -> Iterator[RenderableType]:
    yield f"[bold]{escape(one.title)}[/] · 推演　{one.starts} 至 {one.last}　种子 {one.seed}"
    yield from map(unannounced, one.provisional)
    told = f"误期{len(one.missed)}项；通知{one.notices}份，合{one.letters}封信"
    yield f"{one.initiatives}项举措、{one.steps}个事项，{_ending(one)}；{told}"
    yield ""
    yield _months(one)
    yield ""
    yield from _load(one)
    if one.missed:
        yield f"\n[bold]误期事项[/]（{len(one.missed)}项{_part(len(one.missed))}）"
        yield _missed(one)
    if one.silences:
        yield f"\n{_silence(one)}"
    if one.unfinished:
        yield f"\n[bold]始终未办结[/]：{escape('、'.join(map(str, one.unfinished)))}"
    yield "\n[bold]催办层级触发次数[/]"
    yield _rungs(one)


def _ending(one: Report) -> str:
    return f"全部办结于{one.ended}" if one.ended else f"办结{one.done}个"


def _part(count: int) -> str:
    return f"，列出前{SHOWN}项，其余见 --json 或 --html" if count > SHOWN else ""


def _months(one: Report) -> Table:
    table = Table("月份", "启动", "办结", "误期", "通知", *MARKS.values(), box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for month in one.months:
        counts = (month.opened, month.closed, month.missed, month.notices, *(month.lights[name] for name in MARKS))
        table.add_row(f"{month.first:%Y-%m}", *(str(count) if count else "" for count in counts))
    return table


def _load(one: Report) -> Iterator[RenderableType]:
    if not one.people:
        yield "没有通知"
        return
    most = max(one.people, key=lambda load: load.maximum)
    yield (f"每人每工作日通知：平均{one.average:.2f}份，最多{most.maximum}份（{escape(most.title)}，{most.busiest}）")
    table = Table("通知最多的人", "通知", "日均", "一日最多", "哪一天", "合信件", "一日最多", box=None, pad_edge=False)
    for load in one.people[:SHOWN]:
        table.add_row(
            escape(load.title),
            str(load.notices),
            f"{load.average:.2f}",
            str(load.maximum),
            str(load.busiest),
            str(load.letters),
            str(load.most_letters),
        )
    yield table
    days = "，".join(f"{busy.day}（{busy.notices}份，{busy.people}人）" for busy in one.busiest[:5])
    yield f"最忙的日子：{days}"


def _missed(one: Report) -> Table:
    table = Table("时限", "晚", "事项", "承办", "原因", "编号", box=None, pad_edge=False)
    for late in one.missed[:SHOWN]:
        days = f"{late.days}天" if late.finished else "未办结"
        table.add_row(
            str(late.due), days, escape(late.title), escape(late.owner_title), escape(late.reason), str(late.step)
        )
    return table


def _silence(one: Report) -> str:
    """How long somebody was late without a letter, and how often for longer than is right."""
    longest, many = one.silences[0], sum(silence.days > WITHOUT_A_LETTER for silence in one.silences)
    where = f"{longest.days}个工作日（{longest.step}，至{longest.until}）"
    return f"逾期而没有收到通知，最长{where}；超过{WITHOUT_A_LETTER}个工作日的{many}项"


def _rungs(one: Report) -> Table:
    table = Table("层级", "", "单据", "次数", box=None, pad_edge=False)
    for rung in one.rungs:
        table.add_row(escape(rung.title), rung.rung, f"《{rung.name}》", str(rung.times))
    return table


def compared(both: Comparison) -> Group:
    """What the second plan changes, differences first."""
    return Group(*_compared(both))


def _compared(both: Comparison) -> Iterator[RenderableType]:
    yield f"[bold]推演对比[/]：{escape(both.before.title)} → {escape(both.after.title)}　种子 {both.before.seed}"
    yield from _totals(both)
    yield f"\n[bold]完成日期[/]　有变化{len(both.moved)}项，无变化{both.unmoved}项"
    moved = (
        (f"{one.number} {escape(one.title)}", str(one.before or "—"), str(one.after or "—"), _more(one.days, "天"))
        for one in both.moved
    )
    yield from _table(("举措", "原", "现", "差"), moved)
    yield f"\n[bold]误期[/]　有变化{len(both.missed)}项，无变化{both.missed_alike}项"
    missed = (
        (escape(one.title), escape(one.initiative_title), _late(one.before), _late(one.after), escape(one.reason))
        for one in both.missed
    )
    yield from _table(("事项", "举措", "原", "现", "原因"), missed)
    yield f"\n[bold]每人通知[/]　有变化{len(both.people)}人，无变化{both.people_alike}人"
    people = (
        (escape(one.title), f"{one.before}", f"{one.after}", f"{one.maximum_before} → {one.maximum_after}")
        for one in both.people
    )
    yield from _table(("", "原", "现", "一日最多"), people)
    for title, days in (("原", both.busiest_before), ("现", both.busiest_after)):
        yield f"最忙的日子（{title}）：" + "，".join(f"{busy.day}（{busy.notices}份）" for busy in days[:5])


def _totals(both: Comparison) -> Iterator[Table]:
    rows = (
        (TOTAL_TITLES[one.key], f"{one.before:g}", f"{one.after:g}", _more(round(one.after - one.before, 3), ""))
        for one in both.totals
    )
    return _table(("", "原", "现", "差"), rows)


def _more(difference: float | None, unit: str) -> str:
    return "" if not difference else f"{difference:+g}{unit}"


def _late(days: int | None) -> str:
    return "按期" if days is None else f"晚{days}天" if days else "未办结"


def _table(headings: Iterable[str], rows: Iterable[tuple[str, ...]]) -> Iterator[Table]:
    """The first lines of a list; nothing of an empty one."""
    table = Table(*headings, box=None, pad_edge=False)
    lines = list(rows)
    if not lines:
        return
    for line in lines[:SHOWN]:
        table.add_row(*line)
    if len(lines) > SHOWN:
        table.add_row(f"……另有{len(lines) - SHOWN}项，见 --json 或 --html")
    yield table
