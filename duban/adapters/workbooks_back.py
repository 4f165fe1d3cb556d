"""Workbooks that come back (.xlsx): their cells as values, whatever program saved them. No file is touched."""

import warnings
from collections.abc import Iterator
from io import BytesIO
from zipfile import BadZipFile, ZipFile
from zlib import error as Damaged

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from duban.core.problems import BadInput, Problem
from duban.core.texts import Text, mandarin
from duban.core.workbooks.reading import ERROR, FORMULA, TypedCell
from duban.core.workbooks.rows_back import ReadSheet

MOST_BYTES, MOST_UNPACKED = 20 * 2**20, 48 * 2**20
"""Bytes of a file, and of what is packed in it, that are read at most: as cells they take twenty times as much."""

UNREADABLE = (
    BadZipFile,
    Damaged,
    NotImplementedError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    OSError,
    SyntaxError,
)
"""What openpyxl raises at files that are none."""

REMEDY = mandarin("请另存为“Excel 工作簿（.xlsx）”，不加密，再导入")


def sheets_of(data: bytes, name: str) -> tuple[ReadSheet, ...]:
    """The sheets of a workbook, in their order; raises BadInput for what is none. `name` is what the file is called."""
    if len(data) > MOST_BYTES:
        raise _bad(
            name,
            mandarin("文件有{size:.0f}兆，最多{most}兆", size=len(data) / 2**20, most=MOST_BYTES // 2**20),
            mandarin("删去图片和无关的工作表"),
        )
    try:
        if unpacked(data) > MOST_UNPACKED:
            raise _bad(name, mandarin("文件展开后过大"), mandarin("删去无关的行、列和工作表"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what it leaves out: pictures, new kinds of rules
            book = load_workbook(BytesIO(data))
    except UNREADABLE:
        raise _bad(name, mandarin("不是能读的 .xlsx 文件"), REMEDY) from None
    return tuple(ReadSheet(page.title, dict(_cells(page))) for page in book.worksheets)


def unpacked(data: bytes) -> int:
    """Bytes of what is packed in a file of an office program; raises BadZipFile for none."""
    try:
        with ZipFile(BytesIO(data)) as packed:
            return sum(one.file_size for one in packed.infolist())
    except NotImplementedError as error:  # a version of packing that nobody writes: bytes have been changed
        raise BadZipFile(str(error)) from None


def _bad(name: str, message: Text, remedy: Text) -> BadInput:
    return BadInput([Problem(name, 0, "not-a-workbook", message, remedy)])


def _cells(page: Worksheet) -> Iterator[tuple[tuple[int, int], TypedCell]]:
    """The cells that hold anything; what is merged downwards is in every row, what is merged across in one column."""
    found = {place: cell for place, cell in page._cells.items() if isinstance(cell, Cell) and cell.value is not None}
    last = max((row for row, _ in found), default=0)
    for (row, column), cell in found.items():
        yield (row, column), _typed(page, cell, row)
    for merged in page.merged_cells.ranges:
        first = found.get((merged.min_row, merged.min_col))
        if first is not None:
            for row in range(merged.min_row + 1, min(merged.max_row, last) + 1):
                yield (row, merged.min_col), _typed(page, first, row)


def _typed(page: Worksheet, cell: Cell, row: int) -> TypedCell:
    fault = {"f": FORMULA, "e": ERROR}.get(cell.data_type, "")
    return TypedCell(f"{page.title}!{cell.column_letter}{row}", cell.value, "%" in str(cell.number_format), fault)
