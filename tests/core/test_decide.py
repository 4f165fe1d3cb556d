"""The head of duban: what is to be done now, how things stand, and when to look again."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from duban.core.days.workdays import WorkCalendar
from duban.core.deciding.decide import decide
from duban.core.ledger.entries import EntryKind
from duban.core.ledger.state import EMPTY, fold
from duban.core.ledger.summary import Light
from duban.core.planning.lights import Lights
from duban.core.planning.plan import StepRef
from tests.core.builders import (
    HERE,
    Story,
    action,
    day,
    directory,
    indicator,
    initiative,
    milestone,
    moment,
    period,
    policy,
    post,
    rung,
    work,
)

QUIET = policy(lights=Lights())
FORECAST = policy(lights=Lights(forecast=True))


def again(story: Story) -> str:
    """When to look again."""
    return f"{story.summary.look_again:%m-%d %H:%M}"


# Adopting ------------------------------------------------------------------------------------------------------------


def test_the_first_look_adopts_the_initiative_once() -> None:
    story = Story(work("x")).tick().on("2024-06-04").on("2024-07-04")
    assert story.kinds()[:2] == ["adopted", "opened"]
    assert story.kinds().count("adopted") == 1
    assert decide(story.look, EMPTY).summary.sequence == 0
    assert story.summary.sequence == len(story.entries)


# Words ---------------------------------------------------------------------------------------------------------------


def test_an_initiative_shines_as_its_gravest_step() -> None:
    story = Story(work("a", due="2024-06-07"), work("b", due="2024-06-28")).on("2024-06-11")
    assert (story.summary.light, story.headline) == (Light.RED, "“a事项”已逾期1个工作日")
    assert (story.summary.done, story.summary.total, story.summary.next_due) == (0, 2, day("2024-06-07"))


def test_what_goes_well_is_said_to_go_well() -> None:
    assert (Story(work("x")).summary.light, Story(work("x")).headline) == (Light.GREEN, "正常推进")
    waiting = Story(work("x", earliest="2024-08-01"))
    assert (waiting.summary.light, waiting.headline) == (Light.GREEN, "正常推进")
    assert waiting.row("x").light is Light.OFF


def test_what_is_over_is_said_to_be_over() -> None:
    story = Story(work("x")).act("officer", "submit", "x")
    assert (story.summary.light, story.headline) == (Light.GREEN, "全部事项已办结")
    assert (story.summary.next_due, story.summary.look_again, story.row("x").forecast) == (None, None, None)


def test_a_forecast_past_the_deadline_names_the_step_that_causes_it() -> None:
    story = Story(work("a", days=10), work("b", "a", days=5), work("c", "b", days=5, due="2024-06-28"))
    assert (story.row("c").light, story.reason("c")) == (
        Light.YELLOW,
        "因“a事项”未完，预计7月2日完成，晚2个工作日",
    )
    assert story.reason("a") == "预计6月18日完成，将使后续事项晚2个工作日"


def test_a_cause_may_lie_elsewhere() -> None:
    there = initiative(work("a", home="there"), name="there")
    story = Story(work("x", "there/a", days=5, due="2024-06-28"), beside=[there])
    story.elsewhere("there/a", forecast="2024-06-28")
    assert story.reason("x") == "因“a事项”（there举措）未完，预计7月5日完成，晚5个工作日"
    assert story.row("x").held_by == StepRef("there", "a")


def test_a_cause_elsewhere_is_the_one_that_holds_things_up_there() -> None:
    there = initiative(work("draft", home="there"), milestone("a", "draft", home="there"), name="there")
    steps = work("x", "there/a", days=5), milestone("y", "x", due="2024-06-28")
    story = Story(*steps, beside=[there]).elsewhere("there/a", forecast="2024-06-28", held_by="there/draft")
    assert story.reason("y") == "因“draft事项”（there举措）未完，预计7月5日完成，晚5个工作日"
    assert {row.step: str(row.held_by or "") for row in story.summary.steps} == {"x": "there/draft", "y": "there/draft"}


@pytest.mark.parametrize("gone", ["there/gone", "gone/a"])
def test_a_cause_that_is_no_longer_in_the_plan_is_not_named(gone: str) -> None:
    there = initiative(work("a", home="there"), name="there")
    story = Story(work("x", "there/a", days=5), beside=[there])
    assert story.elsewhere("there/a", forecast="2024-06-28", held_by=gone).row("x").held_by == StepRef("there", "a")


def test_a_cause_is_where_the_chain_begins() -> None:
    story = Story(work("a", days=5), work("b", "a", days=5), work("x", "b", days=5))
    assert {row.step: str(row.held_by or "") for row in story.summary.steps} == {"a": "", "b": "here/a", "x": "here/a"}


def test_a_pressing_nobody_answered_is_orange_until_somebody_does() -> None:
    story = Story(work("x", due="2024-06-07"), rules=policy(lights=Lights(unanswered=True)))
    story.on("2024-06-11")
    assert story.row("x").light is Light.RED
    story.sent().act("officer", "extend", "x", "等批复", to="2024-06-28").act("leader", "grant", "x")
    assert story.row("x").light is Light.GREEN
    story = Story(work("x", due="2024-06-07"), rules=policy(lights=Lights(unanswered=True))).on("2024-06-11").sent()
    story.on("2024-06-12").replanned(work("x", due="2024-06-28"))
    assert story.reason("x") == "催办后尚未回应"
    story.act("leader", "hand-over", "x", "职责调整", to="law")
    assert story.reason("x") == "正常推进"


def test_what_was_handed_in_in_time_is_not_late() -> None:
    story = Story(work("x", due="2024-06-07", review="law")).act("officer", "submit", "x").on("2024-06-12")
    assert story.reason("x") == "按时报送，待审核，已过时限2个工作日"


# Actions -------------------------------------------------------------------------------------------------------------


def test_actions_are_run_until_they_have_succeeded_or_failed_for_good() -> None:
    story = Story(work("x"), action("publish", "x"))
    assert story.decision.actions == ()
    story.act("officer", "submit", "x")
    assert story.decision.actions == (StepRef(HERE, "publish"),)
    story.happens(EntryKind.ACTION_STARTED, "publish").happens(
        EntryKind.ACTION_FAILED, "publish", final=False, reason="超时"
    )
    assert story.decision.actions == (StepRef(HERE, "publish"),)
    story.happens(EntryKind.ACTION_FAILED, "publish", final=True, reason="超时")
    assert story.decision.actions == ()
    assert story.row("publish").light is Light.RED


# When to look again --------------------------------------------------------------------------------------------------


def test_the_next_rung_is_a_moment_to_look_again() -> None:
    story = Story(work("x", due="2024-06-14"), rules=QUIET).act("officer", "sign", "x").on("2024-06-10")
    assert again(story) == "06-11 08:30"


def test_a_step_becomes_late_when_its_deadline_is_over() -> None:
    story = Story(milestone("x", "there/a", due="2024-06-05"), beside=[ELSEWHERE], rules=QUIET)
    assert again(story) == "06-06 00:00"


ELSEWHERE = initiative(work("a", home="there"), name="there")


def test_a_period_ends_when_its_last_day_is_over() -> None:
    assert again(Story(period("x", days=2), rules=QUIET)) == "06-06 00:00"


def test_a_step_opens_on_its_earliest_day() -> None:
    assert again(Story(work("x", earliest="2024-06-06"), rules=QUIET)) == "06-06 00:00"


def test_the_forecast_of_what_waits_for_something_overdue_moves_with_the_days() -> None:
    """x takes 5 working days: begun on Friday 7 June it ends on the 17th, one day later it no longer does."""
    story = Story(action("a", days=1), work("x", "a", days=5, due="2024-06-17"), rules=FORECAST)
    assert story.on("2024-06-05").row("x").light is Light.OFF
    assert again(story) == "06-08 00:00"
    assert story.on("2024-06-07 23:59").row("x").light is Light.OFF
    story.on("2024-06-08 00:00")
    assert story.reason("x") == "因“a事项”未完，预计6月18日完成，晚1个工作日"


def test_so_does_that_of_what_waits_for_something_elsewhere() -> None:
    story = Story(work("x", "there/a", days=5, due="2024-06-17"), beside=[ELSEWHERE], rules=FORECAST)
    assert again(story.on("2024-06-05")) == "06-08 00:00"


@pytest.mark.parametrize("rules", [QUIET, FORECAST])
def test_the_next_week_is_a_moment_to_look_again(rules: object) -> None:
    story = Story(indicator("x", due="2024-12-31"), rules=rules)  # type: ignore[arg-type]  # a policy
    story.act("officer", "sign", "x")
    assert again(story) == "06-10 00:00"
    assert again(story.on("2024-06-10")) == "06-17 00:00"


def test_what_is_not_green_is_looked_at_every_day_for_its_words_count_days() -> None:
    story = Story(work("x", due="2024-06-07"), rules=QUIET).on("2024-06-26")
    assert (story.reason("x"), again(story)) == ("已逾期12个工作日", "06-27 00:00")


def test_so_is_what_is_suspended_for_its_limit_moves() -> None:
    story = Story(work("x", due="2024-06-07"), rules=QUIET).act("head", "suspend", "x", "等意见")
    assert again(story) == "06-04 00:00"


def test_letters_that_never_arrived_are_told_of_even_when_all_is_over() -> None:
    story = Story(work("x")).on("2024-06-03 20:00").act("officer", "submit", "x").sent(EntryKind.NOTICE_DEAD)
    assert again(story) == "06-04 08:30"
    assert story.on("2024-06-04 08:30").sent().summary.look_again is None


# The state it answers with -------------------------------------------------------------------------------------------


def test_a_decision_holds_what_it_was_made_of() -> None:
    story = Story(work("a", due="2024-06-14"), work("x", "a"))
    decision = story.decision
    assert decision.deadlines.keys() == decision.outlook.forecast.keys() == {"a", "x"}
    assert decision.state.steps == story.state.steps
    assert [call.moment for call in decision.rungs] == sorted(call.moment for call in decision.rungs)
    assert moment("2024-06-11 08:30") in [call.moment for call in decision.rungs]


def test_a_deadline_that_hangs_on_another_step_is_not_taken_from_an_earlier_decision() -> None:
    story = Story(work("a"), work("b", due="3 working days after a"))
    state, seen = story.state, len(story.entries)
    before = decide(story.look, state)
    assert before.deadlines["b"] is None
    story.act("officer", "submit", "a")
    state = fold(story.entries[seen:], start=state)
    after = decide(story.look, state, before)
    assert after.deadlines["b"]
    assert after == decide(story.look, state)


def test_a_suspended_step_is_due_later_every_day_though_nothing_happens_to_it() -> None:
    story = Story(work("a", due="2024-06-14"), milestone("done", "a"), on="2024-06-03").tick()
    story.act("leader", "suspend", "a", "待上级明确")
    state, before = story.state, story.decision
    story.now = moment("2024-06-06")
    after = decide(story.look, state, before)
    assert after.deadlines["a"] != before.deadlines["a"]
    assert after == decide(story.look, state)


def test_nothing_is_taken_from_a_decision_by_other_rules() -> None:
    story = Story(work("a", due="2024-06-27"), work("b", "a", due="2024-06-28"), on="2024-06-03").tick()
    state, before = story.state, story.decision
    one = story.office.calendar
    calendar = WorkCalendar.build(one.first, one.last, lambda day: one.is_working(day) and day != date(2024, 6, 26))
    story.office = replace(story.office, calendar=calendar)
    after = decide(story.look, state, before)
    assert after.outlook.latest["a"] != before.outlook.latest["a"]
    assert after == decide(story.look, state)


def test_what_is_over_binds_no_longer_what_an_earlier_decision_had_it_bind() -> None:
    story = Story(work("a", due="2024-06-27"), work("b", "a", due="2024-06-28"), on="2024-06-03").tick()
    state, before = story.state, story.decision
    seen = len(story.entries)
    story.act("leader", "cancel", "b", "不再办理")
    state = fold(story.entries[seen:], start=state)
    after = decide(story.look, state, before)
    assert before.outlook.latest["a"] < after.outlook.latest["a"] == date(2024, 6, 27)
    assert after == decide(story.look, state)


@pytest.mark.parametrize(
    ("elsewhere", "moment"),
    [
        ("2024-06-06", "06-07 00:00"),  # from then on the date moves with the days
        ("2024-05-31", "06-04 00:00"),  # it does already
        (None, "06-04 00:00"),
    ],
)
def test_one_looks_again_when_the_date_of_a_step_begins_to_move(elsewhere: str | None, moment: str) -> None:
    steps = (work("x", earliest="2 working days after there/y", due="2024-09-30"),)
    there = initiative(work("y", home="there"), name="there")
    story = Story(*steps, rules=QUIET, beside=[there])
    if elsewhere:
        story.elsewhere("there/y", forecast=elsewhere)
    assert again(story) == moment


def test_one_looks_again_when_what_a_date_counts_from_here_is_overdue() -> None:
    steps = (work("a", days=2), work("x", earliest="2 working days after a", due="2024-09-30"))
    story = Story(*steps, rules=QUIET).act("officer", "sign", "a")
    assert again(story) == "06-06 00:00"
    story.act("officer", "submit", "a")
    assert again(story) == "06-05 00:00"  # it opens


def test_one_looks_again_every_day_while_what_a_date_counts_from_here_goes_by_reports() -> None:
    steps = (work("a", days=9), work("x", earliest="2 working days after a", due="2024-09-30"))
    story = Story(*steps, rules=QUIET).act("officer", "sign", "a")
    story.act("officer", "report", "a", progress=50)
    assert again(story) == "06-04 00:00"


def test_a_rung_kept_apart_goes_to_whoever_stands_in_meanwhile_looked_at_before_or_not() -> None:
    people = directory(post("officer", "vice", "2024-06-13..2024-06-14"))
    rungs = (rung("first", "due", -3, "owner", "remind"), rung("second", "due", -2, "owner", "press"))
    story = Story(work("draft", due="2024-06-14"), people=people, rules=policy(*rungs, interval=5), on="2024-06-11")
    story.sent().on("2024-06-12")
    before = story.decision
    assert [(call.rung, call.recipient, f"{call.moment:%m-%d}") for call in before.rungs] == [
        ("second", "officer", "06-18")
    ]
    assert before.summary.look_again == moment("2024-06-12 09:00") + timedelta.resolution  # the digest has gone out
    state = story.state
    story.now = moment("2024-06-13")
    for later in (decide(story.look, state), decide(story.look, state, before)):
        assert [draft.data["recipient"] for draft in later.drafts] == ["vice"]


def test_a_deputy_who_comes_back_gets_what_reached_nobody_looked_at_before_or_not() -> None:
    people = directory(post("officer", "vice"), post("vice", None, "2024-06-04..2024-06-11"))
    story = Story(work("a", due="2024-07-31"), people=people, on="2024-06-03").sent()
    story.on("2024-06-05 09:00").sent(EntryKind.NOTICE_DEAD)
    state, before = story.state, story.decision
    story.now = moment("2024-06-12 09:30")
    fresh = decide(story.look, state)
    assert fresh.drafts[0].data["notice"].endswith("/unsigned/officer/instead/vice")
    assert decide(story.look, state, before) == fresh
