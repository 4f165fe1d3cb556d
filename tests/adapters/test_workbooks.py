"""Workbooks as openpyxl, and so an office program, finds them: headings, filters, dates, print set-up, what is text."""

from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from duban.adapters.workbooks import workbook
from duban.core.workbooks.columns import DataSheet, Holds, TableColumn, TableRow

COLUMNS = (
    TableColumn("key", "标识", 10),
    TableColumn("step", "事项", 20),
    TableColumn("due", "完成时限", 15, Holds.DAY),
    TableColumn("light", "灯色", 10, Holds.LIGHT),
    TableColumn("progress", "百分比", 8, Holds.PERCENT, "填百分比"),
    TableColumn("said", "进展", 30, Holds.TEXT, "填进展"),
)


def written(*rows: TableRow, **said: Any) -> Any:
    given = {"hidden": frozenset({"key"}), "still": 2, **said}
    return load_workbook(BytesIO(workbook([DataSheet("台账", "某局台账", "怎样填写", COLUMNS, rows, **given)])))


def row(open_: str = "", **cells: Any) -> TableRow:
    return TableRow(cells, frozenset(open_.split()))


def test_it_has_a_title_headings_that_stay_filters_and_widths() -> None:
    page = written(row(step="起草"), row(step="印发"))["台账"]
    assert (page["B1"].value, page["B2"].value) == ("某局台账", "怎样填写")
    assert [cell.value for cell in page[3]] == [column.title for column in COLUMNS]
    assert (page.freeze_panes, page.auto_filter.ref) == ("C4", "A3:F5")
    assert page.column_dimensions["B"].width == 20
    assert page.column_dimensions["A"].hidden
    assert not page.column_dimensions["B"].hidden


def test_it_prints_on_landscape_pages_as_wide_as_the_paper_with_the_headings_on_each() -> None:
    page = written(row(step="起草"))["台账"]
    assert (page.page_setup.orientation, page.page_setup.fitToWidth, page.page_setup.fitToHeight) == ("landscape", 1, 0)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.print_title_rows == "$3:$3"
    assert page.oddFooter.center.text == "第 &P 页，共 &N 页"


def test_days_are_days_in_a_chinese_format_and_provisional_ones_are_marked() -> None:
    page = written(row(due=date(2024, 6, 7)), row(due=date(2027, 6, 7)), provisional=frozenset({2027}))["台账"]
    assert page["C4"].value == datetime(2024, 6, 7)  # noqa: DTZ001  cells know no zone
    assert (page["C4"].is_date, page["C5"].is_date) == (True, True)
    assert page["C4"].number_format == 'yyyy"年"m"月"d"日"'
    assert page["C5"].number_format == 'yyyy"年"m"月"d"日（暂定）"' or "暂定" in page["C5"].number_format


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", '=HYPERLINK("http://x")', "\t=1", "＝1"])
def test_a_text_is_never_a_formula_whatever_it_begins_with(text: str) -> None:
    cell = written(row(step=text))["台账"]["B4"]
    assert (cell.data_type, cell.value) == ("s", text.strip())
    assert cell.quotePrefix, "nor does it become one when it is edited"


def test_a_percentage_is_a_number_that_is_shown_as_one() -> None:
    cell = written(row(progress=40))["台账"]["E4"]
    assert (cell.value, cell.number_format) == (0.4, "0%")


@pytest.mark.parametrize(
    ("light", "ground"), [("● 绿灯", "1A7F37"), ("▲ 黄灯", "FFD33D"), ("◆ 橙灯", "F08C00"), ("■ 红灯", "C92A2A")]
)
def test_a_light_is_coloured_as_its_shape_says(light: str, ground: str) -> None:
    assert written(row(light=light))["台账"]["D4"].fill.fgColor.rgb == f"00{ground}"


def test_what_may_be_filled_in_is_coloured_and_guarded_and_the_rest_takes_nothing() -> None:
    page = written(row("progress said"), row("said"), row())["台账"]
    rules = {rule.type: str(rule.sqref) for rule in page.data_validations.dataValidation}
    assert rules["decimal"] == "E4"
    assert rules["textLength"] == "F4:F5"
    refused = set(rules["custom"].split())
    assert {"E5:E6", "F6", "B4:B6", "A4:A6"} <= refused
    assert page["E4"].fill.fgColor.rgb != page["E5"].fill.fgColor.rgb
    (asked,) = [rule for rule in page.data_validations.dataValidation if rule.type == "decimal"]
    assert (asked.promptTitle, asked.prompt, asked.showErrorMessage) == ("百分比", "填百分比", True)


def test_a_sheet_in_which_nothing_is_filled_in_is_not_guarded() -> None:
    sheet = DataSheet("表", "表", "", COLUMNS[:2], (row(step="起草"),))
    page = load_workbook(BytesIO(workbook([sheet])))["表"]
    assert page.data_validations.dataValidation == []


def test_an_empty_sheet_can_be_opened() -> None:
    assert written()["台账"].max_row == 3


def test_a_row_is_as_high_as_its_longest_text() -> None:
    page = written(row(step="起草"), row(step="起草" * 15, said="一\n二"), row(said="字" * 2000))["台账"]
    assert [page.row_dimensions[number].height for number in (4, 5, 6)] == [15, 60, 390]
