"""The outlook of an initiative: expected ends, the latest ones that do no harm, and who holds up whom."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.core.days.workdays import DayUnit
from duban.core.deciding.deadlines import deadlines, lasting
from duban.core.deciding.outlook import Outlook, foresee, latest_start
from duban.core.deciding.settle import settle
from duban.core.planning.plan import Step
from duban.core.planning.when import Span
from tests.core.builders import (
    HERE,
    Story,
    action,
    calendar,
    day,
    initiative,
    milestone,
    period,
    review,
    work,
)

THERE = initiative(work("a", home="there"), name="there")


def outlook(story: Story) -> Outlook:
    after, _ = settle(story.look, story.state)
    return foresee(story.look, after, deadlines(story.look, after))


def ends(story: Story) -> dict[str, str]:
    return {name: f"{end:%m-%d}" for name, end in outlook(story).forecast.items()}


def latest(story: Story) -> dict[str, str | None]:
    return {name: end and f"{end:%m-%d}" for name, end in outlook(story).latest.items()}


def chain(story: Story, step: str) -> str:
    return " ".join(str(link).removeprefix(f"{HERE}/") for link in outlook(story).chain(step, HERE))


def test_steps_follow_one_another() -> None:
    story = Story(work("draft", days=5), review("check", "draft", days=2), milestone("done", "check"))
    assert ends(story) == {"draft": "06-11", "check": "06-13", "done": "06-13"}
    assert chain(story, "done") == "draft check done"


def test_nothing_is_expected_before_the_plan_begins() -> None:
    assert ends(Story(work("draft", days=5), starts="2024-07-01")) == {"draft": "07-08"}


def test_what_happened_counts() -> None:
    story = Story(work("draft", days=5), work("next", "draft", days=2)).on("2024-06-05")
    story.act("officer", "submit", "draft")
    assert ends(story) == {"draft": "06-05", "next": "06-07"}
    assert chain(story, "next") == "next"


def test_work_that_is_over_its_time_is_expected_today_at_the_earliest() -> None:
    story = Story(work("draft", days=2, due="2024-07-31"), work("next", "draft", days=2))
    assert ends(story.on("2024-06-06")) == {"draft": "06-06", "next": "06-11"}
    assert ends(story.on("2024-06-08"))["draft"] == "06-11"  # nobody ends anything on a day off


def test_work_that_is_handed_in_is_expected_to_be_approved_today() -> None:
    story = Story(work("draft", days=20, review="law"), work("next", "draft", days=2))
    assert ends(story.act("officer", "submit", "draft").on("2024-06-06")) == {"draft": "06-06", "next": "06-11"}


def test_days_of_suspension_push_the_expected_end() -> None:
    story = Story(work("draft", days=5)).on("2024-06-04").act("head", "suspend", "draft", "等意见")
    assert ends(story.on("2024-06-06")) == {"draft": "06-13"}
    assert ends(story.act("head", "resume", "draft").on("2024-06-07")) == {"draft": "06-13"}


def test_the_latest_need_holds_a_step_up() -> None:
    story = Story(work("a", days=3), work("b", days=7), work("x", "a b", days=1))
    assert chain(story, "x") == "b x"
    story.act("officer", "submit", "b")
    assert chain(story, "x") == "a x"


def test_a_need_that_is_over_holds_nothing_up() -> None:
    story = Story(work("a"), work("b", days=0), work("x", "a b", days=1)).act("officer", "submit", "a")
    assert chain(story, "x") == "b x"


def test_a_step_waits_for_its_earliest_day_rather_than_for_a_need() -> None:
    story = Story(work("a", days=3), work("x", "a", earliest="2024-07", days=1))
    assert ends(story)["x"] == "07-02"
    assert chain(story, "x") == "x"


def test_a_repeated_step_waits_for_its_period() -> None:
    july = Span(day("2024-07-01"), day("2024-07-31"))
    assert ends(Story(work("x", span=july, days=5))) == {"x": "07-08"}


def test_of_two_reasons_to_wait_the_day_itself_comes_first() -> None:
    story = Story(work("a", days=0), work("x", earliest="0 working days after a", days=1))
    assert ends(story) == {"a": "06-03", "x": "06-04"}
    assert chain(story, "x") == "x"


def test_a_step_may_be_held_up_by_what_its_earliest_day_hangs_on() -> None:
    story = Story(work("a", days=3), work("x", earliest="10 days after a", days=1))
    assert ends(story) == {"a": "06-06", "x": "06-17"}
    assert chain(story, "x") == "a x"
    story.act("officer", "submit", "a")
    assert ends(story)["x"] == "06-14"
    assert chain(story, "x") == "x"


@pytest.mark.parametrize(
    ("finished", "forecast", "end", "held"),
    [
        (None, "2024-06-20", "06-21", "there/a x"),
        (None, "2024-05-20", "06-04", "there/a x"),  # an old forecast: it is not before today
        (None, None, "06-04", "there/a x"),
        ("2024-06-03", None, "06-04", "x"),
    ],
)
def test_a_step_may_wait_for_one_elsewhere(finished: str | None, forecast: str | None, end: str, held: str) -> None:
    story = Story(work("x", "there/a", days=1), beside=[THERE])
    assert ends(story) == {"x": "06-04"}
    assert chain(story, "x") == "there/a x"
    story.elsewhere("there/a", finished, forecast)
    assert ends(story)["x"] == end
    assert chain(story, "x") == held


def test_the_latest_ends_count_back_from_the_deadlines() -> None:
    story = Story(work("a", days=3), period("b", "a", days="10 days"), work("x", "b", days=2, due="2024-06-28"))
    # Begun on Wednesday 26 June, x ends on the 28th; so b may last until then, and a until ten days before.
    assert latest(story) == {"a": "06-06", "b": "06-26", "x": "06-28"}
    assert latest(Story(action("a"), action("b", "a"))) == {"a": None, "b": None}


def test_the_most_pressing_of_several_deadlines_counts() -> None:
    story = Story(action("a"), work("x", "a", days=2, due="2024-06-28"), work("y", "a", days=2, due="2024-06-21"))
    assert latest(story)["a"] == "06-19"
    story = Story(action("a"), work("y", "a", days=2, due="2024-06-21"), work("x", "a", days=2, due="2024-06-28"))
    assert latest(story)["a"] == "06-19"


def test_what_is_closed_binds_nothing_and_what_is_elsewhere_is_not_bound() -> None:
    story = Story(action("a"), work("x", "a there/a", days=2, due="2024-06-28"), beside=[THERE])
    assert latest(story)["a"] == "06-26"
    assert latest(story.act("leader", "cancel", "x", "任务取消"))["a"] is None


def ending(step: Step, ready: date) -> date:
    limit = lasting(calendar(), step, ready)
    return calendar().roll(limit.day, limit.roll)


@given(
    st.dates(day("2024-01-10"), day("2025-12-31")),
    st.integers(0, 30),
    st.sampled_from(DayUnit),
)
def test_the_latest_start_is_the_last_day_on_which_to_begin(limit: date, days: int, unit: DayUnit) -> None:
    for written in work("x", days=days), period("x", days=days):
        step = replace(written, duration=replace(written.duration, unit=unit))
        start = latest_start(calendar(), step, limit)
        assert ending(step, start) <= limit
        assert ending(step, calendar().add_calendar(start, 1)) > limit
