"""The planned course of a step: evenly, or by way of what a plan says."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.core.planning.lights import course, planned_on, reached_on
from duban.core.planning.progress import Knot, points
from tests.core.builders import calendar, day

OPENED, DUE = day("2024-05-31"), day("2024-06-28")  # 19 working days
PATH = ((day("2024-06-07"), 10.0), (day("2024-06-21"), 40.0))

days = st.dates(date(2024, 1, 1), date(2024, 12, 31))


@given(days, st.integers(1, 300), st.integers(0, 300))
def test_without_a_path_it_is_the_share_of_working_days(opened: date, whole: int, later: int) -> None:
    due = opened + timedelta(days=whole)
    today = opened + timedelta(days=later % (whole + 1))
    of = calendar().between(opened, due)
    share = 100 * calendar().between(opened, today) // of if of else 100 * (today == due)
    assert points(planned_on(calendar(), course(opened, due), today)) in ({share, 100} if today == due else {share, 0})


@pytest.mark.parametrize(
    ("today", "percent"),
    [
        ("2024-05-31", 0),
        ("2024-06-07", 10),
        ("2024-06-14", 23),
        ("2024-06-21", 40),
        ("2024-06-28", 100),
    ],
)
def test_by_way_of_a_path(today: str, percent: int) -> None:
    assert points(planned_on(calendar(), course(OPENED, DUE, PATH), day(today))) == percent


def test_what_opens_late_is_behind_the_path() -> None:
    along = course(day("2024-06-14"), DUE, PATH)
    assert along == (PATH[0], PATH[1], (DUE, 100.0))
    assert points(planned_on(calendar(), along, day("2024-06-14"))) == 23


def test_what_is_planned_from_the_start_is_reached_on_its_first_day() -> None:
    assert reached_on(calendar(), course(day("2024-06-14"), DUE, PATH), 10) == PATH[0][0]


def test_what_is_planned_beyond_the_deadline_is_planned_for_it() -> None:
    assert course(OPENED, DUE, [(DUE, 90.0), (day("2024-07-31"), 95.0)]) == ((OPENED, 0.0), (DUE, 100.0))
    assert planned_on(calendar(), course(OPENED, DUE), day("2024-07-31")) == 100


@st.composite
def courses(draw: st.DrawFn) -> tuple[Knot, ...]:
    lasting = draw(st.integers(2, 200))
    opened = draw(days)
    rises = sorted(draw(st.lists(st.floats(0, 100), max_size=4)))
    places = sorted(draw(st.sets(st.integers(-20, lasting), min_size=len(rises), max_size=len(rises))))
    path = [(opened + timedelta(days=place), percent) for place, percent in zip(places, rises, strict=True)]
    return course(opened, opened + timedelta(days=lasting), path)


@given(courses(), st.integers(1, 130))
def test_a_percentage_is_reached_on_the_first_day_on_which_it_is_planned(along: tuple[Knot, ...], percent: int) -> None:
    (opened, _), (due, _) = along[0], along[-1]
    every = (opened + timedelta(days=n) for n in range((due - opened).days + 1))
    first = next((one for one in every if points(planned_on(calendar(), along, one)) >= percent), None)
    found = reached_on(calendar(), along, percent)
    if calendar().between(opened, due) > 0:
        assert found == first
    else:
        assert found is None
