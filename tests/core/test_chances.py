"""How likely dates are: on plans whose distributions are known, and by rules that hold for every plan."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duban.core.days.workdays import DayUnit
from duban.core.forecasting import chances as module
from duban.core.forecasting.chances import Chance, Chances, chances
from duban.core.forecasting.facts import facts_of
from duban.core.forecasting.forecast import forecast
from duban.core.forecasting.schedule import Schedule
from duban.core.planning.plan import StepRef
from duban.core.planning.when import Duration
from tests.core.builders import HERE, Story, calendar, day, initiative, milestone, work
from tests.core.test_decide_properties import stories

MANY = 20_000


def schedule_of(story: Story) -> Schedule:
    return Schedule(story.office.plan, story.look.calendar, facts_of([(story.look, story.decision)]), story.look.today)


def drawn(story: Story, samples: int = MANY, seed: int = 1) -> Chances:
    return chances(schedule_of(story), samples, seed)


def chance(story: Story, step: str, samples: int = MANY) -> Chance:
    return drawn(story, samples).of[StepRef.parse(step, HERE)]


def days(story: Story, one: Chance) -> tuple[int, int]:
    count = story.look.calendar.between
    return count(story.look.today, one.p50), count(story.look.today, one.p80)


def below(low: float, peak: float, high: float) -> Callable[[float], float]:
    """The triangular distribution, from its textbook."""

    def share(x: float) -> float:
        if x <= peak:
            return max(0.0, x - low) ** 2 / ((high - low) * (peak - low))
        return 1 - max(0.0, high - x) ** 2 / ((high - low) * (high - peak))

    return share


def test_a_single_step_ends_at_the_quantiles_of_its_distribution() -> None:
    story = Story(work("x", days=[10, 20, 60]))
    half = 60 - sqrt(0.5 * 50 * 40)
    fifth = 60 - sqrt(0.2 * 50 * 40)
    assert days(story, chance(story, "x")) == (round(half), round(fifth))


@pytest.mark.parametrize("due", ["2024-06-17", "2024-07-01", "2024-07-26"])
def test_a_deadline_is_kept_as_often_as_the_distribution_says(due: str) -> None:
    story = Story(work("x", days=[10, 20, 60], due=due))
    left = story.look.calendar.between(story.look.today, story.row("x").due or story.look.today)
    assert chance(story, "x").kept == pytest.approx(below(10, 20, 60)(left + 0.5), abs=0.015)


def test_of_two_at_once_the_later_counts() -> None:
    story = Story(work("a", days=[5, 10, 30]), work("b", days=[5, 10, 30]), milestone("x", "a b", due="2024-06-27"))
    left = story.look.calendar.between(story.look.today, story.row("x").due or story.look.today)
    one = below(5, 10, 30)(left + 0.5)
    assert chance(story, "x").kept == pytest.approx(one * one, abs=0.015)
    seen = drawn(story)
    assert seen.initiatives[0].p80 == seen.of[StepRef(HERE, "x")].p80
    assert seen.of[StepRef(HERE, "x")].critical == 1
    assert seen.of[StepRef(HERE, "a")].critical == pytest.approx(seen.of[StepRef(HERE, "b")].critical, abs=0.02)
    assert 0.5 <= seen.of[StepRef(HERE, "a")].critical < 0.6


def test_time_already_spent_leaves_only_longer_durations() -> None:
    story = Story(work("x", days=[10, 20, 60], due="2024-12-31")).on("2024-07-16")
    spent = story.look.calendar.between(story.step("x").opened or story.look.today, story.look.today)
    assert spent == 30
    share = below(10, 20, 60)
    passed = share(spent - 0.5)
    story = Story(work("x", days=[10, 20, 60], due="2024-07-30")).on("2024-07-16")
    assert chance(story, "x").kept == pytest.approx((share(40.5) - passed) / (1 - passed), abs=0.015)


def test_a_step_longer_under_way_than_anybody_thought_ends_today() -> None:
    story = Story(work("x", days=[1, 2, 5]), milestone("y", "x")).on("2024-06-24")
    for step in ("x", "y"):
        assert days(story, chance(story, step, 50)) == (0, 0)


def test_calendar_days_with_a_spread_are_drawn_and_conditioned_as_such() -> None:
    spread = replace(work("x"), duration=Duration(5, 10, 30, DayUnit.CALENDAR))
    story = Story(spread).on("2024-06-18")
    one = chance(story, "x")
    share = below(5, 10, 30)
    half = share(14.5) + 0.5 * (1 - share(14.5))
    drawn = day("2024-06-03") + timedelta(days=round(30 - sqrt((1 - half) * 25 * 20)))
    assert one.p50 == calendar().next_working(drawn)  # people end nothing on a day off


def test_a_deadline_that_hangs_on_a_step_moves_with_it_in_every_sample() -> None:
    story = Story(work("a", days=[5, 10, 30]), work("x", "a", days=5, due="5 working days after a"))
    one = chance(story, "x", 500)
    assert one.kept == 1
    assert one.due == one.p50


def test_the_most_critical_come_first_and_an_initiative_keeps_all_its_deadlines_or_not() -> None:
    story = Story(
        work("long", days=[20, 30, 40]),
        work("short", days=[1, 2, 3]),
        milestone("end", "long short", due="2024-07-15"),
        beside=[initiative(work("train", "here/end", days=[1, 2, 3], home="there"), name="there")],
    )
    seen = drawn(story, 400)
    assert [one.step.step for one in seen.steps][:3] == ["long", "end", "train"]
    assert seen.of[StepRef(HERE, "short")].critical == 0
    here, there = seen.initiatives
    long, end = (seen.of[StepRef(HERE, name)].kept or 0 for name in ("long", "end"))
    assert 0 < (here.kept or 0) <= min(long, end) < 1
    assert there.kept is None
    assert there.p50 > here.p50


def test_without_steps_there_is_nothing_to_forecast() -> None:
    story = Story(work("x"))
    empty = Schedule(replace(story.office.plan, initiatives={}), story.look.calendar, {}, story.look.today)
    assert chances(empty, 10) == Chances(10, 1, (), ())
    assert forecast(empty).finish == {}


def spread(story: Story, by: int) -> Story:
    """The same story of a plan with three estimates."""
    steps = [
        replace(step, duration=replace(length, pessimistic=length.likely + by, optimistic=max(0, length.likely - by)))
        for step in story.initiative.steps.values()
        for length in (step.duration,)
    ]
    return story.replanned(*steps)


@given(stories, st.integers(0, 5))
@settings(max_examples=60)
def test_what_holds_of_every_plan(story: Story, by: int) -> None:
    schedule = schedule_of(spread(story, by))
    seen, today = chances(schedule, 40), schedule.day(schedule.now)  # a period may end on a day off
    assert seen == chances(schedule, 40)
    least = forecast(schedule)
    for one in (*seen.steps, *seen.initiatives):
        assert today <= one.p50 <= one.p80
        assert one.kept is None or 0 <= one.kept <= 1
    for one in seen.steps:
        assert 0 <= one.critical <= 1
        assert (one.due is None) == (one.step not in least.due) == (one.kept is None)
    if by == 0:
        assert {one.step: one.p50 for one in seen.steps} == {one.step: one.p80 for one in seen.steps} == least.finish
        assert {one.initiative: one.p80 for one in seen.initiatives} == least.ends
        assert {one.step for one in seen.steps if one.kept == 0} == {late.step for late in least.late}


@given(stories)
@settings(max_examples=20)
def test_fewer_bits_change_nothing(story: Story) -> None:
    few = drawn(story, 50)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_bits", lambda schedule: np.int64)
        assert drawn(story, 50) == few


def test_times_that_do_not_fit_into_few_bits_have_more() -> None:
    schedule = schedule_of(Story(work("a")))
    assert module._bits(schedule) is np.int32
    schedule.estimates = lambda place: (0, 0, 10**8)  # type: ignore[method-assign]
    assert module._bits(schedule) is np.int64


def test_an_initiative_that_is_over_has_no_chances() -> None:
    story = Story(work("x", days=1), beside=[initiative(work("a", home="there"), name="there")])
    story.act("officer", "submit", "x")
    assert [one.initiative for one in drawn(story, 10).initiatives] == ["there"]
