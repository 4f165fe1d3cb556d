"""Whether a moment is believed: by how far it leaps, and by what another clock says."""

from datetime import timedelta

import pytest

from duban.core.deciding.doubt import APART, LEAP, Doubt, doubted
from duban.core.ledger.entries import Draft, Entry, EntryKind, number
from duban.core.telling.doubtful import doubt_words, doubtful
from duban.core.telling.ways_back import way_back
from tests.core.builders import moment, office

OFFICE = office()
LAST = moment("2024-06-03")  # a Monday


@pytest.mark.parametrize(
    ("now", "believed"),
    [
        ("2024-06-03", True),
        ("2024-06-06", True),  # three working days on
        ("2024-06-07", False),
        ("2025-06-03", False),
        ("2099-01-01", False),  # beyond the calendar
        ("2024-05-31", False),  # back
    ],
)
def test_without_another_clock_a_leap_is_not_believed(now: str, believed: bool) -> None:
    assert (doubted(OFFICE, moment(now), LAST, None, LEAP) is None) is believed


def test_a_holiday_is_no_leap() -> None:
    before, after = moment("2024-06-07"), moment("2024-06-13")  # two days off, and the Dragon Boat Festival
    assert doubted(OFFICE, after, before, None, LEAP) is None


def test_a_clock_put_right_by_minutes_is_no_leap() -> None:
    assert doubted(OFFICE, LAST - APART, LAST, None, LEAP) is None
    assert doubted(OFFICE, LAST - APART - timedelta(seconds=1), LAST, None, LEAP) is not None


def test_another_clock_decides_about_a_leap_and_about_nothing_else() -> None:
    leapt, other = moment("2024-07-01"), moment("2024-08-01")
    assert doubted(OFFICE, leapt, LAST, leapt + APART, LEAP) is None, "the stack was off"
    assert doubted(OFFICE, leapt, LAST, other, LEAP) == Doubt(leapt, LAST, other)
    assert doubted(OFFICE, LAST, LAST, other, LEAP) is None, "doctor tells of clocks that are apart"
    assert doubted(OFFICE, moment("2024-05-01"), LAST, moment("2024-05-01"), LEAP) is None, "it was wrong, and is right"


def test_before_the_first_entry_there_is_nothing_to_leap_from() -> None:
    assert doubted(OFFICE, LAST, None, None, LEAP) is None
    assert doubted(OFFICE, LAST, None, moment("2024-08-01"), LEAP) is None


def test_long_after_the_plan_days_are_counted_by_themselves() -> None:
    last = moment("2099-01-01")
    assert doubted(OFFICE, last + timedelta(days=3), last, None, LEAP) is None
    assert doubted(OFFICE, last + timedelta(days=4), last, None, LEAP) is not None


def entry(kind: EntryKind, actor: str) -> Entry:
    (made,) = number([Draft(kind, "draft", actor)], plan="p", initiative="rules", after=None, at=LAST, day=LAST.date())
    return made


@pytest.mark.parametrize(
    ("kind", "actor", "back"),
    [
        (EntryKind.COMPLETED, "system", "duban reopen rules/draft --as coordinator --reason TEXT"),
        (EntryKind.OPENED, "system", "duban suspend rules/draft --as coordinator --reason TEXT"),
        (EntryKind.REPORTED, "officer", "duban correct rules/draft --as officer"),
        (EntryKind.MEASURED, "system", "duban correct rules/draft --as POST"),
        (EntryKind.NOTICE_SENT, "system", ""),
    ],
)
def test_what_a_wrong_clock_put_down_is_taken_back_by_a_command(kind: EntryKind, actor: str, back: str) -> None:
    assert way_back(OFFICE, entry(kind, actor)) == back


def test_what_is_said_of_a_time_in_doubt_names_all_clocks() -> None:
    leapt, other = moment("2025-06-03"), moment("2024-06-04")
    alone, beside = doubtful(OFFICE, Doubt(leapt, LAST, None)), doubtful(OFFICE, Doubt(leapt, LAST, other))
    assert "服务器时间为2025-06-03 09:00，上次可信的时间为2024-06-03 09:00，没有另一时钟可以核对" in alone
    assert "另一时钟为2024-06-04 09:00" in beside
    assert "duban clock confirm" in alone
    rows = [dict(doubt_words(OFFICE, Doubt(leapt, LAST, told)).rows)["另一时钟"] for told in (None, other)]
    assert rows == ["没有", "2024-06-04 09:00"]
