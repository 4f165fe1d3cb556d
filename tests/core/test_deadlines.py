"""Deadlines: computed from the plan and from what happened, on China's calendar of 2024."""

from dataclasses import replace

import pytest

from duban.core.days.overrides import CalendarOverrides, apply_overrides
from duban.core.days.workdays import Roll, WorkCalendar
from duban.core.deciding.deadlines import deadline, finished, last_end, may_open, planned
from duban.core.ledger.entries import EntryKind
from duban.core.ledger.steps import Deadline
from duban.core.planning.plan import StepRef
from duban.core.planning.when import Span
from tests.core.builders import Story, action, calendar, day, initiative, milestone, period, review, work


def due(story: Story, step: str = "x") -> str | None:
    """The deadline of a step, with the first one in brackets where it was moved."""
    limit = deadline(story.look, story.initiative.steps[step], story.state)
    if limit is None:
        return None
    return str(limit.day) if limit.day == limit.original else f"{limit.day} ({limit.original})"


@pytest.mark.parametrize(
    ("written", "day_due"),
    [
        ("2024-06-28", "2024-06-28"),
        ("2024-06-15", "2024-06-15"),  # a Saturday that was written out stays
        ("2024-06", "2024-06-28"),
        ("2024-Q2", "2024-06-28"),
        ("10 working days after start", "2024-01-16"),
        ("30 days after 2024-06-03", "2024-07-03"),
    ],
)
def test_a_written_deadline(written: str, day_due: str) -> None:
    assert due(Story(work("x", due=written))) == day_due


def test_a_deadline_may_be_rolled_to_a_working_day() -> None:
    assert due(Story(work("x", due="2024-06-15", roll=Roll.FORWARD))) == "2024-06-17"


def test_a_repeated_step_counts_from_its_period() -> None:
    june = Span(day("2024-06-01"), day("2024-06-30"))
    assert due(Story(work("x", due="5 working days after period", span=june))) == "2024-07-05"


def test_a_deadline_that_hangs_on_a_step_is_known_once_that_is_over() -> None:
    story = Story(work("a"), work("x", due="5 working days after a"))
    assert due(story) is None
    story.on("2024-06-05").act("officer", "submit", "a")
    assert due(story) == "2024-06-13"


def test_a_deadline_may_hang_on_a_step_elsewhere() -> None:
    there = initiative(work("a", home="there"), name="there")
    story = Story(work("x", due="5 working days after there/a"), beside=[there])
    assert due(story) is None
    assert due(story.elsewhere("there/a", forecast="2024-06-20")) is None
    assert due(story.elsewhere("there/a", finished="2024-06-03")) == "2024-06-11"


def test_work_without_a_written_deadline_is_due_when_its_duration_is_over() -> None:
    story = Story(work("a"), work("x", "a", days=3))
    assert due(story) is None
    assert due(story.on("2024-06-05").act("officer", "submit", "a")) == "2024-06-11"
    assert due(Story(work("x", days="30 days"))) == "2024-07-03"


def test_a_persons_own_time_in_calendar_days_ends_on_a_working_day() -> None:
    assert due(Story(work("x", days="5 days"))) == "2024-06-11"  # the 8th is a Saturday, the 10th a holiday


def test_what_needs_nobody_is_due_only_where_that_is_written() -> None:
    assert due(Story(period("x"))) is None
    assert due(Story(action("x"))) is None
    assert due(Story(milestone("x", due="2024-06-28"))) == "2024-06-28"


# Extensions and suspensions ------------------------------------------------------------------------------------------


def extended(to: str) -> Story:
    story = Story(work("x", due="2024-06-14")).act("officer", "extend", "x", "等批复", to=to)
    return story.act("leader", "grant", "x")


def test_an_extension_sets_the_deadline_and_keeps_the_first() -> None:
    assert due(extended("2024-06-28")) == "2024-06-28 (2024-06-14)"


def test_an_extension_never_makes_a_deadline_earlier() -> None:
    story = extended("2024-06-28")
    assert due(story.replanned(work("x", due="2024-07-31"))) == "2024-07-31"


def suspended(first: str, last: str, **said: str) -> Story:
    story = Story(work("x", **said)).on(first).act("head", "suspend", "x", "等上级意见")
    return story.on(last).act("head", "resume", "x")


def test_days_of_suspension_do_not_count() -> None:
    assert due(suspended("2024-06-05", "2024-06-07", due="2024-06-14")) == "2024-06-18 (2024-06-14)"


def test_while_suspended_the_deadline_moves_with_the_days() -> None:
    story = Story(work("x", due="2024-06-14")).on("2024-06-05").act("head", "suspend", "x", "等上级意见")
    assert due(story) == "2024-06-14"
    assert due(story.on("2024-06-06")) == "2024-06-17 (2024-06-14)"
    assert due(story.on("2024-06-12")) == "2024-06-20 (2024-06-14)"


def test_a_deadline_on_a_day_off_loses_no_day_that_was_given_back() -> None:
    assert due(suspended("2024-06-05", "2024-06-06", due="2024-06-15")) == "2024-06-18 (2024-06-15)"


def test_a_suspension_of_no_days_moves_nothing() -> None:
    assert due(suspended("2024-06-05", "2024-06-05", due="2024-06-15")) == "2024-06-15"


def test_a_suspension_from_the_last_day_on_gives_that_day_back() -> None:
    assert due(suspended("2024-06-14", "2024-06-18", due="2024-06-14")) == "2024-06-18 (2024-06-14)"


def test_a_suspension_after_the_deadline_gives_nothing_back() -> None:
    assert due(suspended("2024-06-18", "2024-06-28", due="2024-06-15")) == "2024-06-15"


def test_a_suspension_before_an_extension_does_not_push_it() -> None:
    story = suspended("2024-06-04", "2024-06-06", due="2024-06-14")
    story.act("officer", "extend", "x", "等批复", to="2024-06-28").act("leader", "grant", "x")
    assert due(story) == "2024-06-28 (2024-06-14)"
    story.on("2024-06-12").act("head", "suspend", "x", "等意见").on("2024-06-13").act("head", "resume", "x")
    assert due(story) == "2024-07-01 (2024-06-14)"


def test_a_suspension_before_a_step_opened_does_not_push_what_counts_from_its_opening() -> None:
    story = Story(work("a"), work("x", "a", days=5)).act("head", "suspend", "x", "等上级意见")
    story.on("2024-06-12").act("officer", "submit", "a")
    assert story.status == {"a": "done", "x": "suspended"}
    story.on("2024-06-14").act("head", "resume", "x")
    assert story.step("x").opened == day("2024-06-14")
    assert due(story) == "2024-06-21"


def test_a_suspension_before_its_anchor_ended_does_not_push_a_deadline_that_counts_from_it() -> None:
    story = Story(work("a"), work("x", due="5 working days after a")).act("head", "suspend", "x", "等上级意见")
    story.on("2024-06-12").act("head", "resume", "x").act("officer", "submit", "a")
    assert due(story) == "2024-06-19"


def test_suspended_calendar_days_are_given_back_as_calendar_days() -> None:
    story = Story(period("x", days="10 days")).on("2024-06-05").act("head", "suspend", "x", "等上级意见")
    story.on("2024-06-12").act("head", "resume", "x")
    step = story.initiative.steps["x"]
    assert planned(story.look, step, story.step("x"), day("2024-06-03")) == day("2024-06-20")
    assert story.on("2024-06-20").status == {"x": "elapsing"}
    assert story.on("2024-06-21").row("x").finished == day("2024-06-20")


# Opening -------------------------------------------------------------------------------------------------------------


def opens(story: Story, step: str = "x") -> str | None:
    ready = may_open(story.look, story.initiative.steps[step], story.state)
    return str(ready) if ready else None


def test_a_step_may_open_with_the_plan_when_it_needs_nothing() -> None:
    assert opens(Story(work("x"))) == "2024-01-02"


def test_a_step_may_open_when_the_last_of_its_needs_is_closed() -> None:
    story = Story(work("a"), work("b"), work("x", "a b"))
    story.on("2024-06-05").act("officer", "submit", "b")
    assert opens(story) is None
    assert opens(story.on("2024-06-07").act("leader", "cancel", "a", "任务取消")) == "2024-06-07"


def test_a_step_may_not_open_before_its_earliest_day() -> None:
    assert opens(Story(work("x", earliest="2024-07"))) == "2024-07-01"
    story = Story(work("a"), work("x", earliest="3 days after a"))
    assert opens(story) is None
    assert opens(story.act("officer", "submit", "a")) == "2024-06-06"


def test_a_repeated_step_opens_with_its_period() -> None:
    assert opens(Story(work("x", span=Span(day("2024-07-01"), day("2024-07-31"))))) == "2024-07-01"


def test_the_latest_of_several_last_days() -> None:
    story = Story(work("a"), work("b"))
    refs = (StepRef("here", "a"), StepRef("here", "b"))
    assert last_end(story.look, (), story.state) is None
    story.act("officer", "submit", "b").on("2024-06-05").act("officer", "submit", "a")
    assert last_end(story.look, refs, story.state) == day("2024-06-05")
    assert finished(story.look, StepRef("there", "a"), story.state) is None
    assert Deadline(day("2024-06-05"), day("2024-06-05")) == Deadline(day("2024-06-05"), day("2024-06-05"))


# Closed ---------------------------------------------------------------------------------------------------------------


def resting(*days: str) -> WorkCalendar:
    """The bureau's calendar with days off of its own."""
    return apply_overrides(calendar(), CalendarOverrides(holidays=tuple(map(day, days))))


def test_a_step_that_is_closed_keeps_its_deadlines_whatever_is_decided_later() -> None:
    story = Story(work("a", due="2024-06-07"), work("b", "a", due="3 working days after a"), work("open", days=8))
    story.act("officer", "submit", "a").on("2024-06-12").act("officer", "submit", "b")
    before = {name: due(story, name) for name in ("a", "b", "open")}
    assert before == {"a": "2024-06-07", "b": "2024-06-06", "open": "2024-06-14"}
    story.office = replace(story.office, calendar=resting("2024-06-05", "2024-06-06"))
    assert {name: due(story, name) for name in ("a", "b")} == {"a": "2024-06-07", "b": "2024-06-06"}
    assert due(story, "open") == "2024-06-18"  # what goes on is counted by the days that there are
    assert story.row("b").original_due == day("2024-06-06")
    story.replanned(work("a", due="2024-06-28"), work("b", "a"), work("open", days=8))
    assert {name: due(story, name) for name in ("a", "b")} == {"a": "2024-06-07", "b": "2024-06-06"}


def test_a_cancelled_step_keeps_its_deadlines_too() -> None:
    story = Story(work("x", days=8)).act("leader", "cancel", "x", "不再需要")
    story.office = replace(story.office, calendar=resting("2024-06-05"))
    assert due(story) == "2024-06-14"


def test_a_step_that_ends_by_itself_keeps_its_deadlines_too() -> None:
    story = Story(work("a"), milestone("x", "a", due="3 working days after a")).act("officer", "submit", "a")
    story.office = replace(story.office, calendar=resting("2024-06-05"))
    assert due(story) == "2024-06-06"


def test_an_extension_and_a_suspension_count_as_they_did_when_the_step_closed() -> None:
    story = Story(work("x", days=8)).act("head", "suspend", "x", "停电").on("2024-06-05").act("head", "resume", "x")
    story.act("officer", "extend", "x", "等批复", to="2024-06-21").act("leader", "grant", "x")
    story.act("officer", "submit", "x")
    assert due(story) == "2024-06-21 (2024-06-14)"
    story.office = replace(story.office, calendar=resting("2024-06-04", "2024-06-13"))
    assert due(story) == "2024-06-21 (2024-06-14)"


def test_a_step_closed_before_its_deadline_was_known_has_none_afterwards() -> None:
    story = Story(work("a"), work("x", due="5 working days after a")).act("officer", "submit", "x")
    story.on("2024-06-05").act("officer", "submit", "a")
    assert due(story) is None


def test_work_that_was_sent_back_after_it_closed_has_a_deadline_that_is_counted_again() -> None:
    story = Story(work("x", days=8), review("check", "x")).act("officer", "submit", "x")
    story.act("judge", "return", "check", "补正")
    story.office = replace(story.office, calendar=resting("2024-06-05"))
    assert due(story) == "2024-06-17"


def test_what_closed_in_a_ledger_of_old_is_counted_by_the_days_there_are() -> None:
    story = Story(work("x", days=8)).happens(EntryKind.COMPLETED, "x", day="2024-06-04")
    story.office = replace(story.office, calendar=resting("2024-06-05"))
    assert due(story) == "2024-06-17"
