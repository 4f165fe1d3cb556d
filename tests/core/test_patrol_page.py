"""The patrol's page, whole."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from duban.core.ledger.notices import Delivery, NoticeRow
from duban.core.ledger.summary import Light, Reason
from duban.core.planning.lights import Rule
from duban.core.telling.links import to_page
from duban.core.telling.patrol_page import PatrolFindings, patrol_page
from duban.core.telling.seals import seal_line
from tests.bureau import COSMETICS, OFFICER, TRAINING, ZONE, office
from tests.contracts.samples import notice, step, summary

NOW = datetime(2024, 4, 15, 10, tzinfo=ZONE)


def row(key: str, delivery: Delivery, next_try: datetime | None = None, **said: Any) -> NoticeRow:
    told = {"step": "draft", "slip": "press", "recipient": OFFICER, "outcome": "550 无此用户"}
    return notice(key, COSMETICS, delivery=delivery, next_try=next_try, **{**told, **said})


QUIET = PatrolFindings(
    office(),
    NOW,
    dead=(),
    stuck=(),
    outcomes={},
    summaries=(
        summary(COSMETICS, light=Light.GREEN, steps=(step("draft", light=Light.GREEN, reason=None),)),
        summary(TRAINING, light=Light.RED, steps=(step("lecture", light=Light.RED, reason=Reason(Rule.LATE, 3)),)),
        summary("gone"),
    ),
)


LIGHTS = """\
## 须先处理的举措

- 🔴红灯　[6.02 加强知识产权培训](../key/bureau-2024-training)<br>“举办方案解读培训”已逾期3个工作日

"""
SECTIONS = """\
## 2 保护

| 红黄绿灯　 | 举措 | 办结进度 |
| --- | --- | --- |
| 🔴红灯 | [6.02 加强知识产权培训](../key/bureau-2024-training) | 1/2 |
| 🟢绿灯 | [2.04a 推进化妆品产业知识产权保护](../key/bureau-2024-cosmetics) | 1/2 |
"""


def read(seen: PatrolFindings) -> str:
    return patrol_page(seen).replace("\u2060", "")


def test_a_quiet_day() -> None:
    assert (
        read(QUIET)
        == f"""\
# 巡查　知识产权局2024年工作要点

统计日期 2024年4月15日<br>**🔴红灯 1 项　🟢绿灯 1 项**
<br>送达失败未处理 0 份　受阻 0 份

[全局预测](../key/bureau-2024--forecast)

{LIGHTS}## 今日通知

尚无。

{SECTIONS}"""
    )


def test_the_last_seal_stands_at_the_top_and_why_there_is_none_of_today_among_what_is_amiss() -> None:
    line = seal_line(date(2024, 4, 15), "12 3f2a91bc77d0e41c")
    assert line == "台账存证第12号（2024年4月15日），指纹 3f2a 91bc 77d0 e41c"
    page = read(replace(QUIET, seal=line, unsealed="未作存证：密钥不在本机"))
    assert f"受阻 0 份\n<br>{line}\n" in page
    assert "## 台账未能存证\n\n- 未作存证：密钥不在本机\n" in page


def test_a_time_in_doubt_is_told_first_of_all() -> None:
    page = read(replace(QUIET, doubtful="本机时间为2025年4月15日，与台账不符"))
    assert "时间存疑\n\n- 本机时间为2025年4月15日，与台账不符\n" in page


def test_what_is_amiss_stands_first_with_its_reason_and_its_remedy() -> None:
    instead = row("k/instead/protection-deputy", Delivery.DEAD, recipient="protection-deputy", outcome="超时")
    again = NOW + timedelta(minutes=30)
    late = row("digest/2024-04-15", Delivery.QUEUED, NOW - timedelta(hours=2), step="", slip="digest", outcome="")
    page = read(
        replace(
            QUIET,
            dead=((row("k", Delivery.DEAD), instead),),
            stuck=(row("l", Delivery.RETRYING, again, slip="remind"), late._replace(initiative=f"@{OFFICER}")),
            outcomes={Delivery.SENT: 12, Delivery.DEAD: 2},
            healed=("部署“2.04a|推进”已被暂停，已恢复",),
        )
    )
    told = "原因：550 无此用户；改送保护处副处长：超时"
    resend = "duban notices resend cosmetics/k --as coordinator --reason 理由"
    assert (
        page
        == f"""\
# 巡查　知识产权局2024年工作要点

统计日期 2024年4月15日<br>**🔴红灯 1 项　🟢绿灯 1 项**
<br>送达失败未处理 1 份　受阻 2 份

[全局预测](../key/bureau-2024--forecast)

## 已修复的设置

- 部署“2.04a&#124;推进”已被暂停，已恢复

## 送达失败，事项尚未办结

- 《工作催办单》送保护处联络员：2.04a 起草化妆品产业知识产权保护方案<br>{told}<br>\
处理：核对通讯录中 protection-officer 的通道，然后 {resend}

## 受阻

- 《到期提醒》送保护处联络员：2.04a 起草化妆品产业知识产权保护方案<br>550 无此用户；04-15 10:30 再送
- 《督办日报》送保护处联络员：digest/2024-04-15<br>已过点，请查看巡查是否按时运行

{LIGHTS}## 今日通知

已送达 12 份，送达失败 2 份。

{SECTIONS}"""
    )


def test_what_is_not_in_force_is_told() -> None:
    page = read(replace(QUIET, waiting=("calendar", "directory")))
    assert (
        """\
## 尚未生效的调整

- 工作日历、通讯录：文件与现行的不同，尚未应用，仍按现行的办理<br>处理：duban diff 查看，duban apply 应用

"""
        in page
    )
    assert "文件有误" in read(replace(QUIET, waiting=("files",)))


def test_what_the_plan_no_longer_has_is_named_by_its_id() -> None:
    page = read(replace(QUIET, dead=((row("k", Delivery.DEAD, step="removed"),),)))
    assert "送保护处联络员：removed<br>" in page


def test_a_light_between_red_and_green_has_its_reason_beside_it() -> None:
    yellow, off = (
        summary(COSMETICS, light=Light.YELLOW, steps=(step("draft", reason=Reason(Rule.DAYS_LEFT, 2)),)),
        summary(TRAINING, light=Light.OFF, steps=(step("lecture", light=Light.OFF, reason=None),)),
    )
    page = read(replace(QUIET, summaries=(yellow, off)))
    assert "**🟡黄灯 1 项　⚪不亮灯 1 项**" in page
    linked = "[2.04a 推进化妆品产业知识产权保护](../key/bureau-2024-cosmetics)"
    told = "“起草化妆品产业知识产权保护方案”距时限2个工作日"
    assert f"| 🟡黄灯 | {linked}<br>{told} | 1/2 |" in page
    assert "须先处理" not in page


def test_a_section_of_which_nothing_is_known_is_left_out() -> None:
    assert "## 2 保护" not in read(replace(QUIET, summaries=()))


def test_a_title_cannot_end_its_link() -> None:
    assert to_page("甲](http://else)", "k") == "[甲&#93;(http：//else)](../key/k)"


def test_the_next_try_in_a_year_nobody_has_announced_is_marked() -> None:
    stuck = row("p", Delivery.RETRYING, NOW.replace(year=2025))
    guessed = replace(QUIET.office.calendar, provisional_years=frozenset({2025}))
    seen = replace(QUIET, office=replace(QUIET.office, calendar=guessed), stuck=(stuck,))
    assert "（暂定） 再送" in read(seen)
    assert "（暂定）" not in read(replace(QUIET, stuck=(stuck,)))
