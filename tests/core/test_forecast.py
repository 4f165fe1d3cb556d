"""The forecast of a whole plan: from how the initiatives stand, through the whole graph at once."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from duban.core.deciding.forecast import Forecast, forecast
from duban.core.ledger.summary import Summary
from duban.core.planning.plan import Plan, StepRef
from tests.core.builders import Story, calendar, day, initiative, milestone, period, plan, work


def ahead(of: Plan, *summaries: Summary, on: str = "2024-06-03") -> Forecast:
    return forecast(of, calendar(), summaries, day(on))


def ref(text: str) -> StepRef:
    return StepRef.parse(text, "here")


def test_a_step_follows_what_it_needs_across_initiatives() -> None:
    first = initiative(work("draft", days=3), milestone("issued", "draft"))
    second = initiative(work("train", "here/issued", days=2, home="there"), name="there")
    told = ahead(plan(first, second))
    assert told.finish[ref("issued")] == day("2024-06-06")
    assert told.finish[ref("there/train")] == day("2024-06-11")  # Monday 10 June is a holiday
    assert told.late == ()


def test_what_happened_counts_from_the_day_it_did() -> None:
    story = Story(work("draft", days=5), work("issue", "draft", days=2)).act("officer", "submit", "draft")
    told = ahead(plan(story.initiative), story.summary)
    assert ref("draft") not in told.finish
    assert told.finish[ref("issue")] == day("2024-06-05")


def test_a_delay_goes_through_the_graph_and_names_where_acting_helps() -> None:
    issue = work("issue", "check", days=2, due="2024-06-14")
    story = Story(work("draft", days=5), work("check", "draft", days=5), issue)
    draft, late = ahead(plan(story.initiative), story.on("2024-06-12").summary, on="2024-06-12").late
    assert (draft.step, draft.days, draft.chain) == (ref("draft"), 1, (ref("draft"),))
    assert late.step == ref("issue")
    assert (late.due, late.finish, late.days) == (day("2024-06-14"), day("2024-06-21"), 5)
    assert late.chain == (ref("draft"), ref("check"), ref("issue"))


def test_slack_is_what_a_step_may_lose_before_a_deadline_is_missed() -> None:
    story = Story(work("draft", days=5), work("issue", "draft", days=2, due="2024-06-20"))
    told = ahead(plan(story.initiative), story.summary)
    assert told.slack[ref("issue")] == 5
    assert told.slack[ref("draft")] == 0  # it is due when its own duration has passed


def test_periods_elapse_on_the_calendar() -> None:
    told = ahead(plan(initiative(period("publicity", days="30 days"))), on="2024-06-03")
    assert told.finish[ref("publicity")] == day("2024-07-03")


def test_dates_before_which_a_step_may_not_start_hold_it_back() -> None:
    story = Story(
        work("draft", days=2),
        work("fixed", days=1, earliest="2024-07-01"),
        work("hung", days=1, earliest="5 working days after draft"),
    )
    told = ahead(plan(story.initiative), story.summary)
    assert told.finish[ref("fixed")] == day("2024-07-02")
    assert told.finish[ref("hung")] == day("2024-06-14")


def test_before_the_plan_starts_nothing_is_under_way() -> None:
    told = ahead(plan(initiative(work("draft", days=1))), on="2023-12-01")
    assert told.finish[ref("draft")] == day("2024-01-03")


@given(st.lists(st.integers(1, 12), min_size=1, max_size=8), st.integers(0, 40))
def test_a_chain_is_forecast_as_the_outlook_of_its_initiative_does(days: list[int], later: int) -> None:
    steps = [work(f"s{n}", f"s{n - 1}" if n else "", days=length) for n, length in enumerate(days)]
    story = Story(*steps)
    story.on(datetime.combine(calendar().add(story.look.today, later), story.now.timetz()))
    told = forecast(plan(story.initiative), calendar(), [story.summary], story.look.today)
    assert {name.step: finish for name, finish in told.finish.items()} == story.decision.outlook.finish
