"""Every kind of entry, told in Chinese."""

from typing import Any

import pytest

from duban.core.ledger.entries import Draft, EntryKind, chained
from duban.core.telling.events import EVENTS, event, in_full, title_of
from tests.core.builders import day, moment
from tests.core.test_revised import NAMES

SLIP = {"notice": "draft/2024-06-14/remind/officer", "slip": "remind", "recipient": "officer"}
KEY = {"notice": "draft/2024-06-14/remind/officer"}


def told(kind: EntryKind, actor: str = "officer", step: str = "draft", **data: Any) -> Any:
    draft = Draft(kind, step, actor, data)
    at = moment("2024-06-05")
    return chained((draft,), plan="p", initiative="here", after=None, at=at, day=day("2024-06-05"))[0]


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("adopted", {}, "纳入督办"),
        ("opened", {"day": "2024-06-05"}, "启动"),
        ("opened", {"day": "2024-06-03"}, "启动（自2024年6月3日）"),
        ("signed", {"reason": "收到"}, "officer岗签收"),
        ("reported", {"progress": 40, "remaining": 6}, "officer岗反馈：进度40%，预计还需6天"),
        ("reported", {"progress": 40, "value": 12.0, "reason": "顺利"}, "officer岗反馈：进度40%，已达12件，顺利"),
        ("submitted", {"evidence": ["方案"], "reason": "请审"}, "officer岗报送办结：请审"),
        ("returned", {"reason": "补充"}, "officer岗退回：补充"),
        ("approved", {}, "officer岗审核通过"),
        ("completed", {"day": "2024-06-05"}, "办结"),
        ("extension-asked", {"to": "2024-06-28", "late": True}, "officer岗申请延期至2024年6月28日（逾期提出）"),
        ("extension-granted", {"to": "2024-06-28"}, "officer岗同意延期至2024年6月28日"),
        ("extension-refused", {"reason": "不宜"}, "officer岗不同意延期：不宜"),
        ("suspended", {}, "officer岗中止办理"),
        ("resumed", {}, "officer岗恢复办理"),
        ("handed-over", {"to": "law", "reason": "调整"}, "officer岗转由法规处承办：调整"),
        ("cancelled", {"reason": "合并"}, "officer岗终止：合并"),
        ("acknowledged", {}, "officer岗知悉"),
        ("replanned", {"added": True, "reason": "新任务"}, "officer岗调整计划（计划新增此事项）：新任务"),
        ("replanned", {"removed": True}, "officer岗调整计划（计划删去此事项）"),
        ("replanned", {"was": "outline", "edits": {}}, "officer岗调整计划（原编号outline）"),
        ("replanned", {"moved": "2024-06-14"}, "officer岗调整计划（原时限2024年6月14日）"),
        (
            "replanned",
            {"edits": {"due": ["2024-06-14", "2024-06-28"]}, "moved": "2024-06-14"},
            "officer岗调整计划（时限2024年6月14日改为2024年6月28日）",
        ),
        (
            "replanned",
            {"recounted": ["2024-06-14", "2024-06-14", "2024-06-19"], "reason": "检修"},
            "officer岗调整计划（工作日历调整，时限由2024年6月14日改为2024年6月19日）：检修",
        ),
        (
            "replanned",
            {"recounted": ["2024-06-14", "2024-06-28", "2024-06-28"]},
            "officer岗调整计划（工作日历调整，时限不变，原时限仍为2024年6月14日）",
        ),
        ("replanned", {"limit": ["2024-06-14", "2024-06-14"]}, "officer岗调整计划（办结时的时限记入台账）"),
        ("disowned", {"reason": "不归我处"}, "officer岗说明不是本单位办的：不归我处"),
        ("disowned", {"to": "judge"}, "officer岗说明不是本单位办的（认为应由judge岗办理）"),
        (
            "disregarded",
            {"entries": [[3, 5], [8, 8]], "reason": "时钟快了"},
            "officer岗因系统时间有误，将4条系统记录作为不计：时钟快了",
        ),
        ("plan-applied", {"reason": "年中调整"}, "officer岗应用计划：年中调整"),
        (
            "plan-applied",
            {
                "reason": "检修",
                "altered": [["calendar.2024-06-05", [True, ""], [False, ""]], ["escalation.interval", 2, 0]],
                "moves": [["here/x", "due", [], []], ["here/x", "rung", [], []], ["here/y", "due", [], []]],
            },
            "officer岗应用计划及工作日历、督办规则的调整（涉及2个在办事项）：检修",
        ),
        ("action-started", {}, "自动执行开始"),
        ("action-waiting", {}, "已启动另一处的运行，等待结束"),
        ("action-succeeded", {"outcome": "已发布"}, "自动执行完成：已发布"),
        ("action-failed", {"reason": "断网"}, "自动执行失败：断网"),
        ("measured", {"value": 12.5}, "系统测得12.5件"),
        ("measuring-failed", {"reason": "断网"}, "指标未能测得：断网"),
        ("rung-skipped", KEY, "通知draft/2024-06-14/remind/officer不再补发"),
        ("notice-queued", SLIP, "《到期提醒》待发officer岗"),
        ("notice-bundled", KEY, "通知draft/2024-06-14/remind/officer编入督办日报"),
        ("notice-claimed", KEY, "通知draft/2024-06-14/remind/officer正在发送"),
        ("notice-sent", SLIP | {"outcome": "250"}, "《到期提醒》送officer岗"),
        ("notice-refused", KEY | {"outcome": "满"}, "通知draft/2024-06-14/remind/officer未送达，稍后再送：满"),
        ("notice-postponed", KEY, "通知draft/2024-06-14/remind/officer推迟发送"),
        ("notice-dropped", KEY, "通知draft/2024-06-14/remind/officer不再发送"),
        ("notice-dead", KEY, "通知draft/2024-06-14/remind/officer未能送达"),
        ("notice-revived", SLIP | {"reason": "已更正"}, "officer岗要求将《到期提醒》重新送officer岗：已更正"),
    ],
)
def test_what_an_entry_tells(kind: str, data: dict[str, Any], words: str) -> None:
    assert event(NAMES, told(EntryKind(kind), **data), "件") == words


def test_every_kind_can_be_told() -> None:
    assert set(EVENTS) == set(EntryKind)


def test_in_full_deliverables_are_named() -> None:
    entry = told(EntryKind.SUBMITTED, evidence=["方案", "说明"])
    assert in_full(NAMES, entry) == "officer岗报送办结（成果：方案、说明）"
    assert in_full(NAMES, told(EntryKind.SIGNED)) == "officer岗签收"


def test_what_an_entry_is_about() -> None:
    assert title_of(NAMES, told(EntryKind.SIGNED)) == "“draft事项”"
    assert title_of(NAMES, told(EntryKind.SIGNED, step="gone")) == "“here/gone”"
    assert title_of(NAMES, told(EntryKind.ADOPTED, step="")) == ""
