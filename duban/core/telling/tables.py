"""Tables as Markdown and as CSV, made of texts that may be anything."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from duban.core.typed import one_line

FORMULA = tuple("=+-@＝＋－＠")
"""What spreadsheets take for the beginning of a formula."""

MARKS = {"&": "&amp;", "<": "&lt;"} | {mark: f"&#{ord(mark)};" for mark in "|[]`*_~\\"}
"""What Markdown or HTML would take for its own wherever it stands, and what stands for it."""

OPENING = re.compile(r"[#>]|[+-](?=[\s+-]|$)|=(?==*$)|\d+[.)](?=\s|$)")
"""What Markdown takes for a heading, a quotation, a rule or a list where it begins a line."""

ADDRESS = re.compile(r"(?<=\w):(?=//)|(?<=www)\.|(?<=[\w.+-])@(?=[\w-])", re.IGNORECASE)
"""The character by which an address is known, of which Markdown would make a link; entities do not prevent that."""

WORD_JOINER = "\u2060"
"""At which no line breaks; Chinese may break at every character otherwise."""

Cells = Sequence[str]
Lines = Sequence[str]


def escape(text: str) -> str:
    """Text that cannot be taken for Markdown or HTML, in one line."""
    line = ADDRESS.sub(_widened, one_line(text))
    opening = OPENING.match(line)
    escaped = "".join(MARKS.get(mark, mark) for mark in line)
    return f"{escaped[: opening.end() - 1]}&#{ord(opening[0][-1])};{escaped[opening.end() :]}" if opening else escaped


def _widened(found: re.Match[str]) -> str:
    """The wide form of a character, as people write it in Chinese."""
    return chr(ord(found[0]) + 0xFEE0)


def as_markdown(header: Cells, rows: Iterable[Cells]) -> str:
    """A table of Markdown."""
    lines = [header, ["---"] * len(header), *([escape(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def of_lines(header: Cells, rows: Iterable[Sequence[Lines]]) -> str:
    """A table of Markdown whose cells are of several lines, Markdown themselves; empty ones are left out.

    Headings are our own words and do not break, so that a column is at least as wide as its heading.
    """
    heads = [WORD_JOINER.join(head) for head in header]
    lines = [heads, ["---"] * len(heads), *(["<br>".join(filter(None, cell)) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def folded(title: str, told: Sequence[str]) -> Iterator[str]:
    """Lines of Markdown that are read after a click on their title; none where there is nothing to read."""
    if told:
        yield from (f"<details><summary>{escape(title)}</summary>", "", *told, "", "</details>", "")


def as_csv(header: Cells, rows: Iterable[Cells]) -> str:
    """A table for spreadsheets; the mark at its beginning tells them that it is UTF-8."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(map(_as_text, row) for row in rows)
    return "\ufeff" + text.getvalue()


def _as_text(cell: str) -> str:
    """A cell that no spreadsheet computes."""
    line = one_line(cell)
    return f"'{line}" if line.startswith(FORMULA) else line
