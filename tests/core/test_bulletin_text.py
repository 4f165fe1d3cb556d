"""The text of a bulletin: proposed by its figures, changed section by section, and as it is filed."""

from datetime import date

import pytest

from duban.core.deciding.commands import Refused
from duban.core.planning.directory import Directory
from duban.core.telling.bulletin_paper import BulletinPaper, month_of, week_of
from duban.core.telling.bulletin_text import (
    LONGEST,
    SECTIONS,
    filed_text,
    from_file,
    in_file,
    text_of,
    typed,
    worded,
)
from tests.bureau import DIRECTORY, HEAD, office
from tests.papers import pressed, told_in

APRIL = month_of(office(), date(2024, 4, 15))


def april() -> BulletinPaper:
    return told_in(pressed(), APRIL)


def test_every_section_is_proposed_by_the_figures() -> None:
    said = text_of(april())
    assert list(said) == list(SECTIONS)
    assert all(said.values())
    assert said["remarks"] == "逾期未办结事项按承办单位：保护处1项。"


def test_what_was_not_changed_is_no_text_of_ones_own() -> None:
    paper = april()
    assert typed(paper, text_of(paper)) == {}
    assert typed(paper, {"remarks": f"  {text_of(paper)['remarks']}\r\n"}) == {}
    assert typed(paper, {"remarks": "甲\r\n\r\n乙", "nonsense": "丙"}) == {"remarks": "甲\n乙"}
    assert typed(paper, {"remarks": ""}) == {"remarks": ""}


def test_sections_that_were_typed_stand_in_their_place() -> None:
    paper = worded(april(), {"heading": "四月\n通报", "remarks": "甲\n乙", "demands": "", "nonsense": "丙"})
    assert (paper.heading, paper.remarks, paper.demands) == ("四月 通报", ("甲", "乙"), ())
    assert paper.opening == april().opening
    assert paper.units == april().units


@pytest.mark.parametrize(
    ("section", "text", "what"),
    [
        ("heading", "\u200b", "标题不能空着"),
        ("opening", " \n", "导语不能空着"),
        ("demands", "长" * (LONGEST + 1), f"最多{LONGEST}字"),
    ],
)
def test_a_text_that_cannot_be_one_is_refused(section: str, text: str, what: str) -> None:
    with pytest.raises(Refused, match=what):
        worded(april(), {section: text})


def test_a_file_holds_the_sections_under_their_names() -> None:
    said = dict(text_of(april()))
    assert from_file(in_file(said)) == said
    assert from_file("\ufeff【单位点评】\n甲\n\n乙\n") == {"remarks": "甲\n乙"}
    assert from_file("【工作要求】\n") == {"demands": ""}


@pytest.mark.parametrize("text", ["没有名目的话", "【导语】\n甲\n【点评】\n乙"])
def test_a_file_with_words_under_no_known_name_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"第\d行.*【标题】、【导语】"):
        from_file(text)


def test_what_is_filed_says_all_of_it() -> None:
    paper = worded(april(), {"remarks": "甲处办得好"})
    text = filed_text(paper)
    for said in (
        paper.title,
        paper.number,
        paper.heading,
        *paper.opening,
        *paper.summary,
        *paper.demands,
        "甲处办得好",
    ):
        assert said in text
    assert "代替" not in text
    assert "1．保护处承办的“起草化妆品产业知识产权保护方案”" in text
    assert text.splitlines()[-1].split("\t")[1:3] == [paper.units[-1].title, str(paper.units[-1].open)]


def test_a_bulletin_is_known_by_its_rhythm_and_first_day() -> None:
    assert (APRIL.key, week_of(office(), date(2024, 4, 17)).key) == ("month/2024-04-01", "week/2024-04-15")


def test_bulletins_go_to_heads_groups_and_posts_each_once_and_to_deputies_of_those_away() -> None:
    names = ("protection", HEAD, "nobody", "divisions")
    people = Directory(DIRECTORY.model_copy(update={"bulletins": names}))
    there = people.readers(date(2024, 4, 1))
    assert there == tuple(dict.fromkeys(there))
    assert people.present(HEAD, date(2024, 4, 1)) in there
    assert Directory(DIRECTORY).readers(date(2024, 4, 1)) == ()
