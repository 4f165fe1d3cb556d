"""How tables write days, months, quarters and rhythms, and what each mention comes to."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from duban.core.texts import mandarin
from duban.drafting import phrases_en
from duban.drafting.days import DueKind, NoSuchDay, day_of, month_end

RHYTHMS = (DueKind.MONTHLY, DueKind.QUARTERLY)

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mention:
    """One day, period or rhythm that is named: its place in the text as read, its days, what is doubtful about it."""

    kind: DueKind
    days: tuple[date, ...]
    span: Span
    doubt: str = ""
    begins: bool = False
    """Whether it says when something begins, not by when it is to be done."""


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text as searched: no blanks, half-width, digits for 六月; `places` are those in the text as it stands."""

    text: str
    places: tuple[int, ...]

    def back(self, span: Span) -> Span:
        """The span in the text as it stands."""
        return self.places[span[0]], self.places[span[1] - 1] + 1


BEGINS = re.compile(r"起|开始")
NUMERAL = re.compile(r"[〇○零一二三四五六七八九十]+(?=[年月日号])")
VALUES = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0}
NUMBERING = re.compile(r"(?:^|(?<=[;。\n]))[(]?(\d{1,2})(?:[).、]|(?=月底前.*\n))(?!\d{1,2}[日.])")


def as_read(text: str) -> ReadText:
    """The text as it is searched."""
    signs = [(sign, place) for place, one in enumerate(text) for sign in unicodedata.normalize("NFKC", one)]
    kept = [(sign, place) for sign, place in signs if sign == "\n" or not sign.isspace()]
    flat = "".join(sign for sign, _ in kept)
    for hit in reversed(list(NUMERAL.finditer(flat))):
        number, place = _number(hit[0]), kept[hit.start()][1]
        kept[hit.start() : hit.end()] = [(sign, place) for sign in number]
    flat = "".join(sign for sign, _ in kept)
    marks = list(NUMBERING.finditer(flat))
    if [int(mark[1]) for mark in marks] == list(range(1, len(marks) + 1)) and len(marks) > 1:
        for mark in reversed(marks):  # 1.3月底前…；2.5月底前…: not the 1.3 of a number
            del kept[mark.start() : mark.end()]
    return ReadText("".join(sign for sign, _ in kept), tuple(place for _, place in kept))


def _number(signs: str) -> str:
    """二〇二四 is 2024, 三十 is 30, 十二 is 12."""
    if "十" not in signs:
        return "".join(str(VALUES[sign]) for sign in signs)
    tens, ones = signs.split("十", 1)
    return str((VALUES[tens[-1]] if tens else 1) * 10 + (VALUES[ones[0]] if ones else 0))


YEAR = r"(?:(?P<year>20\d\d|次|明|下|今|本|当)年?年)?"
UNTIL = r"(?:(?P<until_year>20\d\d)年)?"
TO = r"(?:[-—–~至到]+)"
MONTH = r"(?<![\d.])(?P<month>\d{1,2})月"
QUARTERS: Mapping[str, int] = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}
WEEKDAYS = "一二三四五六日"


def _year(hit: re.Match[str], year: int) -> int:
    named = hit["year"]
    if named is None or named in "今本当":
        return year
    return year + 1 if named in "次明下" else int(named)


Reading = Callable[[re.Match[str], int], tuple[DueKind, tuple[date, ...], str]]


def _days(hit: re.Match[str], year: int) -> tuple[DueKind, tuple[date, ...], str]:
    until = int(hit["until_month"] or hit["month"])
    return DueKind.DATE, (day_of(_until_year(hit, year), until, int(hit["until"])),), ""


def _months(hit: re.Match[str], year: int) -> tuple[DueKind, tuple[date, ...], str]:
    return DueKind.MONTH, (month_end(_until_year(hit, year), int(hit["until_month"])),), ""


def _until_year(hit: re.Match[str], year: int) -> int:
    """The year in which a span ends: the one it names last, else the next where it passes New Year."""
    if hit["until_year"]:
        return int(hit["until_year"])
    return _year(hit, year) + (int(hit["until_month"] or hit["month"]) < int(hit["month"]))


def _one_day(hit: re.Match[str], year: int) -> tuple[DueKind, tuple[date, ...], str]:
    day, wrong = day_of(_year(hit, year), int(hit["month"]), int(hit["day"])), ""
    if hit["weekday"] and WEEKDAYS.index(hit["weekday"].replace("天", "日")) != day.weekday():
        wrong = mandarin(
            "“{text}”：{month}月{day}日是星期{weekday}",
            text=hit[0],
            month=day.month,
            day=day.day,
            weekday=WEEKDAYS[day.weekday()],
        )
    return DueKind.DATE, (day,), wrong


def _short_year(hit: re.Match[str], year: int) -> tuple[DueKind, tuple[date, ...], str]:
    """24.6.30: a year of two figures, which only three figures in a row can be."""
    return DueKind.DATE, (day_of(2000 + int(hit["short"]), int(hit["month"]), int(hit["day"])),), ""


def _bare_day(hit: re.Match[str], year: int) -> tuple[DueKind, tuple[date, ...], str]:
    return DueKind.DATE, (day_of(_year(hit, year), int(hit["month"]), int(hit["day"])),), ""


def _figures_to(hit: re.Match[str], year: int) -> tuple[DueKind, tuple[date, ...], str]:
    """2024.3—6, 2024.1-2024.12: the end of the span."""
    return DueKind.MONTH, (month_end(int(hit["until_year"] or hit["year"]), int(hit["until_month"])),), ""


def _figures(hit: re.Match[str], year: int) -> tuple[DueKind, tuple[date, ...], str]:
    named = int(hit["year"] or year)
    if hit["day"] is None:
        return DueKind.MONTH, (month_end(named, int(hit["month"])),), ""
    told = {"text": hit[0], "month": int(hit["month"]), "day": int(hit["day"])}
    unsure = "" if hit["year"] else mandarin("“{text}”是否指{month}月{day}日", **told)
    return DueKind.DATE, (day_of(named, int(hit["month"]), int(hit["day"])),), unsure


TENTHS = {"上旬": 10, "上中旬": 20, "中旬": 20, "初": 5, "中": 15}


def _part_of_month(hit: re.Match[str], year: int) -> tuple[DueKind, tuple[date, ...], str]:
    part, month = hit["part"], int(hit["month"])
    if part.endswith("下旬"):
        return (
            DueKind.MONTH,
            (month_end(_year(hit, year), month),),
            mandarin("“{part}”没有具体日期，按月末，需确认", part=part),
        )
    day = TENTHS[part]
    return (
        DueKind.DATE,
        (day_of(_year(hit, year), month, day),),
        mandarin("“{part}”没有具体日期，按惯例取{day}日，需确认", part=part, day=day),
    )


def _month(hit: re.Match[str], year: int) -> tuple[DueKind, tuple[date, ...], str]:
    month = int(hit["month"])
    unsure = mandarin("“{text}”是否含{month}月，需确认", text=hit[0], month=month) if hit[0].endswith("月前") else ""
    return DueKind.MONTH, (month_end(_year(hit, year), month),), unsure


def _quarter(hit: re.Match[str], year: int) -> tuple[DueKind, tuple[date, ...], str]:
    quarter = QUARTERS[hit["quarter"] or hit["q"]]
    unsure = mandarin("“{text}”是否含该季度，需确认", text=hit[0]) if hit[0].endswith("季度前") else ""
    return DueKind.QUARTER, (month_end(_year(hit, year), 3 * quarter),), unsure


def _quarters(hit: re.Match[str], year: int) -> tuple[DueKind, tuple[date, ...], str]:
    """A span of quarters ends with its last."""
    return DueKind.QUARTER, (month_end(_year(hit, year), 3 * QUARTERS[hit["until_quarter"]]),), ""


def _both_halves(hit: re.Match[str], year: int) -> tuple[DueKind, tuple[date, ...], str]:
    named = _year(hit, year)
    return DueKind.QUARTER, (month_end(named, 6), month_end(named, 12)), ""


def _year_begins(hit: re.Match[str], year: int) -> tuple[DueKind, tuple[date, ...], str]:
    return DueKind.QUARTER, (month_end(_year(hit, year), 3),), mandarin("“年初”没有具体日期，按一季度末，需确认")


def _years(hit: re.Match[str], year: int) -> tuple[DueKind, tuple[date, ...], str]:
    return DueKind.YEAR, (date(int(hit["until_year"]), 12, 31),), ""


def _half(hit: re.Match[str], year: int) -> tuple[DueKind, tuple[date, ...], str]:
    return DueKind.QUARTER, (month_end(_year(hit, year), 12 if hit["half"] in ("下半年", "2") else 6),), ""


def _whole_year(hit: re.Match[str], year: int) -> tuple[DueKind, tuple[date, ...], str]:
    return DueKind.YEAR, (date(_year(hit, year), 12, 31),), ""


def _monthly(hit: re.Match[str], year: int) -> tuple[DueKind, tuple[date, ...], str]:
    ends = [month_end(year, month) for month in range(1, 13)]
    if (part := hit.groupdict().get("part")) in TENTHS:
        told = mandarin("“{part}”没有具体日期，按惯例取{day}日，需确认", part=part, day=TENTHS[part])
        return DueKind.MONTHLY, tuple(end.replace(day=TENTHS[part]) for end in ends), told
    if hit["day"] is None:
        return DueKind.MONTHLY, tuple(ends), ""
    day = int(hit["day"])
    if hit["next"]:
        after = [(year + month // 12, month % 12 + 1) for month in range(1, 13)]
        return DueKind.MONTHLY, tuple(day_of(one, month, day) for one, month in after), ""
    if not 1 <= day <= 31:
        raise NoSuchDay(mandarin("没有{day}日", day=day))
    return DueKind.MONTHLY, tuple(end.replace(day=min(day, end.day)) for end in ends), ""


PLACES = {
    "首": -2,
    "头": -2,
    "中": -1,
    "第1个": -2,
    "第一个": -2,
    "第二个": -1,
    "第2个": -1,
    "第三个": 0,
    "第3个": 0,
    "末": 0,
    "最后一个": 0,
}


def _quarterly(hit: re.Match[str], year: int) -> tuple[DueKind, tuple[date, ...], str]:
    place = PLACES[hit["place"]] if hit["place"] else 0
    if hit.groupdict().get("after"):
        place = 1
    months = [3 * quarter + place for quarter in range(1, 5)]
    if hit["day"] is None:
        return DueKind.QUARTERLY, tuple(month_end(year, month) for month in months), ""
    days = (day_of(year + (month - 1) // 12, (month - 1) % 12 + 1, int(hit["day"])) for month in months)
    return DueKind.QUARTERLY, tuple(days), ""


BEFORE = r"(?:之前|以前|前)?"
END = r"(?:底|末|份)?(?:之前|以前|前|止)?"
PATTERNS: tuple[tuple[re.Pattern[str], Reading], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reading)
    for pattern, reading in (
        (rf"每(?:个)?月(?P<next>的?次月|下月)?(?:(?P<day>\d{{1,2}})[日号])?{END}", _monthly),
        (rf"(?P<next>(?!))?每(?:个)?月(?P<part>上旬|中旬|初|中)(?P<day>(?!))?{BEFORE}", _monthly),
        (r"(?P<next>次月)(?P<day>\d{1,2})[日号]前?", _monthly),
        (r"(?P<next>(?!))?(?:按月|逐月|一月一|月月|月度)(?P<day>(?!))?", _monthly),
        (
            r"(?:每(?:个)?季度?|(?<![一二三四1-4])季度?(?=[首头末]))(?:的)?(?:(?P<place>首|头|中|末(?=月)|第[一二三123]个|最后一个)(?:个)?月)?(?:末月?)?"
            rf"(?P<after>(?:结束|终了)?后?的?(?:次月|下月|下一?个?月|次季度?首月|下(?:一|个)?季度?首月))?(?:(?P<day>\d{{1,2}})[日号])?{END}",
            _quarterly,
        ),
        (r"(?P<place>(?!))?(?:按季度?|逐季度?|一季一|季季)(?P<day>(?!))?", _quarterly),
        (
            rf"{YEAR}{MONTH}\d{{1,2}}[日号]?{TO}(?:{UNTIL}(?P<until_month>\d{{1,2}})月)?(?P<until>\d{{1,2}})[日号]{BEFORE}",
            _days,
        ),
        (rf"{YEAR}(?<![\d.])(?P<month>\d{{1,2}})月?{TO}{UNTIL}(?P<until_month>\d{{1,2}})月{END}", _months),
        (
            rf"{YEAR}{MONTH}(?P<day>\d{{1,2}})[日号](?:\(?(?:星期|周)(?P<weekday>[一二三四五六日天])\)?)?{BEFORE}",
            _one_day,
        ),
        (rf"(?P<year>20\d\d)[-/.](?P<month>\d{{1,2}})(?:[-/.](?P<day>\d{{1,2}}))?(?!\d){BEFORE}", _figures),
        (
            rf"(?P<year>20\d\d)[-/.年](?P<month>\d{{1,2}})月?{TO}(?:(?P<until_year>20\d\d)[-/.年])?(?P<until_month>\d{{1,2}})(?![\d./]|[-/]\d)月?{END}",
            _figures_to,
        ),
        (r"^(?P<short>2\d)[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})[日号]?前?$", _short_year),
        (r"(?P<year>20\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>[0-3]\d)(?!\d)", _figures),
        (r"^(?P<year>(?!))?(?P<month>\d{1,2})[./](?P<day>\d{1,2})前?$", _figures),
        (rf"{YEAR}{MONTH}份?(?P<part>上中?旬|中?下旬|中旬|初|中){BEFORE}", _part_of_month),
        (rf"{YEAR}{MONTH}(?P<day>\d{{1,2}})(?=$|[前,，;；。]){BEFORE}", _bare_day),
        (rf"{YEAR}{MONTH}{END}", _month),
        (r"(?P<year>(?!))?(?<![\d.])(?P<month>\d{1,2})(?=(?:[、,和及]\d{1,2})*[、,和及]\d{1,2}月)", _month),
        (
            rf"{YEAR}第?[一二三四1234](?:季度?)?{TO}(?:20\d\d年)?第?(?P<until_quarter>[一二三四1234])季度?{END}",
            _quarters,
        ),
        (
            r"(?P<year>(?!))?(?P<q>(?!))?第?(?P<quarter>[一二三四])(?=(?:[、,和及]第?[一二三四])*[、,和及]第?[一二三四]季)",
            _quarter,
        ),
        (rf"{YEAR}(?:第?(?P<quarter>[一二三四1234])季度?|[Qq](?P<q>[1234])){END}", _quarter),
        (rf"{YEAR}上[、,和及]?下半年{END}", _both_halves),
        (rf"{YEAR}[Hh](?P<half>[12]){END}", _half),
        (rf"{YEAR}(?<![半])年初{BEFORE}", _year_begins),
        (rf"20\d\d年?{TO}(?P<until_year>20\d\d)年度?(?!\d|第?[一二三四]季){END}", _years),
        (rf"{YEAR}(?P<half>上半年|下半年|年中){END}", _half),
        (
            r"(?:(?P<year>20\d\d|次|明|今|本|当)年)?(?:(?<![半数几两一二三四五六七八九十\d])年(?:底|末|内|终)|当年|岁末)(?:之前|以前|前)?",
            _whole_year,
        ),
        (r"(?P<year>20\d\d)年?度?(?:底|末|内)(?:之前|以前|前)?", _whole_year),
        (r"^到?(?P<year>20\d\d)年度?$", _whole_year),
        (r"^(?P<year>(?!))?(?:本|当)?年度(?:内)?(?:完成)?$", _whole_year),
        *phrases_en.PATTERNS,
    )
)

CONTINUOUS = re.compile(
    rf"{phrases_en.CONTINUOUS}|(?:年内|全年|本年|当年)?(?:长期坚持|长期|持续推进|持续开展|持续实施|持续|常态化"
    r"|动态(?:清零|更新|调整|管理|推进)|随时|实时|经常性|日常|常年|不间断)|贯穿全年|全年",
    re.IGNORECASE,
)
"""What goes on, in a cell of deadlines."""

CONTINUOUS_WITHIN = re.compile(
    r"(?:年内|全年|本年)?(?:长期坚持|持续推进|持续开展|持续实施|常态化(?:推进|开展|实施))|贯穿全年|全年"
)
"""The same within a sentence, where 持续 alone may belong to the task."""

AT_ONCE = re.compile(phrases_en.AT_ONCE + r"|立行立改|即知即改|即行即改|立即|即日起", re.IGNORECASE)
TENTATIVE = re.compile(
    phrases_en.TENTATIVE + r"|力争|争取|原则上|预计|拟于|计划于|大约|(?<![签合公节预条契])约$", re.IGNORECASE
)
ROUGHLY = re.compile(r"^(?:日)?(?:左右|前后)|^[^,，;；。]{0,3}[(（]?已(?:完成|办结)")
"""What takes something back behind a day."""
VAGUE = re.compile(
    r"适时|择机|(?:在?条件|时机)成熟[^,，。]{0,4}?时?|视[^,，。;]{0,10}(?:安排|情况|进度|进展|而定)|根据[^,，。;]{0,10}(?:安排|情况|进度|进展|要求)"
    r"|按[^,，。;]{0,6}(?:节点|序时|要求|进度|部署|安排)|[^,，。;]{0,4}期间|[^,，。;]{0,4}学期(?:[^,，。;]{0,4})|开学前?|每半年(?:一次)?"
    r"|每(?:周|旬|日|天|学年)[^,，。;]{0,4}|尽快|抓紧|近期|及时|待定|另行通知|动态|(?:春节|国庆节?|五一|元旦|汛期|两会|迎检)前"
)


def mentions(read: ReadText, year: int) -> Iterator[Mention | str]:
    """Every mention from left to right, or in words why one is none; a year that is named holds for those after it."""
    at, text = 0, read.text
    while at < len(text):
        hits = [(hit, reading) for pattern, reading in PATTERNS if (hit := pattern.search(text, at))]
        if not hits:
            return
        hit, reading = min(hits, key=lambda one: (one[0].start(), -one[0].end()))
        named = hit.groupdict().get("year")
        try:
            kind, days, doubt = reading(hit, year)
        except NoSuchDay as error:
            yield error.args[0]
        else:
            if named and named.isdigit():
                year = int(named)
            yield Mention(kind, days, hit.span(), doubt, bool(BEGINS.match(text, hit.end())))
        at = hit.end()
