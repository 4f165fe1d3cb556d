"""Nobody is late for days on which nothing may be done: one number in words, lights, ladder and forecast.

The year is 2026; 1 to 5 May is a holiday, 9 May is worked.
"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.core.days.workdays import WorkCalendar
from duban.core.deciding.deadlines import days_left
from duban.core.deciding.indicators import gauge
from duban.core.forecasting.facts import facts_of
from duban.core.forecasting.forecast import Late, forecast
from duban.core.forecasting.schedule import Schedule
from duban.core.ledger.summary import Light
from duban.core.planning.dates import clock, days_late, off_clock, worked
from duban.core.planning.lights import Lights, Rule
from duban.core.planning.plan import Target
from tests.core.builders import Story, calendar, day, indicator, policy, review, work

DAY = timedelta(days=1)


def rested(story: Story, first: str, back: str) -> Story:
    story.on(first).act("head", "suspend", "x", "等上级意见")
    return story.on(back).act("head", "resume", "x").sent()


def told(story: Story) -> tuple[Late, int]:
    """The step as the forecast of the plan tells it: how late, and its slack."""
    facts = facts_of([(story.look, story.decision)])
    seen = forecast(Schedule(story.office.plan, calendar(), facts, story.look.today))
    (late,) = seen.late
    return late, seen.slack[late.step]


def late(story: Story) -> int:
    """How late a step is, which light, words, letters and forecast say alike."""
    row = story.row("x")
    assert row.due
    assert row.reason
    assert (row.light, row.reason.rule) == (Light.RED, Rule.LATE)
    assert story.reason("x").startswith(f"已逾期{row.reason.days}个工作日")
    assert days_left(story.look, story.step("x"), row.due) == -row.reason.days
    if calendar().is_working(story.look.today):  # else nobody can end it before the next one
        seen, slack = told(story)
        assert (seen.days, slack) == (row.reason.days, -row.reason.days)
    return row.reason.days


def due_on_16_march() -> Story:
    story = Story(work("x", due="2026-03-16"), on="2026-03-02").act("officer", "sign", "x").sent()
    return story.on("2026-03-11").sent()


def test_days_of_rest_after_the_deadline_make_nobody_later() -> None:
    story = rested(due_on_16_march(), "2026-03-17 00:10", "2026-05-18")
    assert late(story) == 1
    assert story.told("2026-03-17") == ["press officer", "change officer"]
    assert late(story.on("2026-05-19").sent()) == 2
    assert story.told("2026-05-19") == []
    assert late(story.on("2026-05-20").sent()) == 3
    assert story.told("2026-05-19") == ["supervise head"]


def test_who_was_late_before_is_as_late_afterwards() -> None:
    story = due_on_16_march().on("2026-03-17").sent()
    assert late(story.on("2026-03-18").sent()) == 2
    assert late(rested(story, "2026-03-19 00:10", "2026-05-18")) == 3
    assert story.told("2026-05-18") == ["supervise head", "change officer"]


def test_a_rung_that_repeats_does_not_count_days_of_rest() -> None:
    (told,) = [one for one in policy().ladders[0].rungs if one.id == "report"]
    rules = policy(told.model_copy(update={"offset": 1, "repeat": 3}))
    story = Story(work("x", due="2026-03-16"), rules=rules, on="2026-03-02").on("2026-03-17").sent()
    rested(story, "2026-03-18 00:10", "2026-05-18")
    assert [story.on(f"2026-05-{on}").sent().told(f"2026-05-{on}") for on in (19, 20)] == [
        [],
        ["report leader", "report coordinator"],
    ]


def test_a_reminder_older_than_the_resumption_is_skipped() -> None:
    story = rested(due_on_16_march(), "2026-03-10", "2026-05-15")
    assert str(story.row("x").due) == "2026-05-21"
    assert story.told("2026-05-15") == ["change officer"]
    assert story.on("2026-05-18").told("2026-05-18") == ["remind officer"]


def test_what_waits_for_an_answer_does_not_wait_while_it_rests() -> None:
    story = Story(review("x", days=20), on="2026-03-02").sent()
    rested(story, "2026-03-03 00:10", "2026-05-18")
    assert "unsigned clerk" not in story.told()
    assert "unsigned clerk" in story.on("2026-05-19").told()


LATENESS = st.tuples(st.integers(0, 40), st.integers(1, 60), st.integers(0, 30))


@given(LATENESS)
def test_lateness_never_grows_while_a_step_rests(days: tuple[int, int, int]) -> None:
    before, length, after = days
    story = due_on_16_march()
    begins = day("2026-03-17") + before * DAY
    story.on(str(begins)).act("head", "suspend", "x", "等上级意见")
    seen = set[int]()
    for rest in range(length):
        story.on(str(begins + rest * DAY))
        row = story.row("x")
        assert row.due
        seen.add(days_left(story.look, story.step("x"), row.due))
    assert len(seen) == 1
    back = calendar().next_working(begins + length * DAY)
    story.on(str(back)).act("head", "resume", "x")
    assert late(story) == -seen.pop()
    then = story.look.today + after * DAY
    assert late(story.on(str(then))) == worked_since(begins, back, then)


def worked_since(begins: date, back: date, then: date) -> int:
    one, found = day("2026-03-16"), 0
    while one < then:
        one += DAY
        found += calendar().is_working(one) and not begins <= one < back
    return max(1, found)


# What was planned stands still too -----------------------------------------------------------------------------------

PACE = policy(lights=Lights.model_validate({"pace": {}}))


def test_what_rests_falls_behind_nothing() -> None:
    story = Story(work("x", days=20), rules=PACE, on="2026-03-02")
    story.on("2026-03-06").act("officer", "report", "x", progress=20)
    rested(story, "2026-03-09 00:10", "2026-05-18")
    assert (story.row("x").light, str(story.row("x").due)) == (Light.GREEN, "2026-06-08")
    assert story.on("2026-05-22").row("x").reason is not None  # 45 percent are planned
    assert story.reason("x") == "进度落后序时25个百分点"


def test_the_share_of_time_that_is_left_is_of_the_time_it_did_not_rest() -> None:
    rules = policy(lights=Lights.model_validate({"time_share": {}}))
    story = Story(work("x", days=20), rules=rules, on="2026-03-02")
    assert rested(story, "2026-03-03 00:10", "2026-05-18").row("x").light is Light.GREEN
    assert str(story.row("x").due) == "2026-06-12"
    assert story.on("2026-06-01").row("x").light is Light.GREEN
    assert story.on("2026-06-05").reason("x") == "时间已过75%，尚无进展"


def test_an_indicator_that_rests_is_measured_against_its_own_time() -> None:
    target = Target(100, "件", path=((day("2026-03-31"), 50),))
    story = Story(indicator("x", target=target, due="2026-04-30"), on="2026-03-02")
    before = gauge_of(story.on("2026-03-13"))
    story.on("2026-03-16 00:10").act("head", "suspend", "x", "等上级意见").on("2026-05-15")
    assert gauge_of(story)[1][-2:] == ((day("2026-06-01"), 50), (day("2026-07-01"), 100))
    assert gauge_of(story.on("2026-05-18").act("head", "resume", "x"))[0] > before[0]
    assert gauge_of(story)[0] < before[0] + 5


def gauge_of(story: Story) -> tuple[float, tuple[tuple[date, float], ...]]:
    row = story.row("x")
    found = gauge(story.look, story.initiative.steps["x"], story.step("x"), row.due)
    assert found
    assert found.planned is not None
    assert found.course[-1][0] == row.due
    return found.planned, found.course


# The counting itself -------------------------------------------------------------------------------------------------

REST = ((day("2026-03-04"), day("2026-03-09")),)


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        ("2026-03-02", "2026-03-03", 1),
        ("2026-03-02", "2026-03-06", 1),
        ("2026-03-05", "2026-03-10", 2),
        ("2026-03-10", "2026-03-12", 2),
    ],
)
def test_working_days_on_which_it_did_not_rest(first: str, last: str, days: int) -> None:
    assert worked(calendar(), REST, day(first), day(last)) == days
    assert days_late(calendar(), day(first), day(last), REST) == days


def test_time_that_stands_still() -> None:
    with_rest: tuple[WorkCalendar, tuple[tuple[date, date], ...], date] = (calendar(), REST, day("2026-03-02"))
    assert clock(*with_rest, day("2026-03-10")) == day("2026-03-05")
    assert off_clock(*with_rest, day("2026-03-05")) == day("2026-03-10")
    for still in (clock, off_clock):
        assert still(*with_rest, day("2026-03-02")) == day("2026-03-02")
        assert still(calendar(), (), day("2026-03-02"), day("2026-03-10")) == day("2026-03-10")
