"""How project programs write predecessors, lengths, days and shares: 3FS+2d,5 · 4 个工作日 · 2024/3/1 17:00 · 60%."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil

from duban.drafting.tables import plain

WORKING, CALENDAR = "working", "calendar"
UNITS: Mapping[str, tuple[str, float]] = {
    **dict.fromkeys(("", "d", "day", "days", "dy", "dys", "日", "天", "工作日", "个工作日"), (WORKING, 1)),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks", "周", "个星期", "星期", "周工时"), (WORKING, 5)),
    **dict.fromkeys(("mo", "mon", "mons", "month", "months", "月", "个月", "月工时"), (WORKING, 20)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "小时", "工时", "个小时"), (WORKING, 1 / 8)),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "分", "分钟", "分钟工时"), (WORKING, 1 / 480)),
    **dict.fromkeys(("ed", "eday", "edays", "日历日", "个日历日", "自然日", "个自然日", "连续日"), (CALENDAR, 1)),
    **dict.fromkeys(("ew", "ewk", "ewks", "eweek", "eweeks"), (CALENDAR, 7)),
    **dict.fromkeys(("emo", "emon", "emonth", "emonths"), (CALENDAR, 30)),
    **dict.fromkeys(("eh", "ehr", "ehrs", "ehour", "ehours"), (CALENDAR, 1 / 24)),
}
"""Units of lengths: what they count, and how many days one is; a working week and month are the program's own."""

KINDS: Mapping[str, str] = {
    **{kind: kind for kind in ("FS", "SS", "FF", "SF")},
    **{"完成-开始": "FS", "开始-开始": "SS", "完成-完成": "FF", "开始-完成": "SF", "完成开始": "FS", "开始开始": "SS"},
}
LINK = re.compile(
    r"(?P<who>.+?)[((]?(?P<kind>FS|SS|FF|SF|(?:完成|开始)-?(?:完成|开始))?(?:\([FS]{2}\))?[))]?"
    r"(?:(?P<sign>[+-])(?P<lag>\d+(?:\.\d+)?)(?P<unit>%|e?[a-z]+|[\u4e00-\u9fff]+)?)?$",
    re.IGNORECASE,
)
LENGTH = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>e?[a-z]*|[\u4e00-\u9fff]*)\??$", re.IGNORECASE)
PARTED = re.compile(r"[,;，；、\n]")
LARGEST = 9999
"""Days."""


@dataclass(frozen=True, slots=True)
class Length:
    """So many whole days, working ones or those of the calendar."""

    days: int
    unit: str = WORKING


@dataclass(frozen=True, slots=True)
class Link:
    """What a task waits for: `says` as it stands, `who` the other task, its kind (FS, SS, FF, SF), and a lag.

    `share` is a lag that is a share of the other task's time; `ahead` one that is negative.
    """

    says: str
    who: str
    kind: str = "FS"
    lag: Length | None = None
    ahead: bool = False
    share: bool = False


def read_links(text: str) -> Iterator[Link]:
    """The links of a cell, in its order."""
    for part in PARTED.split(text):
        hit = LINK.fullmatch(plain(part))
        if hit:
            yield _link(part.strip(), hit)


def _link(says: str, hit: re.Match[str]) -> Link:
    kind = KINDS.get((hit["kind"] or "FS").upper(), "FF")
    share = hit["unit"] == "%"
    lag = None if share or not hit["lag"] else _length(hit["lag"], hit["unit"] or "")
    zero = bool(hit["lag"]) and float(hit["lag"]) == 0
    known = not hit["lag"] or share or lag is not None
    return Link(
        says,
        hit["who"] if known else f"{hit['who']}{hit['kind'] or ''}{hit['sign']}{hit['lag']}{hit['unit']}",
        kind,
        None if zero else lag,
        hit["sign"] == "-" and not zero,
        share and not zero,
    )


def read_length(text: str) -> Length | None:
    """A duration; None for what is none, an empty cell among it."""
    hit = LENGTH.fullmatch(plain(text))
    return _length(hit["number"], hit["unit"]) if hit else None


def _length(number: str, unit: str) -> Length | None:
    found = UNITS.get(unit.lower())
    if found is None:
        return None
    return Length(min(ceil(round(float(number) * found[1], 4)), LARGEST), found[0])


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
NAMED = re.compile(r"(?:(\d{1,2})[-./]?([a-z]{3})[a-z]*|([a-z]{3})[a-z]*(\d{1,2})),?[-./]?((?:20)?\d\d)")
YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.]((?:20)?\d\d)(?!\d)")
TIME = re.compile(r"[T\s]+\d{1,2}:\d\d(?::\d\d)?\s*(?:[ap]m)?$", re.IGNORECASE)
WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?|^(?:星期|周)[一二三四五六日天]")


def read_day(text: str, *, month_first: bool | None = None) -> date | None:
    """A day as programs write it, without its time; None for none, and for 3/4/24 where nobody knows which is which."""
    said = _without_time(text)
    if hit := YEAR_FIRST.match(said):
        return _day(int(hit[1]), int(hit[2]), int(hit[3]))
    if (hit := NAMED.match(said)) and (hit[2] or hit[3]) in MONTHS:
        return _day(_year(hit[5]), MONTHS.index(hit[2] or hit[3]) + 1, int(hit[1] or hit[4]))
    if hit := YEAR_LAST.match(said):
        first, second = int(hit[1]), int(hit[2])
        known = month_first if month_first is not None else _which(first, second)
        if known is not None:
            return _day(_year(hit[3]), *((first, second) if known else (second, first)))
    return None


def _without_time(text: str) -> str:
    return WEEKDAY.sub("", plain(TIME.sub("", text.strip())).lower())


def month_first(texts: Iterator[str]) -> bool | None:
    """Whether a file writes the month before the day, where days in it show that."""
    found = (YEAR_LAST.match(_without_time(text)) for text in texts)
    told = {_which(int(hit[1]), int(hit[2])) for hit in found if hit and hit[1] != hit[2]} - {None}
    return told.pop() if len(told) == 1 else None


def _which(first: int, second: int) -> bool | None:
    if first == second:
        return True
    return False if first > 12 else True if second > 12 else None


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_share(text: str) -> int:
    """Percent: 60%, 60, 0.6 is none of a hundred; 0 for whatever is no figure."""
    hit = re.fullmatch(r"(\d+(?:\.\d+)?)%?", plain(text))
    return min(round(float(hit[1])), 100) if hit else 0
