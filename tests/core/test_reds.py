"""What is red as leaders ask: since when, because of whom, what it holds up, what was tried, who acts first."""

from dataclasses import replace

from duban.core.ledger.entries import EntryKind
from duban.core.planning.plan import StepRef, Target
from duban.core.telling.reds import Red, reds
from tests.core.builders import Story, action, day, indicator, initiative, milestone, period, work
from tests.core.test_board import each

NOBODY = "无人可办，待其启动或者期满"


def told(story: Story) -> list[Red]:
    return list(reds(story.look, story.decision))


def test_a_late_step_says_since_when_whose_it_is_and_what_waits() -> None:
    beside = initiative(work("follow", "here/draft", home="other"), name="other")
    story = Story(work("draft", due="2024-06-07"), work("next", "draft"), beside=(beside,))
    assert told(story) == []
    story.on("2024-06-12")
    (red,) = told(story)
    assert (red.step, red.title, red.steps, red.owners) == (StepRef("here", "draft"), "draft事项", 1, ("建设处",))
    assert (red.red, red.total, red.since) == (1, 2, day("2024-06-05")), "it lagged behind first"
    assert red.reasons == ("已逾期2个工作日",)
    assert red.holds == ("next事项", "follow事项（other举措）")
    assert red.tried == "尚未发函"
    assert red.first == "officer岗签收"


def test_what_was_tried_counts_letters_by_kind_and_requests() -> None:
    story = Story(work("draft", due="2024-06-14")).sent()
    story.act("officer", "extend", "draft", "材料未齐", to="2024-06-20").act("leader", "refuse", "draft", "不同意")
    for moment in ("2024-06-11", "2024-06-17", "2024-06-19"):
        story.on(moment).sent()
    (red,) = told(story)
    assert red.tried == (
        "已发工作交办单1份、到期提醒1份、工作催办单1份、督办通知单1份，最近一份6月19日送head岗，申请延期1次"
    )


def test_whoever_holds_it_up_acts_first() -> None:
    story = Story(work("draft", due="2024-06-28"), milestone("issued", "draft", due="2024-06-07"), on="2024-06-03")
    story.on("2024-06-11")
    assert [red.first for red in told(story)] == ["officer岗签收“draft事项”"]


def test_a_step_elsewhere_that_holds_it_up_is_named_with_its_owner() -> None:
    other = initiative(work("draft", home="other", owner="law"), name="other")
    story = Story(work("next", "other/draft", due="2024-06-07"), beside=(other,), on="2024-06-11")
    story.elsewhere("other/draft", forecast="2024-07-01", held_by="other/draft")
    assert [red.first for red in told(story)] == ["法规处办结“draft事项”（other举措）"]


def test_while_a_period_runs_or_a_day_is_to_come_nobody_can_act() -> None:
    story = Story(period("publicity", days="20 days"), milestone("issued", "publicity", due="2024-06-07"))
    assert [red.first for red in told(story.on("2024-06-11"))] == [NOBODY]
    story = Story(work("draft", earliest="2024-07-01"), milestone("issued", "draft", due="2024-06-07"))
    assert [red.first for red in told(story.on("2024-06-11"))] == [NOBODY]


def test_what_is_written_for_several_units_is_one_line() -> None:
    story = Story(*each("hand-in", "报送材料", due="2024-06-07"), on="2024-06-03").on("2024-06-11")
    (red,) = told(story)
    assert (red.title, red.steps, red.owners, red.red) == ("报送材料", 2, ("建设处", "法规处"), 2)
    assert red.first == "officer岗签收；clerk岗签收"
    story.act("clerk", "submit", "hand-in@law")
    (red,) = told(story)
    assert (red.title, red.owners) == ("报送材料（建设处）", ("建设处",))


def test_a_failed_action_is_red_since_it_failed() -> None:
    story = Story(action("publish"), on="2024-06-03")
    for _ in range(3):
        story.happens(EntryKind.ACTION_STARTED, "publish")
        story.happens(EntryKind.ACTION_FAILED, "publish", reason="不可达", final=True)
    (red,) = told(story.on("2024-06-05"))
    assert (red.since, red.first) == (day("2024-06-03"), "administrator岗处理")


def test_a_ceiling_is_red_since_the_value_that_broke_it() -> None:
    ceiling = replace(indicator("cost", due="2024-06-28"), target=Target(10, "万元", at_most=True))
    story = Story(ceiling, on="2024-06-03").act("officer", "report", "cost", value=12.0)
    (red,) = told(story.on("2024-06-05"))
    assert red.since == day("2024-06-03")
