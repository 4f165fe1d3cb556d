"""What a later deadline would move, in words."""

import pytest

from duban.core.deciding.commands import Refused
from duban.core.forecasting.facts import facts_of
from duban.core.forecasting.schedule import Schedule
from duban.core.telling.extensions import Rows, effects_in_words, effects_of
from tests.core.builders import Story, initiative, milestone, period, work


def told(story: Story, step: str, to: str) -> list[str | Rows]:
    facts = facts_of([(story.look, story.decision)])
    schedule = Schedule(story.office.plan, story.office.calendar, facts, story.look.today)
    return list(effects_in_words(*effects_of(story.office, schedule, story.initiative.steps[step].ref, to)))


def test_what_shifts_and_what_becomes_late_is_said() -> None:
    story = Story(work("draft", due="2024-06-14"), milestone("issued", "draft", due="2024-06-14"))
    first, heading, rows, *rest = told(story, "draft", "2024-06-21")
    assert first == "“draft事项”延期至2024年6月21日（只作测算，未记入台账）"
    assert heading == "预计完成日推迟的2项："
    assert [row[3:] for row in rows] == [("draft事项", "here/draft"), ("issued事项", "here/issued")]
    assert any(isinstance(one, str) and one.startswith("将误期：“issued事项”") for one in rest)


def test_what_ends_later_or_in_time_after_all_and_what_stays_is_said() -> None:
    there = initiative(work("train", "here/a", days=2, home="there"), name="there")
    story = Story(
        work("a", days=5, due="2024-06-07"),
        work("x", "a", days=5, due="2024-06-14"),
        work("y", "a", days=1, earliest="2024-07-01"),
        work("permit", days=30),
        work("fair", "a permit", days=1),
        beside=[there],
    )
    lines = [line for line in told(story, "a", "2024-06-12") if isinstance(line, str)]
    assert "办结日推迟的举措：" in lines
    assert [line for line in lines if line.startswith("误期加重：“x事项”")]
    assert "不再误期：“a事项”" in lines
    stays = [line for line in lines if line.startswith("不受影响：")]
    assert [(line[5:10], line[line.index("（") :]) for line in stays] == [
        ("“y事项”", "（启动日期另有规定）"),
        ("“fair", "（另等“permit事项”）"),
    ]


def test_a_day_it_would_not_need_moves_nothing() -> None:
    story = Story(work("draft", due="2024-06-03", days=30), on="2024-06-03")
    assert "预计完成日不变，不影响其他事项" in told(story, "draft", "2024-06-04")


def test_what_is_done_is_not_extended() -> None:
    story = Story(work("draft", due="2024-06-14")).act("officer", "submit", "draft")
    with pytest.raises(Refused, match="已办结或者终止，无须延期"):
        told(story, "draft", "2024-06-21")


def test_what_has_no_deadline_moves_none() -> None:
    story = Story(milestone("start"), period("publicity", days="10 days"))
    assert "随之变动的时限：" not in told(story, "publicity", "2024-07-31")
