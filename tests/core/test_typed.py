"""Typed text as one visible line."""

from dataclasses import dataclass
from unicodedata import is_normalized

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.core.typed import called, in_lines, one_line, unprintable


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("已征求各区意见", "已征求各区意见"),
        ("送审稿　第二稿 (v2).docx", "送审稿　第二稿 (v2).docx"),
        ("完成\n\n局长批示\n同意", "完成 局长批示 同意"),
        ("甲\r\n乙\t丙\x00丁\x85戊\u2028己", "甲 乙 丙 丁 戊 己"),
        ("报告\u202efdp.exe", "报告fdp.exe"),
        ("\u2066甲\u2069\u200e乙\u061c\u200b丙\ufeff\U000e0041", "甲乙丙"),
        ("\u200b \u3164\u2800\n", ""),
        ("e\u200d\u0301", "é"),
        ("　　局长批示：同意　　", "局长批示：同意"),
        ("半个\ud800字", "半个字"),
        ("甲   乙　　丙\u00a0丁", "甲 乙 丙 丁"),
    ],
)
def test_what_lays_out_turns_or_hides_text_is_taken_out(typed: str, line: str) -> None:
    assert one_line(typed) == line


@given(st.text())
def test_any_text_comes_to_one_visible_line_and_stays_it(typed: str) -> None:
    line = one_line(typed)
    assert len(line.splitlines()) <= 1
    assert unprintable(line) is None
    assert one_line(line) == line
    assert is_normalized("NFC", line)


def test_the_first_character_that_cannot_be_printed_is_named() -> None:
    assert unprintable("《办法》　第 1\u00a0稿") is None
    assert called(unprintable("起草\u202e方案\n") or "") == "U+202E RIGHT-TO-LEFT OVERRIDE"
    assert [called(one) for one in ("\n", "\t", "\x00", "\u200b")] == [
        "U+000A LINE FEED",
        "U+0009 TAB",
        "U+0000",
        "U+200B ZERO WIDTH SPACE",
    ]


@dataclass(frozen=True)
class Some:
    title: str
    parts: tuple[str, ...]
    days: int | None


def test_all_texts_of_a_value_are_lines() -> None:
    assert in_lines(Some("甲\n乙", ("丙\n丁", "戊"), 3)) == Some("甲 乙", ("丙 丁", "戊"), 3)
