"""What cannot be meant: each kind is told at its cell, all of them at once, and nothing is changed."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from openpyxl.utils import get_column_letter

from duban.core.workbooks.columns import LEDGER_COLUMNS
from tests.cli.conftest import Bureau
from tests.cli.exchange.filling import HEAD, Table, head

DRAFT, ATTENDANCE, ISSUE = "cosmetics/draft", "training/attendance", "cosmetics/issue"
PUBLICITY, ISSUED, LECTURE = "cosmetics/publicity", "cosmetics/issued", "training/lecture"

TYPED: list[tuple[str, str, Any, str]] = [
    (DRAFT, "签收", "已阅", "“已阅”不是“是”"),
    (DRAFT, "签收", 3, "“3”不是“是”"),
    (DRAFT, "百分比", 1.8, "即180%，超出 0% 至 100%"),
    (DRAFT, "百分比", 80, "即8000%，超出 0% 至 100%"),
    (DRAFT, "百分比", "180%", "即180%，超出 0% 至 100%"),
    (DRAFT, "百分比", -0.1, "即-10%，超出 0% 至 100%"),
    (DRAFT, "百分比", "0.8", "分不清"),
    (DRAFT, "百分比", "八成", "“八成”不是百分比"),
    (DRAFT, "百分比", 0.805, "不是整数"),
    (DRAFT, "剩余用时", "几天", "“几天”不是天数"),
    (DRAFT, "剩余用时", -3, "“-3”不是天数"),
    (DRAFT, "剩余用时", 2.5, "“2.5”不是整数"),
    (DRAFT, "剩余用时", 12345, "剩余用时应为 0 至 9999 天"),
    (DRAFT, "指标值", 5, "没有指标，不能填写数值"),
    (ATTENDANCE, "指标值", "约120", "“约120”不是数值"),
    (ATTENDANCE, "指标值", "120人", "“120人”不是数值"),
    (ATTENDANCE, "百分比", 0.5, "指标事项的百分比由指标值算出"),
    (DRAFT, "进展", "字" * 2001, "最长2000字"),
    (DRAFT, "进展", "=1+1", "这一格是公式"),
    (DRAFT, "百分比", "=B2", "这一格是公式"),
    (DRAFT, "进展", "#REF!", "这一格是错误值"),
    (DRAFT, "申请延期至", "6月31日", "“6月31日”不是日期"),
    (DRAFT, "申请延期至", "2024年6月", "“2024年6月”不是日期"),
    (DRAFT, "申请延期至", "尽快", "“尽快”不是日期"),
    (DRAFT, "申请延期至", datetime(2024, 6, 15), "休息"),  # noqa: DTZ001  cells know no zone
    (DRAFT, "申请延期至", "2024.4.19", "应当说明理由"),
    (DRAFT, "延期理由", "等批复", "请写明延期至哪一天"),
    (DRAFT, "报送办结", "是", "办结须附成果材料：方案送审稿"),
    (DRAFT, "报送办结", "差不多", "不是“是”"),
    (ISSUE, "进展", "提前办理", "待启动，现在不能反馈进展"),
    (ISSUE, "签收", "是", "待启动，现在不能签收"),
    (PUBLICITY, "进展", "公示中", "这类事项不能反馈进展"),
    (ISSUED, "报送办结", "是", "这类事项不能报送办结"),
    (LECTURE, "完成时限", datetime(2024, 6, 28), "完成时限由系统填写"),  # noqa: DTZ001
    (LECTURE, "事项", "举办培训两期", "事项由系统填写"),
    (LECTURE, "责任人", "王伟", "责任人由系统填写"),
    (LECTURE, "灯色", "● 绿灯好", "灯色由系统填写"),
    (LECTURE, "备注", "已与讲师联系", "情况写在“进展”"),
    (LECTURE, "状态", "=A1", "状态由系统填写"),
    (LECTURE, "版本", "small-2024", "“版本”列的内容不全"),
    (LECTURE, "标识", "training/lectures", "没有事项 training/lectures"),
    (LECTURE, "标识", "trainings/lecture", "计划中没有 trainings/lecture"),
    (LECTURE, "标识", "讲座", "计划中没有 讲座"),
    (LECTURE, "标识", DRAFT, "已在 督办台账!A4 填写"),
]


@pytest.fixture
def begun(bureau: Bureau) -> Bureau:
    bureau.tick()
    return bureau


NAMING = ("标识", "版本")
"""The columns by which a row is known: where one is damaged, its other cells are nobody's."""


def rounds() -> list[list[tuple[str, str, Any, str]]]:
    """The damages in as few tables as hold them: a cell has one, and a row that is not known no other."""
    found: dict[int, list[tuple[str, str, Any, str]]] = {}
    seen = Counter[tuple[str, str]]()
    for damage in TYPED:
        named = damage[1] in NAMING
        cell = NAMING if named else damage[:2]
        seen[cell] += 1
        found.setdefault(seen[cell] + named, []).append(damage)
    return list(found.values())


@pytest.mark.parametrize("damages", rounds(), ids=lambda damages: f"{len(damages)} cells")
def test_damaged_cells_are_told_by_their_addresses_all_at_once_and_nothing_changes(
    begun: Bureau, damages: list[tuple[str, str, Any, str]]
) -> None:
    table, before = Table(begun), head(begun)
    wanted = {table.at(step, column): message for step, column, _, message in damages}
    cells = [(table.cell(step, column), value) for step, column, value, _ in damages]
    for cell, value in cells:
        cell.value = value
    told = table.save().take("--yes", code=3)
    problems = [line.split(" ", 1) for line in told.splitlines() if line.startswith("问题")]
    found = {where.removeprefix("问题　"): said for where, said in problems}
    assert found.keys() == wanted.keys()
    assert [message for where, message in wanted.items() if message not in found[where]] == []
    assert f"共{len(wanted)}个问题，台账没有变动" in told
    assert head(begun) == before


def test_at_least_twenty_kinds_stand_in_one_table() -> None:
    assert max(map(len, rounds())) >= 20
    assert len(TYPED) >= 40


@pytest.mark.parametrize(
    ("to", "message"),
    [
        (datetime(2024, 3, 29), "应在现时限2024-04-12和今日之后"),  # noqa: DTZ001
        ("2024-04-12", "应在现时限2024-04-12和今日之后"),
        (5, "延期日期1900-01-05应在"),
        (datetime(2199, 6, 14), "过远"),  # noqa: DTZ001
    ],
)
def test_a_day_that_is_no_extension_is_told_with_the_reason_that_is_missing(
    begun: Bureau, to: object, message: str
) -> None:
    table = Table(begun)
    told = table.fill(DRAFT, 申请延期至=to).take("--yes", code=3)
    problems = [line for line in told.splitlines() if line.startswith(f"问题　{table.at(DRAFT, '申请延期至')} ")]
    assert [message in problems[0], "申请延期应当说明理由" in problems[1], len(problems)] == [True, True, 2]
    with_reason = table.fill(DRAFT, 延期理由="等批复").take("--yes", code=3)
    assert message in with_reason
    assert "应当说明理由" not in with_reason


def test_good_cells_beside_bad_ones_are_not_taken_in(begun: Bureau) -> None:
    table, before = Table(begun), head(begun)
    table.fill("cosmetics/draft", 进展="已拟初稿", 百分比=0.6)
    told = table.fill("training/attendance", 指标值="很多").take("--yes", code=3)
    assert "已拟初稿" in told
    assert head(begun) == before


def test_a_closed_step_takes_nothing_more(begun: Bureau) -> None:
    begun.ok("submit", DRAFT, "--as", "protection-officer", "--evidence", "方案送审稿")
    begun.ok("approve", DRAFT, "--as", "protection-head")
    table, before = Table(begun), head(begun)
    told = table.fill(DRAFT, 进展="补充说明").take("--yes", code=3)
    assert f"{table.at(DRAFT, '进展')} “起草保护方案”已办结" in told
    assert head(begun) == before


def _new_row(page: Any) -> None:
    page.cell(page.max_row + 1, place("事项")).value = "新增任务"
    page.cell(page.max_row, place("进展")).value = "已经启动"


def _second_column(page: Any) -> None:
    page.cell(HEAD, len(LEDGER_COLUMNS) + 1).value = "进展"


def place(title: str) -> int:
    return next(number for number, column in enumerate(LEDGER_COLUMNS, start=1) if column.title == title)


@pytest.mark.parametrize(
    ("how", "where", "message"),
    [
        (_new_row, f"{get_column_letter(place('进展'))}10", "没有标识，不知是哪一项"),
        (_second_column, f"{get_column_letter(len(LEDGER_COLUMNS) + 1)}3", "“进展”列有两列"),
    ],
)
def test_a_damaged_sheet_is_told_likewise(begun: Bureau, how: Callable[[Any], None], where: str, message: str) -> None:
    told = Table(begun).change(how).take("--yes", code=3)
    assert f"问题　督办台账!{where} " in told
    assert message in told


def test_a_table_of_another_plan_or_ledger_is_told(begun: Bureau) -> None:
    table = Table(begun)
    mark = table.cell(DRAFT, "版本").value
    table.fill(DRAFT, 版本=mark.replace("small-2024", "small-2023"), 进展="已拟初稿")
    assert "这一行属于计划 small-2023" in table.take(code=3)
    plan, sequence, value, digests = mark.split("/")
    table.fill(DRAFT, 版本=f"{plan}/99/{value}/{digests}")
    assert "不是从本台账导出的" in table.take(code=3)
    table.fill(DRAFT, 版本=f"{plan}/{sequence}/{value[::-1]}/{digests}")
    assert "不是从本台账导出的" in table.take(code=3)


def test_a_folded_row_is_not_filled_in(begun: Bureau) -> None:
    directory = begun.config / "directory.yaml"
    directory.write_text(directory.read_text() + "groups:\n  - {id: both, title: 各处, units: [protection, service]}\n")
    file = begun.config / "plans" / "small-2024" / "service" / "training.yaml"
    file.write_text(file.read_text() + "  - {id: list, title: 报送名单, kind: work, each: both, due: 2024-05-10}\n")
    table = Table(begun, "--fold")
    assert "台账没有变动" in table.take()
    told = table.fill("training/list@*", 进展="各处已报").take(code=3)
    assert f"{table.at('training/list@*', '进展')} 各单位合为一行，不能填写" in told


@pytest.mark.parametrize("data", [b"", b"not a workbook", b"PK\x03\x04 broken", "序号,事项\n1,起草".encode("gbk")])
def test_what_is_no_workbook_is_told(begun: Bureau, data: bytes) -> None:
    file = begun.root / "坏表.xlsx"
    file.write_bytes(data)
    result = begun.run("import", "xlsx", str(file))
    assert result.exit_code == 3
    assert "坏表.xlsx: not-a-workbook: 不是能读的 .xlsx 文件" in result.stderr


def test_a_workbook_without_the_account_is_told(begun: Bureau) -> None:
    table = Table(begun)
    table.book.remove(table.page)
    assert "没有找到督办台账的表头" in table.save().take(code=3)


def test_somebody_who_is_nobody_is_refused(begun: Bureau) -> None:
    result = begun.run("import", "xlsx", str(Table(begun).file), "--as", "protection-offcer")
    assert (result.exit_code, "protection-officer" in result.stderr) == (4, True)


def test_a_file_that_is_not_there_is_told(begun: Bureau) -> None:
    assert begun.run("import", "xlsx", "nowhere.xlsx").exit_code == 3
