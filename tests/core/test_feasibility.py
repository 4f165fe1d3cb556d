"""Deadlines that cannot be met. Weekends are off; the plan starts on Tuesday 2024-01-02."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.core.checking.feasibility import Feasibility, Infeasible, UnderWay, feasibility, put_off
from duban.core.days.workdays import Roll
from duban.core.forecasting.forecast import forecast
from duban.core.forecasting.schedule import Schedule
from duban.core.planning.dates import resolve
from duban.core.planning.directory import Directory
from duban.core.planning.expand import expand
from duban.core.planning.plan import Plan, StepRef
from duban.core.planning.when import OnDate, Relative, When, parse_when, write_when
from tests.core.small_plan import CALENDAR, directory_file, plan_file, step, written
from tests.core.test_rehearsing_properties import office_of


@given(
    st.sampled_from(
        [
            "2024-06-30",
            "2024-06",
            "3 working days before 2024-06-05",
            "10 days after 2024-06-01",
            "0 days before 2024-06-09",
        ]
    ),
    st.sampled_from([None, *Roll]),
    st.integers(1, 120),
)
def test_a_deadline_put_off_is_the_first_of_its_form_that_can_be_met(text: str, roll: Roll | None, late: int) -> None:
    def day(when: When) -> date:
        due = resolve(when, plan_start=date(2024, 1, 2), span=None, anchor=None, calendar=CALENDAR, roll=roll)
        assert due is not None
        return due

    when = parse_when(text)
    due = day(when)
    finish = due + timedelta(late)
    later = put_off(when, Infeasible(StepRef("road", "a"), due, finish, 1), roll, CALENDAR)
    assert day(later) >= finish
    if isinstance(later, Relative) and isinstance(later.anchor, date):
        sooner: When = replace(later, anchor=later.anchor - timedelta(1))
        assert day(sooner) < finish
    else:
        assert isinstance(later, OnDate)
        assert later.day == finish or roll is Roll.BACK


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("5 working days after draft", "7 working days after draft"),
        ("5 days after start", "9 days after start"),
        ("1 working day before period", "1 working days after period"),
        ("2 days before period", "2 days after period"),
        ("day 10 of month 1 of period", "day 14 of month 1 of period"),
        ("day 24 of period", "day 28 of period"),
        ("day 27 of period", "3 days after period"),
    ],
)
def test_a_distance_from_what_is_no_date_grows(text: str, after: str) -> None:
    wanting = Infeasible(StepRef("road", "a"), date(2024, 3, 29), date(2024, 4, 2), 2)
    assert write_when(put_off(parse_when(text), wanting, None, CALENDAR)) == after


@pytest.mark.parametrize(
    ("text", "roll", "after"),
    [
        ("2024-03-29", None, "2024-06-02"),
        ("2024-03-29", Roll.BACK, "2024-06-03"),  # 2 June is a Sunday
        ("2024-03", None, "2024-06-02"),
        ("3 working days before 2024-04-03", None, "3 working days before 2024-06-06"),
        ("0 days before 2024-03-29", None, "0 days before 2024-06-03"),
        ("1 day after 2024-03-28", Roll.NONE, "1 days after 2024-06-01"),
    ],
)
def test_a_day_moves_to_the_first_by_which_it_can_be_met(text: str, roll: Roll | None, after: str) -> None:
    wanting = Infeasible(StepRef("road", "a"), date(2024, 3, 29), date(2024, 6, 2), 45)
    assert write_when(put_off(parse_when(text), wanting, roll, CALENDAR)) == after


def plan(*steps: dict[str, object]) -> Plan:
    return expand(plan_file(), [written("road", *steps)], Directory(directory_file()))


def found(*steps: dict[str, object]) -> Feasibility:
    return feasibility(plan(*steps), CALENDAR)


def finishes(*steps: dict[str, object]) -> dict[str, str]:
    return {ref.step: str(own.finish) for ref, own in found(*steps).early.items()}


def test_steps_follow_one_another_without_a_gap() -> None:
    steps = (
        step("draft", duration=[1, 4, 9]),  # the first day is not counted: 3, 4, 5, 8 January
        step("objection", "period", duration="12 days", needs=["draft"]),  # ends on Saturday 20 January
        step("open", "milestone", needs=["objection"]),
        step("report", duration=1, needs=["open"]),
    )
    assert finishes(*steps) == {
        "draft": "2024-01-08",
        "objection": "2024-01-20",
        "open": "2024-01-20",
        "report": "2024-01-22",
    }


def test_a_step_does_not_begin_before_its_earliest_day() -> None:
    steps = (
        step("a", duration=1, earliest="2024-03"),
        step("b", duration=1, earliest="10 working days after a"),
        step("c", "milestone", repeat="quarterly"),
        step("d", duration=1, needs=["a"], earliest="2024-01"),
    )
    assert finishes(*steps) == {
        "a": "2024-03-04",
        "b": "2024-03-19",
        "c@2024-q1": "2024-01-02",
        "c@2024-q2": "2024-04-01",
        "c@2024-q3": "2024-07-01",
        "c@2024-q4": "2024-10-01",
        "d": "2024-03-05",
    }


def test_a_deadline_that_cannot_be_met_is_told_with_what_makes_it_so() -> None:
    result = found(
        step("quick", duration=1),
        step("slow", duration=10),
        step("joined", "milestone", needs=["quick", "slow"]),
        step("report", duration=2, needs=["joined"], due="2024-01-15"),
        step("fine", duration=2, needs=["joined"], due="2024-01-18"),
    )
    report = StepRef("road", "report")
    assert result.infeasible == (Infeasible(report, date(2024, 1, 15), date(2024, 1, 18), 3),)
    assert result.chain(report) == tuple(StepRef("road", name) for name in ("slow", "joined", "report"))


def test_of_needs_that_end_together_the_first_holds_the_step() -> None:
    result = found(step("a", duration=3), step("b", duration=3), step("c", needs=["a", "b"]))
    assert result.early[StepRef("road", "c")].held_by == StepRef("road", "a")


def test_a_need_that_ends_as_the_plan_starts_still_holds_the_step() -> None:
    result = found(step("a", "milestone"), step("b", needs=["a"]))
    assert result.early[StepRef("road", "b")].held_by == StepRef("road", "a")


def test_the_step_an_earliest_day_hangs_on_holds_the_step() -> None:
    result = found(step("a", duration=3), step("b", earliest="1 day after a"))
    assert result.chain(StepRef("road", "b")) == (StepRef("road", "a"), StepRef("road", "b"))


def test_a_deadline_may_hang_on_another_step() -> None:
    result = found(
        step("a", duration=3),
        step("b", duration=4, needs=["a"], due="3 working days after a"),
        step("c", duration=3, needs=["a"], due="3 working days after a"),
    )
    assert [(one.step.step, one.days) for one in result.infeasible] == [("b", 1)]


def test_a_deadline_missed_by_a_day_off_counts_as_a_day() -> None:
    result = found(step("objection", "period", duration="4 days", due="2024-01-05", roll="none"))
    assert [(str(one.finish), one.days) for one in result.infeasible] == [("2024-01-06", 1)]


def test_what_is_to_be_kept_until_a_day_does_not_end_before_it() -> None:
    kept = step("kept", "indicator", target={"at_most": 0, "unit": "起"}, due="2024-03-29")
    after = step("after", needs=["kept"], duration=1, due="2024-03-29")
    assert finishes(kept, after) == {"kept": "2024-03-29", "after": "2024-04-01"}
    assert [one.step.step for one in found(kept, after).infeasible] == ["after"]


def test_nothing_is_said_of_circles_and_of_what_waits_for_them() -> None:
    result = found(step("a", needs=["b"]), step("b", needs=["a"]), step("c", needs=["b"], due="2024-01-02"), step("d"))
    assert [ref.step for ref in result.early] == ["d"]
    assert result.infeasible == ()


def test_what_lies_beyond_the_calendar_is_told_and_what_waits_for_it_is_not() -> None:
    result = found(
        step("long", duration=9999),
        step("after", needs=["long"]),
        step("due", duration=1, due="9999 days after a"),
        step("past", duration=1, due="1999-12-31"),
        step("future", "milestone", earliest="2099-12-31"),
        step("a"),
    )
    assert [ref.step for ref in result.beyond] == ["long", "past", "future", "due"]
    assert [ref.step for ref in result.early] == ["a"]


@given(st.lists(st.tuples(st.integers(0, 9), st.sets(st.integers(0, 20), max_size=3)), min_size=1, max_size=12))
def test_a_step_is_infeasible_exactly_when_its_deadline_is_before_its_earliest_end(
    written_steps: list[tuple[int, set[int]]],
) -> None:
    steps = [
        step(f"s{number}", duration=days, needs=[f"s{other}" for other in sorted(others) if other < number])
        for number, (days, others) in enumerate(written_steps)
    ]
    early = {ref.step: own.finish for ref, own in found(*steps).early.items()}
    just = [one | {"due": early[str(one["id"])].isoformat()} for one in steps]
    assert found(*just).infeasible == ()
    late = [one | {"due": CALENDAR.add(early[str(one["id"])], -1).isoformat()} for one in steps]
    assert {one.step.step: one.days for one in found(*late).infeasible} == dict.fromkeys(early, 1)


@given(st.lists(st.tuples(*(st.integers(0, 999),) * 6), min_size=1, max_size=8))
def test_before_anything_has_happened_the_forecast_says_the_same(tape: list[tuple[int, ...]]) -> None:
    """Three passes count days forward: this one, the forecast's and, of one initiative, the outlook's."""
    office = office_of(tape)
    told = forecast(Schedule(office.plan, office.calendar, {}, office.plan.starts))
    assert told.finish == {ref: early.finish for ref, early in feasibility(office.plan, office.calendar).early.items()}


# Under way -----------------------------------------------------------------------------------------------------------


def under_way(today: str, *, opened: Mapping[str, str] = MappingProxyType({}), finished: Mapping[str, str]) -> UnderWay:
    def days(said: Mapping[str, str]) -> dict[StepRef, date]:
        return {StepRef("road", name): date.fromisoformat(day) for name, day in said.items()}

    return UnderWay(date.fromisoformat(today), days({**opened, **finished}), days(finished), plan(step("draft")))


def late(begun: UnderWay, *steps: dict[str, object]) -> dict[str, str]:
    """The steps that cannot end in time, each with the earliest day it can."""
    return {one.step.step: str(one.finish) for one in feasibility(plan(*steps), CALENDAR, begun).infeasible}


def test_of_what_is_closed_nothing_is_said_and_what_follows_begins_when_it_ended() -> None:
    steps = (step("draft", duration=10, due="2024-01-05"), step("issue", duration=5, needs=["draft"], due="2024-01-12"))
    assert set(late(under_way("2024-01-02", finished={}), *steps)) == {"draft", "issue"}
    assert late(under_way("2024-01-05", finished={"draft": "2024-01-05"}), *steps) == {}
    assert late(under_way("2024-01-09", finished={"draft": "2024-01-09"}), *steps) == {"issue": "2024-01-16"}


def test_what_is_open_may_end_today_and_a_period_when_it_has_elapsed() -> None:
    steps = (
        step("draft", duration=10, due="2024-01-05"),
        step("comment", "period", duration="10 days", due="2024-01-10"),
        step("issue", duration=2, needs=["draft"], due="2024-01-08"),
    )
    begun = {"draft": "2024-01-02", "comment": "2024-01-03"}
    assert late(under_way("2024-01-04", opened=begun, finished={}), *steps) == {"comment": "2024-01-13"}
    assert late(under_way("2024-01-16", opened=begun, finished={}), *steps) == {
        "draft": "2024-01-16",
        "comment": "2024-01-16",
        "issue": "2024-01-18",
    }


def test_what_has_not_begun_begins_today_at_the_earliest() -> None:
    assert late(under_way("2024-01-05", finished={}), step("draft", duration=3, due="2024-01-08")) == {
        "draft": "2024-01-10"
    }


def test_a_step_with_another_name_is_known_by_the_one_it_had() -> None:
    renamed = step("outline", duration=10, due="2024-01-05", was="draft")
    assert late(under_way("2024-01-08", finished={"draft": "2024-01-05"}), renamed) == {}
