"""Other terms in Chinese: which days, people and rules differ, and what they move of the steps that go on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from duban.core.deciding.moves import Move
from duban.core.planning.revision import Edit
from duban.core.planning.terms import CALENDAR, DIRECTORY, ESCALATION
from duban.core.telling.revised import Names
from duban.core.telling.whens import chinese

PARTS: Mapping[str, str] = {
    "plan": "计划",
    CALENDAR: "工作日历",
    DIRECTORY: "通讯录",
    ESCALATION: "督办规则",
    "files": "配置文件有误（用 duban check 查看）",
}
"""What is in force, and the files that may say something else."""

FIELDS: Mapping[str, str] = {
    "administrator": "系统管理员",
    "posts": "岗位",
    "units": "单位",
    "groups": "单位组",
    "title": "名称",
    "name": "姓名",
    "person": "任职人",
    "vacant": "空缺",
    "deputy": "代行人",
    "absences": "外出",
    "head": "负责人",
    "officer": "联络员",
    "lights": "亮灯",
    "hours": "发送时段",
    "digest": "日报时间",
    "silence": "静默",
    "interval": "间隔",
    "retry": "重试",
    "ladders": "层级",
    "rungs": "档",
    "anchor": "起算点",
    "offset": "偏移",
    "to": "送",
    "slip": "文书",
    "immediate": "即时",
}
"""What the fields of people and rules are called; those that are not here go by their own names."""

SHOWN = 40
"""How many moves of one kind are listed; the others are counted."""


def parts_in_words(names: Iterable[str]) -> str:
    """Files by what they hold: 工作日历、通讯录."""
    return "、".join(PARTS[name] for name in names)


def parts_of(edits: Iterable[Edit]) -> str:
    """What edits of terms are about."""
    return parts_in_words(dict.fromkeys(edit.field.partition(".")[0] for edit in edits))


def alterations_in_words(edits: Sequence[Edit]) -> Iterator[str]:
    """Line by line; days in a row that change alike are one line."""
    days = [(edit, day) for edit in edits if (day := _day(edit)) is not None]
    yield from (f"{PARTS[CALENDAR]}：{line}" for line in _days(days))
    for edit in edits:
        part, *path = edit.field.split(".")
        if _day(edit) is None:
            yield f"{PARTS[part]}：{_edited(path, edit)}"


def _day(edit: Edit) -> date | None:
    part, _, name = edit.field.partition(".")
    return date.fromisoformat(name) if part == CALENDAR and name[:1].isdigit() else None


def _days(days: Sequence[tuple[Edit, date]]) -> Iterator[str]:
    def alike(numbered: tuple[int, tuple[Edit, date]]) -> tuple[date, Any]:
        number, (edit, day) = numbered
        return day - timedelta(days=number), (edit.before, edit.after)

    for _, row in groupby(enumerate(days), key=alike):
        (_, (edit, first)), *more = row
        last = more[-1][1][1] if more else first
        worked, note = edit.after
        reason = note or edit.before[1]
        when = chinese(first) + (f"至{chinese(last)}" if last != first else "")
        yield f"{when}改为{'上班' if worked else '休息'}" + (f"（{reason}）" if reason else "")


def _edited(path: Sequence[str], edit: Edit) -> str:
    where = "".join(FIELDS.get(name, f"“{name}”" if name in path[1::2] else name) for name in path)
    if path == ["provisional"]:
        return "，".join(_announced(edit))
    if edit.before is None and isinstance(edit.after, dict):
        return f"{where}{_value(edit.after)}新增"
    if edit.after is None and isinstance(edit.before, dict):
        return f"{where}{_value(edit.before)}删去"
    return f"{where}由{_value(edit.before)}改为{_value(edit.after)}"


def _announced(edit: Edit) -> Iterator[str]:
    for years, said in (
        (sorted({*edit.before} - {*edit.after}), "年放假安排已公布"),
        (sorted({*edit.after} - {*edit.before}), "年放假安排尚未公布"),
    ):
        yield from (f"{year}{said}" for year in years)


def _value(value: Any) -> str:
    """A value of a file in few words; a thing by its title."""
    if value in (None, [], ""):
        return "（无）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        named = value.get("title") or value.get("slip")
        return f"（{named or '，'.join(f'{key} {_value(one)}' for key, one in value.items())}）"
    if isinstance(value, list):
        return "、".join(map(_value, value))
    return str(value)


# What they move ------------------------------------------------------------------------------------------------------

MOVED: Mapping[str, str] = {"due": "时限", "people": "办理人员", "rung": "下一次通知"}
"""What terms decide of a step."""


def moves_in_words(names: Names, moves: Sequence[Move]) -> Iterator[str]:
    """Line by line, deadlines first."""
    for what, title in MOVED.items():
        found = [move for move in moves if move.what == what]
        for move in found[:SHOWN]:
            before, after = _side(names, what, move.before), _side(names, what, move.after)
            yield f"{title}变动：{names.step(move.step)}（{move.step}）{before}改为{after}"
        if len(found) > SHOWN:
            yield f"{title}变动：另有{len(found) - SHOWN}项（duban diff --json 列出全部）"


def _side(names: Names, what: str, told: Sequence[Sequence[str]]) -> str:
    if not told:
        return "（无）"
    if what == "due":
        return chinese(date.fromisoformat(told[0][0]))
    if what == "people":
        return "、".join(names.title(post) for (post,) in told)
    day, slip, _ = told[0]
    to = "、".join(names.title(recipient) for *_, recipient in told)
    return f"{chinese(date.fromisoformat(day))}{names.slip(slip)}送{to}"
