"""The forecast listens to what people report: what is left follows the last report.

10 working days from Monday 2 March 2026 end on the 16th.
"""

from dataclasses import replace

import pytest

from duban.core.deciding.commands import Refused
from duban.core.deciding.deadlines import left, left_unsaid, still_takes
from duban.core.forecasting.chances import Chance, chances
from duban.core.forecasting.facts import facts_of
from duban.core.forecasting.forecast import forecast
from duban.core.forecasting.schedule import Schedule
from duban.core.ledger.entries import EntryKind
from duban.core.ledger.summary import Light
from duban.core.planning.lights import Lights
from duban.core.planning.plan import Target
from tests.core.builders import Story, calendar, day, indicator, policy, review, work


def ten_days(**said: object) -> Story:
    return Story(work("x", days=10, due="2026-03-20", **said), review("y", "x", days=2), on="2026-03-02")


def schedule(story: Story) -> Schedule:
    return Schedule(story.office.plan, calendar(), facts_of([(story.look, story.decision)]), story.look.today)


def expected(story: Story) -> list[str]:
    """The last days of the step and of what waits for it, as decided and as the forecast of the plan has them."""
    rows = story.decision.rows.values()
    assert {ref.step: last for ref, last in forecast(schedule(story)).finish.items()} == {
        row.step: row.forecast for row in rows if row.finished is None
    }
    return [f"{row.forecast:%m-%d}" for row in rows if row.forecast]


def reported(story: Story, on: str, **said: object) -> Story:
    return story.on(on).act("officer", "report", "x", **said)


def chance(story: Story) -> Chance:
    return next(one for one in chances(schedule(story)).steps if one.step.step == "x")


def test_a_tenth_on_the_ninth_of_ten_days_is_not_forecast_in_time() -> None:
    story = reported(ten_days(), "2026-03-13", progress=10)
    assert expected(story) == ["03-26", "03-30"]  # nine days are left
    assert story.row("x").reason is not None
    assert chance(story).kept == 0


def test_much_on_the_second_day_is_forecast_early() -> None:
    assert expected(reported(ten_days(), "2026-03-04", progress=90)) == ["03-05", "03-09"]


def test_what_is_said_to_remain_is_what_remains() -> None:
    story = reported(ten_days(), "2026-03-13", progress=10, remaining=6)
    assert expected(story) == ["03-23", "03-25"]
    assert expected(reported(story, "2026-03-16", remaining=0)) == ["03-16", "03-18"]
    assert expected(reported(story, "2026-03-16", progress=50)) == ["03-23", "03-25"]  # the last report counts


def test_a_remark_or_a_value_says_nothing_of_what_remains() -> None:
    assert expected(ten_days().on("2026-03-13").act("officer", "report", "x", "正在征求意见")) == ["03-16", "03-18"]


def test_past_its_estimate_with_little_done_it_is_not_forecast_for_today() -> None:
    story = reported(ten_days(), "2026-03-16", progress=15)
    assert expected(story) == ["03-27", "03-31"]
    assert expected(story.on("2026-03-30")) == ["04-07", "04-09"]  # half of nine days, and a holiday
    assert expected(story.on("2026-03-31")) == ["04-08", "04-10"]


@pytest.mark.parametrize("on", ["2026-03-28", "2026-03-29", "2026-03-30"])
def test_it_does_not_move_because_somebody_looks_on_a_day_off(on: str) -> None:
    assert expected(reported(ten_days(), "2026-03-16", progress=15).on(on)) == ["04-07", "04-09"]


def test_calendar_days_are_left_as_calendar_days_and_rest_puts_them_off() -> None:
    story = Story(work("x", days="20 days"), on="2026-03-02")
    assert expected(reported(story, "2026-03-12", progress=50)) == ["03-23"]  # the 22nd is a Sunday
    story.on("2026-03-13").act("head", "suspend", "x", "等意见").on("2026-03-18").act("head", "resume", "x")
    assert expected(story) == ["03-27"]


def test_months_are_parted_as_days_of_the_calendar() -> None:
    """Two months from 2 March are 61 days: half of them are 31, which end on Sunday 12 April."""
    story = Story(work("x", days="2 months", due="2026-05-29"), on="2026-03-02")
    assert expected(story) == ["05-06"]
    assert expected(reported(story, "2026-03-12", progress=50)) == ["04-13"]
    assert expected(reported(story, "2026-03-13", remaining=10)) == ["03-23"]
    assert chance(story).p80 == day("2026-03-23")
    assert expected(story.on("2026-04-01")) == ["04-07"], "half of ten days, and a holiday"


def test_a_value_is_a_report_of_its_share() -> None:
    """Of 150 working days half of the target leaves 75, from the day of the value on."""
    story = Story(indicator("x", at_least=300, days=150, due="2026-10-30"), on="2026-01-05")
    story.on("2026-07-01").act("officer", "report", "x", value=150.0)
    assert still_takes(story.look, story.initiative.steps["x"], story.step("x")) == (day("2026-07-01"), 75)
    assert expected(story) == ["10-20"]
    measured = story.on("2026-08-03").happens(EntryKind.MEASURED, "x", value=153.0, period="2026-08", source="表")
    assert expected(measured) == ["11-19"]
    assert measured.row("x").forecast == day("2026-11-19")
    assert chance(measured).kept == 0


def test_days_said_to_remain_win_over_the_value_until_the_next_one() -> None:
    story = Story(indicator("x", at_least=300, days=150, due="2026-12-11"), on="2026-01-05")
    story.on("2026-07-01").act("officer", "report", "x", value=100.0, remaining=20)
    assert expected(story) == ["07-29"]
    assert expected(story.on("2026-07-02").act("officer", "report", "x", value=150.0)) == ["10-21"]


def test_a_ceiling_is_not_worked_off_by_its_values() -> None:
    target = Target(3, "起", at_most=True)
    story = Story(replace(indicator("x", days=10, due="2026-12-11"), target=target), on="2026-01-05")
    before = expected(story)
    assert expected(story.act("officer", "report", "x", value=1.0)) == before


def test_rest_that_began_after_the_estimate_is_not_taken_for_work() -> None:
    """Twelve of at most thirty days have gone when it is put to rest, and as many when it goes on."""
    story = Story(work("x", days=[5, 10, 30]), on="2026-03-02").on("2026-03-18")
    before = chance(story)
    story.act("head", "suspend", "x", "等批复").on("2026-04-20")
    resting = chance(story)
    after = chance(story.act("head", "resume", "x"))
    lost = calendar().between(day("2026-03-18"), day("2026-04-20"))
    assert [after.p50, after.p80] == [calendar().add(one, lost) for one in (before.p50, before.p80)]
    assert (resting.p50, resting.p80) == (after.p50, after.p80)
    assert expected(story) == ["04-20"]


def test_work_that_was_sent_back_is_nearly_done() -> None:
    story = reported(ten_days(review="law"), "2026-03-10", progress=40)
    story.act("officer", "submit", "x").on("2026-03-12").act("judge", "return", "x", "补充说明")
    assert expected(story) == ["03-13", "03-17"]


def test_when_the_light_turns_is_known_beforehand() -> None:
    """It is green while what is left has its time, and yellow on the day on which it no longer has."""
    rules = policy(lights=Lights.model_validate({"forecast": True}))
    story = reported(
        Story(work("x", days=10, due="2026-03-20"), rules=rules, on="2026-03-02"), "2026-03-10", progress=70
    )
    assert (expected(story), story.row("x").light) == (["03-13"], Light.GREEN)
    while story.row("x").light is Light.GREEN:
        again = story.summary.look_again
        assert again
        story.on(again)
    assert (story.look.today, expected(story)) == (day("2026-03-19"), ["03-23"])  # two days are left anew every day


def test_chances_spread_what_is_left_as_the_estimates_do() -> None:
    story = Story(work("x", days=[5, 10, 30], due="2026-03-20"), on="2026-03-02")
    before = chance(story)
    after = chance(reported(story, "2026-03-03", progress=50))
    assert after.p80 < before.p80
    assert after.kept is not None
    assert before.kept is not None
    assert after.kept > before.kept
    assert chance(Story(work("x", days=[0, 0, 8]), on="2026-03-02").act("officer", "report", "x", remaining=3)).p80 == (
        day("2026-03-05")
    )


def test_days_left_are_whole_and_never_fewer_than_is_said() -> None:
    step, own = work("x", days=10), Story(work("x")).step("x")
    assert [left(calendar(), step, own._replace(progress=percent)) for percent in (0, 15, 95, 100)] == [10, 9, 1, 0]
    assert left(calendar(), step, own._replace(progress=15, remaining=6)) == 6
    assert [left_unsaid(days) for days in (0, 1, 9, 10)] == [0, 1, 5, 5]


@pytest.mark.parametrize("days", [-1, 10_000])
def test_what_cannot_remain_is_refused(days: int) -> None:
    with pytest.raises(Refused, match="剩余用时应为 0 至 9999 天"):
        reported(ten_days(), "2026-03-13", remaining=days)
