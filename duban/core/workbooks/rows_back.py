"""The rows of a workbook that came back: found by headings and keys, wherever and in whatever order they stand."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple
from unicodedata import normalize

from duban.core.workbooks.columns import FILLED, KEY, LEDGER_COLUMNS
from duban.core.workbooks.reading import TypedCell

TITLES: Mapping[str, str] = {column.title: column.id for column in LEDGER_COLUMNS}
NAMES: Mapping[str, str] = {column.id: column.title for column in LEDGER_COLUMNS}


class ReadSheet(NamedTuple):
    """A sheet as it came back: its cells that hold anything, by row and column; a merged value is in all its rows."""

    name: str
    cells: Mapping[tuple[int, int], TypedCell]


class CellNote(NamedTuple):
    """What is to be said of a cell, or of a sheet: where, what kind of thing, what, and what to do about it."""

    address: str
    id: str
    message: str
    remedy: str = ""


class FilledRow(NamedTuple):
    """A row with a key, its cells that hold anything by the ids of their columns, and the columns there are."""

    key: TypedCell
    cells: Mapping[str, TypedCell]
    columns: frozenset[str]


class RowsBack(NamedTuple):
    """All rows with a key; what is wrong with the sheets themselves; what is only worth knowing."""

    rows: tuple[FilledRow, ...]
    problems: tuple[CellNote, ...]
    notes: tuple[CellNote, ...]


def rows_back(sheets: Iterable[ReadSheet]) -> RowsBack:
    """The rows of every sheet that has the headings; other sheets are the office's own."""
    found = [(sheet, head) for sheet in sheets if (head := _heading_row(sheet)) is not None]
    if not found:
        remedy = "请用 duban export xlsx 导出的表填写，保留表头和隐藏的“标识”列"
        return RowsBack((), (CellNote("", "no-account", "没有找到督办台账的表头", remedy),), ())
    rows, problems, notes = list[FilledRow](), list[CellNote](), list[CellNote]()
    for sheet, head in found:
        columns, twice = _columns(sheet, head)
        problems += twice
        missing = [column.title for column in FILLED if column.id not in columns.values()]
        if missing:
            notes.append(CellNote(sheet.name, "no-column", f"表中没有“{'”“'.join(missing)}”列，这些内容不导入"))
        for row in _rows(sheet, head, columns):
            if isinstance(row, FilledRow):
                rows.append(row)
            else:
                problems.append(row)
    return RowsBack(tuple(rows), (*problems, *_repeated(rows)), tuple(notes))


def _heading(cell: TypedCell) -> str:
    return "".join(normalize("NFKC", cell.text).split())


def _heading_row(sheet: ReadSheet) -> int | None:
    heads = sorted(place for place, cell in sheet.cells.items() if _heading(cell) == NAMES[KEY])
    return heads[0][0] if heads else None


def _columns(sheet: ReadSheet, head: int) -> tuple[Mapping[int, str], list[CellNote]]:
    """The columns that are known by their headings; those that stand there twice."""
    columns, twice = dict[int, str](), list[CellNote]()
    for (row, place), cell in sorted(sheet.cells.items()):
        known = TITLES.get(_heading(cell)) if row == head else None
        if known is not None and known in columns.values():
            twice.append(CellNote(cell.address, "column-twice", f"“{NAMES[known]}”列有两列", "删去或者改名其中一列"))
        elif known is not None:
            columns[place] = known
    return columns, twice


def _rows(sheet: ReadSheet, head: int, columns: Mapping[int, str]) -> Iterator[FilledRow | CellNote]:
    lines: dict[int, dict[str, TypedCell]] = {}
    for (row, place), cell in sorted(sheet.cells.items()):
        if row > head and place in columns and (cell.text or cell.fault):
            lines.setdefault(row, {})[columns[place]] = cell
    for cells in lines.values():
        key = cells.get(KEY)
        if key is None:
            filled = [cells[column.id] for column in FILLED if column.id in cells]
            if filled:
                message, remedy = "这一行没有标识，不知是哪一项", "填在导出的行里；新增的任务由督办专员调整计划"
                yield CellNote(filled[0].address, "no-key", message, remedy)
        elif _heading(key) != NAMES[KEY]:  # headings copied to another page
            yield FilledRow(key, cells, frozenset(columns.values()))


def _repeated(rows: Iterable[FilledRow]) -> Iterator[CellNote]:
    first: dict[str, str] = {}
    for row in rows:
        before = first.setdefault(row.key.text, row.key.address)
        if before != row.key.address:
            yield CellNote(row.key.address, "step-twice", f"{row.key.text} 已在 {before} 填写", "两行保留一行")
