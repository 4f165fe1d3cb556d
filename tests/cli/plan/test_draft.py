"""`duban draft`: an office's table becomes a plan without a problem; read again, only what changed is touched."""

import shutil
from pathlib import Path

import pytest
import yaml
from openpyxl import load_workbook

from duban.cli.exits import Exit
from tests.cli.conftest import CONFIG, Bureau

TABLES = Path(__file__).parent.parent.parent / "data" / "tables"
NAMES = (
    *("edu-district.xlsx", "health-city.docx", "housing-city.xlsx", "ip-city.docx", "port.csv"),
    *("finance-county.xlsx", "water-city.docx", "elections.xlsx"),
)


@pytest.mark.parametrize("name", NAMES)
def test_every_table_becomes_a_plan_without_a_problem(bureau: Bureau, name: str) -> None:
    before = sorted(path.name for path in (bureau.config / "plans").iterdir())
    told = bureau.ok("draft", str(TABLES / name), "--plan", "drafted")
    assert "以上尚未写入" in told
    assert sorted(path.name for path in (bureau.config / "plans").iterdir()) == before
    done = bureau.json("draft", str(TABLES / name), "--plan", "drafted", "--yes")
    assert done["written"]
    checked = bureau.json("check", "config/plans/drafted")
    assert checked["problems"] == []
    assert len(list((bureau.config / "plans" / "drafted").rglob("*/*.yaml"))) == len(done["rows"])


def test_a_pattern_whose_units_the_bureau_lacks_is_not_used(bureau: Bureau) -> None:
    shutil.copytree(CONFIG / "patterns", bureau.config / "patterns")
    told = bureau.ok("draft", str(TABLES / "finance-county.xlsx"), "--plan", "drafted", "--yes")
    assert "项套用流程模板有问题" in told
    assert bureau.json("check", "config/plans/drafted")["problems"] == []
    used = [yaml.safe_load(file.read_text("utf-8")) for file in bureau.config.glob("plans/drafted/*/*.yaml")]
    assert {one["pattern"] for one in used if "pattern" in one} == {"routine", "report"}
    assert all(one["assumed"] for one in used)


def test_a_deadline_that_comes_too_soon_for_our_own_durations_shortens_them(bureau: Bureau, tmp_path: Path) -> None:
    """3 January 2024 is the second working day of the year; a week is what we assume."""
    table = tmp_path / "soon.csv"
    table.write_text("任务,责任单位,完成时限\n修路,工程科,2024年1月3日\n铺路,工程科,1月1日\n", encoding="utf-8")
    told = bureau.ok("draft", str(table), "--plan", "soon", "--yes")
    assert "时限2024-01-01按本单位工作日历排不到，暂推迟到2024-01-02" in told
    first, second = (
        yaml.safe_load(next((bureau.config / "plans" / "soon").rglob(f"1-{n}-*.yaml")).read_text("utf-8"))["steps"][0]
        for n in (1, 2)
    )
    assert (first["duration"], str(first["due"])) == (2, "2024-01-03")
    assert (second["duration"], str(second["due"])) == (1, "2024-01-02")
    assert bureau.json("check", "config/plans/soon")["problems"] == []


def test_a_row_that_no_initiative_carries_out_is_named_by_its_cell(bureau: Bureau) -> None:
    bureau.ok("draft", str(TABLES / "port.csv"), "--plan", "port", "--yes")
    file = next((bureau.config / "plans" / "port").rglob("1-1-*.yaml"))
    file.unlink()
    result = bureau.run("check", "config/plans/port")
    assert result.exit_code == Exit.BAD_INPUT
    assert "of cell B5" in " ".join(result.output.split())


def test_answers_are_taken_as_if_they_had_stood_in_the_table(bureau: Bureau) -> None:
    asked = bureau.root / "questions.xlsx"
    told = bureau.json("draft", str(TABLES / "edu-district.xlsx"), "--ask", str(asked))
    book = load_workbook(asked)
    page = book.active
    assert page is not None
    said = {
        "E12": "6月30日、12月31日",
        "D14": "办公室、人事科",
        "C23": "区教师发展中心",
        "C31": "人事科",
        "E28": "是",
        "D30": "略",
    }
    rows = {str(row[0].value): row for row in page.iter_rows(min_row=2)}
    for cell, answer in said.items():
        rows[cell][3].value = answer
    book.save(asked)
    again = bureau.json("draft", str(TABLES / "edu-district.xlsx"), "--answers", str(asked))
    assert {one["cell"] for one in told["questions"]} - {one["cell"] for one in again["questions"]} == said.keys()
    read = {row["cell"]: row for row in again["rows"]}
    assert read["B12"]["deadline"]["dates"] == ["2024-06-30", "2024-12-31"]
    assert read["B14"]["supports"] == ["学前教育科", "办公室", "人事科"]
    assert read["B23"]["leads"] == ["区教师发展中心"]
    assert read["B30"]["supports"] == []


def test_the_same_table_again_changes_nothing_and_an_edited_one_only_what_changed(
    bureau: Bureau, tmp_path: Path
) -> None:
    table = tmp_path / "port.csv"
    text = (TABLES / "port.csv").read_text(encoding="utf-8-sig")
    table.write_text(text, encoding="utf-8")
    bureau.ok("draft", str(table), "--plan", "port", "--yes")
    folder = bureau.config / "plans" / "port"
    first = {file: file.read_bytes() for file in folder.rglob("*.yaml")}
    bureau.ok("draft", str(table), "--plan", "port", "--yes")
    assert {file: file.read_bytes() for file in folder.rglob("*.yaml")} == first

    lines = text.splitlines()
    lines.insert(4, "0.,岸线巡查制度缺失,工程部,集团安委办,制度印发,2024年6月底前,起草制度,未启动")
    edited = (
        "\n".join(lines)
        .replace("2024年4月15日", "2024年5月20日")
        .replace("更换灯具", "更换灯具和线路")
        .replace("2024年8月31日", "2024年9月30日")
    )
    table.write_text(edited, encoding="utf-8")
    by_hand = next(folder.rglob("*gang-qu-yu-shui*.yaml"))
    by_hand.write_text(by_hand.read_text(encoding="utf-8") + "# looked at\n", encoding="utf-8")
    told = bureau.ok("draft", str(table), "--plan", "port", "--yes")
    now = {file: file.read_bytes() for file in folder.rglob("*.yaml")}
    changed = sorted(
        file.name.split("-")[2]
        for file in first
        if now[file] != first[file] and file != by_hand and file.parent != folder
    )
    assert changed == ["ke", "ye"], told
    assert {file.name[:4] for file in now.keys() - first.keys()} == {"1-6-"}
    assert by_hand.read_bytes().endswith(b"# looked at\n")
    assert "未动" in told
    moved = yaml.safe_load(next(folder.rglob("1-4-*.yaml")).read_text(encoding="utf-8"))
    assert str(moved["steps"][0]["due"]) == "2024-05-20"
    assert bureau.json("check", "config/plans/port")["problems"] == []


def test_what_cannot_be_read_is_said_and_nothing_written(bureau: Bureau, tmp_path: Path) -> None:
    for name, content in (
        ("a.pdf", b"x"),
        ("b.csv", "甲,乙\n1,2\n".encode()),
        ("c.csv", "任务,责任单位\n修路,交通局\n".encode()),
    ):
        (tmp_path / name).write_bytes(content)
        result = bureau.run("draft", str(tmp_path / name), "--yes")
        assert result.exit_code == Exit.BAD_INPUT, name
        assert name in result.output


def test_a_plain_document_becomes_an_initiative_for_each_undertaking(bureau: Bureau, tmp_path: Path) -> None:
    lines = (
        "某局2024年工作要点",
        "一、加强保护",
        "制定保护方案，建立协作机制。开展专项检查。",
        "二、优化服务",
        "举办培训。",
    )
    text = "\n\n".join(lines)
    (tmp_path / "points.txt").write_text(text, encoding="utf-8")
    bureau.ok("draft", str(tmp_path / "points.txt"), "--plan", "points", "--yes")
    folder = bureau.config / "plans" / "points"
    sources = {yaml.safe_load(file.read_text(encoding="utf-8"))["source"] for file in folder.rglob("*/*.yaml")}
    assert sources == {"1.1a", "1.1b", "1.2", "2.1"}
    assert bureau.json("check", "config/plans/points")["problems"] == []
    next(folder.rglob("1-1b-*.yaml")).unlink()
    assert "建立协作机制" in bureau.run("check", "config/plans/points").output


def test_a_chapter_that_came_in_between_moves_no_other(bureau: Bureau, tmp_path: Path) -> None:
    table = tmp_path / "port.csv"
    lines = (TABLES / "port.csv").read_text(encoding="utf-8-sig").splitlines()
    table.write_text("\n".join(lines), encoding="utf-8")
    bureau.ok("draft", str(table), "--plan", "port", "--yes")
    folder = bureau.config / "plans" / "port"
    before = {file: file.read_bytes() for file in folder.rglob("*/*.yaml")}
    new = ["零、综合方面,,,,,,,", "1.,督查台账制度缺失,工程部,集团安委办,制度印发,2024年6月底前,起草,未启动"]
    table.write_text("\n".join([*lines[:3], *new, *lines[3:]]), encoding="utf-8")
    bureau.ok("draft", str(table), "--plan", "port", "--yes")
    assert {file: file.read_bytes() for file in before} == before
    assert [file.name[:4] for file in folder.rglob("*/*.yaml") if file not in before] == ["5-1-"]
    assert bureau.json("check", "config/plans/port")["problems"] == []


def test_a_plan_file_that_people_have_edited_is_left_alone_and_named_where_it_would_change(
    bureau: Bureau, tmp_path: Path
) -> None:
    table = tmp_path / "port.csv"
    text = (TABLES / "port.csv").read_text(encoding="utf-8-sig")
    table.write_text(text, encoding="utf-8")
    bureau.ok("draft", str(table), "--plan", "port", "--yes")
    plan = bureau.config / "plans" / "port" / "plan.yaml"
    edited = plan.read_text(encoding="utf-8").replace("document: ", "document: 港督〔2024〕3号 ")
    plan.write_text(edited, encoding="utf-8")
    assert "未动" not in bureau.ok("draft", str(table), "--plan", "port", "--yes")
    table.write_text(text.replace("四、内部管理方面", "四、经营管理方面"), encoding="utf-8")
    assert "文件已由人改过，未动　plan.yaml" in bureau.ok("draft", str(table), "--plan", "port", "--yes")
    assert plan.read_text(encoding="utf-8") == edited
