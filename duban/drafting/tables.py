"""A table as people see it: rows of cells with their addresses and merges, hidden columns left out."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

BLANKS = re.compile(r"[\s\u3000\u200b\ufeff]+")
GAPS = re.compile(
    r"(?<=[A-Za-z]) (?=[A-Za-z0-9(‘“'\"&–-])|(?<=[0-9,.;:)’”'\"&%!?–-]) (?=[A-Za-z&(])|(?<=[A-Za-z0-9]) (?=[–—-] )"
)
"""Blanks that part words: all others in a cell of Chinese are layout."""


@dataclass(frozen=True, slots=True)
class Field:
    """A cell: its address and what it shows. Of a merged one `first` is the address of its first cell, `rows` and
    `columns` how many it covers."""

    address: str
    text: str = ""
    first: str = ""
    rows: int = 1
    columns: int = 1

    @property
    def place(self) -> str:
        """Where a person finds what it shows."""
        return self.first or self.address


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet, or one table of a document: rows of one length. `beside` are the lines of text around it."""

    name: str
    rows: tuple[tuple[Field, ...], ...]
    beside: tuple[str, ...] = ()


def compact(text: str) -> str:
    """Without blanks and line breaks."""
    return BLANKS.sub("", text)


def worded(text: str) -> str:
    """As `compact`, but with one blank between words of Latin letters, as titles in English need it."""
    return GAPS.sub("\0", BLANKS.sub(" ", text).strip()).replace(" ", "").replace("\0", " ")


def plain(text: str) -> str:
    """As `compact`, with full-width letters, digits and brackets as half-width ones: for comparing alone."""
    return unicodedata.normalize("NFKC", compact(text))


def spoken(text: str) -> str:
    """As `plain`, with the blanks between words of Latin letters."""
    return unicodedata.normalize("NFKC", worded(text))


def shown(row: Sequence[Field]) -> list[Field]:
    """The cells of a row that show something, each merged one once, from left to right."""
    first: dict[str, Field] = {}
    for cell in row:
        first.setdefault(cell.place, cell)
    return [cell for cell in first.values() if compact(cell.text)]


def lone(row: Sequence[Field]) -> Field | None:
    """The one cell that a row shows, merged over others or with empty ones beside it; else None."""
    cells = shown(row)
    return cells[0] if len(cells) == 1 else None
