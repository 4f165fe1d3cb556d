"""Who answers for what, and who stands in for whom."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from duban.core.planning.directory import Absence, Directory, DirectoryFile

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


def test_there_is_an_answer_for_names_that_are_no_longer_there() -> None:
    office = directory(head={}, officer={})
    assert not office.knows("nobody")
    assert "nobody" not in office.filled
    asked = (office.title, office.officer, office.head, office.person, office.mailbox)
    assert [ask("nobody") for ask in asked] == ["nobody"] * 5
    assert office.channels("nobody") == ()
    assert office.present("nobody", DAY) is None
    assert list(office.chain("nobody")) == []


def test_a_name_is_filled_where_somebody_can_act_for_it() -> None:
    office = directory(
        head={"vacant": True, "deputy": "vice"}, vice={}, lost={"vacant": True}, officer={"vacant": True}
    )
    assert office.filled == {"head", "vice", "roads"}
    assert "roads" not in directory(head={"vacant": True}, officer={"vacant": True}).filled


# People --------------------------------------------------------------------------------------------------------------

AWAY = {"absences": [{"first": "2024-05-06", "last": "2024-05-06"}]}


def test_whoever_holds_several_posts_is_one_person() -> None:
    office = directory(a={"person": "wang"}, b={}, c={"person": "wang"})
    assert [office.person(post) for post in "abc"] == ["wang", "b", "wang"]
    assert office.present("c", DAY) == "a"  # written to at one post, in one digest


def test_a_person_is_written_to_where_there_are_channels() -> None:
    office = directory(a={"person": "wang"}, b={}, c={"person": "wang", "channels": ["json://c"]})
    assert [office.mailbox(post) for post in "abc"] == ["c", "b", "c"]
    assert office.channels("c") == ("json://c",)


def test_a_person_who_is_away_is_away_from_all_their_posts() -> None:
    office = directory(a={"person": "wang", "deputy": "b"}, b={}, c={"person": "wang", **AWAY})
    assert [office.present(post, DAY) for post in "abc"] == ["b", "b", None]
    assert office.present("a", date(2024, 5, 7)) == "a"


def test_people_can_be_passed_by() -> None:
    office = directory(a={"person": "wang", "deputy": "b"}, b={"deputy": "c"}, c={"person": "wang"})
    assert office.present("a", DAY, {"wang"}) == "b"
    assert office.present("c", DAY, {"wang"}) is None


def test_nobody_holds_a_vacant_post() -> None:
    with pytest.raises(ValidationError, match="post 'a' is vacant, and held by 'wang'"):
        directory(a={"person": "wang", "vacant": True})


def test_a_person_bears_no_name_of_a_post_or_unit() -> None:
    with pytest.raises(ValidationError, match="bears the name of the person 'roads'"):
        directory(a={"person": "roads"})


def test_a_post_is_held_by_the_first_deputy_who_is_there() -> None:
    away = {"absences": [{"first": "2024-05-06", "last": "2024-05-06"}]}
    office = directory(a={"deputy": "b", **away}, b={"deputy": "c", "vacant": True}, c={"deputy": "a"}, d=away)
    assert [office.present(post, DAY) for post in "abcd"] == ["c", "c", "c", None]
    assert office.present("a", date(2024, 5, 7)) == "a"


def test_nobody_is_there_when_all_of_a_circle_of_deputies_are_away() -> None:
    assert directory(a={"deputy": "b", "vacant": True}, b={"deputy": "a", "vacant": True}).present("a", DAY) is None


@pytest.mark.parametrize(("day", "away"), [(5, False), (6, True), (7, True), (8, False)])
def test_the_first_and_the_last_day_of_an_absence_count(day: int, away: bool) -> None:
    office = directory(a={"absences": [{"first": "2024-05-06", "last": "2024-05-07"}]})
    assert office.away("a", date(2024, 5, day)) is away


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
