"""What one person has to do, in the groups of the digest, and which initiatives are looked at for it."""

import pytest

from duban.core.deciding.agenda import agenda, urgent_first
from duban.core.ledger.entries import EntryKind
from duban.core.planning.plan import StepRef
from duban.core.telling.digest import AWAITED, LATE, NEAR, OTHER, URGENT
from duban.core.telling.overview import going_on
from duban.core.telling.todo import LATER, Todo, concerned, counted, todos
from tests.core.builders import Story, action, directory, post, review, work
from tests.core.test_leads import led


def mine(story: Story, who: str) -> list[Todo]:
    duties = urgent_first(agenda(story.look, story.decision, 10), story.look.today)
    return todos(story.office, duties, who, story.look.today)


def told(story: Story, who: str) -> list[tuple[str, str, str, str]]:
    return [(one.group, one.act, one.duty.step.step, one.when) for one in mine(story, who)]


def test_an_officer_reads_what_to_do_the_most_urgent_first() -> None:
    story = Story(
        work("late", due="2024-06-03"),
        work("today", due="2024-06-07"),
        work("near", due="2024-06-12"),
        work("open", due="2024-06-28"),
        work("next", "late", due="2024-06-14"),
        on="2024-06-03",
    ).on("2024-06-07")
    assert told(story, "officer") == [
        (LATE, "签收", "late", "6月3日，逾期4个工作日"),
        (NEAR, "签收", "today", "6月7日，今日到期"),
        (NEAR, "签收", "near", "6月12日，还剩2个工作日"),
        (OTHER, "签收", "open", "6月28日，还剩14个工作日"),
        (LATER, "待启动", "next", "6月14日，还剩4个工作日"),
    ]
    assert counted(mine(story, "officer")) == "4件须办，1件逾期"
    assert counted(mine(story, "clerk")) == "现在没有须办的事项"


def test_what_was_handed_in_waits_for_whoever_judges_and_is_not_late_with_them() -> None:
    story = Story(work("draft", due="2024-06-04", review="law"), on="2024-06-03").act("officer", "submit", "draft")
    story.on("2024-06-07")
    assert told(story, "judge") == [(AWAITED, "审核通过", "draft", "6月3日提请，已等4个工作日")]
    assert counted(mine(story, "judge")) == "1件须办"


def test_what_was_sent_back_comes_before_all_else() -> None:
    story = Story(work("draft", due="2024-06-28", review="law"), on="2024-06-03").act("officer", "submit", "draft")
    story.act("judge", "return", "draft", "请补充")
    assert [(one.group, one.act) for one in mine(story, "officer")] == [(URGENT, "报送办结")]


def test_whoever_stands_in_reads_for_whom() -> None:
    people = directory(post("head", "vice", "2024-06-01..2024-06-30"))
    story = Story(work("draft", review="works"), people=people, on="2024-06-03").act("officer", "submit", "draft")
    assert [(one.act, one.instead) for one in mine(story, "vice")] == [("审核通过", "head岗")]
    assert [one.instead for one in mine(story, "leader")] == [""]


def test_a_failed_action_is_the_administrators() -> None:
    story = Story(action("publish"), on="2024-06-03")
    for _ in range(3):
        story.happens(EntryKind.ACTION_STARTED, "publish")
        story.happens(EntryKind.ACTION_FAILED, "publish", reason="不可达", final=True)
    assert [(one.group, one.act, one.when) for one in mine(story, "administrator")] == [(URGENT, "处理", "未定时限")]
    assert counted(mine(story, "administrator")) == "1件须办"
    assert seen(story, "administrator")


def seen(story: Story, who: str, *asked: str) -> bool:
    refs = {StepRef("here", name) for name in asked}
    steps = going_on([(story.initiative, story.summary)], {})
    return concerned(story.office, steps, refs, who, story.look.today) == ["here"]


@pytest.mark.parametrize("who", ["officer", "head", "judge", "leader", "clerk", "coordinator", "vice"])
def test_whoever_has_to_do_something_is_concerned(who: str) -> None:
    stories = [
        Story(work("draft"), work("other"), on="2024-06-03"),
        Story(work("draft", review="law"), on="2024-06-03").act("officer", "submit", "draft"),
        Story(review("check"), on="2024-06-03"),
        Story(work("draft", due="2024-06-14"), on="2024-06-03").act(
            "officer", "extend", "draft", "忙", to="2024-06-20"
        ),
        Story(work("draft", owner="leader", review="leader"), on="2024-06-03").act("leader", "submit", "draft"),
    ]
    for number, story in enumerate(stories):
        assert seen(story, who, *(["draft"] if number == 3 else [])) or not mine(story, who)
    assert not seen(stories[0], "clerk")


def test_of_several_units_that_lead_the_officers_of_all_are_concerned() -> None:
    story = led(work("x", due="2024-06-14"), on="2024-06-03")
    assert [one.act for one in mine(story, "clerk")] == ["签收"]
    assert all(seen(story, who) for who in ("officer", "head", "clerk", "judge"))
