"""What people write into cells, and what they mean: `８０％` and 80%, `2024.6.28`, 6月28日 and the number of a day."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from math import isfinite
from typing import NamedTuple
from unicodedata import normalize

from duban.core.problems import Fault, Invalid
from duban.core.texts import Text, mandarin
from duban.core.typed import one_line
from duban.core.workbooks.columns import YES, CellValue, Holds


class TypedCell(NamedTuple):
    """A cell as it came back. `percent`: it shows its number as a percentage; `fault`: what it holds is no value."""

    address: str
    value: object
    percent: bool = False
    fault: str = ""

    @property
    def text(self) -> str:
        """What it says, in one line; empty for nothing."""
        return "" if self.value is None else one_line(str(self.value))


FORMULA, ERROR = "formula", "error"
FAULTS: Mapping[str, Fault] = {
    FORMULA: Fault(FORMULA, mandarin("这一格是公式"), mandarin("改为填写结果（复制后选择性粘贴“数值”）")),
    ERROR: Fault(ERROR, mandarin("这一格是错误值"), mandarin("改正后填写，或者清空")),
}
"""What is said of cells that hold no value."""

ORIGIN = date(1899, 12, 30)
"""The day that programs number 0."""

SERIAL = range(36526, 73051)
"""Numbers that are taken for days: those of the years 2000 to 2099."""

NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,15})?")
WHOLE_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})[日号]?")
DIGITS = re.compile(r"(20\d{2})(\d{2})(\d{2})")
SHORT_DAY = re.compile(r"(\d{1,2})[-./月](\d{1,2})[日号]?")
COUNTED = re.compile(r"(?:个)?(?:工作日|自然日|天|日|月)$")
BESIDE = re.compile(r"\(.*\)$|(?:星期|周)[一二三四五六日天]$|(?<=\d)\s*0?0:00(?::00)?$")
"""What may follow a day and says nothing: a weekday, a mark in brackets, midnight."""

YES_WORDS = frozenset({YES, "√", "✓", "✔", "y", "yes", "true", "已签收", "已报送", "已办结"})
NO_WORDS = frozenset({"否", "×", "n", "no", "false", "未签收", "未报送", "未办结"})

SEPARATORS = frozenset("、；;\n")
OPENING, CLOSING = "（(《〈【[“‘", "）)》〉】]”’"


def read(holds: Holds, cell: TypedCell, today: date, unit: str = "") -> CellValue:
    """What a cell means by what its column holds; None for nothing. Raises Invalid, in Chinese.

    A day without a year is one of this year; `unit` is what an indicator is counted in, which may stand beside it.
    """
    if cell.fault:
        raise Invalid(FAULTS[cell.fault])
    if cell.text == "":
        return None
    return READERS[holds](cell, today, unit)


def _plain(cell: TypedCell) -> str:
    """Without full-width forms and spaces."""
    return "".join(normalize("NFKC", cell.text).split())


def _refused(kind: str, cell: TypedCell, what: Text, remedy: Text) -> Invalid:
    return Invalid(Fault(kind, mandarin("“{text}”{what}", text=cell.text, what=what), remedy))


def _text(cell: TypedCell, today: date, unit: str) -> CellValue:
    return "\n".join(filter(None, map(one_line, str(cell.value).split("\n"))))


def _yes(cell: TypedCell, today: date, unit: str) -> CellValue:
    word = _plain(cell).lower()
    if word in YES_WORDS:
        return YES
    if word in NO_WORDS:
        return None
    raise _refused("not-yes", cell, mandarin("不是“是”"), mandarin("填“是”，或者留空"))


def _amount(cell: TypedCell, text: str) -> float | None:
    """The number that a cell holds, or that its text is."""
    if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
        return float(cell.value) if isfinite(cell.value) else None
    return float(text) if NUMBER.fullmatch(text) else None


def _percent(cell: TypedCell, today: date, unit: str) -> CellValue:
    text = _plain(cell)
    amount = _amount(cell, text.removesuffix("%"))
    if amount is None:
        raise _refused("not-a-percentage", cell, mandarin("不是百分比"), mandarin("填 0% 至 100% 的整数，如 80%"))
    typed = isinstance(cell.value, str)
    if cell.percent and not typed:
        amount *= 100
    elif 0 < amount <= 1 and not text.endswith("%"):
        raise _refused(
            "unclear-percentage", cell, mandarin("是百分之几，还是几分之几，分不清"), mandarin("写成 80% 这样")
        )
    if not 0 <= amount <= 100:
        raise _refused(
            "out-of-range",
            cell,
            mandarin("即{amount:g}%，超出 0% 至 100%", amount=amount),
            mandarin("填 0% 至 100% 的整数"),
        )
    return _whole(cell, amount)


def _whole(cell: TypedCell, amount: float) -> int:
    if abs(amount - round(amount)) > 1e-6:  # what is kept as a share is no exact hundredth
        raise _refused("not-whole", cell, mandarin("不是整数"), mandarin("填整数"))
    return round(amount)


def _count(cell: TypedCell, today: date, unit: str) -> CellValue:
    amount = _amount(cell, COUNTED.sub("", _plain(cell)))
    if amount is None or amount < 0:
        raise _refused("not-a-count", cell, mandarin("不是天数"), mandarin("填还要几天，0 或者正整数"))
    return _whole(cell, amount)


def _number(cell: TypedCell, today: date, unit: str) -> CellValue:
    text = _plain(cell).replace(",", "")
    amount = _amount(cell, text.removesuffix(unit))
    if amount is None:
        raise _refused("not-a-number", cell, mandarin("不是数值"), mandarin("填累计数值，不带单位和文字"))
    return amount


def _day(cell: TypedCell, today: date, unit: str) -> CellValue:
    if isinstance(cell.value, date):
        return cell.value.date() if isinstance(cell.value, datetime) else cell.value
    amount = _amount(cell, "")
    if amount is not None and int(amount) in SERIAL:
        return ORIGIN + timedelta(days=int(amount))
    text = BESIDE.sub("", normalize("NFKC", cell.text).strip()).replace(" ", "")
    try:
        return next(_days(text, today, typed=isinstance(cell.value, str)))
    except (StopIteration, ValueError):
        raise _refused(
            "not-a-day", cell, mandarin("不是日期"), mandarin("写到哪一日，如 2024-07-15 或者 7月15日")
        ) from None


def _days(text: str, today: date, *, typed: bool) -> Iterator[date]:
    """The day that a text is; raises ValueError for one that no calendar has."""
    for form in (WHOLE_DAY, DIGITS):
        if found := form.fullmatch(text):
            yield date(*map(int, found.groups()))
    if typed and (found := SHORT_DAY.fullmatch(text)):
        yield date(today.year, *map(int, found.groups()))


Reader = Callable[[TypedCell, date, str], CellValue]
READERS: Mapping[Holds, Reader] = {
    Holds.TEXT: _text,
    Holds.LIGHT: _text,
    Holds.YES: _yes,
    Holds.PERCENT: _percent,
    Holds.COUNT: _count,
    Holds.NUMBER: _number,
    Holds.DAY: _day,
}
"""How cells are read, by what their column holds."""


def items(text: str) -> tuple[str, ...]:
    """The things that a cell lists, one a line or parted by 、 and ； outside brackets and quotes."""
    found, depth = [""], 0
    for mark in text:
        depth = max(0, depth + (mark in OPENING) - (mark in CLOSING))
        if mark == "\n" or (mark in SEPARATORS and not depth):
            found.append("")
            depth = 0
        else:
            found[-1] += mark
    return tuple(item.strip() for item in found if item.strip())
