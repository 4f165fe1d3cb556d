"""Which pattern the words of a task propose, and that every word of headers stands in the words' files."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from duban.drafting.deadlines import read_due
from duban.drafting.headers import Role, role_of
from duban.drafting.reading import TaskRow
from duban.drafting.steps import pattern_of

STARTS, ENDS = date(2024, 1, 1), date(2024, 12, 31)
ROW = TaskRow("B2", "", None, None, (), (), None, None, read_due("9月底前", 2024), None, None, "")


@pytest.mark.parametrize(
    ("title", "pattern", "value"),
    [
        ("制定《数据登记管理办法》", "normative", "《数据登记管理办法》"),
        ("修订差旅费管理规定", "normative", "《差旅费管理规定》"),
        ("提请修订市专利促进条例，形成草案", "legislation", "《专利促进条例》"),
        ("编制全域旅游规划", "scheme", "《全域旅游规划》"),
        ("制定安全生产治本攻坚方案", "scheme", "《安全生产治本攻坚方案》"),
        ("举办区民艺术节", "event", "区民艺术节"),
        ("组织财会人员培训", "event", "财会人员培训"),
        ("开展联合应急演练", "event", "联合应急演练"),
        ("建设政务服务平台", "platform", "政务服务平台"),
        ("发布知识产权白皮书", "report", "知识产权白皮书"),
        ("开展部门整体支出绩效评估", "report", "部门整体支出绩效评估报告"),
        ("评估信用体系", "report", "信用体系评估报告"),
        ("认定高价值专利培育中心", "pilot", "高价值专利培育中心"),
        ("筹建海外维权分中心", "start-up", "海外维权分中心"),
    ],
)
def test_a_task_with_a_day_has_the_pattern_of_its_verb(title: str, pattern: str, value: str) -> None:
    found = pattern_of(replace(ROW, title=title), STARTS, ENDS)
    assert found is not None
    assert found["pattern"] == pattern
    assert value in dict(found["values"]).values()  # type: ignore[call-overload]
    assert "2024-09" in dict(found["dates"]).values()  # type: ignore[call-overload]


@pytest.mark.parametrize("title", ["推进财政电子票据改革", "完善旅游标识", "做好景区安全管理", "检查社会组织"])
def test_what_goes_on_has_the_pattern_of_standing_work(title: str) -> None:
    found = pattern_of(replace(ROW, title=title, due=read_due("全年", 2024)), STARTS, ENDS)
    assert found is not None
    assert found["pattern"] == "routine"
    assert found["dates"] == {"mid-year-review": "2024-07-01", "concluded": "2024-12-31"}


@pytest.mark.parametrize("title", ["推进机场快速路建设", "新增公交线路6条"])
def test_what_no_verb_tells_has_steps_of_its_own(title: str) -> None:
    assert pattern_of(replace(ROW, title=title), STARTS, ENDS) is None


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("责任部门（科室）", Role.UNITS),
        ("办结时间", Role.DUE),
        ("时间节点", Role.DUE),
        ("完成期限", Role.DUE),
        ("目标要求", Role.RESULT),
        ("具体措施", Role.DETAIL),
        ("分管领导", Role.SUPERVISOR),
        ("分管院领导", Role.SUPERVISOR),
        ("挂钩领导", Role.SUPERVISOR),
        ("工作类别", Role.SECTION),
        ("牵头处室", Role.LEAD),
        ("配合股室", Role.SUPPORT),
        ("第三季度", Role.DUE),
        ("10月", Role.DUE),
        ("完成时限 Deadline", Role.DUE),
        ("任务 Task", Role.TITLE),
        ("Responsible unit", Role.UNITS),
        ("Supporting departments", Role.SUPPORT),
        ("Completion date", Role.DUE),
        ("Key activities", Role.TITLE),
        ("Expected output", Role.RESULT),
        ("Budget", Role.OTHER),
        ("联系电话", Role.OTHER),
    ],
)
def test_headers_mean_what_offices_mean_by_them(name: str, role: Role) -> None:
    assert role_of(name) is role


def test_no_word_of_a_header_or_a_verb_stands_in_code() -> None:
    folder = Path(__file__).parent.parent.parent / "duban" / "drafting"
    for name in ("headers.py", "steps.py", "project_lines.py"):
        code = re.sub('""".*?"""|#.*', "", (folder / name).read_text(encoding="utf-8"), flags=re.DOTALL)
        assert [word for word in ("牵头单位", "序号", "举办", "制定", "前置任务") if word in code] == [], name
