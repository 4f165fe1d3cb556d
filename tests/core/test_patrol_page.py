"""The patrol's page, whole."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from duban.core.ledger.summary import Delivery, Light, NoticeRow
from duban.core.telling.patrol_page import Patrolled, patrol_page
from tests.bureau import COSMETICS, OFFICER, TRAINING, ZONE, office
from tests.contracts.samples import notice, summary

NOW = datetime(2024, 4, 15, 10, tzinfo=ZONE)


def row(key: str, delivery: Delivery, next_try: datetime | None = None, **said: Any) -> NoticeRow:
    told = {"step": "draft", "slip": "press", "recipient": OFFICER, "outcome": "550 无此用户"}
    return notice(key, COSMETICS, delivery=delivery, next_try=next_try, **{**told, **said})


QUIET = Patrolled(
    office(),
    NOW,
    dead=(),
    stuck=(),
    outcomes={},
    summaries=(
        summary(COSMETICS, reason="正常推进", light=Light.GREEN),
        summary(TRAINING, reason="“举办培训”已逾期3个工作日", light=Light.RED),
        summary("gone"),
    ),
)


def test_a_quiet_day() -> None:
    assert patrol_page(QUIET).splitlines() == [
        "# 巡查　知识产权局2024年工作要点",
        "",
        "统计日期 2024-04-15　**送达失败未处理 0 份**　受阻 0 份",
        "",
        "今日通知：尚无。",
        "",
        "## 各项举措",
        "",
        "| 灯 | 举措 | 办结 | 说明 |",
        "| --- | --- | --- | --- |",
        "| 🔴红灯 | 6.02 加强知识产权培训 | 1/2 | “举办培训”已逾期3个工作日 |",
        "| 🟢绿灯 | 2.04a 推进化妆品产业知识产权保护 | 1/2 | 正常推进 |",
    ]


def test_what_is_amiss_is_named_with_its_reason_and_its_remedy() -> None:
    instead = row("k/instead/protection-deputy", Delivery.DEAD, recipient="protection-deputy", outcome="超时")
    again = NOW + timedelta(minutes=30)
    late = row("digest/2024-04-15", Delivery.QUEUED, NOW - timedelta(hours=2), step="", slip="digest", outcome="")
    page = patrol_page(
        replace(
            QUIET,
            dead=((row("k", Delivery.DEAD), instead),),
            stuck=(row("l", Delivery.RETRYING, again, slip="remind"), late._replace(initiative=f"@{OFFICER}")),
            outcomes={Delivery.SENT: 12, Delivery.DEAD: 2},
        )
    )
    lines = page.splitlines()
    assert lines[2] == "统计日期 2024-04-15　**送达失败未处理 1 份**　受阻 2 份"
    assert lines[4] == "今日通知：已送达 12 份，送达失败 2 份。"
    dead = lines[lines.index("## 送达失败，事项尚未办结") + 4]
    assert dead == (
        "| 《工作催办单》 | 保护处联络员 | 2.04a 起草化妆品产业知识产权保护方案 "
        "| 550 无此用户；改送保护处副处长：超时 "
        "| 核对通讯录中 protection-officer 的通道，"
        "然后 duban notices resend cosmetics/k --as coordinator --reason 理由 |"
    )
    first, second = lines[lines.index("## 受阻") + 4 :][:2]
    assert first.endswith("| 550 无此用户 | 04-15 10:30 再送 |")
    assert second == "| 《督办日报》 | 保护处联络员 | digest/2024-04-15 |  | 已过点，请查看巡查是否按时运行 |"


def test_what_the_plan_no_longer_has_is_named_by_its_id() -> None:
    page = patrol_page(replace(QUIET, dead=((row("k", Delivery.DEAD, step="removed"),),)))
    assert "| 保护处联络员 | removed |" in page
