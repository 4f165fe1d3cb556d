"""What people write into cells, and what is understood by it."""

from datetime import date, datetime
from typing import Any

import pytest

from duban.core.problems import Invalid
from duban.core.workbooks.columns import Holds
from duban.core.workbooks.reading import ERROR, FORMULA, TypedCell, items, read
from tests.core.builders import day

TODAY = date(2024, 6, 3)


def means(holds: Holds, value: Any, *, percent: bool = False, unit: str = "") -> Any:
    return read(holds, TypedCell("表!A1", value, percent), TODAY, unit)


@pytest.mark.parametrize("holds", list(Holds))
def test_nothing_means_nothing(holds: Holds) -> None:
    assert [means(holds, value) for value in (None, "", " ", "\u3000", "\u200b")] == [None] * 5


@pytest.mark.parametrize("value", ["是", " 是 ", "√", "✓", "Y", "yes", True, "TRUE", "已签收", "Ｙ"])
def test_yes(value: Any) -> None:
    assert means(Holds.YES, value) == "是"


@pytest.mark.parametrize("value", ["否", "×", False, "no", "未签收"])
def test_no_says_nothing(value: Any) -> None:
    assert means(Holds.YES, value) is None


def test_what_is_neither_yes_nor_no_is_told() -> None:
    assert [refused(Holds.YES, value) for value in ("已阅", 3)] == ["not-yes", "not-yes"]


@pytest.mark.parametrize(
    ("value", "percent", "meant"),
    [
        ("80%", False, 80),
        ("８０％", False, 80),
        ("80 %", True, 80),
        ("80", False, 80),
        ("８０", False, 80),
        (80, False, 80),
        (80.0, False, 80),
        (0.8, True, 80),
        (0.57, True, 57),
        (1, True, 100),
        (0, True, 0),
        (0, False, 0),
        ("0", False, 0),
        ("0%", False, 0),
        ("1%", False, 1),
        ("100%", True, 100),
        ("80", True, 80),
    ],
)
def test_a_percentage(value: Any, percent: bool, meant: int) -> None:
    assert means(Holds.PERCENT, value, percent=percent) == meant


@pytest.mark.parametrize(
    ("value", "percent", "kind"),
    [
        (0.8, False, "unclear-percentage"),
        (1, False, "unclear-percentage"),
        ("0.8", False, "unclear-percentage"),
        ("0.8", True, "unclear-percentage"),
        ("八成", False, "not-a-percentage"),
        ("80%左右", False, "not-a-percentage"),
        ("%", False, "not-a-percentage"),
        (float("nan"), True, "not-a-percentage"),
        (True, False, "not-a-percentage"),
        ("9" * 400, False, "not-a-percentage"),
        (date(2024, 6, 3), False, "not-a-percentage"),
        (101, False, "out-of-range"),
        (80, True, "out-of-range"),
        ("-1%", False, "out-of-range"),
        (0.805, True, "not-whole"),
        ("80.5%", False, "not-whole"),
    ],
)
def test_what_is_no_percentage(value: Any, percent: bool, kind: str) -> None:
    assert refused(Holds.PERCENT, value, percent=percent) == kind


def refused(holds: Holds, value: Any, **said: Any) -> str:
    with pytest.raises(Invalid) as caught:
        means(holds, value, **said)
    (fault,) = caught.value.faults
    assert fault.remedy
    return fault.id


@pytest.mark.parametrize(
    ("value", "meant"),
    [(3, 3), (3.0, 3), ("3", 3), ("３", 3), ("3天", 3), ("3个工作日", 3), ("3 日", 3), ("2个月", 2), (0, 0)],
)
def test_a_count_of_days(value: Any, meant: int) -> None:
    assert means(Holds.COUNT, value) == meant


@pytest.mark.parametrize(
    ("value", "kind"), [("几天", "not-a-count"), (-1, "not-a-count"), ("约3天", "not-a-count"), (2.5, "not-whole")]
)
def test_what_is_no_count(value: Any, kind: str) -> None:
    assert refused(Holds.COUNT, value) == kind


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (120, 120.0),
        ("１２０", 120.0),
        ("1,200", 1200.0),
        ("1，200", 1200.0),
        ("120件", 120.0),
        ("-1.5", -1.5),
        ("+3", 3.0),
    ],
)
def test_a_number_of_an_indicator(value: Any, meant: float) -> None:
    assert means(Holds.NUMBER, value, unit="件") == meant


@pytest.mark.parametrize("value", ["约120", "120起", "很多", "1e3", float("inf"), True, datetime(2024, 6, 3)])  # noqa: DTZ001
def test_what_is_no_number(value: Any) -> None:
    assert refused(Holds.NUMBER, value, unit="件") == "not-a-number"


@pytest.mark.parametrize(
    "value",
    [
        date(2024, 6, 28),
        datetime(2024, 6, 28, 15, 30),  # noqa: DTZ001  cells know no zone
        45471,
        45471.75,
        20240628,
        "20240628",
        "2024-06-28",
        "2024-6-28",
        "2024.6.28",
        "2024/6/28",
        "2024年6月28日",
        "2024年6月28号",
        "２０２４年６月２８日",
        "2024 年 6 月 28 日",
        "2024-06-28 00:00:00",
        "2024年6月28日（暂定）",
        "2024年6月28日 星期五",
        "6月28日",
        "６月２８日",
        "6月28日（周五）",
        "6.28",
        "6/28",
        "6-28",
    ],
)
def test_a_day(value: Any) -> None:
    assert means(Holds.DAY, value) == day("2024-06-28")


@pytest.mark.parametrize(
    "value",
    [
        "6月底",
        "6月",
        "2024年6月",
        "下周五",
        "6月31日",
        "2024-02-30",
        "28/6",
        6.28,
        5,
        True,
        "24.6.28",
        "20241340",
        99999,
    ],
)
def test_what_is_no_day(value: Any) -> None:
    assert refused(Holds.DAY, value) == "not-a-day"


@pytest.mark.parametrize(("fault", "kind"), [(FORMULA, "formula"), (ERROR, "error")])
def test_what_holds_no_value_is_told(fault: str, kind: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(Holds.TEXT, TypedCell("表!A1", "=A2", fault=fault), TODAY)
    assert caught.value.faults[0].id == kind


def test_a_text_keeps_its_lines_and_nothing_that_nobody_sees() -> None:
    assert means(Holds.TEXT, " 一、已拟\u200b初稿 \n\n二、待审 ") == "一、已拟初稿\n二、待审"
    assert means(Holds.TEXT, 2024) == "2024"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("送审稿", ("送审稿",)),
        ("送审稿、说明；清单;附表", ("送审稿", "说明", "清单", "附表")),
        ("送审稿\n 说明\n\n", ("送审稿", "说明")),
        ("《关于甲、乙的通知》、说明（含表一、表二）", ("《关于甲、乙的通知》", "说明（含表一、表二）")),
        ("“甲、乙”方案、说明", ("“甲、乙”方案", "说明")),
        ("）甲、乙", ("）甲", "乙")),
        ("（未完\n说明、清单", ("（未完", "说明", "清单")),
        (" 、 ", ()),
    ],
)
def test_things_are_told_apart_outside_brackets(text: str, found: tuple[str, ...]) -> None:
    assert items(text) == found
