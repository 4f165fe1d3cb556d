"""`duban draft` of project files: a plan without a problem, which can be rehearsed; read again, only the difference."""

from pathlib import Path

import pytest
import yaml
from openpyxl import load_workbook

from duban.cli.exits import Exit
from tests.cli.conftest import Bureau, write
from tests.drafting.mspdi import days, link, project, task

PROJECTS = Path(__file__).parent.parent.parent / "data" / "projects"
NAMES = ("service-hall.xml", "archive.csv", "roll.csv")


def files(bureau: Bureau) -> dict[str, str]:
    folder = bureau.config / "plans" / "drafted"
    return {file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8") for file in folder.rglob("*.yaml")}


@pytest.mark.parametrize("name", NAMES)
def test_every_project_becomes_a_plan_without_a_problem_that_can_be_lived(bureau: Bureau, name: str) -> None:
    bureau.ok("draft", str(PROJECTS / name), "--plan", "drafted", "--yes")
    assert bureau.json("check", "config/plans/drafted")["problems"] == []
    lived = bureau.json("rehearse", "config/plans/drafted", "--profile", _perfect(bureau))
    assert lived["unfinished"] == []
    assert lived["missed"] == []


def _perfect(bureau: Bureau) -> str:
    source = Path(__file__).parent.parent.parent.parent / "config" / "rehearsal-perfect.yaml"
    write(bureau.config, {"rehearsal-perfect.yaml": source.read_text(encoding="utf-8")})
    return "config/rehearsal-perfect.yaml"


def test_what_has_no_counterpart_is_printed_by_its_cell(bureau: Bureau) -> None:
    told = bureau.ok("draft", str(PROJECTS / "service-hall.xml"), "--plan", "drafted")
    for line in (
        "待答复　任务11·前置任务　完成—完成（FF）关联没有对应写法，未列为前置",
        "附注　任务8·任务日历（夜间施工）　任务另有日历，未采用，按本单位工作日历",
        "待答复　任务8·资源名称、任务9·资源名称　“某某公司”不在单位名录内",
    ):
        assert line in told
    assert "项目日历（标准）　与本单位工作日历有16天不同（2024-04-04" in told
    assert "任务5·任务名称（2024-04-05→2024-04-08）" in told
    assert not (bureau.config / "plans" / "drafted").exists()


def test_answers_are_taken_as_if_they_had_stood_in_the_project(bureau: Bureau) -> None:
    asked = bureau.root / "questions.xlsx"
    bureau.ok("draft", str(PROJECTS / "service-hall.xml"), "--plan", "drafted", "--ask", str(asked))
    book = load_workbook(asked)
    page = book.active
    assert page is not None
    said = {"9FF": "9", "8FS-2d": "8SS+20d", "10FS+50%": "10FS+3d", "14SF": "略", "某某公司": "服务处"}
    for row in page.iter_rows(min_row=2):
        if row[1].value in said:
            row[3].value = said[str(row[1].value)]
    book.save(asked)
    told = bureau.ok("draft", str(PROJECTS / "service-hall.xml"), "--plan", "drafted", "--answers", str(asked), "--yes")
    assert "没有待答复的问题" in told
    steps = yaml.safe_load(files(bureau)["shi-gong/2-1-shi-gong.yaml"])["steps"]
    assert next(one for one in steps if one["id"] == "task-11")["needs"] == [
        "task-9",
        "20 working days after task-8/begun",
    ]
    assert bureau.json("check", "config/plans/drafted")["problems"] == []


def _hall(renamed: str = "编制方案", length: int = 5) -> str:
    return project(
        [
            task(1, 1, "前期"),
            task(2, 2, renamed, **days(length), Start="2024-03-04", Finish="2024-03-08"),
            task(3, 1, "实施"),
            task(4, 2, "施工", [link(2)], **days(10), Finish="2024-03-29"),
        ],
        title="大厅",
    )


def test_a_project_read_again_changes_only_what_changed_and_steps_keep_their_names(
    bureau: Bureau, tmp_path: Path
) -> None:
    file = tmp_path / "hall.xml"
    file.write_text(_hall(), encoding="utf-8")
    bureau.ok("draft", str(file), "--plan", "drafted", "--yes")
    before = files(bureau)
    told = bureau.json("draft", str(file), "--plan", "drafted", "--yes")
    assert {one["how"] for one in told["files"]} == {"same"}
    file.write_text(_hall("编写方案", 4), encoding="utf-8")
    told = bureau.json("draft", str(file), "--plan", "drafted", "--yes")
    now = files(bureau)
    assert [name for name in now if now[name] != before[name]] == ["da-ting/1-1-qian-qi.yaml"], told
    assert yaml.safe_load(now["da-ting/1-1-qian-qi.yaml"])["steps"][0]["id"] == "task-2"
    assert bureau.json("check", "config/plans/drafted")["problems"] == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "a.xml",
            '<!DOCTYPE Project [<!ENTITY x SYSTEM "file:///etc/hostname">]><Project><Title>&x;</Title></Project>',
        ),
        ("b.xml", "<Project><Tasks/></Project>"),
        ("c.mpp", "binary"),
    ],
)
def test_what_is_no_project_is_said_to_be_none(bureau: Bureau, tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    result = bureau.run("draft", str(tmp_path / name), "--plan", "drafted", "--yes")
    assert result.exit_code == Exit.BAD_INPUT
    assert name in result.output
    assert not (bureau.config / "plans" / "drafted").exists()
