"""`duban export`: what an office is given."""

from pathlib import Path
from typing import Any

from icalendar import Calendar
from openpyxl import load_workbook

from tests.cli.conftest import Bureau


def exported(bureau: Bureau, *words: str) -> Any:
    file = bureau.root / "out" / "台账.xlsx"
    assert f"已导出：{file}" in bureau.ok("export", "xlsx", "-o", str(file), *words)
    return load_workbook(file)


def column(page: Any, title: str) -> list[Any]:
    heads = [cell.value for cell in page[3]]
    return [row[heads.index(title)] for row in page.iter_rows(min_row=4, values_only=True)]


def test_the_plan_is_a_workbook_of_two_sheets_with_a_row_a_step(bureau: Bureau) -> None:
    book = exported(bureau)
    assert book.sheetnames == ["督办台账", "任务分解表"]
    assert column(book["督办台账"], "事项") == column(book["任务分解表"], "事项")
    assert len(column(book["督办台账"], "事项")) == 6
    assert book["督办台账"]["C1"].value == "小局2024年工作要点督办台账（统计时间2024年4月1日 09:00）"


def test_the_time_is_the_offices(bureau: Bureau) -> None:
    assert "统计时间2024年4月2日 00:30" in exported(bureau.at("2024-04-02 00:30"))["任务分解表"]["A1"].value


def test_it_tells_what_was_reported(bureau: Bureau) -> None:
    bureau.ok("report", "cosmetics/draft", "--as", "protection-officer", "--progress", "40", "--note", "已拟初稿")
    page = exported(bureau)["督办台账"]
    assert column(page, "进展")[0] == "已拟初稿"
    assert column(page, "百分比")[0] == 0.4
    assert column(page, "状态")[0] == "办理中"


def test_a_unit_gets_what_is_with_it(bureau: Bureau) -> None:
    page = exported(bureau, "--unit", "service")["督办台账"]
    assert set(column(page, "承办单位")) == {"服务处"}
    assert "服务处" in page["C1"].value
    alone = exported(bureau, "--unit", "service-officer")
    assert column(alone["督办台账"], "事项") == [], "nothing is with the post itself"


def test_a_unit_that_is_not_there_is_refused_with_the_nearest(bureau: Bureau) -> None:
    result = bureau.run("export", "xlsx", "-o", "x.xlsx", "--unit", "servce")
    assert result.exit_code == 4
    assert "service" in result.output
    assert not Path("x.xlsx").exists()


def test_the_plan_alone_has_one_sheet(bureau: Bureau) -> None:
    assert exported(bureau, "--plan").sheetnames == ["任务分解表"]


def test_units_of_one_step_are_folded_when_asked(bureau: Bureau) -> None:
    directory = bureau.config / "directory.yaml"
    directory.write_text(directory.read_text() + "groups:\n  - {id: both, title: 各处, units: [protection, service]}\n")
    file = bureau.config / "plans" / "small-2024" / "service" / "training.yaml"
    file.write_text(file.read_text() + "  - {id: list, title: 报送名单, kind: work, each: both, due: 2024-05-10}\n")
    assert column(exported(bureau)["督办台账"], "承办单位").count("各处") == 0
    folded = exported(bureau, "--fold")["督办台账"]
    assert column(folded, "承办单位").count("各处") == 1
    assert len(column(folded, "事项")) == 7
    assert column(exported(bureau, "--unit", "both", "--fold")["督办台账"], "承办单位").count("各处") == 1


# Calendars -----------------------------------------------------------------------------------------------------------


def uids(bureau: Bureau, *words: str) -> set[str]:
    bureau.ok("export", "ics", "-o", "out/plan.ics", *words)
    events = Calendar.from_ical((bureau.root / "out" / "plan.ics").read_bytes()).walk("VEVENT")
    return {str(one["UID"]).removeprefix("small-2024/").partition("@")[0] for one in events}


def test_deadlines_go_out_as_a_calendar_of_the_plan_a_unit_or_a_post(bureau: Bureau) -> None:
    bureau.tick()
    every = uids(bureau)
    mine = uids(bureau, "--unit", "protection")
    assert "cosmetics/draft" in mine
    assert mine < every
    assert uids(bureau, "--post", "protection-officer") == mine
    assert uids(bureau, "--post", "coordinator") == set()


def test_a_calendar_of_nobody_is_refused(bureau: Bureau) -> None:
    result = bureau.run("export", "ics", "-o", "x.ics", "--unit", "protecton")
    assert result.exit_code == 4
    assert "通讯录中没有 protecton：是否指 protection？" in result.stderr
    assert bureau.run("export", "ics", "-o", "x.ics", "--unit", "protection", "--post", "coordinator").exit_code == 2
    assert not (bureau.root / "x.ics").exists()
