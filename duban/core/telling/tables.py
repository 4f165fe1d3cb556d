"""Tables as Markdown and as CSV, made of texts that may be anything."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What spreadsheets take for the beginning of a formula."""

MARKS = {"&": "&amp;", "<": "&lt;", "|": "&#124;", "[": "&#91;", "`": "&#96;", "\n": " "}
"""What Markdown or HTML would take for its own, and what stands for it."""

WORD_JOINER = "\u2060"
"""At which no line breaks; Chinese may break at every character otherwise."""

Row = Sequence[str]
Lines = Sequence[str]


def escape(text: str) -> str:
    """Text that cannot be taken for Markdown or HTML, in one line."""
    for mark, instead in MARKS.items():
        text = text.replace(mark, instead)
    return text


def as_markdown(header: Row, rows: Iterable[Row]) -> str:
    """A table of Markdown."""
    lines = [header, ["---"] * len(header), *([escape(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def of_lines(header: Row, rows: Iterable[Sequence[Lines]]) -> str:
    """A table of Markdown whose cells are of several lines, Markdown themselves; empty ones are left out.

    Headings do not break, so that a column is at least as wide as its heading.
    """
    heads = [WORD_JOINER.join(escape(head)) for head in header]
    lines = [heads, ["---"] * len(heads), *(["<br>".join(filter(None, cell)) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def folded(title: str, told: Sequence[str]) -> Iterator[str]:
    """Lines of Markdown that are read after a click on their title; none where there is nothing to read."""
    if told:
        yield from (f"<details><summary>{escape(title)}</summary>", "", *told, "", "</details>", "")


def as_csv(header: Row, rows: Iterable[Row]) -> str:
    """A table for spreadsheets; the mark at its beginning tells them that it is UTF-8."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row] for row in rows)
    return "\ufeff" + text.getvalue()
