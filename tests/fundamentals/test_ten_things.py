"""Ten things to know about duban, each a short story; read these first.

A `Story` is one initiative through time: `on` lets time go on, `act` is a person doing something. June 2024: the 3rd is
a Monday, the 10th the Dragon Boat Festival.
"""

import pytest

from duban.core.deciding.commands import Refused
from duban.core.deciding.decide import decide
from duban.core.ledger.entries import first_broken
from duban.core.ledger.state import fold
from duban.core.ledger.summary import Light
from tests.core.builders import Story, day, initiative, milestone, moment, review, work


def test_1_a_plan_is_a_graph_of_steps() -> None:
    """Work is done by people, a review judges it, a milestone is reached when what it needs is closed."""
    story = Story(work("draft"), review("check", "draft"), milestone("adopted", "check"))
    assert story.status == {"draft": "open", "check": "waiting", "adopted": "waiting"}
    story.act("officer", "submit", "draft")
    assert story.status == {"draft": "done", "check": "open", "adopted": "waiting"}
    story.act("judge", "approve", "check")
    assert story.status == {"draft": "done", "check": "done", "adopted": "done"}


def test_2_the_ledger_only_grows_and_no_entry_can_be_changed_unseen() -> None:
    story = Story(work("draft")).act("officer", "sign", "draft")
    assert story.kinds() == ["adopted", "opened", "notice-queued", "signed"]
    assert first_broken(story.entries) is None
    forged = [*story.entries[:-1], story.entries[-1]._replace(actor="head")]
    assert first_broken(forged) == (forged[-1], "its content does not match its hash")


def test_3_the_state_is_what_the_entries_add_up_to() -> None:
    story = Story(work("draft")).on("2024-06-05").act("officer", "report", "draft", "已起草", progress=40)
    step = fold(story.entries).step("draft")
    assert (step.opened, step.answered, step.progress) == (day("2024-06-03"), day("2024-06-05"), 40)


def test_4_deciding_is_a_pure_function_and_adds_nothing_when_it_is_asked_again() -> None:
    story = Story(work("draft"))
    first = decide(story.look, fold([]))
    assert [draft.kind for draft in first.drafts] == ["adopted", "opened", "notice-queued"]
    assert decide(story.look, fold([])) == first
    assert decide(story.look, fold(story.entries)).drafts == ()


def test_5_what_may_be_done_depends_on_who_one_is_and_where_the_step_stands() -> None:
    story = Story(work("draft", review="law"))
    with pytest.raises(Refused, match="clerk岗不能对“draft事项”签收，应由officer岗、head岗办理"):
        story.act("clerk", "sign", "draft")
    with pytest.raises(Refused, match="“draft事项”尚未报送办结，不能审核通过"):
        story.act("judge", "approve", "draft")


def test_6_days_are_the_offices_working_days() -> None:
    """Five working days after Monday the 3rd: the day itself does not count, nor do the weekend and the festival."""
    assert Story(work("draft", days=5)).row("draft").due == day("2024-06-11")


def test_7_a_light_warns_before_it_is_too_late_and_says_why() -> None:
    story = Story(work("draft", days=10), work("publish", "draft", days=10, due="2024-06-28"))
    row = story.row("publish")
    assert (row.light, story.reason("publish")) == (Light.YELLOW, "因“draft事项”未完，预计7月2日完成，晚2个工作日")


def test_8_a_ladder_is_climbed_until_somebody_answers() -> None:
    """The owner is reminded and pressed, then the head; never outside working hours, and never twice."""
    story = Story(work("draft", due="2024-06-14")).act("officer", "sign", "draft")
    story.on("2024-06-11 07:00").on("2024-06-11 08:30").on("2024-06-15 12:00").on("2024-06-17 08:30")
    assert story.told() == ["assign officer", "remind officer", "press officer"]
    story.act("officer", "report", "draft", "本周办结").on("2024-06-19")  # the head's day, but there was an answer
    assert story.told("2024-06-18") == []
    assert story.on("2024-06-24").told("2024-06-18") == ["supervise head", "report leader", "report coordinator"]


def test_9_time_that_runs_out_approves_nothing_and_closes_nothing() -> None:
    story = Story(work("draft", due="2024-06-14", review="law")).act("officer", "submit", "draft").on("2024-12-31")
    assert story.status == {"draft": "review"}


def test_10_a_decision_knows_when_to_look_again_and_what_happens_elsewhere_wakes_it() -> None:
    there = initiative(work("rules", home="there"), name="there")
    story = Story(work("train", "there/rules", days=5), beside=[there])
    assert story.status == {"train": "waiting"}
    assert story.summary.look_again == moment("2024-06-10 00:00")  # with the next week: nothing happens before
    story.elsewhere("there/rules", finished="2024-06-03")
    assert story.status == {"train": "open"}
