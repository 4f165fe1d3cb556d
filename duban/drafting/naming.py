"""The units that a cell names, in its order, and who of them it says leads.

甲牵头，乙、丙配合 · 甲（牵头）、乙 · 牵头单位：甲 配合单位：乙 · 甲会同乙 · 1.甲 2.乙 · 甲及各科室按职责分工负责.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from duban.drafting import words
from duban.drafting.tables import compact, worded

LEAD, SUPPORT, RESPONSIBLE = "lead", "support", "responsible"


def _any(*keys: str) -> str:
    return "|".join(f"(?:{word})" for key in keys for word in words.listed("units", key))


ENDS = _any("ends")[3:-1]
NOUN = f"(?:{_any('noun')})?"
BRACKETS = re.compile(r"[（(《][^（）()《》]*[）)》]")
MARKS = re.compile(rf"[（(](?P<mark>{_any(LEAD, SUPPORT)}){NOUN}[）)]|(?P<star>[*＊★])", re.IGNORECASE)
DUTIES = re.compile(rf"[（(][^（）()]*(?:{_any('duties')})[^（）()]*[）)]|(?:{_any('duties')})")
LABEL = re.compile(
    rf"(?:^|(?<=[\s,，;；。、]))(?P<label>{_any(LEAD, SUPPORT, RESPONSIBLE, 'label')}){NOUN}"
    "(?:[:：]|为(?=[\u4e00-\u9fff]))",
    re.IGNORECASE,
)
JOINED = re.compile(rf"(?<=[{ENDS}])(?:{_any('joined')})(?=[\u4e00-\u9fff]{{2}})")
SUFFIX = re.compile(rf"(?P<role>{_any(LEAD, SUPPORT, RESPONSIBLE)})$")
NUMBERING = re.compile(r"(?:^|(?<=[\s、,，;；]))[（(]?\d{1,2}[）).、．](?=\D)|[①-⑳]")
PARTS = re.compile(
    r"[、,，;；/\\\n+＋](?:\s*and\s+)?"
    r"|\s+(?=各)|(?<=[\u4e00-\u9fff])(?:以?及)(?=各|有关|相关|其他|局属|所属|下属|直属|委属|院属)"
    rf"|(?<=[{ENDS}）)])(?:和|与|以?及|[\s\u3000]+)(?=[\u4e00-\u9fff]{{2}})"
)
BROKEN = re.compile(r"(?<=[和与及、，,])\s*\n\s*|(?<=[和与及])[\s\u3000]+")
NOBODY = re.compile(r"^(?:[-—–―/无]*|n/?a|none|nil)$", re.IGNORECASE)
OPEN = re.compile(r"等(?=.+)")
GENERIC = re.compile(rf"^(?:{_any('generic')})$")
LEFT_OPEN = re.compile(
    rf"[^、,，;；\n]等(?:{_any('generic')})?(?:{_any(LEAD, SUPPORT, RESPONSIBLE)})?(?:$|[、,，;；。\n])|\betc\.?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Named:
    """Who a cell names: those it says lead, and the others in its order."""

    leads: tuple[str, ...]
    others: tuple[str, ...]


def read_units(text: str) -> Named:
    """The units of a cell, which may say itself who leads."""
    groups = [] if NOBODY.match(text.strip()) else list(_groups(text))
    clear = {role for role, _ in groups}
    first = LEAD if LEAD in clear else RESPONSIBLE if SUPPORT in clear and RESPONSIBLE in clear else ""
    leads = dict.fromkeys(name for role, names in groups if first and role == first for name in names)
    others = dict.fromkeys(name for _, names in groups for name in names if name not in leads)
    return Named(tuple(leads), tuple(others))


def split_units(text: str) -> tuple[str, ...]:
    """The units a cell names, in its order, without blanks, 等 and 按职责分工."""
    named = read_units(text)
    return tuple(dict.fromkeys((*named.leads, *named.others)))


def left_open(text: str) -> bool:
    """Whether a list of units ends in 等, with nobody named behind it."""
    return bool(LEFT_OPEN.search(DUTIES.sub("", worded(text) if text.isascii() else compact(text))))


def _groups(text: str) -> Iterator[tuple[str, list[str]]]:
    """The units in their order by what the cell says of them: lead, support, responsible, or nothing."""
    text = NUMBERING.sub("、", BROKEN.sub("", text.strip()))
    labels = list(LABEL.finditer(text))
    yield from _marked(text[: labels[0].start()] if labels else text)
    for label, after in zip_longest(labels, labels[1:]):
        names = [name for _, found in _marked(text[label.end() : after.start() if after else None]) for name in found]
        yield _role(label["label"]), names


def _role(word: str) -> str:
    """The role a word tells."""
    return next((role for role in (LEAD, SUPPORT, RESPONSIBLE) if re.fullmatch(_any(role), word, re.IGNORECASE)), "")


def _marked(text: str) -> Iterator[tuple[str, list[str]]]:
    """Units with the role that stands behind one in brackets, or behind the last of several."""
    group = list[str]()
    for part in _parts(text):
        role, name = "", part
        if mark := MARKS.search(part):
            yield "", group
            yield _role(mark["mark"]) if mark["mark"] else LEAD, list(_names(MARKS.sub("", part)))
            group = []
            continue
        if suffix := SUFFIX.search(name):
            role, name = _role(suffix["role"]), name[: suffix.start()]
        group += _names(name.removeprefix("由"))
        if role:
            yield role, group
            group = []
    yield "", group


def _parts(text: str) -> Iterator[str]:
    """The cell in parts, none of them within brackets; who is joined to a lead supports it."""
    text = JOINED.sub("牵头、", DUTIES.sub("", text))
    text = MARKS.sub(lambda hit: f"{hit[0]}、", text)
    kept = BRACKETS.findall(text)
    for part in PARTS.split(BRACKETS.sub("\0", text)):
        yield re.sub("\0", lambda _: kept.pop(0), part)


def _names(part: str) -> Iterator[str]:
    name = worded(part).strip("。.：: ")
    name = re.sub(r"\s*\betc$", "", name)
    name = name.removesuffix("等") or name
    named, _, others = name.partition("等") if OPEN.search(name) else (name, "", "")
    for one in (named, others):
        if one and not NOBODY.match(one) and not GENERIC.match(one):
            yield one
