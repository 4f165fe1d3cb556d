"""Other terms in words: days in a row as one line, things by their titles, and the steps they move."""

from typing import Any

import pytest

from duban.core.deciding.moves import Move
from duban.core.planning.plan import StepRef
from duban.core.planning.revision import Edit
from duban.core.telling.altered import SHOWN, alterations_in_words, moves_in_words, parts_in_words, parts_of
from duban.core.telling.revised import Names
from tests.core.builders import directory, initiative, plan, work


def off(day: str, note: str = "") -> Edit:
    return Edit(f"calendar.{day}", [True, ""], [False, note])


@pytest.mark.parametrize(
    ("edits", "told"),
    [
        ([off("2024-06-05")], ["工作日历：2024年6月5日改为休息"]),
        (
            [off("2024-06-05", "检修"), off("2024-06-06", "检修"), off("2024-06-07"), off("2024-06-13")],
            [
                "工作日历：2024年6月5日至2024年6月6日改为休息（检修）",
                "工作日历：2024年6月7日改为休息",
                "工作日历：2024年6月13日改为休息",
            ],
        ),
        (
            [Edit("calendar.2024-06-10", [False, "端午节"], [True, ""])],
            ["工作日历：2024年6月10日改为上班（端午节）"],
        ),
        (
            [Edit("calendar.provisional", [2025, 2026], [2026, 2027])],
            ["工作日历：2025年放假安排已公布，2027年放假安排尚未公布"],
        ),
        ([Edit("calendar.last", "2029-12-31", "2030-12-31")], ["工作日历：last由2029-12-31改为2030-12-31"]),
        ([Edit("directory.administrator", "a", "b")], ["通讯录：系统管理员由a改为b"]),
        ([Edit("directory.posts.chief.deputy", None, "vice")], ["通讯录：岗位“chief”代行人由（无）改为vice"]),
        ([Edit("directory.posts.chief.vacant", False, True)], ["通讯录：岗位“chief”空缺由否改为是"]),
        (
            [Edit("directory.posts.chief.absences", [], [{"first": "2024-06-03", "last": "2024-06-07"}])],
            ["通讯录：岗位“chief”外出由（无）改为（first 2024-06-03，last 2024-06-07）"],
        ),
        ([Edit("directory.posts.chief", None, {"id": "chief", "title": "局长"})], ["通讯录：岗位“chief”（局长）新增"]),
        (
            [Edit("directory.units.law", {"id": "law", "title": "处"}, None)],
            ["通讯录：单位“law”（处）删去"],
        ),
        (
            [Edit("escalation.ladders.standard.rungs.press.to", ["owner"], ["owner", "lead-head"])],
            ["督办规则：层级“standard”档“press”送由owner改为owner、lead-head"],
        ),
        (
            [Edit("escalation.ladders.standard.rungs.x", None, {"id": "x", "slip": "press"})],
            ["督办规则：层级“standard”档“x”（press）新增"],
        ),
    ],
)
def test_what_differs(edits: list[Edit], told: list[str]) -> None:
    assert list(alterations_in_words(edits)) == told


def test_what_they_are_about_is_named_once() -> None:
    assert parts_of([off("2024-06-05"), off("2024-06-06"), Edit("escalation.interval", 2, 0)]) == "工作日历、督办规则"
    assert parts_in_words(["plan", "directory"]) == "计划、通讯录"


NAMES = Names(directory(), (plan(initiative(work("x"))),))
X = StepRef("here", "x")


def move(what: str, before: Any, after: Any) -> Move:
    return Move(X, what, before, after)


@pytest.mark.parametrize(
    ("moved", "told"),
    [
        (
            move("due", (("2024-06-14",),), (("2024-06-19",),)),
            "时限变动：“x事项”（here/x）2024年6月14日改为2024年6月19日",
        ),
        (move("people", (("head",),), ()), "办理人员变动：“x事项”（here/x）head岗改为（无）"),
        (
            move("rung", (), (("2024-06-17", "press", "officer"), ("2024-06-17", "press", "head"))),
            "下一次通知变动：“x事项”（here/x）（无）改为2024年6月17日《工作催办单》送officer岗、head岗",
        ),
    ],
)
def test_what_moves(moved: Move, told: str) -> None:
    assert list(moves_in_words(NAMES, [moved])) == [told]


def test_deadlines_come_first_and_too_many_are_counted() -> None:
    people = [move("people", (("head",),), (("vice",),))] * (SHOWN + 2)
    lines = list(moves_in_words(NAMES, [*people, move("due", (), (("2024-06-19",),))]))
    assert lines[0].startswith("时限变动")
    assert lines[-1] == "办理人员变动：另有2项（duban diff --json 列出全部）"
    assert len(lines) == SHOWN + 2
