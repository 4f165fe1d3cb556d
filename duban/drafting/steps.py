"""From a task's deadline to the steps of an initiative, as plain values of a plan's file. All of it is `assumed`.

One day is one step, stages are steps in a row, what comes each month or quarter is a repeated step, and what goes on
without a date is reported by quarter and summed up at the plan's end. A pattern stands for the steps where the words
of the task name its kind of work (制定办法, 举办论坛, 建设平台).
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from duban.drafting.deadlines import Stage
from duban.drafting.phrases import DueKind
from duban.drafting.reading import TaskRow

Plain = dict[str, object]
"""A mapping of a plan's file."""

LONGEST_TITLE = 120
PERIODS: Mapping[DueKind, str] = {DueKind.MONTHLY: "monthly", DueKind.QUARTERLY: "quarterly"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A pattern, how a task of its kind is known, and the step that the deadline is for; `named` takes its name."""

    pattern: str
    words: re.Pattern[str]
    value: str
    last: str
    named: Callable[[str], str]


def _bracketed(name: str) -> str:
    inner = re.search("《([^》]+)》", name)
    return f"《{inner[1] if inner else name}》"


def _bare(name: str) -> str:
    return name


MAKE = (
    "(?:研究|组织|加快|推动|积极)?(?:制定|制订|修订|修改|出台|起草|编制|印发|提请修订|提请制定)"
    "(?:完善|并[印出][发台])?(?:我?[省市区县])?"
)
OBJECT = "(?P<name>[^，,；;。（(]{2,40}?"
KINDS: Sequence[Kind] = (
    Kind("legislation", re.compile(f"^{MAKE}{OBJECT}条例)》?"), "document", "adopted", _bracketed),
    Kind(
        "normative",
        re.compile(f"^{MAKE}{OBJECT}(?:办法|规定|细则|规则|规范))》?(?=$|[，,；;。（(])"),
        "document",
        "issued",
        _bracketed,
    ),
    Kind("event", re.compile(r"^(?:举办|召开|承办|组织举办)(?P<name>[^，,；;。（(]{2,40})"), "event", "hold", _bare),
    Kind(
        "platform",
        re.compile(r"^(?:升级)?(?:建设|建成|搭建|开发|打造)(?P<name>[^，,；;。（(]{1,40}?(?:平台|系统))"),
        "system",
        "in-service",
        _bare,
    ),
    Kind(
        "report",
        re.compile(
            r"^(?:编制|发布|编写|编撰|形成)(?P<name>[^，,；;。（(]{2,40}?(?:报告|白皮书|蓝皮书|年报|指引|指南|标准))"
        ),
        "report",
        "published",
        _bare,
    ),
    Kind(
        "start-up",
        re.compile(
            r"^(?:筹建|组建|设立|成立)(?P<name>[^，,；;。（(]{2,40}?(?:中心|机构|基地|学院|研究院|联盟|协会|公司))"
        ),
        "institution",
        "opened",
        _bare,
    ),
)
"""In the order of trying. What no kind fits has steps of its own alone."""


def pattern_of(row: TaskRow, starts: date, ends: date) -> Plain | None:
    """The pattern for a task with a single day, as the keys of an initiative; None where its words name none."""
    if len(row.due.dates) != 1 or row.due.kind is DueKind.STAGES or not starts <= row.due.dates[0] <= ends:
        return None
    for kind in KINDS:
        hit = kind.words.match(row.title)
        if hit:
            return {
                "pattern": kind.pattern,
                "values": {kind.value: kind.named(hit["name"])},
                "dates": {kind.last: _written(row, row.due.dates[0])},
            }
    return None


def steps_of(row: TaskRow, starts: date, ends: date) -> list[Plain]:
    """The steps of a task in a plan; deadlines before its days, or after them, stand at its end."""
    row = _within(row, starts, ends)
    evidence = [row.result] if row.result else ["完成情况说明"]
    title = row.title[:LONGEST_TITLE]
    match row.due.kind:
        case DueKind.MONTHLY | DueKind.QUARTERLY:
            return [_repeated(row, title)]
        case DueKind.CONTINUOUS | DueKind.NONE:
            return [*_lasting(title, ()), _step("finish", title, due=ends.isoformat(), evidence=evidence)]
        case DueKind.STAGES:
            stages = [_stage(place, stage, row, evidence) for place, stage in enumerate(row.due.stages, 1)]
            for before, after in pairwise(stages):
                after["needs"] = [before["id"]]
            return [*stages, *(_lasting(title, [str(stages[-1]["id"])]) if len(stages) == 1 else ())]
        case _:
            return [_step("finish", title, due=_written(row, row.due.dates[0]), evidence=evidence)]


def _within(row: TaskRow, starts: date, ends: date) -> TaskRow:
    """The row with deadlines of its plan alone."""
    stages = tuple(stage for stage in row.due.stages if starts <= stage.day <= ends)
    if len(stages) == len(row.due.stages):
        return row
    if row.due.kind in PERIODS:
        return row
    last = Stage(ends, row.due.stages[-1].what)
    kind = row.due.kind if stages else DueKind.DATE
    return replace(row, due=replace(row.due, kind=kind, stages=(*stages, last)))


def _stage(place: int, stage: Stage, row: TaskRow, evidence: list[str]) -> Plain:
    what = stage.what.strip("，,；;。：:（）()") or f"第{place}阶段"
    title = f"{row.title}：{what}"
    last = place == len(row.due.stages)
    return _step(
        f"stage-{place}",
        title[:LONGEST_TITLE],
        due=stage.day.isoformat(),
        evidence=evidence if last else ["阶段进展说明"],
    )


def _lasting(title: str, needs: Sequence[str]) -> list[Plain]:
    """A report each quarter, for what has no date of its own."""
    step = _step(
        "quarterly-report", f"报送{title}季度进展"[:LONGEST_TITLE], due="5 days after period", evidence=["季度进展报告"]
    )
    return [
        step
        | {"repeat": "quarterly", "earliest": "5 working days before period"}
        | ({"needs": list(needs)} if needs else {})
    ]


def _repeated(row: TaskRow, title: str) -> Plain:
    """A step of each month or quarter, by the day of it that the table names."""
    first = row.due.dates[0]
    month_long = row.due.kind is DueKind.MONTHLY
    in_place = first.month if month_long else (first.month - 1) % 3 + 1
    if first.day == monthrange(first.year, first.month)[1] and in_place == (1 if month_long else 3):
        due = "0 days after period"
    elif month_long:
        due = f"day {first.day} of period" if first.month == 1 else f"{first.day} days after period"
    else:
        due = f"day {first.day} of month {in_place} of period"
    return _step("report", title, due=due, evidence=[row.result or "完成情况说明"]) | {
        "repeat": PERIODS[row.due.kind],
        "duration": 3,
    }


def _step(id: str, title: str, *, due: str, evidence: list[str]) -> Plain:
    return {"id": id, "title": title, "kind": "work", "due": due, "evidence": evidence, "assumed": True}


def _written(row: TaskRow, day: date) -> str:
    """A month, quarter or year as such, so that it ends on its last working day; a named day as it is."""
    match row.due.kind:
        case DueKind.MONTH | DueKind.YEAR:
            return f"{day:%Y-%m}"
        case DueKind.QUARTER:
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case _:
            return day.isoformat()
