"""Looking on a day off changes nothing: what people do ends on working days, what elapses ends on any day.

15 March 2026 is a Sunday.
"""

from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from duban.core.forecasting.facts import facts_of
from duban.core.forecasting.forecast import forecast
from duban.core.forecasting.schedule import Schedule
from duban.core.planning.plan import Step
from tests.core.builders import (
    Story,
    calendar,
    initiative,
    milestone,
    period,
    policy,
    work,
)
from tests.core.test_decide_properties import PEOPLE, THERE, plans, stories

FRIDAY, SATURDAY, SUNDAY, MONDAY = (f"2026-03-{number}" for number in (13, 14, 15, 16))


def ends(story: Story) -> dict[str, str]:
    """The last day of every step, known or expected, and the same from the forecast of the whole plan."""
    rows = story.decision.rows.values()
    found = {row.step: f"{row.finished or row.forecast:%m-%d}" for row in rows}
    schedule = Schedule(story.office.plan, calendar(), facts_of([(story.look, story.decision)]), story.look.today)
    seen = forecast(schedule).finish
    here = {ref.step: f"{last:%m-%d}" for ref, last in seen.items() if ref.initiative == "here"}
    assert here == {row.step: found[row.step] for row in rows if row.finished is None}
    return found


@pytest.mark.parametrize("on", [FRIDAY, SATURDAY, SUNDAY, MONDAY])
def test_a_period_that_ends_on_a_sunday_is_forecast_for_it_on_every_day(on: str) -> None:
    story = Story(
        period("comment", days="10 days"),
        milestone("over", "comment"),
        period("publicity", "over", days="0 days"),
        work("issue", "publicity", days=3, due="2026-03-18"),
        work("train", "over", days="2 days", due="2026-03-17"),
        work("tell", "over", days=0),
        on="2026-03-05",
    ).on(on)
    assert ends(story) == {
        "comment": "03-15",
        "over": "03-15",
        "publicity": "03-15",
        "issue": "03-18",
        "train": "03-17",
        "tell": "03-16",
    }
    assert all(row.reason is None or row.reason.forecast is None for row in story.decision.rows.values())


@pytest.mark.parametrize("on", [SATURDAY, SUNDAY, MONDAY])
def test_what_people_must_end_is_forecast_for_a_working_day(on: str) -> None:
    late = work("late", days=3)
    story = Story(late, work("calendar", days="10 days"), milestone("after", "late"), on="2026-03-05").on(on)
    assert ends(story) == {"late": "03-16", "calendar": "03-16", "after": "03-16"}


@pytest.mark.parametrize("on", [SATURDAY, SUNDAY, MONDAY])
def test_what_rests_is_resumed_on_a_working_day(on: str) -> None:
    story = Story(work("x", days=5), work("y", "x", days=5), work("z", days="10 days"), on="2026-03-05")
    for step in ("y", "z"):
        story.act("head", "suspend", step, "等意见")
    assert ends(story.act("leader", "cancel", "x", "合并").on(on)) == {"x": "03-05", "y": "03-23", "z": "03-25"}


@pytest.mark.parametrize("on", [FRIDAY, SATURDAY, SUNDAY])
def test_a_period_elsewhere_ends_on_a_day_off_too(on: str) -> None:
    there = initiative(period("comment", home="there"), name="there")
    story = Story(work("x", "there/comment", days=3, due="2026-03-18"), beside=[there], on="2026-03-05")
    story.elsewhere("there/comment", forecast=SUNDAY).on(on)
    assert str(story.row("x").forecast) == "2026-03-18"
    assert story.row("x").reason is None


@given(stories)
def test_a_forecast_seen_on_a_day_off_is_the_one_of_the_working_day_after(story: Story) -> None:
    story.tick()
    while calendar().is_working(story.look.today):
        story.now += timedelta(days=1)
    first, after = story.look.today, calendar().next_working(story.look.today)
    expected = [known.forecast for known in story.facts.values() if known.forecast]
    assume(not any(first <= one < after for one in expected))  # it is known to be over as soon as it is looked at
    seen = list[object]()
    while story.look.today <= after:
        seen.append([(row.step, row.finished or row.forecast) for row in story.decision.rows.values()])
        story.now += timedelta(days=1)
    assert all(one == seen[0] for one in seen)


@given(plans, st.lists(st.integers(1, 60), max_size=4))
def test_what_is_expected_does_not_depend_on_how_often_one_looked(plan: list[Step], gaps: list[int]) -> None:
    often, seldom = (Story(*plan, people=PEOPLE, rules=policy(), beside=[THERE]) for _ in range(2))
    for gap in gaps:
        seldom.on(seldom.now + timedelta(days=gap))
    while often.now < seldom.now:
        often.on(min(seldom.now, often.now + timedelta(days=1)))
    assert [(row.step, row.due, row.forecast) for row in often.summary.steps] == [
        (row.step, row.due, row.forecast) for row in seldom.summary.steps
    ]
