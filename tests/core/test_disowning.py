"""Not ours (不是本单位办的): whoever is written to may say so; the coordinator is told, and nothing stops."""

import pytest

from duban.core.deciding.commands import Refused
from duban.core.telling.remarks import in_words, words_of
from tests.core.builders import Story, day, directory, milestone, work

WORDS = "本处从未承办此类工作"


def disowned(**more: str) -> Story:
    story = Story(work("x", due="2024-06-14"), milestone("y", "x"), on="2024-06-03").sent()
    return story.on("2024-06-05").sent().act("officer", "disown", "x", WORDS, **more)


def test_it_is_on_record_with_a_word_and_whose_it_is() -> None:
    (remark,) = disowned(to="law").step("x").remarks
    assert (remark.by, remark.on, remark.words, remark.to) == ("officer", day("2024-06-05"), WORDS, "law")
    title = directory().title("law")
    (line,) = in_words(directory(), [remark])
    assert line.endswith(f"说明不是本单位办的：{WORDS}（认为应由{title}办理）")
    assert words_of(directory(), remark) == f"不是本单位办的：{WORDS}（认为应由{title}办理）"
    (other,) = disowned().step("x").remarks
    assert words_of(directory(), other) == f"不是本单位办的：{WORDS}"


def test_the_coordinator_is_told_once_and_nobody_else() -> None:
    story = disowned()
    assert [one for one in story.told("2024-06-05") if one.startswith("disown")] == ["disown coordinator"]
    (row,) = [one for one in story.state.notices.values() if one.rung == "disown"]
    assert (row.slip, row.immediate) == ("advise", False)
    assert [one for one in story.sent().on("2024-06-07").sent().told("2024-06-07") if one.startswith("disown")] == []


def test_nothing_stops_by_it() -> None:
    def going_on(*, said: bool) -> list[list[str]]:
        story = Story(work("x", due="2024-06-14"), on="2024-06-03").sent().on("2024-06-05").sent()
        if said:
            story = story.act("officer", "disown", "x", WORDS).sent()
        days = ("2024-06-11", "2024-06-13", "2024-06-17", "2024-06-20")
        return [[one for one in story.on(d).sent().told(d) if "disown" not in one] for d in days]

    assert going_on(said=True) == going_on(said=False)
    before, after = Story(work("x", due="2024-06-14"), on="2024-06-05"), disowned()
    assert (after.row("x").status, after.row("x").due) == (before.row("x").status, before.row("x").due)


def test_what_somebody_closed_in_ones_name_is_disowned_too() -> None:
    story = Story(work("x", due="2024-06-14"), on="2024-06-03").sent().act("officer", "submit", "x", evidence=("文件",))
    assert story.row("x").finished
    assert [one.words for one in story.act("officer", "disown", "x", WORDS).step("x").remarks] == [WORDS]


def test_whoever_had_a_letter_about_it_may_say_so() -> None:
    story = Story(work("x", due="2024-06-14"), on="2024-06-03").sent().on("2024-06-24").sent()
    recipients = {row.recipient for row in story.state.notices.values()}
    assert {"head", "leader", "coordinator"} <= recipients
    for post in recipients:
        assert story.act(post, "disown", "x", WORDS).step("x").remarks[-1].by == post


@pytest.mark.parametrize(
    ("actor", "words", "to", "code"),
    [
        ("officer", " ", "", "reason-missing"),
        ("judge", WORDS, "", "not-yours"),
        ("officer", WORDS, "nobody", "unknown-person"),
    ],
)
def test_nobody_else_and_not_without_a_word_nor_to_nobody(actor: str, words: str, to: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        Story(work("x"), milestone("y", "x")).act(actor, "disown", "x", words, to=to)
    assert refused.value.code == code
