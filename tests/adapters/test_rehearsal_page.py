"""The page of a rehearsal: whole, self-contained, escaped, in Chinese."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from duban.adapters.rehearsal_page import page
from duban.core.rehearsing.comparison import compare
from duban.core.rehearsing.report import Report
from tests.core.builders import milestone, period, work
from tests.core.test_owners import profile
from tests.core.test_rehearsing import lived

VOID = {"meta", "i"}


class Reader(HTMLParser):
    """Counts elements, and holds that each is closed where it was opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.counts: dict[str, int] = {}
        self.classes: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag] = self.counts.get(tag, 0) + 1
        self.classes += [value or "" for name, value in attrs if name == "class"]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def told() -> Report:
    return lived(work("a", due="2024-06-14"), work("b", "a"), milestone("m", "b"), people=profile(manner="late")).report


def test_the_page_shows_bars_lights_people_and_causes(told: Report) -> None:
    text = page(told)
    read = Reader(text)
    assert read.open == []
    assert {"green", "red", "closed"} <= set(read.classes)
    for words in (
        "推演报告",
        "全年进度和灯",
        "各月末的灯",
        "最忙的人",
        "最忙的日子",
        "承办单位未按时办结",
        "officer岗",
    ):
        assert words in text
    assert "与对比计划相比" not in text


def test_the_page_needs_no_network(told: Report) -> None:
    text = page(told)
    assert re.findall(r"(?:https?:)?//[a-z]", text) == []
    assert re.findall(r"<(?:script|link|img|iframe)\b|url\(|@import", text) == []
    assert "@page { size: A3 landscape" in text


def test_titles_are_escaped(told: Report) -> None:
    text = page(replace(told, title="<script>alert(1)</script>"))
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_two_plans_stand_side_by_side(told: Report) -> None:
    longer = lived(work("a", due="2024-06-14"), work("b", "a", days=9), work("c"), people=profile(manner="late")).report
    text = page(told, compare(told, longer))
    assert Reader(text).open == []
    assert "与对比计划相比" in text
    assert "完成日期：有变化1项，无变化0项" in text
    assert "按期" in text
    same = page(told, compare(told, told))
    assert "完成日期：有变化0项，无变化1项" in same


def test_a_rehearsal_cut_off_or_without_notices_has_a_page() -> None:
    cut_off = lived(work("a", due="2024-06-05"), until="2024-06-06", people=profile(manner="never_sign")).report
    assert "推演结束时仍未办结：here/a" in page(cut_off)
    quiet = page(lived(period("p")).report)
    assert "没有通知。" in quiet
    assert "没有事项误期。" in quiet
