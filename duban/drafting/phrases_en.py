"""How tables in English write days, months, quarters and rhythms, in texts without blanks: by30June2024, endofQ3."""

import re
from collections.abc import Callable
from datetime import date

from duban.core.texts import mandarin
from duban.drafting.days import DueKind, day_of, month_end

Found = tuple[DueKind, tuple[date, ...], str]
Reading = Callable[[re.Match[str], int], Found]
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LONG = ("uary", "ruary", "ch", "il", "", "e", "y", "ust", "t?(?:ember)?", "ober", "ember", "ember")
NAMES = "|".join(f"{short}(?:{rest})?" for short, rest in zip(MONTHS, LONG, strict=True))
ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": 4}
BY = r"(?:(?:notlaterthan|nolaterthan|before|until|till|by|on|in)?(?:the)?)"
END = r"(?:(?:the)?end(?:of)?(?:the)?|late)?"
YEAR = r",?(?:of)?(?P<year>20\d\d)?"
TO = r"(?:to|until|through|[-–—~])"


def _month(name: str) -> int:
    return MONTHS.index(name[:3].lower()) + 1


def _year(hit: re.Match[str], year: int) -> int:
    return int(hit["year"] or year) % 100 + 2000


def _day(hit: re.Match[str], year: int) -> Found:
    return DueKind.DATE, (day_of(_year(hit, year), _month(hit["month"]), int(hit["day"])),), ""


def _figures(hit: re.Match[str], year: int) -> Found:
    first, second = int(hit["first"]), int(hit["second"])
    unsure = (
        mandarin(
            "“{text}”是{second}月{first}日还是{first}月{second}日，需确认", text=hit[0], first=first, second=second
        )
        if max(first, second) <= 12 != first
        else ""
    )
    day, month = (second, first) if second > 12 else (first, second)
    return DueKind.DATE, (day_of(int(hit["year"]), month, day),), unsure


def _month_end(hit: re.Match[str], year: int) -> Found:
    part = (hit["part"] or "").lower()
    named, month = _year(hit, year), _month(hit["month"])
    if part in ("mid", "early"):
        day = 15 if part == "mid" else 10
        return (
            DueKind.DATE,
            (day_of(named, month, day),),
            mandarin("“{text}”没有具体日期，按{day}日，需确认", text=hit[0], day=day),
        )
    return DueKind.MONTH, (month_end(named, month),), ""


def _quarter(hit: re.Match[str], year: int) -> Found:
    quarter = int(hit["q"] or 0) or ORDINALS[hit["nth"].lower()]
    return DueKind.QUARTER, (month_end(_year(hit, year), 3 * quarter),), ""


def _half(hit: re.Match[str], year: int) -> Found:
    return (
        DueKind.QUARTER,
        (month_end(_year(hit, year), 6 if hit["nth"].lower() in ("first", "1st", "mid") else 12),),
        "",
    )


def _whole_year(hit: re.Match[str], year: int) -> Found:
    return DueKind.YEAR, (date(_year(hit, year), 12, 31),), ""


def _monthly(hit: re.Match[str], year: int) -> Found:
    ends = [month_end(year, month) for month in range(1, 13)]
    day = int(hit["day"]) if hit["day"] else 31
    return DueKind.MONTHLY, tuple(end.replace(day=min(day, end.day)) for end in ends), ""


def _quarterly(hit: re.Match[str], year: int) -> Found:
    return DueKind.QUARTERLY, tuple(month_end(year, month) for month in (3, 6, 9, 12)), ""


DAY, ORDINAL = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"\d{1,2}(?:st|nd|rd|th)?"
MONTH = rf"(?P<month>{NAMES})(?=20|and|[^a-z]|$)"
FROM_DAY, FROM_MONTH = rf"(?:{ORDINAL}(?:{NAMES})?(?:20\d\d)?{TO})?", rf"(?:(?:{NAMES})(?:20\d\d)?{TO})?"
QUARTER = r"(?:(?P<nth>first|second|third|fourth|last|1st|2nd|3rd|4th)quarter|Q(?P<q>[1-4]))"
HALF = r"(?P<nth>first|second|1st|2nd|mid(?=-?year))-?(?:half(?:of)?(?:the)?)?(?:year)?"
EACH = r"(?:monthly|(?:every|each)month|permonth|onceamonth)"
PATTERNS: tuple[tuple[str, Reading], ...] = (
    (rf"{BY}{FROM_DAY}{DAY}(?:of)?{MONTH}{YEAR}", _day),
    (rf"{BY}{DAY}[-.](?P<month>{NAMES})[-.](?P<year>(?:20)?\d\d)(?!\d)", _day),
    (rf"{BY}(?P<month>{NAMES}){DAY}(?!\d|/)(?:,?(?P<year>20\d\d))?", _day),
    (r"(?<!\d)(?P<first>\d{1,2})[/.-](?P<second>\d{1,2})[/.-](?P<year>20\d\d)(?!\d)", _figures),
    (rf"{BY}{FROM_MONTH}(?P<part>mid|early|beginningof)?-?{END}{MONTH}{YEAR}", _month_end),
    (rf"{BY}{END}(?:Q[1-4]{TO})?{QUARTER}{YEAR}", _quarter),
    (rf"{BY}{END}{HALF}{YEAR}", _half),
    (rf"{BY}(?:year-?end|endof(?:the)?year|end(?:of)?(?=20)|(?:within|during)(?:the)?year){YEAR}", _whole_year),
    (r"(?:during|within|in)(?P<year>20\d\d)", _whole_year),
    (rf"{EACH}(?:,?(?:by|on)the{DAY})?", _monthly),
    (rf"(?:by|on)?the{DAY}(?:day)?of{EACH}", _monthly),
    (r"quarterly|(?:every|each)quarter|perquarter|onceaquarter", _quarterly),
)
"""In the order of trying; the longest that begins first wins."""

CONTINUOUS = (
    "on-?going|continu(?:ous|al)(?:ly)?|permanent(?:ly)?|throughout(?:the)?(?:year|period)?"  # no blank is left in it
    "|all(?:the)?year|year-?round"
)
"""What goes on."""
AT_ONCE = r"immediately|atonce|asap|assoonaspossible|withoutdelay"
"""What has no day."""
TENTATIVE = r"tentative(?:ly)?|provisional(?:ly)?|approx(?:imately|\.)?|about|expected|ifpossible|tbc"
"""What leaves it open."""
