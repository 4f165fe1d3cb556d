"""What somebody needs who has got a letter fits the screen of a telephone, as a browser shows it."""

import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.flows.test_pages import browser

HANDBOOK = (Path(__file__).parents[2] / "docs" / "handbook.md").read_text(encoding="utf-8")
STYLE = "body { margin: 0 12px; font: 16px/1.5 sans-serif } h2, ol, ul { margin: 8px 0 } ol, ul { padding-left: 24px }"


def section(number: str) -> str:
    """A section of the handbook, with its title."""
    return re.split(r"^(?=## )", HANDBOOK.partition(f"## {number}、")[2], maxsplit=1, flags=re.M)[0]


@pytest.mark.browser
def test_who_got_a_letter_reads_one_screen_of_a_telephone() -> None:
    with browser() as page:
        page.set_viewport_size({"width": 390, "height": 844})
        page.set_content(f"<style>{STYLE}</style>{MarkdownIt().render('## ' + section('一'))}")
        assert page.get_by_role("listitem").count() > 10
        assert page.evaluate("document.documentElement.scrollHeight") <= 844
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("words", ["`duban ", "STEP", "--as", "config/"])
def test_and_no_command_in_it(words: str) -> None:
    assert words not in section("一")
    assert words in HANDBOOK


def test_parts_it_refers_to_are_there() -> None:
    titles = dict(re.findall(r"^## (\w+)、(.*)$", HANDBOOK, re.M))
    headings = set(re.findall(r"^##+ (?:\w+、)?(.*)$", HANDBOOK, re.M))
    for number, name in re.findall(r"第([一二三四五六七八九十]+)部分(?:“([^”]+)”)?", HANDBOOK):
        assert number in titles
        assert not name or name in headings
