"""What happens by itself: steps open when their needs are closed, and end when nobody is needed to end them."""

import pytest

from duban.core.deciding.commands import Command, Verb, respond
from duban.core.deciding.settle import applied, closed_by, completed, downstream, settle, status
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.state import EMPTY
from duban.core.ledger.steps import NOTHING, StepState
from duban.core.ledger.summary import Status
from duban.core.planning.plan import StepRef
from tests.core.builders import (
    HERE,
    Story,
    action,
    collection,
    day,
    handing_over,
    indicator,
    initiative,
    look_at,
    milestone,
    moment,
    period,
    plan,
    review,
    work,
)


def test_a_whole_chain_settles_at_once_in_the_order_of_needs() -> None:
    story = Story(milestone("start"), period("notice", "start", days=3), milestone("over", "notice"), work("x", "over"))
    story.on("2024-06-20")
    assert story.status == {"start": "done", "notice": "done", "over": "done", "x": "open"}
    assert [entry.step for entry in story.entries if entry.kind is EntryKind.COMPLETED] == ["start", "notice", "over"]


def test_a_step_opens_on_the_day_it_became_ready_though_it_is_noticed_later() -> None:
    """The engine was down for a week: the period was over on the 6th, and what follows it opened that day."""
    story = Story(period("notice", days=3), work("x", "notice", days=5)).on("2024-06-14")
    assert story.step("notice").finished == day("2024-06-06")
    assert story.step("x").opened == day("2024-06-06")
    assert story.row("x").due == day("2024-06-14")


def test_what_was_ready_before_the_ledger_began_opens_with_the_ledger() -> None:
    story = Story(milestone("start"), work("x", "start", days=5), on="2024-06-03")
    assert story.step("start").finished == day("2024-01-02")
    assert story.step("x").opened == day("2024-06-03")


def test_a_step_added_to_a_running_plan_is_not_born_late() -> None:
    story = Story(work("a"), milestone("end", "a")).on("2024-06-05").act("officer", "submit", "a")
    assert story.summary.done == 2
    story.replanned(work("a"), milestone("end", "a"), work("x", "a", days=5)).on("2024-08-01")
    assert story.step("x").opened == day("2024-06-05")
    story = Story(work("a")).on("2024-06-05").act("officer", "report", "a", "已起草")
    story.replanned(work("a"), work("x", days=5)).on("2024-06-06")
    assert story.step("x").opened == day("2024-06-05")


def test_what_was_cancelled_while_it_waited_holds_nothing_back() -> None:
    story = Story(work("a"), work("b", "a"), work("x", "b")).on("2024-06-05")
    story.act("leader", "cancel", "b", "任务取消")
    assert story.status == {"a": "open", "b": "cancelled", "x": "open"}


def test_nothing_opens_before_its_day() -> None:
    story = Story(work("x", earliest="2024-07-01")).on("2024-06-30 23:59")
    assert story.status == {"x": "waiting"}
    assert story.on("2024-07-01 00:00").status == {"x": "open"}


def test_nothing_suspended_opens_or_ends() -> None:
    story = Story(period("notice", days=3), work("x", "notice"))
    story.act("leader", "suspend", "notice", "等意见").act("leader", "suspend", "x", "等意见").on("2024-07-01")
    assert story.status == {"notice": "suspended", "x": "suspended"}
    story.act("leader", "resume", "notice").on("2024-07-05")
    assert story.status == {"notice": "done", "x": "suspended"}


def test_a_period_is_over_when_its_last_day_is() -> None:
    story = Story(period("notice", days="10 days")).on("2024-06-13 23:59")
    assert story.status == {"notice": "elapsing"}
    story.on("2024-06-14 00:00")
    assert (story.status, story.step("notice").finished) == ({"notice": "done"}, day("2024-06-13"))


def test_a_milestone_is_reached_on_the_day_of_its_last_need() -> None:
    story = Story(work("a"), work("b"), milestone("both", "a b")).on("2024-06-05").act("officer", "submit", "b")
    story.on("2024-06-07").act("officer", "submit", "a")
    assert story.step("both").finished == day("2024-06-07")


def test_an_action_ends_when_it_succeeded_and_not_twice() -> None:
    story = Story(action("publish")).on("2024-06-05")
    assert story.decision.actions == (StepRef(HERE, "publish"),)
    story.happens(EntryKind.ACTION_STARTED, "publish").happens(EntryKind.ACTION_SUCCEEDED, "publish")
    assert (story.status, story.step("publish").finished) == ({"publish": "done"}, day("2024-06-05"))
    story.on("2024-06-06").happens(EntryKind.ACTION_SUCCEEDED, "publish")
    assert story.step("publish").finished == day("2024-06-05")


def test_an_action_waits_for_a_run_elsewhere_until_it_ended() -> None:
    story = Story(action("publish")).happens(EntryKind.ACTION_STARTED, "publish")
    story.happens(EntryKind.ACTION_WAITING, "publish", run="17")
    assert (story.status, story.step("publish").awaits) == ({"publish": "running"}, "17")
    story.happens(EntryKind.ACTION_FAILED, "publish", reason="失败", final=False)
    assert (story.step("publish").awaits, story.step("publish").failures) == ("", 1)
    story.happens(EntryKind.ACTION_STARTED, "publish").happens(EntryKind.ACTION_WAITING, "publish", run="18")
    story.happens(EntryKind.ACTION_SUCCEEDED, "publish")
    assert (story.status, story.step("publish").awaits) == ({"publish": "done"}, "")


def test_an_action_that_was_cancelled_while_it_ran_stays_cancelled() -> None:
    story = Story(action("publish")).happens(EntryKind.ACTION_STARTED, "publish")
    story.act("leader", "cancel", "publish", "任务取消").happens(EntryKind.ACTION_SUCCEEDED, "publish")
    assert story.status == {"publish": "cancelled"}


def test_what_is_handed_over_is_done_once_it_is_signed_for() -> None:
    story = Story(*handing_over("over"))
    assert story.status == {"over": "running", "over@works": "waiting", "over@law": "waiting"}
    story.happens(EntryKind.ACTION_STARTED, "over").happens(EntryKind.ACTION_SUCCEEDED, "over").on("2024-06-04")
    assert story.status == {"over": "done", "over@works": "open", "over@law": "open"}
    story.act("officer", "sign", "over@works").on("2024-06-05").act("judge", "report", "over@law", "已部署")
    assert story.status == dict.fromkeys(story.status, "done")
    assert [story.step(f"over@{unit}").finished for unit in ("works", "law")] == [day("2024-06-04"), day("2024-06-05")]


def test_a_collection_is_compiled_when_all_is_in() -> None:
    story = Story(*collection("x")).act("officer", "submit", "x@works")
    assert story.status == {"x@works": "done", "x@law": "open", "x": "waiting"}
    story.act("clerk", "submit", "x@law")
    assert story.decision.actions == (StepRef(HERE, "x"),)


@pytest.mark.parametrize(("value", "stands"), [(9.9, "working"), (10.0, "done"), (11.0, "done")])
def test_an_indicator_ends_when_its_target_is_reached(value: float, stands: str) -> None:
    story = Story(indicator("cases", at_least=10)).on("2024-06-05").act("officer", "report", "cases", value=value)
    assert story.status == {"cases": stands}


def test_an_indicator_without_a_value_goes_on() -> None:
    story = Story(indicator("cases")).act("officer", "report", "cases", "正在统计")
    assert story.status == {"cases": "working"}


@pytest.mark.parametrize(
    ("step", "own", "stands"),
    [
        (work("x"), NOTHING, Status.WAITING),
        (work("x"), StepState(opened=day("2024-06-03")), Status.OPEN),
        (work("x"), StepState(opened=day("2024-06-03"), signed=day("2024-06-03")), Status.WORKING),
        (work("x"), StepState(opened=day("2024-06-03"), submitted=day("2024-06-03")), Status.REVIEW),
        (work("x"), StepState(suspended=day("2024-06-03")), Status.SUSPENDED),
        (work("x"), StepState(finished=day("2024-06-03")), Status.DONE),
        (work("x"), StepState(finished=day("2024-06-03"), cancelled=True), Status.CANCELLED),
        (period("x"), StepState(opened=day("2024-06-03")), Status.ELAPSING),
        (action("x"), StepState(opened=day("2024-06-03")), Status.RUNNING),
        (action("x"), StepState(opened=day("2024-06-03"), failed=day("2024-06-03")), Status.FAILED),
        (review("x"), StepState(opened=day("2024-06-03")), Status.OPEN),
    ],
)
def test_where_a_step_stands(step: object, own: StepState, stands: Status) -> None:
    assert status(step, own) is stands  # type: ignore[arg-type]  # a step


def test_settling_stores_nothing_and_says_what_is_to_be_stored() -> None:
    look = look_at(milestone("start"), work("x", "start"))
    after, drafts = settle(look, EMPTY)
    assert [(draft.kind.value, draft.step, draft.key) for draft in drafts] == [
        ("adopted", "", "adopted"),
        ("opened", "start", "opened/start/0"),
        ("completed", "start", "completed/start/0"),
        ("opened", "x", "opened/x/0"),
    ]
    assert after.step("start").closed
    assert EMPTY.step("start") is NOTHING


def test_a_draft_is_applied_as_it_will_be_folded() -> None:
    draft = completed("x", day("2024-06-05"), NOTHING, "officer")
    after = applied(EMPTY, draft, day("2024-06-07"), "officer")
    assert (after.step("x").finished, after.step("x").closed_by) == (day("2024-06-05"), "officer")


def test_who_waits_for_what_was_closed() -> None:
    there = initiative(work("a", f"{HERE}/x", home="there"), name="there")
    elsewhere = initiative(work("b", f"{HERE}/x {HERE}/y", home="elsewhere"), name="elsewhere")
    whole = plan(initiative(work("x"), work("y")), there, elsewhere)
    drafts = [Draft(EntryKind.COMPLETED, "x"), Draft(EntryKind.CANCELLED, "y"), Draft(EntryKind.SIGNED, "z")]
    closed = closed_by(HERE, drafts)
    assert closed == (StepRef(HERE, "x"), StepRef(HERE, "y"))
    assert downstream(whole, closed) == ("elsewhere", "there")
    assert downstream(whole, [StepRef("there", "a")]) == ()


def test_what_ended_by_itself_is_not_judged_by_a_day_that_was_known_only_afterwards() -> None:
    story = Story(work("w"), period("x", days=3, due="2 days after w"))
    story.now = moment("2024-06-14")  # nobody has looked meanwhile
    said = Command(Verb.SUBMIT, StepRef.parse("w", HERE), "officer", "完成")
    story.write(*respond(story.look, story.state, said)).tick()
    ended = {entry.step: entry.data for entry in story.entries if entry.kind is EntryKind.COMPLETED}
    assert ended["x"] == {"day": "2024-06-06", "limit": []}
    assert ended["w"]["limit"] == ["2024-06-11", "2024-06-11"]
