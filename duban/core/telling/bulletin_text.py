"""The text of a bulletin (督查通报): what its coordinator writes around the figures, and all of it as it is filed.

A section that nobody has changed says what the figures propose, whenever they are looked at; one that was typed stays.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from duban.core.deciding.commands import Refused
from duban.core.telling.bulletin_paper import BulletinPaper, LateLine, StandingLine, UnitLine
from duban.core.typed import one_line

SECTIONS: Mapping[str, str] = {"heading": "标题", "opening": "导语", "remarks": "单位点评", "demands": "工作要求"}
"""What a bulletin says besides its figures, by the names of its fields, as people call it."""

NEEDED = ("heading", "opening")
"""Sections that no bulletin goes without."""

LONGEST = 5000
"""Characters that one section takes."""

BulletinText = Mapping[str, str]
"""Sections as they were typed, in lines."""


@dataclass(frozen=True, slots=True)
class BulletinLetter:
    """A bulletin to one of those it is sent to; `link` is the address at which it lies filed, known when it is sent.

    `enclosed` says whether its Word paper goes with it.
    """

    paper: BulletinPaper
    recipient: str
    recipient_title: str
    enclosed: bool
    sequence: int
    link: str = ""


def text_of(paper: BulletinPaper) -> BulletinText:
    """The sections of a bulletin, as they are typed."""
    lines = {name: getattr(paper, name) for name in SECTIONS}
    return {name: said if isinstance(said, str) else "\n".join(said) for name, said in lines.items()}


def worded(paper: BulletinPaper, text: BulletinText) -> BulletinPaper:
    """A bulletin with the sections that were typed; raises Refused for what cannot be one."""
    lines = {name: _lines(said) for name, said in text.items() if name in SECTIONS}
    for name, said in lines.items():
        if name in NEEDED and not said:
            raise Refused("text-missing", f"通报的{SECTIONS[name]}不能空着")
        if len(text[name]) > LONGEST:
            raise Refused("text-too-long", f"通报的{SECTIONS[name]}最多{LONGEST}字，现有{len(text[name])}字")
    told: dict[str, Any] = {name: " ".join(said) if name == "heading" else said for name, said in lines.items()}
    return replace(paper, **told)


def typed(paper: BulletinPaper, text: BulletinText) -> BulletinText:
    """Of sections that came back from a form those that are not what a bulletin says anyway."""
    said = text_of(paper)
    return {name: "\n".join(_lines(text[name])) for name in SECTIONS if name in text and _differs(said, text, name)}


def _differs(said: BulletinText, text: BulletinText, name: str) -> bool:
    return _lines(text[name]) != _lines(said[name])


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line for line in map(one_line, text.splitlines()) if line)


# In a file -----------------------------------------------------------------------------------------------------------


def in_file(text: BulletinText) -> str:
    """Sections as a file to edit: each under its name in 【】."""
    return "\n".join(f"【{SECTIONS[name]}】\n{text[name]}\n" for name in SECTIONS)


def from_file(text: str) -> BulletinText:
    """The sections of such a file; raises Refused for what stands under no name that is known."""
    names, found, under = {f"【{title}】": name for name, title in SECTIONS.items()}, dict[str, list[str]](), ""
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        said = one_line(line)
        if said in names:
            under = names[said]
            found.setdefault(under, [])
        elif said and (not under or (said.startswith("【") and said.endswith("】"))):
            raise Refused(
                "unknown-section", f"第{number}行“{said[:20]}”不在已知的部分之下：请用{'、'.join(names)}分开各部分"
            )
        elif said:
            found[under].append(said)
    return {name: "\n".join(lines) for name, lines in found.items()}


# As it is filed ------------------------------------------------------------------------------------------------------


def filed_text(paper: BulletinPaper) -> str:
    """All that a bulletin says, as plain text: what its digest is taken of."""
    return "\n".join(line for line in _told(paper) if line) + "\n"


def _told(paper: BulletinPaper) -> Iterator[str]:
    yield from (paper.issuer, paper.title, paper.number, paper.replaces and f"（代替{paper.replaces}）", paper.heading)
    yield from paper.opening
    yield "一、总体情况"
    yield from paper.summary
    yield "二、存在问题"
    yield from (late_words(line) for line in paper.late_steps)
    yield from paper.remarks
    yield "三、工作要求"
    yield from paper.demands
    yield from (paper.issuer, paper.date)
    yield "附件1　举措推进情况表"
    yield from (_row(line) for line in (*paper.slow, *paper.others))
    yield "附件2　各单位办理情况表"
    yield from (_row(line) for line in paper.units)


def late_words(line: LateLine) -> str:
    """A late step in words."""
    return f"{line.place}．{line.owner_title}承办的“{line.title}”（{line.initiative}），时限{line.due}，{line.reason}。"


def _row(line: StandingLine | UnitLine) -> str:
    return "\t".join(str(getattr(line, name)) for name in line.__slots__)
