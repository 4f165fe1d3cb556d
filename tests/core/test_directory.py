"""Who answers for what, and who stands in for whom."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from duban.core.planning.directory import Absence, Directory, DirectoryFile, Post

DAY = date(2024, 5, 6)


def directory(**posts: dict[str, Any]) -> Directory:
    """A directory of the given posts; the first heads the unit `roads`, the last is its officer."""
    names = list(posts)
    return Directory(
        DirectoryFile.model_validate(
            {
                "administrator": names[0],
                "posts": [{"id": name, "title": f"{name}长", **more} for name, more in posts.items()],
                "units": [{"id": "roads", "title": "道路处", "head": names[0], "officer": names[-1]}],
                "groups": [{"id": "all", "title": "各处", "units": ["roads"]}],
            }
        )
    )


def test_names_are_units_and_posts() -> None:
    office = directory(head={}, officer={})
    assert office.administrator == "head"
    assert [office.knows(name) for name in ("roads", "head", "all", "nobody")] == [True, True, False, False]
    assert (office.title("roads"), office.title("head")) == ("道路处", "head长")
    assert (office.head("roads"), office.head("officer")) == ("head", "officer")
    assert (office.officer("roads"), office.officer("head")) == ("officer", "head")
    assert office.groups["all"].units == ("roads",)
    assert (office.known_title("roads"), office.known_title("nobody")) == ("道路处", "nobody")
    with pytest.raises(KeyError):
        office.title("nobody")


def test_a_post_is_held_by_the_first_deputy_who_is_there() -> None:
    away = {"absences": [{"first": "2024-05-06", "last": "2024-05-06"}]}
    office = directory(a={"deputy": "b", **away}, b={"deputy": "c", "vacant": True}, c={"deputy": "a"}, d=away)
    assert [office.present(post, DAY) for post in "abcd"] == ["c", "c", "c", None]
    assert office.present("a", date(2024, 5, 7)) == "a"


def test_nobody_is_there_when_all_of_a_circle_of_deputies_are_away() -> None:
    assert directory(a={"deputy": "b", "vacant": True}, b={"deputy": "a", "vacant": True}).present("a", DAY) is None


@pytest.mark.parametrize(("day", "away"), [(5, False), (6, True), (7, True), (8, False)])
def test_the_first_and_the_last_day_of_an_absence_count(day: int, away: bool) -> None:
    absence = Absence.model_validate({"first": "2024-05-06", "last": "2024-05-07"})
    assert Post(id="a", title="处长", absences=(absence,)).away(date(2024, 5, day)) is away


def test_an_absence_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValidationError, match="cannot end on 2024-05-06 before it begins on 2024-05-07"):
        Absence.model_validate({"first": "2024-05-07", "last": "2024-05-06"})


def test_an_id_stands_for_one_thing() -> None:
    with pytest.raises(ValidationError, match="'roads' already names another post, unit or group"):
        directory(roads={}, officer={})


WEEK = {"first": "2024-06-03", "last": "2024-06-07"}


@pytest.mark.parametrize(
    ("post", "day", "back"),
    [
        ({"absences": [WEEK]}, 3, 8),
        ({"absences": [WEEK]}, 7, 8),
        ({"absences": [WEEK]}, 8, None),
        ({"absences": [{"first": "2024-06-08", "last": "2024-06-10"}, WEEK]}, 3, 11),
        ({"vacant": True, "absences": [WEEK]}, 3, None),
        ({}, 3, None),
    ],
    ids=["on the first day", "on the last", "there", "two spells as one", "vacant", "never away"],
)
def test_who_is_away_is_back_on_the_day_after(post: dict[str, Any], day: int, back: int | None) -> None:
    found = directory(officer=post).back("officer", date(2024, 6, day))
    assert found == (date(2024, 6, back) if back else None)
