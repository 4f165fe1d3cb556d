"""Plans, dates and their differences in Chinese."""

from typing import Any

import pytest

from duban.core.planning.revision import Edit, revision
from duban.core.planning.when import parse_duration, parse_when
from duban.core.telling.revised import Names, edit_in_words, edits_in_words
from duban.core.telling.whens import chinese, duration_in_words, in_digits, short, unannounced, when_in_words
from tests.core.builders import Story, calendar, day, directory, milestone, work
from tests.core.test_revision import plan as written_plan
from tests.core.test_snapshot import RICH

NAMES = Names(directory(), (Story(work("draft"), work("ask"), milestone("adopted", "draft")).office.plan,))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2024-06-28", "2024年6月28日"),
        ("2024-06", "2024年6月"),
        ("2024-Q2", "2024年第二季度"),
        ("2024-H1", "2024年上半年"),
        ("2024-01-29..2024-02-04", "2024年1月29日至2024年2月4日"),
        ("day 25 of period", "本期第25日"),
        ("day 25 of month 3 of period", "本期第3个月25日"),
        ("3 months after draft", "“起草”办结后3个月"),
        ("0 days before period", "本期末前0个自然日"),
        ("10 working days after draft", "“起草”办结后10个工作日"),
        ("3 days before 2024-10-01", "2024年10月1日前3个自然日"),
        ("5 working days after start", "计划开始后5个工作日"),
        ("1 working day before period", "本期末前1个工作日"),
    ],
)
def test_dates(text: str, words: str) -> None:
    assert when_in_words(parse_when(text), "“起草”办结") == words


def test_days_to_come_in_a_year_nobody_has_announced_are_marked() -> None:
    known, guessed = day("2026-12-31"), day("2027-02-10")
    assert [chinese(known, calendar()), chinese(guessed, calendar()), chinese(guessed), chinese(None, calendar())] == [
        *("2026年12月31日", "2027年2月10日（暂定）", "2027年2月10日", "")
    ]
    assert [short(known, calendar()), short(guessed, calendar())] == ["12月31日", "2月10日（暂定）"]
    assert [in_digits(one, calendar()) for one in (known, guessed, None)] == ["2026-12-31", "2027-02-10（暂定）", "—"]
    assert unannounced(2027) == "2027年的节假日安排尚未公布，该年日期均为暂定"


@pytest.mark.parametrize(
    ("value", "words"),
    [(5, "5个工作日"), ([5, 8, 12], "5至12个工作日（一般8个）"), ("30 days", "30个自然日"), ("3 months", "3个月")],
)
def test_durations(value: object, words: str) -> None:
    assert duration_in_words(parse_duration(value)) == words


@pytest.mark.parametrize(
    ("field", "before", "after", "words"),
    [
        ("due", "2024-06-14", "2024-06-28", "时限2024年6月14日改为2024年6月28日"),
        ("due", "5 working days after draft", None, "时限“draft事项”办结后5个工作日改为（无）"),
        ("earliest", None, "2024-06", "最早启动日（无）改为2024年6月"),
        ("owner", "works", "law", "承办单位建设处改为法规处"),
        ("review", None, "gone", "审核人（无）改为gone"),
        ("needs", ["here/draft"], ["here/ask", "there/x"], "前置增加“ask事项”、“there/x”，减少“draft事项”"),
        ("evidence", ["方案", "说明"], ["说明", "方案"], "成果调整顺序"),
        ("evidence", None, ["方案"], "成果增加“方案”"),
        ("duration", 5, [5, 8, 12], "用时5个工作日改为5至12个工作日（一般8个）"),
        ("kind", "work", "milestone", "类型办理事项改为节点"),
        ("roll", None, "back", "遇休息日（无）改为提前"),
        ("title", "起草", "起草方案", "名称“起草”改为“起草方案”"),
        ("assumed", None, True, "假定（无）改为是"),
        ("assumed", True, False, "假定是改为否"),
        ("target", [50, "件"], [60.5, "件"], "目标50件改为60.5件"),
        ("target", [3, "起"], [3, "起", 0.0, [], True], "目标3起改为3起以内"),
        ("action", {"uses": "python"}, {"uses": "bulletin"}, "自动执行python改为bulletin"),
        ("action", {"uses": "python", "call": "a"}, {"uses": "python", "call": "b"}, "自动执行有改动"),
        ("sections", [["a", "甲"]], [["a", "甲"], ["b", "乙"]], "部分增加“乙”"),
        ("support", ["works"], None, "配合单位减少建设处"),
        ("novelty", 1, 2, "novelty1改为2"),
    ],
)
def test_edits(field: str, before: Any, after: Any, words: str) -> None:
    assert edit_in_words(NAMES, "here", Edit(field, before, after)) == words


def test_every_field_of_a_step_and_a_plan_can_be_told() -> None:
    """Taking a rich plan to a bare one and back goes through every field there is."""
    bare = written_plan({"id": "draft", "title": "x", "kind": "work"})
    names = Names(directory(), (RICH, bare))
    for found in (revision(RICH, bare), revision(bare, RICH)):
        assert edits_in_words(names, "", found.edits) is not None
        for initiative in found.initiatives:
            assert edits_in_words(names, initiative.id, initiative.edits)
            for step in initiative.steps:
                assert edits_in_words(names, initiative.id, step.edits) is not None


def test_what_duban_does_by_itself_is_the_systems() -> None:
    assert (NAMES.title("system"), NAMES.title("head"), NAMES.title("gone")) == ("系统", "head岗", "gone")
