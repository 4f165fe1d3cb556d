"""The reasons of a step in Chinese: every origin of a deadline, every kind of wait."""

from dataclasses import replace
from datetime import date

import pytest

from duban.cli.look.sentences import paragraphs
from duban.cli.look.why import reasons_of
from duban.cli.output import plain
from duban.core.days.workdays import DayUnit, WorkCalendar
from duban.core.deciding.commands import Verb
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.summary import Light
from duban.core.planning.lights import Rule
from duban.core.planning.plan import Step, StepRef
from duban.core.planning.plan_file import Kind
from duban.core.planning.when import OnDate, Relative, Span, When, month_span
from tests.bureau import COSMETICS, LEADER, REVIEWER, STEPS, Story, initiative, office, step


def story_of(*steps: Step) -> Story:
    return Story(office(initiatives={COSMETICS: initiative(COSMETICS, "例", "2.4a", *steps)})).at(1)


def told(story: Story, name: str) -> dict[str, list[str]]:
    return dict(paragraphs(reasons_of(story.service, StepRef(COSMETICS, name)), story.service.office))


DRAFT = (StepRef(COSMETICS, "draft"),)
BOTH = (StepRef(COSMETICS, "cases"), *DRAFT)


@pytest.mark.parametrize(
    ("due", "anchors", "first"),
    [
        (OnDate(date(2024, 4, 12)), (), "2024年4月12日（计划写明的日期）"),
        (month_span(2024, 4), (), "2024年4月30日（计划写明的月份、季度或者半年的最后一个工作日）"),
        (Relative(10, DayUnit.WORKING, date(2024, 4, 1)), (), "2024年4月15日（2024年4月1日后10个工作日）"),
        (Relative(30, DayUnit.CALENDAR, "start"), (), "2024年5月1日（计划开始后30个自然日）"),
        (Relative(-1, DayUnit.WORKING, "period"), (), "2024年6月28日（本期末前1个工作日）"),
        (Relative(3, DayUnit.WORKING, "draft"), DRAFT, "尚未确定（“起草化妆品产业知识产权保护方案”办结后3个工作日）"),
        (Relative(3, DayUnit.WORKING, "all"), BOTH, "尚未确定（“办理化妆品专利侵权纠纷案件”等2项办结后3个工作日）"),
        (None, (), "2024年4月8日（启动后5个工作日，限时办结）"),
    ],
)
def test_where_a_deadline_comes_from(due: When | None, anchors: tuple[StepRef, ...], first: str) -> None:
    quarter = Span(date(2024, 4, 1), date(2024, 6, 30))
    own = step("own", "另一事项", due=due, due_anchor=anchors, span=quarter)
    limit = told(story_of(STEPS[0], STEPS[3], own), "own")["时限"]
    assert limit[0] == first
    assert limit[1:] == ([f"等{first[5:].split('办结', maxsplit=1)[0]}办结后确定"] if anchors else [])


def test_an_extension_granted_is_told_with_its_day() -> None:
    story = Story().at(1).at(3).act(Verb.EXTEND, to="2024-04-19", reason="等待批复").act(Verb.GRANT, actor=LEADER)
    assert told(story, "draft")["时限"] == [
        "2024年4月19日（计划写明的日期）",
        "原时限2024年4月12日",
        "2024年4月3日同意延期至2024年4月19日",
    ]


def test_a_step_that_waits_for_its_day_alone() -> None:
    assert told(story_of(step("later", "五月启动", earliest=month_span(2024, 5))), "later")["等待"] == [
        "前置事项均已办结，2024年5月1日启动"
    ]


def test_of_several_needs_the_one_that_decides_is_named() -> None:
    own = step("own", "汇总", Kind.WORK, "draft", "cases")
    waits = told(story_of(STEPS[0], STEPS[3], own), "own")["等待"]
    assert [wait.endswith("，由它决定何时启动") for wait in waits] == [True, False]


def test_a_step_that_nothing_else_binds_may_last_until_the_end_of_the_plan() -> None:
    found = told(Story().at(1), "publicity")
    assert found["预计"] == ["2024年4月25日完成，最迟2024年12月31日，余量178个工作日"]
    assert "时限" not in found


def test_a_finished_step_says_when_and_by_whom_it_was_to_be_done() -> None:
    story = Story().at(1).act(Verb.SUBMIT, evidence=("稿",)).act(Verb.APPROVE, actor=REVIEWER)
    found = told(story, "draft")
    assert found["状态"] == ["已办结（2024年4月1日），由保护处承办"]
    assert set(found) == {"状态", "时限", "等它的"}


def test_an_indicator_says_how_far_it_is() -> None:
    story = Story().at(1).act(Verb.REPORT, "cases", value=12)
    assert told(story, "cases")["指标"] == ["目标50件，2024年4月1日达12件（24%），今日应达0件（0%）；填报"]


def test_plain_values_are_what_json_holds() -> None:
    value = {StepRef("a", "b"): (Light.RED, Rule.LATE, date(2024, 4, 1), {1}, None, 2.5)}
    assert plain(value) == {"a/b": ["red", "late", "2024-04-01", [1], None, 2.5]}


def test_of_a_closed_step_it_is_said_that_nothing_moves_its_deadline_any_more() -> None:
    by_signing = step("own", "另一事项", due=Relative(3, DayUnit.WORKING, "draft"), due_anchor=DRAFT)
    story = story_of(STEPS[0], by_signing).act(Verb.SUBMIT, "own")
    assert told(story, "own")["时限"] == [
        "尚未确定（“起草化妆品产业知识产权保护方案”办结后3个工作日）",
        "办结或者终止时的时限，日历、计划此后再有调整也不改变",
    ]


def resting(*days: date) -> WorkCalendar:
    return WorkCalendar.build(date(2023, 1, 1), date(2026, 12, 31), lambda day: day.weekday() < 5 and day not in days)


def test_a_deadline_that_other_working_days_count_says_since_when() -> None:
    story = story_of(step("own", "另一事项"))
    story.tick()
    moved = Draft(EntryKind.REPLANNED, "own", data={"recounted": ["2024-04-08", "2024-04-08", "2024-04-09"]})
    story.service.record(COSMETICS, moved)
    rested = replace(story.service.office, calendar=resting(date(2024, 4, 2)))
    assert told(story.with_office(rested), "own")["时限"] == [
        "2024年4月9日（启动后5个工作日，限时办结）",
        "原时限2024年4月8日",
        "2024年4月1日工作日历调整后重新计算",
    ]
