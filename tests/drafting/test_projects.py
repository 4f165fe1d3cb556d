"""Project files, MS Project XML and CSV: tasks, links, lags, limits; what has no counterpart is named by its cell."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from duban.adapters.project_files import ProjectDays, read_project
from duban.adapters.tables import read_file
from duban.core.problems import BadInput
from duban.drafting.links import Length, Link, month_first, read_day, read_length, read_links, read_share
from duban.drafting.project_lines import TooMuch, find_project
from duban.drafting.projects import read_tasks
from duban.drafting.reading import Draft
from duban.drafting.redraft import as_read
from duban.drafting.tasks import Need, PlannedTask
from duban.drafting.units import Names
from tests.drafting.mspdi import days, hall, link, project, task

DATA = Path(__file__).parent.parent / "data" / "projects"
OFFICE = Names({name: name for name in ("保护处", "服务处")})


def of_xml(text: str) -> tuple[Draft, ProjectDays | None]:
    table, calendar = read_project("a.xml", text.encode())
    return read_tasks(table, OFFICE), calendar


def of_csv(text: str) -> Draft:
    (table,) = read_file("a.csv", text.encode())
    return read_tasks(table, Names())


def tasks(draft: Draft) -> dict[str, PlannedTask]:
    return {one.id: one for row in draft.rows for one in row.tasks}


def whys(draft: Draft) -> list[tuple[str, str]]:
    return [(one.cell.removeprefix("任务"), one.says) for one in draft.questions]


def test_the_file_kept_is_the_one_written_by_the_tests() -> None:
    kept = (DATA / "service-hall.xml").read_text(encoding="utf-8")
    assert kept.replace(">\n<", "><") == hall()


def test_summary_tasks_are_sections_and_initiatives_and_all_others_steps() -> None:
    draft, _ = of_xml(hall())
    assert draft.heading == "知识产权服务大厅建设"
    assert [(row.section, row.title, [one.id for one in row.tasks]) for row in draft.rows] == [
        ("前期准备", "立项", ["task-4", "task-5"]),
        ("前期准备", "前期准备", ["task-6"]),
        ("施工", "施工", ["task-8", "task-9", "task-10", "task-11"]),
        ("开通", "开通", ["task-13", "task-14", "task-15"]),
    ]
    assert (str(draft.starts), str(draft.ends)) == ("2024-03-04", "2024-11-29")
    assert [(row.leads, row.supports) for row in draft.rows] == [
        (("保护处",), ()),
        (("保护处",), ("服务处",)),
        (("某某公司",), ("服务处",)),
        (("服务处",), ()),
    ]


def test_links_are_needs_with_their_lags_also_those_of_and_to_summary_tasks() -> None:
    draft, _ = of_xml(hall())
    found = tasks(draft)
    assert found["task-5"].needs == (Need("前期准备/立项", "task-4", "编制可行性研究报告"),)
    assert found["task-8"].needs == (Need("前期准备/前期准备", "task-6", "立项批复", lag=Length(5)),)
    assert found["task-9"].needs == (Need("施工/施工", "task-8", "土建", begun=True, lag=Length(10)),)
    assert found["task-10"].needs[0].lag == Length(7, "calendar")
    assert [need.id for need in found["task-14"].needs] == ["task-13", "task-10", "task-11"], "the ends of a phase"


def test_deadlines_limits_and_milestones() -> None:
    found = tasks(of_xml(hall())[0])
    assert [(str(one.due), one.firm) for one in (found["task-4"], found["task-6"], found["task-14"])] == [
        ("2024-03-22", False),
        ("2024-04-30", True),
        ("2024-10-31", True),
    ]
    assert str(found["task-13"].earliest) == "2024-08-19"
    assert [id for id, one in found.items() if one.milestone] == ["task-6", "task-14"]


def test_what_has_no_counterpart_is_asked_by_its_cell_and_left_out() -> None:
    draft, _ = of_xml(hall())
    assert whys(draft) == [
        ("11·前置任务", "9FF"),
        ("11·前置任务", "8FS-2d"),
        ("13·前置任务", "10FS+50%"),
        ("15·前置任务", "14SF"),
        ("8·资源名称", "某某公司"),
        ("9·资源名称", "某某公司"),
    ]
    assert [need.id for need in tasks(draft)["task-11"].needs] == ["task-8"]
    assert tasks(draft)["task-15"].needs == ()


def test_what_was_read_otherwise_is_told_by_its_cell() -> None:
    told = [(one.cell.removeprefix("任务"), one.says) for one in of_xml(hall())[0].asides]
    assert {
        ("9·前置任务", "8SS+10d"),
        ("4·完成百分比", "100%"),
        ("5·完成百分比", "40%"),
        ("5·资源名称", "[50%]"),
        ("8·任务日历", "夜间施工"),
        ("15·限制类型", ""),
        ("16·任务名称", ""),
    } <= set(told)


def test_the_calendar_of_a_project_has_its_week_and_its_exceptions() -> None:
    _, calendar = of_xml(hall())
    assert calendar is not None
    assert [calendar.works(day) for day in map(_day, ("2024-05-02", "2024-05-04", "2024-05-06"))] == [
        False,
        False,
        True,
    ]
    _, six = of_xml(project([task(1, 1, "甲", **days(1), Start="2024-03-04")], week=(2, 3, 4, 5, 6, 7)))
    assert six is not None
    assert six.works(_day("2024-05-04"))


def _day(text: str) -> object:
    return read_day(text)


def test_a_csv_of_tasks_reads_the_same_in_chinese() -> None:
    (table,) = read_file("archive.csv", (DATA / "archive.csv").read_bytes())
    draft = read_tasks(table, Names())
    found = tasks(draft)
    assert draft.heading == "历史档案数字化"
    assert [(one.length.days, str(one.due)) for one in list(found.values())[:3]] == [
        (9, "2024-04-16"),  # the day it begins on is not counted
        (20, "2024-05-17"),
        (14, "2024-05-10"),
    ]
    assert found["task-5"].needs == (
        Need("/历史档案数字化", "task-3", "采购扫描服务", lag=Length(2)),
        Need("/历史档案数字化", "task-4", "整理卷宗"),
    )
    assert [(one.cell, one.says) for one in draft.questions] == [("G7", "5FF"), ("G8", "99"), ("G9", "7FS-1 个工作日")]
    assert found["task-8"].milestone
    assert found["task-5"].owner == "扫描服务商"


def test_a_csv_of_tasks_reads_the_same_in_english_by_dotted_numbers_with_days_before_months() -> None:
    (table,) = read_file("roll.csv", (DATA / "roll.csv").read_bytes())
    draft = read_tasks(table, Names())
    assert [(row.title, row.leads, row.supports) for row in draft.rows] == [
        ("Voter registration", ("Operations",), ("Regional Offices",)),
        ("Training", ("Training Unit",), ("Regional Offices",)),
    ]
    found = tasks(draft)
    assert (str(found["task-2"].earliest), str(found["task-4"].due), found["task-4"].firm) == (
        "2024-07-01",
        "2024-09-16",
        True,
    )
    assert found["task-6"].needs[0] == Need(
        "/Voter registration", "task-2", "Prepare forms", begun=True, lag=Length(10)
    )
    assert draft.questions == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3", [Link("3", "3")]),
        ("3FS+2d,5", [Link("3FS+2d", "3", "FS", Length(2)), Link("5", "5")]),
        ("3；5、7", [Link("3", "3"), Link("5", "5"), Link("7", "7")]),
        ("3SS-1d", [Link("3SS-1d", "3", "SS", Length(1), ahead=True)]),
        ("3FS+50%", [Link("3FS+50%", "3", share=True)]),
        ("3FS+2 个工作日", [Link("3FS+2 个工作日", "3", "FS", Length(2))]),
        ("3完成-开始+1周", [Link("3完成-开始+1周", "3", "FS", Length(5))]),
        ("3FS+10ed", [Link("3FS+10ed", "3", "FS", Length(10, "calendar"))]),
        ("3ff+4h", [Link("3ff+4h", "3", "FF", Length(1))]),
        ("1.2.1FS", [Link("1.2.1FS", "1.2.1")]),
        ("3FS+0d", [Link("3FS+0d", "3")]),
        ("", []),
    ],
)
def test_links_as_programs_write_them(text: str, found: list[Link]) -> None:
    assert list(read_links(text)) == found


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("5d", Length(5)),
        ("5 days?", Length(5)),
        ("10 个工作日", Length(10)),
        ("2 周工时", Length(10)),
        ("1 mon", Length(20)),
        ("12 hrs", Length(2)),
        ("3 edays", Length(3, "calendar")),
        ("15", Length(15)),
        ("0d", Length(0)),
        ("soon", None),
        ("5 fortnights", None),
    ],
)
def test_lengths_as_programs_write_them(text: str, length: Length | None) -> None:
    assert read_length(text) == length


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024/4/1 8:30", "2024-04-01"),
        ("2024-04-01T08:00:00", "2024-04-01"),
        ("2024年4月1日 星期一", "2024-04-01"),
        ("星期一 2024/4/1", "2024-04-01"),
        ("Mon 1 Apr 2024 8:00 AM", "2024-04-01"),
        ("Apr 1, 2024", "2024-04-01"),
        ("1-Apr-24", "2024-04-01"),
        ("25/4/24", "2024-04-25"),
        ("4/25/2024", "2024-04-25"),
        ("3/4/24", "None"),
        ("2024-02-30", "None"),
        ("later", "None"),
    ],
)
def test_days_as_programs_write_them_and_what_could_be_two_is_none(text: str, day: str) -> None:
    assert str(read_day(text)) == day


def test_one_day_shows_how_a_file_writes_all_of_them() -> None:
    assert month_first(iter(["3/4/24", "25/4/24"])) is False
    assert month_first(iter(["3/4/24", "4/25/24"])) is True
    assert month_first(iter(["3/4/24", "4/25/24", "25/4/24"])) is None
    assert (str(read_day("3/4/24", month_first=False)), read_share("60%"), read_share("?")) == ("2024-04-03", 60, 0)


HEAD = "ID,Name,Duration,Start,Finish,Predecessors,Resource Names\n"


def test_a_circle_is_opened_and_asked_about() -> None:
    draft = of_csv(HEAD + "1,a,2d,2024-03-04,,3,x\n2,b,2d,,2024-03-08,1,x\n3,c,2d,,,2,x\n4,d,1d,,,4,x\n")
    assert [(one.cell, one.says) for one in draft.questions] == [("F5", "4"), ("F3", "1")]
    assert sum(len(one.needs) for one in tasks(draft).values()) == 2


def test_what_is_missing_or_unclear_is_asked() -> None:
    draft = of_csv(HEAD + "1,a,soon,2024-03-04,3/4/24,,有关单位\n1,b,,,,1,\n2,c,,2024-03-04,2024-03-08,,x\n")
    assert [(one.cell, one.why) for one in draft.questions] == [
        ("A3", "标识号重复，前置任务按第一个理解"),
        ("G2", "“有关单位”未点名"),
        ("C2", "工期读不出，暂按1个工作日"),
        ("E2", "日期读不出或有歧义，请写成2024-06-30的样子"),
        ("B3", "没有工期，暂按1个工作日"),
        ("G3", "没有写明由谁负责"),
    ]
    assert [one.length.days for one in tasks(draft).values()] == [1, 1, 4]


def test_what_was_read_of_a_task_does_not_hang_on_where_it_stands() -> None:
    lines = ["1,a,2d,2024-03-04,2024-03-05,,x", "2,b,2d,,2024-03-07,1,x"]
    first = of_csv(HEAD + "\n".join(lines))
    moved = of_csv(HEAD + "\n".join(["9,z,1d,2024-03-04,2024-03-04,,x", *lines]))
    longer = of_csv(HEAD + "\n".join([lines[0], lines[1].replace("2d", "3d")]))
    told = [[as_read(row) for row in draft.rows] for draft in (first, moved, longer)]
    assert told[0] == told[1][1:]
    assert [one == other for one, other in zip(told[0], told[2], strict=True)] == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE Project [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><Project><Title>&b;</Title></Project>',
        '<!DOCTYPE Project [<!ENTITY x SYSTEM "file:///etc/passwd">]><Project><Title>&x;</Title></Project>',
        '<!DOCTYPE Project SYSTEM "http://127.0.0.1:9/x.dtd"><Project/>',
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY % p SYSTEM "file:///dev/zero">%p;]><Project/>',
        "<Project><Title>&undefined;</Title></Project>",
        "<Project>" + "<a>" * 50 + "</a>" * 50 + "</Project>",
        "<html/>",
        "<Project><Tasks>",
        "no xml",
        "",
        "<Project><MinutesPerDay>many</MinutesPerDay></Project>",
    ],
)
def test_hostile_and_broken_files_are_refused_and_nothing_else_is_read(text: str) -> None:
    with pytest.raises(BadInput, match=r"a\.xml: unreadable-table"):
        read_project("a.xml", text.encode())


def test_more_tasks_or_links_than_a_plan_can_hold_are_refused() -> None:
    with pytest.raises(BadInput, match="more than 5000 tasks"):
        read_project("a.xml", project([task(one, 1, "a") for one in range(5001)]).encode())
    phase: Sequence[str] = [f"{one},a,1d,2024-03-04,,,x,2" for one in range(2, 402)]
    waiting = [f"{one},b,1d,,,1,x,2" for one in range(500, 700)]
    text = "\n".join([HEAD.strip() + ",Level", "1,p,,,,,,1", *phase, "499,q,,,,,,1", *waiting])
    with pytest.raises(TooMuch, match="50000"):
        of_csv(text)


def test_a_table_of_an_office_is_no_project() -> None:
    tables = read_file("port.csv", (DATA.parent / "tables" / "port.csv").read_bytes())
    assert [find_project(table) for table in tables] == [None]


def test_a_link_into_another_file_or_to_a_task_above_is_asked_about() -> None:
    text = project([task(1, 1, "阶段"), task(2, 2, "甲", [link(1), link(77)], **days(2), Start="2024-03-04")])
    assert whys(of_xml(text)[0]) == [("2·前置任务", "1FS"), ("2·前置任务", "77FS")]
