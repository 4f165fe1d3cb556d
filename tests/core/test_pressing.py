"""Pressing by hand (催办): the coordinator's own words go out at once, whatever was sent before, and stop nothing."""

import pytest

from duban.core.deciding.commands import Refused
from duban.core.ledger.notices import Delivery
from duban.core.ledger.summary import Light
from duban.core.planning.lights import Rule
from tests.core.builders import Story, day, milestone, work

WORDS = "请于周五前报送，困难请说明"


def pressed(on: str = "2024-06-05") -> Story:
    story = Story(work("x", due="2024-06-14"), on="2024-06-03").sent()
    return story.on(on).sent().act("coordinator", "press", "x", WORDS)


def test_it_goes_out_at_once_however_lately_the_owner_was_written_to() -> None:
    story = pressed()
    assert story.told("2024-06-05") == ["unsigned officer", "press-by-hand officer"]
    (row,) = [one for one in story.state.notices.values() if one.rung == "press-by-hand"]
    assert (row.slip, row.delivery) == ("press", Delivery.QUEUED)


def test_status_and_deadline_stay_and_unanswered_it_turns_the_step_orange() -> None:
    story = pressed()
    before = story.row("x")
    assert before.light < Light.ORANGE
    after = story.sent().row("x")
    assert (after.status, after.due) == (before.status, before.due)
    assert (after.light, after.reason and after.reason.rule) == (Light.ORANGE, Rule.UNANSWERED)
    assert story.act("officer", "report", "x", progress=60).row("x").light < Light.ORANGE


def test_the_ladder_keeps_its_distance_from_it() -> None:
    stories = [Story(work("x", due="2024-06-20"), on="2024-06-03").sent().act("officer", "sign", "x") for _ in range(2)]
    alone, pressed_too = (story.on("2024-06-14").sent() for story in stories)
    pressed_too.act("coordinator", "press", "x", WORDS).sent()
    assert alone.on("2024-06-17").told("2024-06-17") == ["remind officer"]
    assert pressed_too.on("2024-06-17").told("2024-06-17") == []


def test_every_word_is_sent_once_and_remembered() -> None:
    story = pressed().sent().act("coordinator", "press", "x", "再催").sent().on("2024-06-07").sent()
    assert [one for one in story.told("2024-06-05") if "by-hand" in one] == ["press-by-hand officer"] * 2
    assert [(one.by, one.on, one.words) for one in story.step("x").remarks] == [
        ("coordinator", day("2024-06-05"), WORDS),
        ("coordinator", day("2024-06-05"), "再催"),
    ]


@pytest.mark.parametrize(
    ("actor", "words", "code"),
    [("officer", WORDS, "not-yours"), ("judge", WORDS, "not-yours"), ("coordinator", " ", "reason-missing")],
)
def test_nobody_else_presses_and_not_without_a_word(actor: str, words: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        Story(work("x"), milestone("y", "x")).act(actor, "press", "x", words)
    assert refused.value.code == code
