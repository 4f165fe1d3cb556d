"""Tables as offices keep them, read as they show: Excel (.xlsx), Word (.docx), CSV. Bytes in, tables out."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import PurePath
from typing import Any

import docx
from docx.opc.exceptions import OpcError
from docx.table import Table as WordTable
from docx.table import _Cell as WordCell
from lxml.etree import LxmlError
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from duban.adapters.workbooks_back import MOST_UNPACKED, UNREADABLE, unpacked
from duban.core.problems import BadInput, Problem
from duban.core.texts import Text, english
from duban.drafting.tables import Field, Table

ENCODINGS = ("utf-8-sig", "gb18030")
"""How offices save CSV; whatever is not the first is the second."""

DAMAGED = (*UNREADABLE, csv.Error, OpcError, LxmlError)
"""What the readers of tables and documents raise at files that are none."""


def read_file(name: str, content: bytes) -> tuple[Table, ...]:
    """The tables of a file, by the end of its name; raises BadInput."""
    kind = PurePath(name).suffix.lower()
    reader = READERS.get(kind)
    if reader is None:
        raise unreadable(
            name,
            english("this is no table known here"),
            english("save it as one of {kinds}, or a document without a table as .docx or .txt", kinds=list(READERS)),
        )
    try:
        if kind != ".csv" and unpacked(content) > MOST_UNPACKED:
            raise unreadable(
                name, english("what is packed in it is too large"), english("take out pictures and empty sheets")
            )
        return tuple(reader(content))
    except DAMAGED as error:
        message = english("it cannot be read as {kind}: {error}", kind=kind, error=error)
        raise unreadable(name, message, english("save it anew")) from None


def read_text(name: str, content: bytes) -> tuple[str, ...]:
    """The paragraphs of a document (.docx, .txt) outside its tables; raises BadInput."""
    if name.lower().endswith(".txt"):
        text = _decoded(content).replace("\r\n", "\n")
        parted = text.split("\n\n") if "\n\n" in text else text.split("\n")
        return tuple(" ".join(block.split("\n")) for block in parted)
    try:
        return tuple(paragraph.text for paragraph in docx.Document(BytesIO(content)).paragraphs)
    except DAMAGED as error:
        message = english("it cannot be read as {kind}: {error}", kind=".docx", error=error)
        raise unreadable(name, message, english("save it anew")) from None


def unreadable(name: str, message: Text, remedy: Text) -> BadInput:
    """A file that is none of its kind, as an error for people."""
    return BadInput([Problem(name, 0, "unreadable-table", message, remedy)])


def _csv(content: bytes) -> Iterator[Table]:
    """Rows are numbered by records, not by lines."""
    text = _decoded(content)
    dialect = ";" if text.count(";") > text.count(",") else "\t" if text.count("\t") > text.count(",") else ","
    records = list(csv.reader(StringIO(text, newline=""), delimiter=dialect))
    width = max(map(len, records), default=0)
    rows = [[*record, *[""] * (width - len(record))] for record in records]
    yield Table(
        "",
        tuple(
            tuple(Field(f"{get_column_letter(column)}{place}", text) for column, text in enumerate(record, 1))
            for place, record in enumerate(rows, 1)
        ),
    )


def _decoded(content: bytes) -> str:
    """Its text, without the NUL that some programs fill fields with."""
    try:
        text = content.decode(ENCODINGS[0])
    except UnicodeDecodeError:
        text = content.decode(ENCODINGS[1])
    return text.replace("\0", "")


def _workbook(content: bytes) -> Iterator[Table]:
    """Sheets that are not hidden, without hidden columns and rows."""
    book = load_workbook(BytesIO(content), data_only=True)
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    for sheet in sheets:
        yield _sheet(sheet, f"{sheet.title}!" if len(sheets) > 1 and sheet is not sheets[0] else "")


def _sheet(sheet: Worksheet, prefix: str) -> Table:
    merged = _merged(sheet, prefix)
    hidden = {
        column
        for letter, size in sheet.column_dimensions.items()
        if size.hidden
        for column in range(size.min or 0, (size.max or 0) + 1)
    }
    rows = tuple(
        tuple(
            merged.get((place, column)) or Field(f"{prefix}{get_column_letter(column)}{place}", _shown(cell))
            for column, cell in enumerate(row, 1)
            if column not in hidden
        )
        for place, row in enumerate(sheet.iter_rows(), 1)
        if not sheet.row_dimensions[place].hidden
    )
    return Table(sheet.title, rows)


def _merged(sheet: Worksheet, prefix: str) -> dict[tuple[int, int], Field]:
    """Every place of a merged cell, with what its first shows."""
    found = {}
    for block in sheet.merged_cells.ranges:
        first = sheet.cell(block.min_row, block.min_col)
        text, place = _shown(first), f"{prefix}{first.coordinate}"
        rows, columns = block.max_row - block.min_row + 1, block.max_col - block.min_col + 1
        for row in range(block.min_row, block.max_row + 1):
            for column in range(block.min_col, block.max_col + 1):
                address = f"{prefix}{get_column_letter(column)}{row}"
                found[row, column] = Field(address, text, place, rows, columns)
    return found


def _shown(cell: Any) -> str:
    """What the cell shows: days as 2024年6月30日, whole numbers without a point."""
    value = cell.value
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        day_shown = "d" in str(cell.number_format).lower()
        return f"{value.year}年{value.month}月" + (f"{value.day}日" if day_shown else "")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, float) and str(cell.number_format).endswith("%"):
        return f"{value:.0%}"
    return "" if value is None else str(value)


def _document(content: bytes) -> Iterator[Table]:
    """Tables in their order; the text of the document stands beside the first."""
    document = docx.Document(BytesIO(content))
    lines = tuple(text for paragraph in document.paragraphs if (text := paragraph.text.strip()))
    for number, table in enumerate(document.tables, 1):
        yield Table(f"T{number}", _grid(table, number), lines if number == 1 else ())


def _grid(table: WordTable, number: int) -> tuple[tuple[Field, ...], ...]:
    """The cells by rows and grid columns, each merged one with how far it reaches."""
    width = len(table.columns)
    lines = [([None] * row.grid_cols_before + list(row.cells) + [None] * width)[:width] for row in table.rows]
    reach: dict[object, list[tuple[int, int]]] = {}
    for row, line in enumerate(lines, 1):
        for column, cell in enumerate(line, 1):
            reach.setdefault(cell and cell._tc, []).append((row, column))
    return tuple(
        tuple(_word_field(number, (row, column), cell, reach) for column, cell in enumerate(line, 1))
        for row, line in enumerate(lines, 1)
    )


def _word_field(
    number: int, at: tuple[int, int], cell: WordCell | None, reach: Mapping[object, Sequence[tuple[int, int]]]
) -> Field:
    def address(place: tuple[int, int]) -> str:
        return f"T{number}R{place[0]}C{place[1]}"

    if cell is None:
        return Field(address(at))
    places = reach[cell._tc]
    if len(places) == 1:
        return Field(address(at), cell.text)
    (top, left), (bottom, right) = places[0], places[-1]
    return Field(address(at), cell.text, address((top, left)), bottom - top + 1, right - left + 1)


READERS: Mapping[str, Callable[[bytes], Iterator[Table]]] = {".xlsx": _workbook, ".docx": _document, ".csv": _csv}
