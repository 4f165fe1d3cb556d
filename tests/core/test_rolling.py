"""Days of one year in another."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.core.planning.rolling import DateMove, Rolled, named_days, rolled, rolled_day, same_date
from tests.core.builders import calendar, day

NOWHERE: frozenset[tuple[int, int]] = frozenset()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("2024-04-01", "2025-04-01"),  # the first working day of April
        ("2024-04-12", "2025-04-14"),  # the ninth
        ("2024-04-30", "2025-04-30"),  # the last
        ("2024-04-28", "2025-04-28"),  # a Sunday worked in exchange, the last but two
        ("2024-06-28", "2025-06-30"),  # the last
        ("2024-12-31", "2025-12-31"),
        ("2024-02-29", "2025-02-28"),
    ],
)
def test_a_working_day_becomes_the_same_one_of_its_month(old: str, new: str) -> None:
    assert rolled_day(day(old), 1, calendar()) == (day(new), DateMove.WORKING_DAY)


def test_a_day_off_and_a_named_day_stay_on_their_date() -> None:
    assert rolled_day(day("2024-04-20"), 1, calendar()) == (day("2025-04-20"), DateMove.DATE)
    assert rolled_day(day("2024-04-26"), 1, calendar(), frozenset({(4, 26)})) == (day("2025-04-26"), DateMove.DATE)


def test_a_leap_day_stays_in_february() -> None:
    assert same_date(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert same_date(date(2024, 2, 29), 4) == date(2028, 2, 29)


working_days = st.integers(0, 365).map(lambda n: date(2024, 1, 1) + timedelta(n)).filter(calendar().is_working)


@given(working_days, working_days, st.integers(1, 3))
def test_the_order_of_days_is_kept_and_nothing_falls_on_a_day_off(one: date, other: date, years: int) -> None:
    new, next_one = (rolled_day(each, years, calendar())[0] for each in sorted((one, other)))
    assert new <= next_one
    assert calendar().is_working(new)
    assert (new.year, new.month) == (min(one, other).year + years, min(one, other).month)


@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("2024-04-12", Rolled("2025-04-14", DateMove.WORKING_DAY)),
        ("2024-06", Rolled("2025-06", DateMove.SPAN)),
        ("2024-Q2", Rolled("2025-Q2", DateMove.SPAN)),
        ("2024-H2", Rolled("2025-H2", DateMove.SPAN)),
        ("2024-03-01..2024-03-08", Rolled("2025-03-03..2025-03-10", DateMove.WORKING_DAY)),
        ("report@2024-w05", Rolled("report@2025-w05", DateMove.SPAN)),
        ("other/report@2024-h1", Rolled("other/report@2025-h1", DateMove.SPAN)),
        ("5 days after report@2024", Rolled("5 days after report@2025", DateMove.SPAN)),
        ("day 25 of period", None),
        ("opening", None),
        ("10 working days before 2024-04-30", Rolled("10 working days before 2025-04-30", DateMove.WORKING_DAY)),
        ("other/report@2024-q2", Rolled("other/report@2025-q2", DateMove.SPAN)),
        ("report@pudong@2024-05", Rolled("report@pudong@2025-05", DateMove.SPAN)),
        ("5 days after report@2024-q1", Rolled("5 days after report@2025-q1", DateMove.SPAN)),
        ("5 days after report", None),
        ("5 days after start", None),
        ("draft", None),
        ("survey@pudong", None),
        ("2024年度", None),
    ],
)
def test_what_is_written_instead(text: str, new: Rolled | None) -> None:
    assert rolled(text, 1, calendar(), NOWHERE) == new


def test_a_week_that_the_new_year_does_not_have_is_its_last() -> None:
    assert rolled("report@2020-w53", 1, calendar(), NOWHERE) == Rolled("report@2021-w52", DateMove.SPAN)
    assert rolled("report@2020-w53", 6, calendar(), NOWHERE) == Rolled("report@2026-w53", DateMove.SPAN)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("World Intellectual Property Day is 26 April", {(4, 26)}),
        ("the week 20 to 22 April", {(4, 20), (4, 21), (4, 22)}),
        ("4月26日是世界知识产权日", {(4, 26)}),
        ("4月20日至22日", {(4, 20), (4, 21), (4, 22)}),
        ("4月30日至5月2日", {(4, 30)}),
        ("due: 2024-04-26", set()),
        ("26 Apples", set()),
    ],
)
def test_days_named_in_words(text: str, days: set[tuple[int, int]]) -> None:
    assert named_days(text) == days
