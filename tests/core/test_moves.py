"""What other terms move of the steps that go on: nothing of those that are over, or that one side does not have."""

from dataclasses import replace

from duban.core.deciding.moves import moves
from duban.core.deciding.office import Office
from tests.core.builders import Story, directory, milestone, post, work
from tests.core.test_deadlines import resting


def moved(story: Story, **changed: object) -> list[str]:
    before = {"here": (story.look, story.decision)}
    office: Office = replace(story.office, **changed)
    story.office = office
    return [f"{one.step.step} {one.what}" for one in moves(before, {"here": (story.look, story.decision)})]


def test_the_same_terms_move_nothing() -> None:
    assert moved(Story(work("x", days=8))) == []


def test_other_days_move_deadlines_and_rungs_of_what_goes_on() -> None:
    story = Story(work("over", days=8), work("x", days=8), milestone("end", "x")).act("officer", "submit", "over")
    assert moved(story, calendar=resting("2024-06-05")) == ["x due", "x rung"]


def test_a_holder_who_is_away_moves_who_acts() -> None:
    story = Story(work("x", due="2024-06-28"))
    assert moved(story, directory=directory(post("head", "vice", "2024-06-03..2024-06-07"))) == ["x people"]


def test_an_initiative_that_one_side_lacks_is_left_out() -> None:
    story = Story(work("x"))
    assert moves({"here": (story.look, story.decision)}, {}) == ()
