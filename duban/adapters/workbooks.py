"""Workbooks (.xlsx): sheets of the core written as offices print and fill them in. Bytes out; no file is touched."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from datetime import date
from io import BytesIO
from itertools import groupby
from math import ceil
from typing import NamedTuple, cast
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from duban.core.planning.when import LONGEST
from duban.core.typed import one_line
from duban.core.workbooks.columns import YES, CellValue, DataSheet, Holds, TableColumn, TableRow

TITLE, NOTE, HEADER = 1, 2, 3
"""Rows: what the sheet is, how it is used, the headings; the data follow."""

DAY = 'yyyy"年"m"月"d"日"'
FORMATS = {Holds.PERCENT: "0%", Holds.DAY: DAY, Holds.COUNT: "0", Holds.NUMBER: "General"}
PROVISIONAL = f'{DAY}"（暂定）"'
TEXT = "@"

THIN = Side(style="thin", color="BFBFBF")
GRID = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
HEAD = PatternFill("solid", fgColor="D9E2EC")
TO_FILL = PatternFill("solid", fgColor="FFF8DC")
LIGHTS = {
    "●": ("1A7F37", "FFFFFF"),
    "▲": ("FFD33D", "1F1F1F"),
    "◆": ("F08C00", "1F1F1F"),
    "■": ("C92A2A", "FFFFFF"),
    "○": ("F2F2F2", "57606A"),
}
"""Ground and letters by the shape of a light: readable on paper without colour, and by the colour-blind."""

RULES: Mapping[Holds, Callable[[], DataValidation]] = {
    Holds.YES: lambda: DataValidation(type="list", formula1=f'"{YES}"'),
    Holds.PERCENT: lambda: DataValidation(type="decimal", operator="between", formula1="0", formula2="1"),
    Holds.COUNT: lambda: DataValidation(type="whole", operator="between", formula1="0", formula2=str(LONGEST)),
    Holds.NUMBER: lambda: DataValidation(type="decimal", operator="between", formula1="-1E+15", formula2="1E+15"),
    Holds.DAY: lambda: DataValidation(type="date", operator="greaterThan", formula1="36526"),
    Holds.TEXT: lambda: DataValidation(type="textLength", operator="lessThanOrEqual", formula1="2000"),
}
"""What a program refuses at once in a cell that is filled in."""

A3 = 8
"""How workbooks call the paper on which tables of so many columns can be read."""

LINE, MOST_LINES = 15.0, 26
"""Points of a line; the most of them that programs allow a row."""

LONGEST_NAME = 31
"""Characters of a sheet's name."""


def workbook(sheets: Iterable[DataSheet]) -> bytes:
    """A workbook of these sheets, in their order."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        _lay_out(book.create_sheet(sheet.name[:LONGEST_NAME]), sheet)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def list_workbook(name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A workbook of one list, each column as wide as what stands in it, within reason; lights in their colours."""
    columns = tuple(
        TableColumn(
            str(place), title, _fitting([title, *(row[place] for row in rows)]), _holds(row[place] for row in rows)
        )
        for place, title in enumerate(header)
    )
    lines = tuple(TableRow({str(place): cell for place, cell in enumerate(row)}) for row in rows)
    return workbook([DataSheet(name, name, "", columns, lines)])


NARROWEST, WIDEST = 6, 48


def _fitting(texts: Iterable[str]) -> int:
    return min(WIDEST, max(NARROWEST, *(_width(text) + 2 for text in texts)))


def _holds(texts: Iterable[str]) -> Holds:
    found = {text[:1] for text in texts}
    return Holds.LIGHT if found and found <= LIGHTS.keys() else Holds.TEXT


def _width(text: str) -> int:
    """How wide a text is; a Chinese character is as wide as two Latin letters."""
    return sum(2 if east_asian_width(one) in "WFA" else 1 for one in text)


def _lay_out(page: Worksheet, sheet: DataSheet) -> None:
    _head(page, sheet)
    worn: dict[_Look, StyleArray] = {}
    for number, row in enumerate(sheet.rows, start=HEADER + 1):
        for place, column in enumerate(sheet.columns, start=1):
            cell = _cell(page, number, place)
            look = _write(cell, column, row.cells.get(column.id), sheet.provisional)
            _dress(cell, look._replace(open=column.id in row.open), worn)
        page.row_dimensions[number].height = _height(sheet, row)
    _guard(page, sheet)
    _set_up(page, sheet)


def _height(sheet: DataSheet, row: TableRow) -> float:
    """The height at which all of a row is read: not every program finds it by itself."""
    seen = [column for column in sheet.columns if column.id not in sheet.hidden]
    return LINE * min(MOST_LINES, max(_lines(row.cells.get(column.id), column.width) for column in seen))


def _lines(value: CellValue, width: int) -> int:
    """The lines a text takes in a column."""
    if not isinstance(value, str):
        return 1
    return sum(max(1, ceil(_width(line) / (width - 1))) for line in value.split("\n"))


def _head(page: Worksheet, sheet: DataSheet) -> None:
    first = next(place for place, column in enumerate(sheet.columns, start=1) if column.id not in sheet.hidden)
    for number, text, font in ((TITLE, sheet.title, Font(size=16, bold=True)), (NOTE, sheet.note, Font(size=10))):
        cell = _cell(page, number, first)
        _put(cell, text)
        cell.font = font
        cell.alignment = Alignment(horizontal="center" if number == TITLE else "left", vertical="center")
        page.merge_cells(start_row=number, end_row=number, start_column=first, end_column=len(sheet.columns))
    for place, column in enumerate(sheet.columns, start=1):
        cell = _cell(page, HEADER, place)
        _put(cell, column.title)
        cell.font, cell.border, cell.fill = Font(bold=True), GRID, TO_FILL if column.asks else HEAD
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        about = page.column_dimensions[get_column_letter(place)]
        about.width, about.hidden = column.width, column.id in sheet.hidden


def _cell(page: Worksheet, row: int, column: int) -> Cell:
    return cast("Cell", page.cell(row, column))  # what is merged is merged after it is written


class _Look(NamedTuple):
    """How a cell is to look: its format, whether a text stays one in it, its colours, whether it may be filled in."""

    form: str
    text: bool = False
    colours: tuple[str, str] | None = None
    open: bool = False


def _write(cell: Cell, column: TableColumn, value: CellValue, provisional: frozenset[int]) -> _Look:
    """Write a value; how its cell is to look."""
    look = _Look(FORMATS.get(column.holds, TEXT))
    if value is None:
        return look
    if isinstance(value, str):
        _put(cell, value)
        look = look._replace(text=bool(value))
    elif isinstance(value, date):
        look = _Look(PROVISIONAL if value.year in provisional else DAY)
        cell.number_format = look.form  # else openpyxl gives it one of its own
        cell.value = value
    else:
        cell.value = value / 100 if column.holds is Holds.PERCENT else value
    return look._replace(colours=LIGHTS.get(str(value)[:1])) if column.holds is Holds.LIGHT else look


def _dress(cell: Cell, look: _Look, worn: dict[_Look, StyleArray]) -> None:
    """Give a cell its look: as `worn` by one before it, for to look a style up takes longer than all else."""
    if look not in worn:
        cell.border, cell.alignment = GRID, Alignment(vertical="center", wrap_text=True)
        cell.number_format = look.form
        if look.colours:
            ground, letters = look.colours
            cell.fill, cell.font = PatternFill("solid", fgColor=ground), Font(color=letters, bold=True)
        if look.open:
            cell.fill = TO_FILL
        worn[look] = cell._style  # type: ignore[attr-defined]  # openpyxl has no other way to share one
    cell._style = copy(worn[look])  # type: ignore[attr-defined]  # as above


def _put(cell: Cell, text: str) -> None:
    """Write a text that stays one, whatever it begins with and whoever opens the cell to edit it."""
    if not text:
        return
    cell.value = "\n".join(map(one_line, text.split("\n")))
    cell.data_type = "s"  # where it begins as a formula does, openpyxl would take it for one
    cell.quotePrefix = True  # and so would an office program, once it is edited


def _guard(page: Worksheet, sheet: DataSheet) -> None:
    """Have programs refuse what cannot be filled in, and say what can; what is ours takes nothing at all."""
    asked = [column for column in sheet.columns if column.asks]
    if not asked:
        return
    ours = DataValidation(type="custom", formula1="FALSE", allow_blank=False)
    ours.errorTitle, ours.error = "由系统填写", "这一格由系统填写，请勿改动；情况写在“进展”，申请延期写在“申请延期至”。"
    closed = list[str]()
    for place, column in enumerate(sheet.columns, start=1):
        runs = list(_runs(sheet, place, column))
        closed += [cells for filled, cells in runs if not filled]
        if where := " ".join(cells for filled, cells in runs if filled):
            page.add_data_validation(_asking(column, where))
    if closed:
        ours.sqref = MultiCellRange(" ".join(closed))
        page.add_data_validation(ours)


def _runs(sheet: DataSheet, place: int, column: TableColumn) -> Iterator[tuple[bool, str]]:
    """The cells of a column as ranges, each with whether it may be filled in."""
    letter, number = get_column_letter(place), HEADER + 1
    for filled, rows in groupby(sheet.rows, key=lambda row: column.id in row.open):
        count = sum(1 for _ in rows)
        yield filled, f"{letter}{number}:{letter}{number + count - 1}"
        number += count


def _asking(column: TableColumn, where: str) -> DataValidation:
    rule = RULES[column.holds]()
    rule.sqref, rule.allow_blank = MultiCellRange(where), True
    rule.promptTitle, rule.prompt, rule.showInputMessage = column.title, column.asks, True
    rule.errorTitle, rule.error, rule.showErrorMessage = f"{column.title}填写有误", column.asks, True
    return rule


def _set_up(page: Worksheet, sheet: DataSheet) -> None:
    """How it is looked at and printed: headings in sight and on every page, landscape, as wide as the paper."""
    last = HEADER + max(len(sheet.rows), 1)
    page.auto_filter.ref = f"A{HEADER}:{get_column_letter(len(sheet.columns))}{last}"
    page.freeze_panes = f"{get_column_letter(sheet.still + 1)}{HEADER + 1}"
    page.row_dimensions[TITLE].height, page.row_dimensions[HEADER].height = 30, 32
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", A3
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = f"{HEADER}:{HEADER}"
    page.page_margins.left = page.page_margins.right = 0.4
    cast("HeaderFooterItem", page.oddFooter).center = _HeaderFooterPart("第 &P 页，共 &N 页")
    page.print_options.horizontalCentered = True
