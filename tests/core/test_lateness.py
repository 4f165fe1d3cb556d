"""The forecast in Chinese: what will be late and why, where to act first, and the page of the whole plan."""

import re
from dataclasses import replace
from pathlib import Path

from duban.core.forecasting.chances import chances
from duban.core.forecasting.facts import facts_of
from duban.core.forecasting.forecast import forecast
from duban.core.forecasting.schedule import Schedule
from duban.core.planning.plan import Section, StepRef
from duban.core.telling.lateness import PlanForecast, chain_of, lateness, moved
from duban.core.telling.outlook_page import outlook_page, without_forecast
from tests.core.builders import HERE, Story, initiative, milestone, period, review, work

SNAPSHOT = Path(__file__).parent.parent / "snapshots" / "pages" / "forecast.md"


def prospect(story: Story, *, drawn: bool = False) -> PlanForecast:
    facts = facts_of([(story.look, story.decision)])
    schedule = Schedule(story.office.plan, story.look.calendar, facts, story.look.today)
    return PlanForecast(story.office, schedule, forecast(schedule), chances(schedule, 50) if drawn else None)


def said(story: Story) -> dict[str, str]:
    seen = prospect(story)
    return {str(late.step): lateness(seen, late) for late in seen.forecast.late}


def delayed() -> Story:
    issue = milestone("issue", "check", due="2024-06-17")
    train = work("train", "here/issue", days=2, home="there", due="2024-06-20")
    steps = work("draft", days=5), review("check", "draft", days=5), issue
    return Story(*steps, beside=[initiative(train, name="there")]).on("2024-06-12")


def test_cause_first_step_and_what_moves_elsewhere_are_named() -> None:
    assert said(delayed()) == {
        "here/draft": "预计6月12日完成，晚1个工作日；宜先抓本事项（承办建设处，时限6月11日）",
        "here/issue": "因“draft事项”未完，预计6月19日完成，晚2个工作日；宜先抓“draft事项”（承办建设处，时限6月11日）"
        "；牵动“train事项”（there举措）推迟2个工作日",
        "there/train": "因“draft事项”（here举措）未完，预计6月21日完成，晚1个工作日"
        "；宜先抓“draft事项”（here举措）（承办建设处，时限6月11日）",
    }


def test_who_a_step_was_handed_to_is_who_is_named() -> None:
    story = delayed().act("head", "hand-over", "draft", "职责调整", to="law")
    assert "承办法规处" in said(story)["here/issue"]


def test_where_only_time_helps_that_is_said() -> None:
    story = Story(period("publicity", days="30 days"), milestone("issue", "publicity", due="2024-06-14"))
    assert said(story) == {
        "here/issue": "因“publicity事项”未完，预计7月3日完成，晚13个工作日；须待期间届满，没有可以先抓的事项"
    }


def test_a_step_to_act_on_need_not_have_a_deadline_yet() -> None:
    story = Story(period("notice", days="5 days"), work("a", "notice"), milestone("x", "a", due="2024-06-14"))
    assert said(story)["here/x"].endswith("宜先抓“a事项”（承办建设处）")


def test_many_steps_that_move_are_counted() -> None:
    seen = prospect(delayed())
    train = StepRef("there", "train")
    assert moved(seen, {train: 2}) == "；牵动“train事项”（there举措）推迟2个工作日"
    several = {StepRef(HERE, name): n for n, name in enumerate(("draft", "check", "issue"), start=1)} | {train: 9}
    assert moved(seen, several).startswith("；牵动“train事项”（there举措）推迟9个工作日、“issue事项”")
    assert moved(seen, several).endswith("，等4项")


def test_a_chain_names_initiatives_where_they_change() -> None:
    seen = prospect(delayed())
    chain = seen.forecast.chain(StepRef("there", "train"))
    assert chain_of(seen, chain) == "“draft事项”（here举措） → “check事项” → “issue事项” → “train事项”（there举措）"


# The page ------------------------------------------------------------------------------------------------------------


def paged(story: Story, *, drawn: bool = False) -> list[str]:
    sections = (Section("first", "第一部分", 1), Section("second", "第二部分", 2))
    story.office = replace(story.office, plan=replace(story.office.plan, sections=sections))
    page = outlook_page(prospect(story, drawn=drawn)).replace("\u2060", "")
    return [line for line in page.splitlines() if line]


def test_the_page_has_the_late_first_then_what_has_little_room() -> None:
    assert paged(delayed()) == SNAPSHOT.read_text().splitlines()


def test_the_page_says_how_likely_dates_are() -> None:
    draft, rest = work("draft", days=[5, 10, 12], due="2024-06-20"), work("rest", days=1, due="2024-12-31")
    lines = paged(Story(draft, rest), drawn=True)
    _, room, days = next(line for line in lines if "“draft事项”" in line).split(" | ")
    assert re.fullmatch(r"机动\d天<br>按期\d+%", room)
    assert re.fullmatch(r"时限 6月20日<br>预计 6月\d+日<br>八成 6月\d+日 \|", days)
    critical = lines[lines.index("## 最关键的事项") + 3]
    assert re.fullmatch(r"\| “draft事项”（here举措）<br>建设处 \| 100% \| 五成 6月\d+日<br>八成 6月\d+日 \|", critical)
    ending = next(line for line in lines if "[1.01 here举措](../key/p-here)<br>未办结 2 项" in line)
    assert "<br>八成 " in ending
    assert "预计全部事项都能按时办结。" in lines


def test_what_waits_for_its_day_alone_is_not_pressing() -> None:
    story = Story(work("later", days=5, earliest="2024-12-20", due="2024-12-30"), work("now", days=5, due="2024-06-14"))
    lines = paged(story)
    assert any("“now事项”" in line for line in lines)
    assert not any("“later事项”" in line for line in lines)


def test_when_all_is_over_the_page_is_short() -> None:
    story = Story(work("draft")).act("officer", "submit", "draft")
    assert paged(story, drawn=True) == [
        "# 全局预测　工作要点",
        "统计日期 2024年6月3日　未办结 0 项　**预计误期 0 项**",
        "[巡查](../key/p--patrol)",
        "预计全部事项都能按时办结。",
    ]


def test_a_plan_that_cannot_be_forecast_says_why() -> None:
    assert without_forecast(Story(work("a")).office.plan, "2030-01-01 | 越界").endswith(
        "无法预测：2030-01-01 &#124; 越界"
    )
