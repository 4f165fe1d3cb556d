"""Lists as tables for office programs: what is printed, as CSV that Excel reads and as a workbook."""

import csv
from io import StringIO
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.cli.conftest import Bureau

OFFICER = "protection-officer"
LISTS = {
    "show": ("序号", "举措", "灯", "事项", "状态", "时限", "原时限", "预计", "办结", "进度", "说明", "承办", "编号"),
    "next": ("灯", "时限", "余", "要办", "事项", "办理人", "编号"),
    "forecast": ("晚", "时限", "预计", "事项", "编号", "说明"),
    "forecast cosmetics": ("时限", "预计", "机动", "事项", "承办", "编号"),
    "forecast --chances --samples 50": ("按期", "时限", "五成把握", "八成把握", "关键度", "事项", "编号"),
    "notices": ("时间", "单据", "送", "事项", "编号", "状态", "情况"),
    "ledger show cosmetics": ("日期", "方式", "记录"),
}


@pytest.fixture
def late(bureau: Bureau) -> Bureau:
    """A bureau in which something is late, and was reported in words that spreadsheets would compute."""
    bureau.tick()
    bureau.ok("report", "cosmetics/draft", "--as", OFFICER, "--progress", "40", "--note", "=1+1")
    bureau.at("2024-04-15 09:00").tick()
    return bureau


def as_csv(bureau: Bureau, *words: str) -> list[dict[str, str]]:
    text = bureau.ok(*words, "--csv")
    assert text.startswith("\ufeff"), "by this mark Excel knows that it is UTF-8"
    return list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))


def as_workbook(bureau: Bureau, *words: str) -> list[dict[str, Any]]:
    file = bureau.root / "表.xlsx"
    result = bureau.run(*words, "--xlsx", str(file))
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", f"已写入：{file}\n")
    rows = load_workbook(file).active.iter_rows(min_row=3, values_only=True)
    header = next(rows)
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.mark.parametrize(("words", "header"), LISTS.items(), ids=list(LISTS))
def test_a_list_is_the_same_in_every_form(late: Bureau, words: str, header: tuple[str, ...]) -> None:
    table, book = as_csv(late, *words.split()), as_workbook(late, *words.split())
    assert table
    assert tuple(table[0]) == tuple(book[0]) == header
    assert [{name: cell or "" for name, cell in row.items()} for row in book] == [
        {name: cell.removeprefix("'") for name, cell in row.items()} for row in table
    ]
    printed = late.ok(*words.split())
    named = {row["编号"].rpartition("/")[2] for row in table if "编号" in row}
    assert [name for name in named if name not in printed and "chances" not in words] == []


@pytest.mark.parametrize("words", ["next", "forecast", "notices", "forecast cosmetics"])
def test_the_headings_are_those_that_are_printed(late: Bureau, words: str) -> None:
    assert late.ok(*words.split()).splitlines()[0].split() == list(LISTS[words])


def test_lights_are_told_in_words_and_by_shape(late: Bureau) -> None:
    assert as_csv(late, "next")[-1]["灯"] in {"■ 红灯", "● 绿灯", "▲ 黄灯", "◆ 橙灯", "○ 不亮灯"}
    assert {row["灯"] for row in as_csv(late, "show")} == {"■ 红灯", "▲ 黄灯"}
    assert {row["灯"] for row in as_csv(late, "show", "--all")} == {"■ 红灯", "▲ 黄灯", "○ 不亮灯"}


def test_no_cell_is_computed_by_whoever_opens_it(late: Bureau) -> None:
    late.ok("report", "cosmetics/draft", "--as", OFFICER, "--note", "@SUM(1)")
    assert all(not cell.startswith(tuple("=+-@")) for row in as_csv(late, "show", "--all") for cell in row.values())
    file = late.root / "表.xlsx"
    late.run("ledger", "show", "cosmetics", "--xlsx", str(file))
    assert {cell.data_type for row in load_workbook(file).active.iter_rows() for cell in row} <= {"s", "n"}


def test_an_empty_list_has_its_headings(bureau: Bureau) -> None:
    assert bureau.run("notices", "--csv").stdout_bytes.decode() == "\ufeff" + ",".join(LISTS["notices"]) + "\r\n"
    assert as_workbook_header(bureau, "notices") == LISTS["notices"]


def as_workbook_header(bureau: Bureau, *words: str) -> tuple[str, ...]:
    file = bureau.root / "空表.xlsx"
    bureau.run(*words, "--xlsx", str(file))
    return next(load_workbook(file).active.iter_rows(min_row=3, values_only=True))


@pytest.mark.parametrize("words", LISTS)
def test_only_one_form_at_a_time(bureau: Bureau, words: str) -> None:
    for two in (("--json", "--csv"), ("--csv", "--xlsx", "a.xlsx"), ("--json", "--xlsx", "a.xlsx")):
        result = bureau.run(*words.split(), *two)
        assert (result.exit_code, "give one of --json, --csv and --xlsx" in result.stderr) == (2, True)


def test_next_of_a_unit_is_what_its_people_may_do(late: Bureau) -> None:
    assert {row["编号"] for row in as_csv(late, "next", "--unit", "service", "--days", "60")} == {
        "training/attendance",
        "training/lecture",
    }
    late.ok("submit", "cosmetics/draft", "--as", OFFICER, "--evidence", "方案送审稿")
    first, *_ = as_csv(late, "next", "--unit", "protection")
    assert (first["要办"], first["编号"]) == ("审核通过", "cosmetics/draft"), "what it reviews as well"
    assert as_csv(late, "next", "--unit", "protection-officer") == []
    refused = late.run("next", "--unit", "protecton")
    assert (refused.exit_code, "protection" in refused.output) == (4, True)


def test_next_of_what_nobody_has_signed_for(late: Bureau) -> None:
    assert [(row["要办"], row["编号"]) for row in as_csv(late, "next", "--unsigned", "--days", "60")] == [
        ("签收", "training/attendance")
    ]
    late.ok("sign", "training/attendance", "--as", "service-officer")
    assert "没有要办的事项" in late.ok("next", "--unsigned")
