"""The bureau at a moment: its day, its working hours, who answers for what and who stands in."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from duban.core.ledger.steps import NOTHING
from tests.core.builders import day, directory, initiative, look_at, moment, office, post, review, work

OFFICE = office(initiative(work("draft")))


@pytest.mark.parametrize(
    ("utc", "business_day"),
    [
        (datetime(2024, 6, 14, 15, 59, 59, tzinfo=UTC), date(2024, 6, 14)),
        (datetime(2024, 6, 14, 16, 0, 0, tzinfo=UTC), date(2024, 6, 15)),
        (datetime(2024, 6, 14, 9, 0, tzinfo=ZoneInfo("America/Los_Angeles")), date(2024, 6, 15)),
    ],
)
def test_the_business_day_is_the_offices_and_not_the_hosts(utc: datetime, business_day: date) -> None:
    assert OFFICE.day(utc) == business_day


def test_a_time_of_day_at_the_office() -> None:
    assert OFFICE.at(day("2024-06-14"), time(8, 30)) == datetime(2024, 6, 14, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "written"),
    [
        ("2024-06-12 08:29", "2024-06-12 08:30"),
        ("2024-06-12 08:30", "2024-06-12 08:30"),
        ("2024-06-12 17:29", "2024-06-12 17:29"),
        ("2024-06-12 17:30", "2024-06-13 08:30"),
        ("2024-06-14 18:00", "2024-06-17 08:30"),  # Friday evening
        ("2024-06-08 10:00", "2024-06-11 08:30"),  # the Saturday before the Dragon Boat Festival
        ("2024-05-11 10:00", "2024-05-11 10:00"),  # a Saturday worked for the Labour Day holiday
        ("2024-09-30 17:30", "2024-10-08 08:30"),  # before the National Day holiday
    ],
)
def test_people_are_written_to_in_working_hours(now: str, written: str) -> None:
    assert OFFICE.working_moment(moment(now)) == moment(written)
    assert OFFICE.working_moment(moment(now).astimezone(UTC)) == moment(written)


def test_a_unit_is_represented_by_officer_and_head_and_a_post_by_itself() -> None:
    assert OFFICE.owner_side(work("draft"), NOTHING) == ("officer", "head")
    assert OFFICE.owner_side(work("draft", owner="vice"), NOTHING) == ("vice", "vice")
    assert OFFICE.owner_side(work("draft"), NOTHING._replace(owner="law")) == ("clerk", "judge")


def test_reviewers_are_the_head_of_the_reviewing_unit_and_the_supervisor() -> None:
    one = initiative(work("draft"))
    assert OFFICE.reviewers(one, work("draft", review="law"), NOTHING) == ("judge", "leader")
    assert OFFICE.reviewers(one, review("check"), NOTHING) == ("judge", "leader")
    assert OFFICE.reviewers(one, work("draft", review="leader"), NOTHING) == ("leader",)


def test_managers_are_the_head_of_the_lead_unit_the_supervisor_and_the_coordinator() -> None:
    assert OFFICE.managers(initiative(work("draft"))) == ("head", "leader", "coordinator")


def test_a_deputy_acts_for_a_post_only_while_its_holder_is_away() -> None:
    there = office(initiative(work("draft")), people=directory(post("head", "vice", "2024-06-05..2024-06-07")))
    posts = ("officer", "head")
    assert there.acts_for("head", posts, day("2024-06-05")) == "head"
    assert there.acts_for("vice", posts, day("2024-06-05")) == "head"
    assert there.acts_for("vice", posts, day("2024-06-04")) is None
    assert there.acts_for("judge", posts, day("2024-06-05")) is None


def test_a_look_knows_its_day() -> None:
    look = look_at(work("draft"), on="2024-06-14 23:59")
    assert look.today == day("2024-06-14")
    assert look.calendar is look.office.calendar


def test_what_it_decides_by_besides_the_plan() -> None:
    assert OFFICE.terms == (OFFICE.calendar, OFFICE.directory, OFFICE.policy)


def test_a_plans_roster_is_another_one_once_an_initiative_comes_or_goes() -> None:
    same, more = office(initiative(work("other"))), office(initiative(work("draft")), initiative(name="there"))
    assert OFFICE.plan.roster == same.plan.roster
    assert OFFICE.plan.roster != more.plan.roster
