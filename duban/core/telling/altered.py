"""Other terms in Chinese: which days, people and rules differ, and what they move of the steps that go on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import reduce
from itertools import groupby
from typing import Any

from duban.core.deciding.moves import Move
from duban.core.planning.revision import Edit
from duban.core.planning.terms import CALENDAR, DIRECTORY, ESCALATION
from duban.core.telling.revised import Names
from duban.core.telling.whens import day_in_words
from duban.core.texts import Text, joined, mandarin

PARTS: Mapping[str, Text] = {
    "plan": mandarin("计划"),
    CALENDAR: mandarin("工作日历"),
    DIRECTORY: mandarin("通讯录"),
    ESCALATION: mandarin("督办规则"),
    "files": mandarin("配置文件有误（用 duban check 查看）"),
}
"""What is in force, and the files that may say something else."""

FIELDS: Mapping[str, Text] = {
    "administrator": mandarin("系统管理员"),
    "posts": mandarin("岗位"),
    "units": mandarin("单位"),
    "groups": mandarin("单位组"),
    "title": mandarin("名称"),
    "name": mandarin("姓名"),
    "person": mandarin("任职人"),
    "vacant": mandarin("空缺"),
    "deputy": mandarin("代行人"),
    "absences": mandarin("外出"),
    "head": mandarin("负责人"),
    "officer": mandarin("联络员"),
    "lights": mandarin("亮灯"),
    "hours": mandarin("发送时段"),
    "digest": mandarin("日报时间"),
    "silence": mandarin("静默"),
    "interval": mandarin("间隔"),
    "retry": mandarin("重试"),
    "ladders": mandarin("层级"),
    "rungs": mandarin("档"),
    "anchor": mandarin("起算点"),
    "offset": mandarin("偏移"),
    "to": mandarin("送"),
    "slip": mandarin("文书"),
    "immediate": mandarin("即时"),
}
"""What the fields of people and rules are called; those that are not here go by their own names."""

SHOWN = 40
"""How many moves of one kind are listed; the others are counted."""


def parts_in_words(names: Iterable[str]) -> Text:
    """Files by what they hold: 工作日历、通讯录."""
    return mandarin("{parts}", parts=[PARTS[name] for name in names])


def parts_of(edits: Iterable[Edit]) -> Text:
    """What edits of terms are about."""
    return parts_in_words(dict.fromkeys(edit.field.partition(".")[0] for edit in edits))


def alterations_in_words(edits: Sequence[Edit]) -> Iterator[Text]:
    """Line by line; days in a row that change alike are one line."""
    days = [(edit, day) for edit in edits if (day := _day(edit)) is not None]
    yield from (mandarin("{part}：{line}", part=PARTS[CALENDAR], line=line) for line in _days(days))
    for edit in edits:
        part, *path = edit.field.split(".")
        if _day(edit) is None:
            yield mandarin("{part}：{line}", part=PARTS[part], line=_edited(path, edit))


def _day(edit: Edit) -> date | None:
    part, _, name = edit.field.partition(".")
    return date.fromisoformat(name) if part == CALENDAR and name[:1].isdigit() else None


def _days(days: Sequence[tuple[Edit, date]]) -> Iterator[Text]:
    def alike(numbered: tuple[int, tuple[Edit, date]]) -> tuple[date, Any]:
        number, (edit, day) = numbered
        return day - timedelta(days=number), (edit.before, edit.after)

    for _, row in groupby(enumerate(days), key=alike):
        (_, (edit, first)), *more = row
        last = more[-1][1][1] if more else first
        worked, note = edit.after
        reason = note or edit.before[1]
        when = day_in_words(first)
        if last != first:
            when = mandarin("{first}至{last}", first=when, last=day_in_words(last))
        line = mandarin("{when}改为上班", when=when) if worked else mandarin("{when}改为休息", when=when)
        yield mandarin("{line}（{reason}）", line=line, reason=reason) if reason else line


def _edited(path: Sequence[str], edit: Edit) -> Text:
    where = reduce(_within, (FIELDS.get(name, f"“{name}”" if name in path[1::2] else name) for name in path), "")
    if path == ["provisional"]:
        return joined(mandarin("，"), *_announced(edit))
    if edit.before is None and isinstance(edit.after, dict):
        return mandarin("{where}{value}新增", where=where, value=_value(edit.after))
    if edit.after is None and isinstance(edit.before, dict):
        return mandarin("{where}{value}删去", where=where, value=_value(edit.before))
    before, after = _value(edit.before), _value(edit.after)
    return mandarin("{where}由{before}改为{after}", where=where, before=before, after=after)


def _within(where: str, name: str) -> str:
    return mandarin("{where}{name}", where=where, name=name) if where else name


def _announced(edit: Edit) -> Iterator[Text]:
    for year in sorted({*edit.before} - {*edit.after}):
        yield mandarin("{year}年放假安排已公布", year=year)
    for year in sorted({*edit.after} - {*edit.before}):
        yield mandarin("{year}年放假安排尚未公布", year=year)


def _value(value: Any) -> str:
    """A value of a file in few words; a thing by its title."""
    if value in (None, [], ""):
        return mandarin("（无）")
    if isinstance(value, bool):
        return mandarin("是") if value else mandarin("否")
    if isinstance(value, dict):
        named = value.get("title") or value.get("slip")
        parts = joined(mandarin("，"), *(joined(" ", key, _value(one)) for key, one in value.items()))
        return mandarin("（{named}）", named=named or parts)
    if isinstance(value, list):
        return mandarin("{parts}", parts=[_value(one) for one in value])
    return str(value)


# What they move ------------------------------------------------------------------------------------------------------

MOVED: Mapping[str, Text] = {"due": mandarin("时限"), "people": mandarin("办理人员"), "rung": mandarin("下一次通知")}
"""What terms decide of a step."""


def moves_in_words(names: Names, moves: Sequence[Move]) -> Iterator[Text]:
    """Line by line, deadlines first."""
    for what, title in MOVED.items():
        found = [move for move in moves if move.what == what]
        for move in found[:SHOWN]:
            before, after = _side(names, what, move.before), _side(names, what, move.after)
            yield mandarin(
                "{title}变动：{step}（{ref}）{before}改为{after}",
                title=title,
                step=names.step(move.step),
                ref=move.step,
                before=before,
                after=after,
            )
        if len(found) > SHOWN:
            more = len(found) - SHOWN
            yield mandarin("{title}变动：另有{more}项（duban diff --json 列出全部）", title=title, more=more)


def _side(names: Names, what: str, told: Sequence[Sequence[str]]) -> str:
    if not told:
        return mandarin("（无）")
    if what == "due":
        return day_in_words(date.fromisoformat(told[0][0]))
    if what == "people":
        return mandarin("{parts}", parts=[names.title(post) for (post,) in told])
    day, slip, _ = told[0]
    to = [names.title(recipient) for *_, recipient in told]
    return mandarin("{day}{slip}送{to}", day=day_in_words(date.fromisoformat(day)), slip=names.slip(slip), to=to)
