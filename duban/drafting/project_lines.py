"""The lines of a project's table: which columns mean what, and how tasks stand below one another."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from duban.core.texts import Text, english
from duban.drafting import words
from duban.drafting.links import Link
from duban.drafting.tables import Field, Table, compact, plain, worded

MOST_TASKS = 5000
WITHIN = 15
"""Rows from the top within which a header is looked for."""

HEADERS = {key: words.expression("project", key) for key in words.keys("project")}
DOTTED = re.compile(r"\d+(?:\.\d+)*")


class TooMuch(ValueError):
    """More tasks or links than a plan can hold."""

    def __init__(self, message: Text) -> None:
        self.message = message
        super().__init__(message)


@dataclass(slots=True, eq=False)
class Line:
    """One task as its line says it; `texts` by the meaning of the column."""

    place: int
    row: Mapping[str, Field]
    title: str
    level: int
    above: "Line | None" = None
    parts: "list[Line]" = field(default_factory=list)
    links: tuple[Link, ...] = ()
    id: str = ""

    def text(self, key: str) -> str:
        """What a column says of it, without blanks."""
        return compact(self.row[key].text) if key in self.row else ""

    def cell(self, key: str = "title") -> str:
        """Where that stands; the cell of its title where there is no such column."""
        return self.row[key].place if key in self.row else self.row["title"].place

    def leaves(self) -> "Iterator[Line]":
        """The tasks below it that have none below them; itself where that is so."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()


def find_project(table: Table) -> tuple[int, dict[str, int]] | None:
    """The first row of tasks and the columns by their meaning; None for a table that names no predecessors."""
    for top, row in enumerate(table.rows[:WITHIN]):
        columns: dict[str, int] = {}
        for place, cell in enumerate(row):
            name = plain(cell.text).lower()
            key = next((one for one, said in HEADERS.items() if name and said.fullmatch(name)), None)
            if key:
                columns.setdefault(key, place)
        if {"title", "links"} <= columns.keys():
            return top + 1, columns
    return None


def nested(rows: Sequence[Mapping[str, Field]]) -> Iterator[Line]:
    """The lines, each below the last one of a lower level before it; raises TooMuch."""
    if len(rows) > MOST_TASKS:
        raise TooMuch(english("it has more than {count} tasks", count=MOST_TASKS))
    open_lines: list[Line] = []
    for place, row in enumerate(rows, 1):
        line = Line(place, row, worded(row["title"].text), _level(row))
        while open_lines and open_lines[-1].level >= line.level:
            open_lines.pop()
        if open_lines:
            line.above = open_lines[-1]
            line.above.parts.append(line)
        open_lines.append(line)
        yield line


def _level(row: Mapping[str, Field]) -> int:
    """How deep a task stands: as said, else by the dots of its number, else by the blanks before its name."""
    level = plain(row["level"].text) if "level" in row else ""
    if level.isdigit():
        return int(level)
    number = plain(row["wbs"].text) if "wbs" in row else ""
    if DOTTED.fullmatch(number):
        return number.count(".") + 1
    text = row["title"].text
    return len(text) - len(text.lstrip(" \u3000\t"))
