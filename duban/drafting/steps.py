"""From a task's deadline to the steps of an initiative, as plain values of a plan's file. All of it is `assumed`.

One day is one step, stages are steps in a row, what comes each month or quarter is a repeated step, and what goes on
without a date is reported by quarter and summed up at the plan's end. A pattern stands for the steps where the words
of the task name its kind of work (制定办法, 举办论坛, 建设平台).
"""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from duban.drafting import words
from duban.drafting.days import DueKind
from duban.drafting.deadlines import Stage
from duban.drafting.reading import TaskRow

Plain = dict[str, object]
"""A mapping of a plan's file."""

LONGEST_TITLE = 120
PERIODS: Mapping[DueKind, str] = {DueKind.MONTHLY: "monthly", DueKind.QUARTERLY: "quarterly"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A pattern and how a task of its kind is known; values and dates as the words' file has them."""

    pattern: str
    words: re.Pattern[str]
    values: Mapping[str, str]
    dates: Mapping[str, str]
    lasting: bool


KINDS = tuple(
    Kind(
        one["pattern"],
        re.compile(words.filled(one["words"], "parts-of-patterns"), re.IGNORECASE),
        one["values"],
        one["dates"],
        one.get("lasting", False),
    )
    for one in words.entries("patterns")
)
"""In the order of trying. What no kind fits has steps of its own alone."""


def pattern_of(row: TaskRow, starts: date, ends: date) -> Plain | None:
    """The pattern for a task with a single day, or without one, as the keys of an initiative; None for no kind."""
    lasting = row.due.kind is DueKind.CONTINUOUS
    single = len(row.due.dates) == 1 and row.due.kind is not DueKind.STAGES and starts <= row.due.dates[0] <= ends
    if not (lasting or single):
        return None
    days = {"end": ends.isoformat(), "middle": (starts + (ends - starts) / 2).isoformat()}
    days |= {"due": _written(row, row.due.dates[0])} if single else {}
    for kind in KINDS:
        hit = kind.words.match(row.title)
        if hit and kind.lasting is lasting:
            return {
                "pattern": kind.pattern,
                "values": {name: _value(said, hit["name"]) for name, said in kind.values.items()},
                "dates": {step: days[day] for step, day in kind.dates.items()},
            }
    return None


def _value(said: str, name: str) -> str:
    """A value with the task's name in it; in title marks only what stood in such marks, where something did."""
    inner = re.search("《([^》]+)》", name)
    return said.format(name=inner[1] if inner and "《" in said else name.strip("《》") if "《" in said else name)


def steps_of(row: TaskRow, starts: date, ends: date) -> list[Plain]:
    """The steps of a task in a plan; deadlines before its days, or after them, stand at its end."""
    row = _within(row, starts, ends)
    evidence = [row.result or words.text("evidence", row.title)]
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
    what = stage.what.strip("，,；;。：:（）()") or words.text("stage", row.title, place=place)
    title = f"{row.title}：{what}"
    last = place == len(row.due.stages)
    return _step(
        f"stage-{place}",
        title[:LONGEST_TITLE],
        due=stage.day.isoformat(),
        evidence=evidence if last else [words.text("progress", row.title)],
    )


def _lasting(title: str, needs: Sequence[str]) -> list[Plain]:
    """A report each quarter, for what has no date of its own."""
    said = words.text("quarterly", title, title=title)[:LONGEST_TITLE]
    evidence = [words.text("quarterly-evidence", title)]
    step = _step("quarterly-report", said, due="5 days after period", evidence=evidence)
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
    if first.month > (1 if month_long else 3):
        due = f"{first.day} days after period"  # 次月15日前, 每季度次月10日前
    elif first.day == monthrange(first.year, first.month)[1] and in_place == (1 if month_long else 3):
        due = "0 days after period"
    else:
        due = f"day {first.day} of {'' if month_long else f'month {in_place} of '}period"
    return _step("report", title, due=due, evidence=[row.result or words.text("evidence", row.title)]) | {
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
