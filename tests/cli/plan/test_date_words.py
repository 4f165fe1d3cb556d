"""The plan's own words for dates, from the files to what people read: named days, repeats, periods, months."""

import pytest

from tests.cli.conftest import PLAN, Bureau, write

FAIR = """\
id: fair
title: 办好展会
source: "1.2"
lead: protection
supervisor: deputy-director
steps:
  - {id: hall, title: 布展, kind: work, duration: 3, due: 10 days before opening}
  - {id: open, title: 开幕, kind: milestone, due: opening}
  - {id: week, title: 周报, kind: work, repeat: weekly, duration: 1, due: day 5 of period}
  - {id: figures, title: 月报, kind: work, repeat: monthly, duration: 3, due: day 25 of period}
  - {id: half, title: 半年小结, kind: work, repeat: half-yearly, duration: 3}
  - {id: wait, title: 异议期, kind: period, duration: 1 month, basis: 办法第九条}
"""


@pytest.fixture
def fair(bureau: Bureau) -> Bureau:
    """A fair that opens on 15 June; the plan is that of the small bureau otherwise."""
    plan = PLAN.replace("coordinator: coordinator", "coordinator: coordinator\ndates: {opening: 2024-06-15}")
    plan = plan.replace("ends: 2024-06-28", "ends: 2024-06-30")
    write(bureau.config, {"plans/small-2024/plan.yaml": plan, "plans/small-2024/protection/fair.yaml": FAIR})
    bureau.ok("check")
    bureau.at("2024-04-01 09:00").tick()
    return bureau


@pytest.mark.parametrize(
    ("step", "limit"),
    [
        ("hall", "2024年6月5日（opening（2024年6月15日）前10个自然日）"),
        ("open", "2024年6月15日（计划写明的日期：opening）"),
        ("week@2024-w14", "2024年4月3日（本期第5日，遇休息日提前）"),  # the 5th is Qingming, the 4th too
        ("week@2024-w18", "2024年4月30日（本期第5日，遇休息日提前）"),  # 1 to 5 May are off
        ("figures@2024-04", "2024年4月25日（本期第25日，遇休息日提前）"),
        ("figures@2024-05", "2024年5月24日（本期第25日，遇休息日提前）"),  # a Saturday
    ],
)
def test_why_tells_the_deadline_and_the_words_it_comes_from(fair: Bureau, step: str, limit: str) -> None:
    assert limit in fair.ok("why", f"fair/{step}")


def test_a_month_ends_on_the_same_day_of_the_next(fair: Bureau) -> None:
    assert "2024年5月1日完成" in fair.ok("why", "fair/wait")


def test_the_day_of_an_event_is_moved_in_one_place(fair: Bureau) -> None:
    fair.ok("apply")
    plan = fair.config / "plans/small-2024/plan.yaml"
    plan.write_text(plan.read_text("utf-8").replace("opening: 2024-06-15", "opening: 2024-06-20"), "utf-8")
    told = fair.run("diff").stdout
    assert "时限opening（2024年6月15日）前10个自然日改为opening（2024年6月20日）前10个自然日" in told
    assert "时限opening（2024年6月15日）改为opening（2024年6月20日）" in told
    assert "~ 日期“opening”：2024年6月15日改为2024年6月20日，2项随之调整：" in told
    assert "（fair/hall）、" in told


def test_a_day_may_have_a_chinese_name(fair: Bureau) -> None:
    for name in ("plans/small-2024/plan.yaml", "plans/small-2024/protection/fair.yaml"):
        text = (fair.config / name).read_text("utf-8")
        (fair.config / name).write_text(text.replace("opening", "开幕"), "utf-8")
    fair.ok("check")
    fair.ok("apply")
    assert "2024年6月5日（开幕（2024年6月15日）前10个自然日）" in fair.ok("why", "fair/hall")
    assert "计划没有变化" in fair.ok("diff")
    fair.ok("roll", "small-2024", "--year", "2025")
    fair.ok("check", "config/plans/small-2025")
    assert "before 开幕" in (fair.config / "plans/small-2025/protection/fair.yaml").read_text("utf-8")


def test_a_plan_with_these_words_is_rolled(fair: Bureau) -> None:
    fair.ok("roll", "small-2024", "--year", "2025")
    fair.ok("check", "config/plans/small-2025")
    folder = fair.config / "plans/small-2025"
    assert "dates: {opening: 2025-06-15}" in (folder / "plan.yaml").read_text("utf-8")  # a day off stays on its date
    assert (folder / "protection/fair.yaml").read_text("utf-8") == FAIR
