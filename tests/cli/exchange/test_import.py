"""`duban import xlsx`: what an office filled in becomes what its people would have done, once, and only when wanted."""

import os
import random
import shutil
import subprocess
import sys
from copy import copy
from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils import get_column_letter

from tests.cli.conftest import Bureau
from tests.cli.exchange.filling import HEAD, SHEET, Table, entries, head

DRAFT, ATTENDANCE, LECTURE = "cosmetics/draft", "training/attendance", "training/lecture"
NOTHING = "表中没有新的内容，台账没有变动"


@pytest.fixture
def begun(bureau: Bureau) -> Bureau:
    bureau.tick()
    return bureau


@pytest.fixture
def used(begun: Bureau) -> Bureau:
    """With something in every cell that is filled in."""
    begun.ok("report", DRAFT, "--as", "protection-officer", "--progress", "57", "--remaining", "4", "--note", "=初稿")
    begun.ok("extend", DRAFT, "--as", "protection-officer", "--to", "2024-04-19", "--reason", "-等批复")
    begun.ok("report", ATTENDANCE, "--as", "service-officer", "--value", "37.5", "--note", "@两期\n合计")
    return begun


# Nothing was changed -------------------------------------------------------------------------------------------------


def test_an_unedited_round_trip_changes_nothing_and_says_so(used: Bureau) -> None:
    before = head(used)
    assert Table(used).take("--yes").strip() == NOTHING
    assert Table(used).save().take("--yes").strip() == NOTHING, "saved again by openpyxl"
    assert Table(used, "--fold").take("--yes").strip() == NOTHING
    assert head(used) == before


def office_program() -> str:
    """LibreOffice; not to be missed where DUBAN_TESTS_NEED names it, as in CI."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        assert "soffice" not in os.environ.get("DUBAN_TESTS_NEED", ""), "LibreOffice is to be here"
        pytest.skip("no LibreOffice on this machine: apt-get install libreoffice-calc")
    return found


def resaved(file: Path) -> Path:
    """The workbook as LibreOffice saves it."""
    profile, out = file.parent / "office-profile", file.parent / "resaved"
    words = [f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    subprocess.run([office_program(), *words, "--outdir", out, file], check=True, capture_output=True, timeout=180)
    return out / file.name


def test_what_libreoffice_saved_again_changes_nothing_and_what_was_filled_in_before_is_taken(used: Bureau) -> None:
    table, before = Table(used), head(used)
    table.file = resaved(table.file)
    assert table.take("--yes").strip() == NOTHING
    assert head(used) == before
    table.open()
    assert table.page.auto_filter.ref
    assert table.page.print_title_rows
    assert table.cell(DRAFT, "进展").data_type == "s", "=初稿 is still a text"
    table.fill(DRAFT, 百分比=0.8, 进展="=二稿")
    table.cell(DRAFT, "进展").data_type = "s"
    table.file = resaved(table.save().file)
    assert "“57%” → “80%”" in table.take("--yes")
    assert entries(used, "cosmetics")[-1] == ("reported", "draft", "protection-officer", "=二稿")


# Something was -------------------------------------------------------------------------------------------------------


def filled(bureau: Bureau) -> Table:
    table = Table(bureau)
    table.fill(DRAFT, 签收="是", 进展="已拟初稿", 百分比="８０％", 剩余用时="3天")
    return table.fill(ATTENDANCE, 指标值="１２０人次")


ACTS = [
    ("signed", "draft", "protection-officer", ""),
    ("reported", "draft", "protection-officer", "已拟初稿"),
    ("reported", "attendance", "service-officer", ""),
    ("signed", "attendance", "service-officer", ""),
]


def test_changes_are_shown_by_cell_and_nothing_happens_without_yes(begun: Bureau) -> None:
    table, before = filled(begun), head(begun)
    told = table.take()
    assert f"{table.at(DRAFT, '进展')} 进展：“” → “已拟初稿”　起草保护方案" in told
    assert f"{table.at(DRAFT, '百分比')} 百分比：“” → “80%”　起草保护方案" in told
    assert f"{table.at(ATTENDANCE, '指标值')} 指标值：“” → “120”　培训人次" in told
    assert "共改动5格，办理3项；以上尚未办理，确认后加 --yes 再执行一次" in told
    assert head(begun) == before


def test_with_yes_they_are_acts_of_each_steps_owner_by_the_table(begun: Bureau) -> None:
    assert "共改动5格，已记入台账，新增记录4条" in filled(begun).take("--yes")
    assert entries(begun) == ACTS
    draft = begun.json("show", DRAFT)["sections"][0]["initiatives"][0]["steps"][0]["row"]
    assert (draft["progress"], draft["status"]) == (80, "working")
    vias = {one["via"].partition(" ")[0] for one in begun.json("ledger", "show", "cosmetics") if one["via"]}
    assert vias == {"workbook"}
    assert "表格 " in begun.ok("ledger", "show", "cosmetics")


def test_the_same_table_again_changes_nothing_more(begun: Bureau) -> None:
    table = filled(begun)
    table.take("--yes")
    before = head(begun)
    assert table.take("--yes").strip() == NOTHING
    begun.ok("report", DRAFT, "--as", "protection-officer", "--progress", "90")
    later = head(begun)
    assert later != before
    assert table.take("--yes").strip() == NOTHING
    assert head(begun) == later


KILLED = """
import os
from duban.cli import app
from duban.service import Service
act, done = Service.act, []
def killed(self, command):
    if done:
        os._exit(9)
    done.append(command)
    return act(self, command)
Service.act = killed
app()
"""


def test_killed_between_two_acts_and_imported_again_nothing_is_doubled(begun: Bureau) -> None:
    table = filled(begun)
    words = [sys.executable, "-c", KILLED, "import", "xlsx", str(table.file), "--yes"]
    assert subprocess.run(words, cwd=begun.root, check=False, capture_output=True).returncode == 9
    assert len(entries(begun)) == 1
    told = table.take("--yes")
    assert "签收此前已由本表记入，不再重复" in told
    assert entries(begun) == ACTS
    assert table.take("--yes").strip() == NOTHING


def test_a_post_may_be_named_that_asks_for_all_of_it(begun: Bureau) -> None:
    table = Table(begun).fill(DRAFT, 百分比="60%")
    table.take("--as", "protection-head", "--yes")
    assert entries(begun)[0][:3] == ("reported", "draft", "protection-head")
    before = head(begun)
    other = Table(begun).fill(DRAFT, 百分比="70%")
    assert "保护处处长" not in other.take("--as", "service-officer", "--yes", code=3).partition("应由")[0]
    assert head(begun) == before


def test_it_extends_and_hands_in_as_people_do(begun: Bureau) -> None:
    table = Table(begun)
    table.fill(ATTENDANCE, 申请延期至="7月12日", 延期理由="场地冲突")
    table.fill(DRAFT, 成果材料="方案送审稿、《A、B处意见》")
    told = table.take("--yes")
    assert "“” → “2024-07-12”" in told
    assert [one[:2] for one in entries(begun)] == [
        ("submitted", "draft"),
        ("signed", "draft"),
        ("extension-asked", "attendance"),
    ]
    submitted = next(one for one in begun.json("ledger", "show", "cosmetics") if one["kind"] == "submitted")
    assert submitted["data"]["evidence"] == ["方案送审稿", "《A、B处意见》"]


def test_what_moved_on_meanwhile_is_told_with_both_values_and_nothing_is_taken(begun: Bureau) -> None:
    table = filled(begun)
    begun.ok("report", DRAFT, "--as", "protection-head", "--progress", "30", "--note", "已开题")
    before = head(begun)
    told = table.take("--yes", code=3)
    assert f"{table.at(DRAFT, '百分比')} 导出后这一项另有办理：百分比导出时“”，系统现为“30%”，表中“80%”" in told
    assert f"{table.at(DRAFT, '进展')} 导出后这一项另有办理：进展导出时“”，系统现为“已开题”，表中“已拟初稿”" in told
    assert head(begun) == before


def test_it_tells_programs_as_well(begun: Bureau) -> None:
    table = filled(begun)
    shown = begun.json("import", "xlsx", str(table.file))
    assert (shown["done"], shown["commands"], shown["taken_in"]) == (False, 3, None)
    assert shown["changes"][1] == {
        "address": table.at(DRAFT, "进展"),
        "column": "进展",
        "step": "起草保护方案",
        "before": "",
        "after": "已拟初稿",
    }
    done = begun.json("import", "xlsx", str(table.file), "--yes")
    assert (done["done"], done["taken_in"]["entries"], done["taken_in"]["refused"]) == (True, 4, [])


# What offices do to tables -------------------------------------------------------------------------------------------


def _sorted(page: Any) -> None:
    """The rows the other way round, formats and all."""
    rows = [[(cell.value, copy(cell._style)) for cell in row] for row in page.iter_rows(min_row=HEAD + 1)]
    for number, row in enumerate(reversed(rows), start=HEAD + 1):
        for place, (value, style) in enumerate(row, start=1):
            cell = page.cell(number, place)
            cell.value, cell._style = value, style


def _reordered(page: Any) -> None:
    """The columns the other way round."""
    page.merged_cells.ranges.clear()
    for row in page.iter_rows(min_row=HEAD):
        held = [(cell.value, copy(cell._style)) for cell in row]
        for cell, (value, style) in zip(row, reversed(held), strict=True):
            cell.value, cell._style = value, style


def _with_columns(page: Any) -> None:
    page.insert_cols(8, amount=2)
    page.cell(HEAD, 8).value = "本单位编号"
    for row in range(HEAD + 1, page.max_row + 1):
        page.cell(row, 8).value = f"内{row}"


def _with_rows(page: Any) -> None:
    """A line above, a page's headings again, who filled it in, and rows of nothing."""
    heads = [cell.value for cell in page[HEAD]]
    last = page.max_row
    for place, value in enumerate(heads, start=1):
        page.cell(last + 1, place).value = value
    page.cell(last + 2, 4).value = "填表人：王伟　审核人：李丽"
    page.merge_cells(start_row=last + 2, end_row=last + 2, start_column=4, end_column=20)
    for row in range(last + 3, last + 60):
        page.cell(row, 15).value = " "
    page.insert_rows(1)


def _without_rows(page: Any) -> None:
    kept = {DRAFT, ATTENDANCE}
    for row in range(page.max_row, HEAD, -1):
        if page.cell(row, 1).value not in kept:
            page.delete_rows(row)


def _renamed(page: Any) -> None:
    page.title = "保护处6月"


def _filtered(page: Any) -> None:
    page.auto_filter.add_filter_column(12, ["待启动"])
    for row in range(HEAD + 1, page.max_row + 1, 2):
        page.row_dimensions[row].hidden = True


def _without_columns(page: Any) -> None:
    for title in ("备注", "原时限", "责任人"):
        place = next(cell.column for cell in page[HEAD] if cell.value == title)
        page.delete_cols(place)


def _wide(page: Any) -> None:
    """Headings spaced out and in two lines."""
    for cell in page[HEAD]:
        cell.value = f" {cell.value[:2]}\n{cell.value[2:]}　"


def _dates_as_texts(page: Any) -> None:
    place = next(cell.column for cell in page[HEAD] if cell.value == "完成时限")
    for row in range(HEAD + 1, page.max_row + 1):
        if day := page.cell(row, place).value:
            page.cell(row, place).value = f"{day.year}.{day.month}.{day.day}"


HABITS = [
    *(_sorted, _reordered, _with_columns, _with_rows, _without_rows),
    *(_renamed, _filtered, _without_columns, _wide, _dates_as_texts),
]


@pytest.mark.parametrize("habit", HABITS, ids=lambda habit: habit.__name__.strip("_"))
def test_what_offices_do_to_tables_makes_no_difference(begun: Bureau, habit: Any) -> None:
    table = filled(begun).change(habit)
    assert "新增记录4条" in table.take("--yes")
    assert entries(begun) == ACTS


def test_addresses_are_those_of_the_table_that_came_back(begun: Bureau) -> None:
    table = filled(begun).change(_renamed).change(_with_columns)
    place = next(cell.column for cell in table.page[HEAD] if cell.value == "百分比")
    assert f"保护处6月!{get_column_letter(place)}4 百分比" in table.take()


def test_a_value_merged_over_rows_is_that_of_each_row(begun: Bureau) -> None:
    directory = begun.config / "directory.yaml"
    directory.write_text(directory.read_text() + "groups:\n  - {id: both, title: 各处, units: [protection, service]}\n")
    file = begun.config / "plans" / "small-2024" / "service" / "training.yaml"
    file.write_text(file.read_text() + "  - {id: list, title: 报送名单, kind: work, each: both, due: 2024-05-10}\n")
    begun.tick()
    table = Table(begun).fill("training/list@protection", 进展="名单已汇总")
    place, row = table.column("进展"), table.row("training/list@protection")
    assert table.row("training/list@service") == row + 1
    table.change(lambda page: page.merge_cells(start_row=row, end_row=row + 1, start_column=place, end_column=place))
    told = table.take("--yes")
    assert f"{SHEET}!{get_column_letter(place)}{row + 1} 进展：“” → “名单已汇总”" in told
    assert [one[:3] for one in entries(begun, "training") if one[0] == "reported"] == [
        ("reported", "list@protection", "protection-officer"),
        ("reported", "list@service", "service-officer"),
    ]


def test_what_was_emptied_is_told_and_takes_nothing_back(used: Bureau) -> None:
    before = head(used)
    told = Table(used).fill(DRAFT, 百分比=None).take("--yes")
    assert "说明　督办台账!A4 “百分比”原为“57%”，表中已清空，不作数" in told
    assert NOTHING in told
    assert head(used) == before


def test_a_column_that_is_gone_is_told(begun: Bureau) -> None:
    table = Table(begun)
    told = table.change(lambda page: page.delete_cols(table.column("指标值"))).take()
    assert "说明　督办台账 表中没有“指标值”列，这些内容不导入" in told


def test_it_takes_in_a_table_of_hundreds_of_rows_in_any_order(begun: Bureau) -> None:
    """Rows beyond the plan's are told one by one; those of the plan are found among them."""
    table = filled(begun)
    drawn = random.Random(7)  # noqa: S311  an order, no secret

    def add(page: Any) -> None:
        for row in range(page.max_row + 1, 300):
            page.cell(row, 1).value = f"gone-{drawn.randrange(10**9)}/step"

    told = table.change(add).take(code=3)
    assert told.count("这一行已不在计划里，请删去") == 290
    assert "“” → “80%”" in told
