"""The page of one initiative that coordinators read in Prefect: standing, what is amiss, picture, steps. Markdown.

Prefect gives a page the width of some forty Chinese characters, and a telephone half of that. So there are lists, a
table of two columns, and no cell that could break at every character.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.ledger.summary import Light, Status, StepRow
from duban.core.telling.chart import LEGEND, gantt
from duban.core.telling.gauges import section
from duban.core.telling.lines import BoardLine, by_date, closed, gravest, group_title, lines
from duban.core.telling.links import forecast_key, patrol_key, to_deployment, to_page
from duban.core.telling.reasons import reason_of, reason_of_all
from duban.core.telling.tables import escape, folded, of_lines
from duban.core.telling.waits import waiting_for
from duban.core.telling.whens import chinese, short, unannounced
from duban.core.titles import LIGHT_MARKS, LIGHT_TITLES, REMARK_TITLES, STATUS_TITLES

DONE_MARK = "✅"
SPACE = "　"
UNITS_NAMED, STEPS_NAMED = 6, 3
"""How many units, and how many waiting steps, are named before the rest is only counted."""

FIRST, NEXT = 5, 6
"""How many of the steps that are amiss, and of those to come, are listed before the rest is folded away."""


def page(look: Look, decision: Decision) -> str:
    """The whole page, as it stands in Prefect."""
    plan = look.office.plan
    links = [
        to_page("巡查", patrol_key(plan)),
        to_page("全局预测", forecast_key(plan)),
        to_deployment("运行和填报", plan, look.initiative),
    ]
    return "\n".join([*_head(look, decision), SPACE.join(links), "", *_body(look, decision)])


def bulletin(look: Look, decision: Decision) -> str:
    """The same as a paper of its own, without links to other pages."""
    return "\n".join([*_head(look, decision), *_body(look, decision)])


def described(look: Look, decision: Decision) -> str:
    """What an initiative's page is called in Prefect's lists: number, title, light and progress."""
    summary, initiative = decision.summary, look.initiative
    return escape(f"{initiative.number} {initiative.title}{SPACE}{lit(summary.light)} {summary.done}/{summary.total}")


def lit(light: Light) -> str:
    """A light as mark and word."""
    return f"{LIGHT_MARKS[light]}{LIGHT_TITLES[light]}"


def _head(look: Look, decision: Decision) -> Iterator[str]:
    summary, initiative, people = decision.summary, look.initiative, look.office.directory
    yield f"# {LIGHT_MARKS[summary.light]} {initiative.number} {escape(initiative.title)}"
    yield ""
    light = f"**{LIGHT_TITLES[summary.light]}**：" if summary.light else ""
    yield f"{light}{escape(reason_of_all(look.office, summary))}"
    yield ""
    support = "、".join(people.title(unit) for unit in initiative.support) or "无"
    who = f"牵头：{people.titles(initiative.leads)}；配合：{support}；分管：{people.title(initiative.supervisor)}"
    done = f"**进度** {summary.done}/{summary.total}{SPACE}**统计日期** {chinese(look.today)}"
    yield f"{done}<br>{escape(who)}"
    yield ""


def _body(look: Look, decision: Decision) -> Iterator[str]:
    found = lines(look, decision)
    yield from _amiss(look, decision, gravest(found))
    picture = b64encode(gantt(look, found).encode()).decode()
    yield from (f"![进度图](data:image/svg+xml;base64,{picture})", "", LEGEND, "")
    plan, guessed = look.office.plan, look.calendar.provisional_years
    for year in range(plan.starts.year, plan.ends.year + 1):
        yield from (f"{unannounced(year)}。", "") if year in guessed else ()
    yield from _open(look, decision, by_date(line for line in found if not line.waiting and not line.amiss))
    yield from section(look, decision)
    yield from _remarks(look, decision)
    yield from _to_come(look, decision, by_date(line for line in found if line.waiting))
    yield from _closed(look, decision, closed(found))


# What is amiss -------------------------------------------------------------------------------------------------------


def _amiss(look: Look, decision: Decision, found: Sequence[BoardLine]) -> Iterator[str]:
    """What is yellow, orange or red, the gravest first; what is more than can be seen to at once is folded away."""
    if found:
        yield f"## 须先处理（{len(found)}项）"
        yield ""
        told = ["- " + "<br>".join(_matter(look, decision, line)) for line in found]
        yield from (*told[:FIRST], "")
        yield from folded(f"其次处理（{len(told) - FIRST}项）", told[FIRST:])


def _matter(look: Look, decision: Decision, line: BoardLine) -> Iterator[str]:
    """A line at which something is amiss: what, who and how late, what waits for it."""
    count = _whose(look, decision, line) if line.folded else ""  # else the next line says who
    yield f"{LIGHT_MARKS[line.light]} **{LIGHT_TITLES[line.light]}{SPACE}{escape(line.title)}**{escape(count)}"
    alike: dict[tuple[object, ...], list[StepRow]] = {}
    for row in line.amiss:
        alike.setdefault((row.light, row.status, row.due, row.reason), []).append(row)
    for rows in alike.values():
        yield escape(f"{_named(look, decision, rows)}：{'，'.join(_why(look, rows))}")
    if others := [row for row in line.open if row not in line.amiss]:
        yield escape(f"其余未办结：{_named(look, decision, others)}")
    waiting = dict.fromkeys(
        title for row in line.amiss for title in waiting_for(look, decision, look.initiative.steps[row.step])
    )
    if waiting:
        yield escape(f"等它的：{_some(tuple(waiting), STEPS_NAMED, '项')}")


def _why(look: Look, rows: Sequence[StepRow]) -> Iterator[str]:
    first, expected = rows[0], max((row.forecast for row in rows if row.forecast), default=None)
    told = first.reason is not None and first.reason.forecast is not None
    ends = "" if told else _said(look, "预计", expected)
    reason = reason_of(look.office, look.initiative.id, first)
    yield from filter(None, (STATUS_TITLES[first.status], *_limits(look, first), ends, reason))


def _limits(look: Look, row: StepRow) -> tuple[str, str]:
    """The deadline, and the original one beside a later one."""
    moved = row.original_due != row.due
    return _said(look, "时限", row.due), _said(look, "原时限", row.original_due) if moved else ""


# The steps -----------------------------------------------------------------------------------------------------------


def _open(look: Look, decision: Decision, found: Sequence[BoardLine]) -> Iterator[str]:
    """What is under way and in order."""
    if found:
        yield f"## 在办的事项（{len(found)}项）"
        yield ""
        rows = [(tuple(_standing(look, decision, line)), tuple(_dates(look, line))) for line in found]
        yield of_lines(("事项", "时限、预计完成日"), rows)
        yield ""


def _standing(look: Look, decision: Decision, line: BoardLine) -> Iterator[str]:
    """Title; status and progress; who, or how many and which of the units."""
    worst = line.worst
    yield f"{LIGHT_MARKS[worst.light]} {escape(line.title)}"
    progress = f" {worst.progress}%" if worst.progress else ""
    who = _of_units(look, decision, line) if line.folded else _named(look, decision, line.rows)
    yield f"{STATUS_TITLES[worst.status]}{progress}{SPACE}{escape(who)}"


def _of_units(look: Look, decision: Decision, line: BoardLine) -> str:
    """`各区 12/16，未办结：东区、西区`: how many are done, and who is not where some are."""
    missing = f"，未办结：{_named(look, decision, line.open)}" if line.done else ""
    return f"{group_title(line, look.office.directory)} {line.done}/{len(line.rows)}{missing}"


def _dates(look: Look, line: BoardLine) -> Iterator[str]:
    yield from _limits(look, line.worst)
    yield _said(look, "预计", line.ends)


def _remarks(look: Look, decision: Decision) -> Iterator[str]:
    """What leaders instructed and other units advised about steps that go on, the newest first."""
    going_on = [step for name, step in look.initiative.steps.items() if not decision.state.step(name).closed]
    found = [(one, step) for step in going_on for one in decision.state.step(step.id).remarks]
    if found:
        yield "## 批示、意见和催办"
        yield ""
        for one, step in sorted(found, key=lambda pair: pair[0].on, reverse=True):
            who = f"{look.office.directory.title(one.by)}{REMARK_TITLES[one.kind]}"
            yield f"- {_on(look, one.on)}{escape(f'{who}“{step.title}”：{one.words}')}"
        yield ""


def _to_come(look: Look, decision: Decision, found: Sequence[BoardLine]) -> Iterator[str]:
    """What waits for others or for its day, in a line each; what is far off folded away."""
    if found:
        yield f"## 尚未启动的事项（{len(found)}项）"
        yield ""
        told = [f"{_on(look, line.pressing)}{_what(look, decision, line)}" for line in found]
        yield from (f"- {one}" for one in told[:NEXT])
        yield ""
        yield from folded(f"其后的事项（{len(told) - NEXT}项）", [f"- {one}" for one in told[NEXT:]])


def _closed(look: Look, decision: Decision, found: Sequence[BoardLine]) -> Iterator[str]:
    """What is over, folded away."""
    ways = [DONE_MARK if line.done else f"{LIGHT_MARKS[Light.OFF]} {STATUS_TITLES[Status.CANCELLED]}" for line in found]
    told = [
        f"- {how} {_on(look, line.ends)}{_what(look, decision, line)}" for how, line in zip(ways, found, strict=True)
    ]
    yield from folded(f"已办结的事项（{len(found)}项）", told)


# Words ---------------------------------------------------------------------------------------------------------------


def _whose(look: Look, decision: Decision, line: BoardLine) -> str:
    """How many of the units are done, or who answers for a step, unless that is the initiative's lead."""
    if line.folded:
        return f"（{group_title(line, look.office.directory)} {line.done}/{len(line.rows)}）"
    who = _named(look, decision, line.rows)
    return "" if who == look.office.directory.titles(look.initiative.leads) else f"（{who}）"


def _what(look: Look, decision: Decision, line: BoardLine) -> str:
    return escape(f"{line.title}{_whose(look, decision, line)}")


def _named(look: Look, decision: Decision, rows: Iterable[StepRow]) -> str:
    """Who answers for steps now."""
    steps = [look.initiative.steps[row.step] for row in rows]
    owners = (look.office.owners(step, decision.state.step(step.id)) for step in steps)
    return _some(tuple(dict.fromkeys(map(look.office.directory.titles, owners))), UNITS_NAMED, "家")


def _some(names: Sequence[str], named: int, counted: str) -> str:
    more = f"等{len(names)}{counted}" if len(names) > named else ""
    return "、".join(names[:named]) + more


def _day(look: Look, day: date) -> str:
    return short(day, look.calendar) if day.year == look.today.year else chinese(day, look.calendar)


def _said(look: Look, word: str, day: date | None) -> str:
    return f"{word}{_day(look, day)}" if day else ""


def _on(look: Look, day: date | None) -> str:
    return f"{_day(look, day)}{SPACE}" if day else ""
