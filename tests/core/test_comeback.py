"""What an office filled in, told apart from what was there and from what happened since; then tried by the rules."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from duban.core.deciding.commands import Command, Verb
from duban.core.ledger.entries import EntryKind
from duban.core.planning.plan import Target
from duban.core.workbooks.account import Account, account
from duban.core.workbooks.columns import FILLED, KEY, LEDGER_COLUMNS, MARK
from duban.core.workbooks.comeback import Comeback, come_back
from duban.core.workbooks.reading import TypedCell
from duban.core.workbooks.rows_back import NAMES, FilledRow, ReadSheet, RowsBack, rows_back
from tests.core.builders import POSTS, Story, directory, indicator, milestone, post, work
from tests.core.test_board import GROUPED, each

Typed = dict[str, dict[str, Any]]


def of(story: Story) -> Account:
    return Account(story.look, story.state, tuple(story.entries), {})


def sheet(story: Story, *, fold: bool = False) -> dict[tuple[int, int], TypedCell]:
    """The account as it comes back unedited."""
    rows = account([of(story)], "台账", fold=fold).rows
    heads = {(3, place): TypedCell(f"台账!{place}-3", one.title) for place, one in enumerate(LEDGER_COLUMNS)}
    cells = {
        (number, place): TypedCell(f"台账!{column.id}-{number}", *_kept(column.id, row.cells.get(column.id)))
        for number, row in enumerate(rows, start=4)
        for place, column in enumerate(LEDGER_COLUMNS)
        if row.cells.get(column.id) is not None
    }
    return heads | cells


def _kept(column: str, value: Any) -> tuple[Any, bool]:
    return (value / 100, True) if column == "progress" else (value, False)


def filled(story: Story, typed: Typed | None = None, *, fold: bool = False) -> tuple[FilledRow, ...]:
    """Its rows once cells were typed into, by step and column."""
    cells = sheet(story, fold=fold)
    places = {column.id: place for place, column in enumerate(LEDGER_COLUMNS)}
    numbers = {cell.text: number for (number, place), cell in cells.items() if place == places[KEY] and number > 3}
    for step, values in (typed or {}).items():
        number = numbers[f"here/{step}"]
        for column, value in values.items():
            cell = value if isinstance(value, TypedCell) else TypedCell("", value)
            cells[number, places[column]] = cell._replace(address=f"台账!{column}-{number}")
    return back(cells).rows


def back(cells: dict[tuple[int, int], TypedCell]) -> RowsBack:
    return rows_back([ReadSheet("台账", cells)])


def came(story: Story, typed: Typed, *, actor: str | None = None, rows: tuple[FilledRow, ...] = ()) -> Comeback:
    return come_back(of(story), rows or filled(story, typed), actor, "workbook tester")


def told(found: Comeback) -> list[str]:
    return [f"{one.address} {one.id}" for one in found.problems]


def asked(found: Comeback) -> list[tuple[Any, ...]]:
    assert found.problems == []
    return [(one.verb.value, one.step.step, one.actor) for one in found.commands]


def begun() -> Story:
    return Story(work("draft", due="2024-06-28"), work("after", "draft", due="2024-07-31"), indicator("cases"))


def test_what_was_not_touched_asks_for_nothing() -> None:
    story = begun().act("officer", "report", "draft", "已拟初稿", progress=57, remaining=4)
    story.act("officer", "extend", "draft", "等批复", to="2024-07-05").act("officer", "report", "cases", value=2.5)
    assert came(story, {}) == Comeback()


def test_what_was_filled_in_becomes_the_commands_people_give() -> None:
    found = came(
        begun(),
        {
            "draft": {"signed": "是", "said": "已拟初稿", "progress": "６０％", "remaining": "4天"},
            "cases": {"value": "3件"},
        },
    )
    assert asked(found) == [
        ("sign", "draft", "officer"),
        ("report", "draft", "officer"),
        ("report", "cases", "officer"),
    ]
    report = found.commands[1]
    assert (report.reason, report.progress, report.remaining, report.value) == ("已拟初稿", 60, 4, None)
    assert found.commands[2].value == 3.0
    assert {one.via for one in found.commands} == {"workbook tester"}
    assert [(one.address, one.column, one.before, one.after) for one in found.changes] == [
        ("台账!signed-4", "签收", "", "是"),
        ("台账!said-4", "进展", "", "已拟初稿"),
        ("台账!progress-4", "百分比", "", "60%"),
        ("台账!remaining-4", "剩余用时", "", "4"),
        ("台账!value-6", "指标值", "", "3"),
    ]


def test_only_what_was_changed_is_reported() -> None:
    story = begun().act("officer", "report", "draft", "已拟初稿", progress=40, remaining=9)
    (report,) = came(story, {"draft": {"progress": "55%"}}).commands
    assert (report.reason, report.progress, report.remaining) == ("", 55, None)
    (note,) = came(story, {"draft": {"said": "征求意见"}}).commands
    assert (note.reason, note.progress) == ("征求意见", None)


def test_an_extension_is_its_day_and_its_reason() -> None:
    (command,) = came(begun(), {"draft": {"ask": "7月5日", "reason": "等批复"}}).commands
    assert (command.verb, command.to, command.reason) == (Verb.EXTEND, "2024-07-05", "等批复")


def test_evidence_hands_in_and_so_does_a_yes_where_none_is_wanted() -> None:
    (named,) = came(begun(), {"draft": {"evidence": "送审稿、说明"}}).commands
    assert (named.verb, named.evidence) == (Verb.SUBMIT, ("送审稿", "说明"))
    (bare,) = came(begun(), {"draft": {"done": "是"}}).commands
    assert (bare.verb, bare.evidence) == (Verb.SUBMIT, ())
    changes = came(begun(), {"draft": {"evidence": "送审稿、说明"}}).changes
    assert [(one.column, one.after) for one in changes] == [("成果材料", "送审稿、说明")]


def test_a_step_that_opens_by_what_another_row_hands_in_is_taken_after_it_wherever_it_stands() -> None:
    story = begun()
    rows = filled(story, {"draft": {"done": "是"}, "after": {"progress": "10%"}})
    found = came(story, {}, rows=tuple(reversed(rows)))
    assert asked(found) == [("submit", "draft", "officer"), ("report", "after", "officer")]


def test_a_post_may_ask_for_all_of_it() -> None:
    assert asked(came(begun(), {"draft": {"progress": "10%"}}, actor="head")) == [("report", "draft", "head")]
    assert told(came(begun(), {"draft": {"progress": "10%"}}, actor="clerk")) == ["台账!progress-4 not-yours"]


def test_whoever_stands_in_asks_for_an_owner_who_is_away_and_the_officer_where_nobody_does() -> None:
    away = post("officer", "vice", "2024-06-01..2024-06-30")
    story = Story(work("draft"), people=directory(away))
    assert asked(came(story, {"draft": {"progress": "10%"}})) == [("report", "draft", "vice")]
    gone = [replace_post(name) for name in ("officer", "head", "vice")]
    nobody = Story(work("draft", owner="works"), people=directory(*gone))
    assert asked(came(nobody, {"draft": {"progress": "10%"}})) == [("report", "draft", "officer")]


def replace_post(name: str) -> Any:
    known = next(one for one in POSTS if one.id == name)
    return post(known.id, None, "2024-06-01..2024-06-30")


# Taken in before, or moved on ----------------------------------------------------------------------------------------


def carried_out(story: Story, command: Command) -> None:
    said = {"reason": command.reason, "progress": command.progress, "value": command.value, "key": command.key}
    story.act(
        command.actor,
        command.verb,
        command.step.step,
        **said,
        remaining=command.remaining,
        to=command.to,
        evidence=command.evidence,
    )


def test_the_same_table_again_asks_for_nothing_even_when_much_has_happened_since() -> None:
    story = begun()
    rows = filled(story, {"draft": {"progress": "60%", "said": "初稿"}, "cases": {"value": 3}})
    for command in came(story, {}, rows=rows).commands:
        carried_out(story, command)
    again = came(story, {}, rows=rows)
    assert [one.message for one in again.taken] == ["反馈进展此前已由本表记入，不再重复"] * 2
    assert replace(again, taken=[]) == Comeback()
    story.act("officer", "report", "draft", "二稿", progress=80)
    assert replace(came(story, {}, rows=rows), taken=[]) == Comeback()


def test_what_was_interrupted_is_asked_for_again() -> None:
    story = begun()
    rows = filled(story, {"draft": {"progress": "60%", "ask": "7月5日", "reason": "等批复"}})
    first, second = came(story, {}, rows=rows).commands
    carried_out(story, first)
    assert came(story, {}, rows=rows).commands == [second]


def test_a_step_that_moved_on_is_a_problem_with_both_values() -> None:
    story = begun().act("officer", "report", "draft", progress=40)
    rows = filled(story, {"draft": {"progress": "60%", "said": "初稿"}})
    story.act("head", "report", "draft", progress=50)
    found = came(story, {}, rows=rows)
    assert told(found) == ["台账!said-4 moved-on", "台账!progress-4 moved-on"]
    assert "百分比导出时“40%”，系统现为“50%”，表中“60%”" in found.problems[1].message
    assert found.commands == []


def test_what_somebody_else_said_alike_meanwhile_is_no_problem() -> None:
    story = begun()
    rows = filled(story, {"draft": {"signed": "是", "progress": "60%"}})
    story.act("head", "sign", "draft").act("head", "report", "draft", progress=60)
    assert replace(came(story, {}, rows=rows), taken=[]) == Comeback()


def test_a_measured_value_that_moved_is_a_problem_of_that_cell_alone() -> None:
    story = begun()
    rows = filled(story, {"cases": {"value": 5}})
    story.happens(EntryKind.MEASURED, "cases", value=4.0, source="表", period="2024-06")
    assert told(came(story, {}, rows=rows)) == ["台账!value-6 moved-on"]
    story = begun()
    rows = filled(story, {"cases": {"said": "新增2件"}})
    story.happens(EntryKind.MEASURED, "cases", value=4.0, source="表", period="2024-06")
    assert asked(came(story, {}, rows=rows)) == [("report", "cases", "officer")]


def test_signing_alone_moves_nothing_on() -> None:
    story = begun()
    rows = filled(story, {"draft": {"progress": "60%"}})
    story.act("officer", "sign", "draft")
    assert asked(came(story, {}, rows=rows)) == [("report", "draft", "officer")]


# What stands against it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "typed", "problems"),
    [
        ("draft", {"progress": "180%"}, ["progress-4 out-of-range"]),
        ("draft", {"progress": TypedCell("", "=A1", fault="formula")}, ["progress-4 formula"]),
        ("draft", {"value": 3}, ["value-4 no-indicator"]),
        ("draft", {"remaining": 99999}, ["remaining-4 bad-remaining"]),
        ("draft", {"said": "字" * 2001, "value": 3}, ["said-4 too-long", "value-4 no-indicator"]),
        ("draft", {"ask": "2024-06-29"}, ["ask-4 day-off"]),
        ("draft", {"ask": "2024-06-14"}, ["ask-4 not-later", "ask-4 reason-missing"]),
        ("draft", {"ask": "2024-06-14", "reason": "等批复"}, ["ask-4 not-later"]),
        ("draft", {"reason": "等批复"}, ["reason-4 bad-day"]),
        ("draft", {"ask": "2024-07-05", "reason": "字" * 2001}, ["reason-4 too-long"]),
        ("draft", {"ask": "2199-07-05", "reason": "等批复"}, ["ask-4 bad-day"]),
        ("cases", {"progress": "30%"}, ["progress-6 computed"]),
        ("after", {"said": "先办", "done": "是"}, ["said-5 not-now", "done-5 not-now"]),
        ("draft", {"due": date(2024, 7, 31)}, ["due-4 not-yours"]),
        ("draft", {"due": "快了"}, ["due-4 not-yours"]),
        ("draft", {"owner": TypedCell("", "#N/A", fault="error")}, ["owner-4 not-yours"]),
        ("draft", {"remark": "本单位备注"}, ["remark-4 not-yours"]),
        ("draft", {"mark": "p/1"}, ["mark-4 no-mark"]),
        ("draft", {"mark": None}, ["key-4 no-mark"]),
    ],
)
def test_every_problem_is_told_at_its_cell(step: str, typed: dict[str, Any], problems: list[str]) -> None:
    found = came(begun(), {step: typed})
    assert told(found) == [f"台账!{one}" for one in problems]
    assert found.commands == []


def test_a_date_that_was_typed_as_a_text_is_the_same_date() -> None:
    assert came(begun(), {"draft": {"due": "2024年6月28日"}}) == Comeback()


def test_a_ceiling_has_a_percentage_of_its_own() -> None:
    kept = replace(indicator("cases", due="2024-12-31"), target=Target(3, "起", at_most=True))
    assert asked(came(Story(kept), {"cases": {"progress": "30%", "value": "1起"}})) == [("report", "cases", "officer")]


def test_a_percentage_whose_format_was_lost_is_what_it_was() -> None:
    story = begun().act("officer", "report", "draft", progress=57)
    assert came(story, {"draft": {"progress": 0.57}}) == Comeback()
    assert told(came(story, {"draft": {"progress": 0.58}})) == ["台账!progress-4 unclear-percentage"]


def test_what_was_emptied_is_noted_and_takes_nothing_back() -> None:
    story = begun().act("officer", "report", "draft", "初稿", progress=40)
    found = came(story, {"draft": {"progress": None, "said": " "}})
    assert [(one.address, one.id) for one in found.notes] == [("台账!key-4", "emptied")] * 2
    assert "“百分比”原为“40%”，表中已清空，不作数" in found.notes[1].message
    assert (found.commands, found.problems) == ([], [])


def test_a_row_of_another_plan_or_ledger_is_told() -> None:
    story = begun()
    mark = filled(story)[0].cells[MARK].text
    plan, sequence, value, digests = mark.split("/")
    others = {
        f"q/{sequence}/{value}/{digests}": "other-plan",
        f"p/99/{value}/{digests}": "other-ledger",
        f"p/{sequence}/{value[::-1]}/{digests}": "other-ledger",
    }
    for other, kind in others.items():
        assert told(came(story, {"draft": {"mark": other}})) == [f"台账!mark-4 {kind}"], plan


def test_a_step_that_the_plan_no_longer_has_is_told_with_the_nearest() -> None:
    story = begun()
    rows = filled(story, {"draft": {"progress": "10%"}})
    later = story.replanned(work("drafts", due="2024-06-28"), indicator("cases"))
    (problem, gone) = came(later, {}, rows=rows).problems
    assert (problem.id, problem.remedy) == ("unknown-step", "是否指 drafts？")
    assert gone.remedy == "这一行已不在计划里，请删去"


def test_a_folded_row_takes_nothing() -> None:
    story = Story(*each("collect", "报送", due="2024-06-07"), milestone("end"), people=GROUPED)
    typed = {"collect@*": {"said": "各处已报", "done": "是"}}
    found = came(story, {}, rows=filled(story, typed, fold=True))
    assert told(found) == ["台账!said-4 folded", "台账!done-4 folded"]
    assert came(story, {}, rows=filled(story, fold=True)) == Comeback()


# The sheets ----------------------------------------------------------------------------------------------------------


def moved(cells: dict[tuple[int, int], TypedCell], row: int, column: int) -> dict[tuple[int, int], TypedCell]:
    return {(at + row, place + column): cell for (at, place), cell in cells.items()}


def test_rows_are_found_wherever_they_stand() -> None:
    cells = sheet(begun())
    plain = back(cells).rows
    assert back(moved(cells, 5, 3)).rows == plain
    turned = {(at, 99 - place): cell for (at, place), cell in cells.items()}
    assert back(turned).rows == plain
    assert (
        back({**cells, (4, 50): TypedCell("台账!X4", "本单位的话"), (3, 50): TypedCell("台账!X3", "本单位列")}).rows
        == plain
    )
    again = {(9, place): cell for (at, place), cell in cells.items() if at == 3}
    assert back(cells | again).rows == plain, "the headings of the next page"


def test_other_sheets_are_the_offices_own() -> None:
    whole = rows_back(
        [ReadSheet("说明", {(1, 1): TypedCell("说明!A1", "填表须知")}), ReadSheet("台账", sheet(begun()))]
    )
    assert (len(whole.rows), whole.problems) == (3, ())
    (problem,) = rows_back([ReadSheet("说明", {})]).problems
    assert problem.id == "no-account"


def test_a_column_that_is_gone_is_noted_and_one_that_is_there_twice_told() -> None:
    cells = sheet(begun())
    places = {column.id: place for place, column in enumerate(LEDGER_COLUMNS)}
    without = {at: cell for at, cell in cells.items() if at[1] not in (places["value"], places["done"])}
    (note,) = back(without).notes
    assert note.message == "表中没有“指标值”“报送办结”列，这些内容不导入"
    (problem,) = back({**cells, (3, 77): TypedCell("台账!Z3", " 进　展 ")}).problems
    assert (problem.address, problem.id) == ("台账!Z3", "column-twice")


def test_a_row_without_a_key_is_told_where_something_is_filled_in_and_left_alone_where_not() -> None:
    cells = sheet(begun())
    place = {column.id: number for number, column in enumerate(LEDGER_COLUMNS)}
    foot = {
        (9, place["initiative"]): TypedCell("台账!D9", "填表人：王伟"),
        (9, place["said"]): TypedCell("台账!O9", " "),
    }
    assert back(cells | foot).problems == ()
    new = {(9, place["step"]): TypedCell("台账!E9", "新任务"), (9, place["progress"]): TypedCell("台账!P9", 0.3)}
    (problem,) = back(cells | new).problems
    assert (problem.address, problem.id) == ("台账!P9", "no-key")


def test_a_step_that_is_there_twice_is_told_at_the_second_row() -> None:
    cells = sheet(begun())
    twice = {(9, place): cell._replace(address=f"台账!x{place}-9") for (at, place), cell in cells.items() if at == 4}
    (problem,) = back(cells | twice).problems
    assert (problem.address, problem.id) == ("台账!x0-9", "step-twice")
    assert "已在 台账!key-4" in problem.message


def test_the_columns_that_are_filled_in_are_called_as_they_are_headed() -> None:
    assert [NAMES[column.id] for column in FILLED] == [column.title for column in FILLED]
