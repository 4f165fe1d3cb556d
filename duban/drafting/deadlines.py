"""What a phrase says of a deadline: 6月底前, 全年, 每季度末月20日前, 3月底前完成摸底，9月底前完成整改.

Read as such tables are: 前 includes the day; a month, quarter or half-year is its last day, a span its end; two stages
or more are all dated ones in order; 全年, 长期, 持续推进 go on without a date. What is no date is asked, never guessed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest

from duban.core.texts import Text, mandarin
from duban.drafting import phrases
from duban.drafting.days import DueKind
from duban.drafting.phrases import RHYTHMS, Mention, ReadText, Span, as_read, mentions

CLAUSE_ENDS = re.compile(r"[,，;；。\n)）]")
LISTED = re.compile(r"[、,，和及与]")
BEGUN = re.compile(r"^[^,，;；。]{0,4}(?:动工|开工|启动|开建)")


@dataclass(frozen=True, slots=True)
class Stage:
    """What is to be done by a day, in the words of the cell; `what` may be empty."""

    day: date
    what: str


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline as read: `text` the phrase as it stands, `stages` in order of their days, `doubts` to be confirmed."""

    text: str
    kind: DueKind = DueKind.NONE
    stages: tuple[Stage, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def dates(self) -> tuple[date, ...]:
        """The days, in order."""
        return tuple(stage.day for stage in self.stages)


def read_due(text: str, year: int, *, within: bool = False) -> Due:
    """The deadline a cell names, or a sentence that holds one somewhere (`within`), in a plan of `year`."""
    read = as_read(text)
    found = list(mentions(read, year))
    doubts = [one for one in found if isinstance(one, str)]
    lasting = (phrases.CONTINUOUS_WITHIN if within else phrases.CONTINUOUS).search(read.text)
    named = [one for one in found if isinstance(one, Mention) and not (lasting and _inside(one.span, lasting.span()))]
    dated = list(_refined([one for one in named if not one.begins], read.text))
    if named and not dated and not lasting:
        doubts.append(mandarin("只写何时开始，没有完成期限"))
    spans = [one.span for one in dated] + ([lasting.span()] if lasting else [])
    vague = phrases.VAGUE.search(read.text) if not spans else None
    shown = _phrase(text, read, [*spans, *([vague.span()] if vague else [])]) if within else text.strip()
    doubts += [one.doubt for one in dated if one.doubt]
    doubts += _said(read, shown, dated, lasting is not None, year)
    kind = _kind(dated, lasting is not None)
    if kind is DueKind.NONE and not doubts:
        doubts.append(
            mandarin("“{shown}”无法落到日期", shown=shown) if shown.strip("—-–/无 ") else mandarin("没有期限")
        )
    return Due(shown, kind, _stages(read.text, dated), tuple(dict.fromkeys(doubts)))


def _refined(dated: Sequence[Mention], text: str) -> Iterator[Mention]:
    """Without a period behind which a day within it stands in brackets: 年底前（12月25日）."""
    for one, after in zip_longest(dated, dated[1:]):
        between = text[one.span[1] : after.span[0]] if after else ""
        exact = after is not None and after.kind is DueKind.DATE and between in ("(", "（")
        if not (exact and after and one.kind is not DueKind.DATE and after.days[-1] <= one.days[-1]):
            yield one


def _kind(dated: Sequence[Mention], lasting: bool) -> DueKind:
    rhythm = next((one.kind for one in dated if one.kind in RHYTHMS), None)
    days = {day for one in dated for day in one.days}
    if rhythm:
        return rhythm
    if len(days) > 1 or (days and lasting):
        return DueKind.STAGES
    if days:
        return dated[-1].kind
    return DueKind.CONTINUOUS if lasting else DueKind.NONE


def _stages(text: str, dated: Sequence[Mention]) -> tuple[Stage, ...]:
    """The days in order, each with what is said of it; of several in a row (3月、9月各一次) what follows the last."""
    what, after = dict[date, str](), len(text)
    told = ""
    for one in reversed(dated):
        between = text[one.span[1] : after]
        told = told if LISTED.fullmatch(between) else CLAUSE_ENDS.split(between, maxsplit=1)[0].strip("、")
        what |= dict.fromkeys(one.days, told)
        after = one.span[0]
    return tuple(Stage(day, what[day]) for day in sorted(what))


def _said(read: ReadText, shown: str, dated: Sequence[Mention], lasting: bool, year: int) -> list[Text]:
    """What a careful person would ask about a deadline that can be read."""
    told = []
    at_once = phrases.AT_ONCE.search(read.text)
    days = [day for one in dated for day in one.days]
    if at_once and not days:
        text = shown if shown.isascii() else at_once[0]
        without = mandarin("“{text}”没有日期", text=text)
        told.append(mandarin("“{text}”没有日期，只能按长期处理", text=text) if lasting else without)
    if days and phrases.TENTATIVE.search(read.text[: dated[-1].span[0]]):
        told.append(mandarin("“{shown}”留有余地，是否作硬性期限需确认", shown=shown))
    if days and (hit := phrases.ROUGHLY.search(read.text[dated[-1].span[1] :])):
        told.append(
            mandarin("“{shown}”写有“{remark}”，是否仍按此期限督办需确认", shown=shown, remark=hit[0].strip("(（"))
        )
    if days and max(days).year < year:
        told.append(mandarin("期限早于本表年度（{year}年），疑为沿用上年", year=year))
    if len(days) == 1 and BEGUN.match(read.text[dated[0].span[1] :]):
        told.append(mandarin("只写开工、启动的期限，没有完成期限"))
    return told


def _inside(span: Span, other: Span) -> bool:
    return other[0] <= span[0] and span[1] <= other[1]


def _phrase(text: str, read: ReadText, spans: Sequence[Span]) -> str:
    """The part of a sentence that names its deadline: one mention alone, several with all that stands between them."""
    if not spans:
        return ""
    places = [read.back(span) for span in spans]
    first, last = min(start for start, _ in places), max(end for _, end in places)
    tentative = re.search(r"(?:力争|争取|原则上|预计|拟于|计划于)$", text[:first])
    first = tentative.start() if tentative else first
    if len(places) == 1:
        return text[first:last]
    end = CLAUSE_ENDS.search(text, last)
    return text[first : end.start() if end else len(text)]
