"""Which column means what: the header is found by the words offices use, and read per table, never for a whole office.

The words are those of published 任务分解表. A column whose header speaks of another year (原完成期限) means nothing.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from duban.drafting import words
from duban.drafting.tables import Field, Table, lone, plain, spoken

WITHIN = 25
"""Rows from the top within which a header is looked for."""

FEWEST = 2
"""Columns of a known meaning that make a header."""


class Role(StrEnum):
    """What a column holds."""

    NUMBER = "number"
    SECTION = "section"
    TITLE = "title"
    DETAIL = "detail"
    RESULT = "result"
    LEAD = "lead"
    UNITS = "units"
    SUPPORT = "support"
    SUPERVISOR = "supervisor"
    PERSON = "person"
    DUE = "due"
    REMARK = "remark"
    OTHER = "other"


WORDS = tuple(
    (Role(one["role"]), re.compile(words.filled(one["words"]), re.IGNORECASE)) for one in words.entries("headers")
)
"""The first that fits wins. 责任单位 is lead or support, as there is a 牵头单位 or not."""

LEADING = re.compile(r"\((?:牵头|主办|主责|lead)\)", re.IGNORECASE)
WORDED, UNWORDED = re.compile(r"[A-Za-z][A-Za-z ./&'-]*"), re.compile(r"[^A-Za-z ./&'-]+")
LATIN, CHINESE = re.compile(r"[A-Za-z]"), re.compile(r"[\u4e00-\u9fff]")
NUMERALS = re.compile(r"[(]?(?:\d{1,3}(?:[.-]\d{1,2})*|[一二三四五六七八九十]+|[①-⑳])[)]?[.、]?")
LEVELS = "省市州县区镇"
CHAPTER = re.compile(r"^(?:第?[一二三四五六七八九十]+[、.章部]|\([一二三四五六七八九十]+\))")


@dataclass(frozen=True, slots=True)
class Header:
    """A header: the row below it, and the columns of each role from left to right."""

    below: int
    columns: Mapping[Role, tuple[int, ...]]
    names: tuple[str, ...]
    texts: tuple[str, ...]
    """What the header says of each column, whole."""

    def column(self, role: Role) -> int | None:
        """The first column of that role."""
        return next(iter(self.columns.get(role, ())), None)


def find_header(table: Table) -> Header | None:
    """The header of a table of tasks; None where no row is one."""
    for top, row in enumerate(table.rows[:WITHIN]):
        depth = max((cell.rows for cell in row if cell.text), default=1)
        depth = depth if _begins_here(table, top) else 1
        rows = table.rows[top : top + depth]
        names = tuple(_name([one[column] for one in rows]) for column in range(len(row)))
        roles = [role_of(name) for name in names]
        known = {role for role in roles if role is not None and role is not Role.OTHER}
        if len(known) >= FEWEST and known & {Role.TITLE, Role.DETAIL, Role.RESULT}:
            texts = tuple("".join(dict.fromkeys(plain(one[column].text) for one in rows)) for column in range(len(row)))
            return Header(top + depth, _chosen(table, top + depth, names, roles), names, texts)
    return None


def _begins_here(table: Table, top: int) -> bool:
    """Whether merged cells of this row begin in it."""
    return top == 0 or all(
        cell.place != above.place
        for cell, above in zip(table.rows[top], table.rows[top - 1], strict=True)
        if cell.rows > 1
    )


def _name(cells: Sequence[Field]) -> str:
    """What the lowest row says; what stands above it where that means nothing."""
    texts = [text for text in dict.fromkeys(spoken(cell.text) for cell in cells) if text]
    if not texts:
        return ""
    return texts[-1] if role_of(texts[-1]) else "".join(texts)


def role_of(name: str) -> Role | None:
    """What a header means, by the words of offices; of a bilingual one (完成时限 Deadline) either half says it."""
    name = spoken(name)
    if LEADING.search(name):
        return Role.LEAD
    bare = re.sub(r"\(.*?\)", "", name).strip() or name.strip("()")
    halves = [bare]
    if LATIN.search(bare) and CHINESE.search(bare):
        halves += [
            re.sub(r"[A-Za-z][A-Za-z ./&'-]*", "", bare).strip(" /"),
            re.sub(r"[^A-Za-z ./&'-]+", "", bare).strip(" /"),
        ]
    return next((role for half in halves for role, said in WORDS if half and said.fullmatch(half)), None)


def _chosen(
    table: Table, below: int, names: Sequence[str], roles: Sequence[Role | None]
) -> dict[Role, tuple[int, ...]]:
    """The columns of each role; of several for 省 and 市 those of the lower level alone."""
    found: dict[Role, list[int]] = {}
    for column, role in enumerate(roles):
        if role is not None:
            found.setdefault(role, []).append(column)
    for role in (Role.TITLE, Role.DETAIL, Role.LEAD, Role.SUPPORT, Role.UNITS, Role.DUE):
        if role in found:
            lowest = max(_level(names[column]) for column in found[role])
            found[role] = [column for column in found[role] if _level(names[column]) in (lowest, -1)]
    _title(table, below, found)
    if Role.LEAD in found and Role.UNITS in found:
        people = [column for column in found[Role.UNITS] if re.search("处室|科室|股室", names[column])]
        found.setdefault(Role.PERSON, [])[:0] = people
        found.setdefault(Role.SUPPORT, []).extend(column for column in found[Role.UNITS] if column not in people)
        del found[Role.UNITS]
    return {role: tuple(columns) for role, columns in found.items() if columns}


def _level(name: str) -> int:
    """How low an office the column speaks of; -1 where it does not say."""
    hit = re.match(r"我?([省市州县区镇])", name)
    return LEVELS.index(hit[1]) if hit else -1


def _title(table: Table, below: int, found: dict[Role, list[int]]) -> None:
    """Which column is the task: where one holds the chapters, the next one, or what is done, is."""
    numbers = [column for column in found.get(Role.TITLE, ()) if _numerals(table, below, column)]
    found.setdefault(Role.NUMBER, []).extend(numbers)
    found[Role.TITLE] = [column for column in found.get(Role.TITLE, ()) if column not in numbers]
    candidates = [column for role in (Role.TITLE, Role.DETAIL) for column in found.get(role, ())]
    number = next(iter(found[Role.NUMBER]), None)
    sections = [column for column in candidates if _chapters(table, below, column, number)]
    tasks = [column for column in candidates if column not in sections]
    if not tasks:  # 工作目标 alone
        found[Role.TITLE] = [found[Role.RESULT].pop(0)] if found.get(Role.RESULT) else candidates[:1]
        return
    titles = [column for column in found.get(Role.TITLE, ()) if column in tasks]
    found.setdefault(Role.SECTION, []).extend(sections)
    found[Role.TITLE] = (titles or tasks)[:1]
    found[Role.DETAIL] = [column for column in tasks if column not in found[Role.TITLE]]


def _numerals(table: Table, below: int, column: int) -> bool:
    """Whether a column whose header names the task holds its number alone."""
    texts = [plain(row[column].text) for row in table.rows[below:] if row[column].text and row[column].columns == 1]
    return bool(texts) and sum(bool(NUMERALS.fullmatch(text)) for text in texts) * 2 > len(texts)


def _chapters(table: Table, below: int, column: int, number: int | None) -> bool:
    """Whether a column holds chapters: over several rows with numbers of their own, mostly merged, or numbered so."""
    rows = [row for row in table.rows[below:] if lone(row) is None]
    cells = {row[column].place: row[column] for row in rows if row[column].text and row[column].columns == 1}
    if number is not None and number != column:
        pairs = {(row[column].place, plain(row[number].text)) for row in rows if row[column].rows > 1}
        if len(pairs) > len({place for place, _ in pairs}):
            return True
    counted = Counter(cell.rows > 1 or bool(CHAPTER.match(plain(cell.text))) for cell in cells.values())
    return counted[True] > counted[False]
