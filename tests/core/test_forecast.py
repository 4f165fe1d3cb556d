"""The forecast of a whole plan: from how the initiatives stand, through the whole graph at once."""

from dataclasses import replace
from datetime import date
from itertools import chain

import pytest
from hypothesis import given

from duban.core.deciding.decide import decide
from duban.core.forecasting.facts import Fact, Facts, facts_of
from duban.core.forecasting.forecast import Forecast, Late, forecast
from duban.core.forecasting.schedule import Schedule
from duban.core.ledger.state import fold
from duban.core.ledger.summary import CLOSED, Light, Status, StepRow
from duban.core.planning.plan import Plan, StepRef, Target
from tests.core.builders import (
    Story,
    action,
    calendar,
    day,
    indicator,
    initiative,
    milestone,
    period,
    plan,
    review,
    work,
)
from tests.core.test_decide_properties import stories


def ahead(of: Plan, facts: Facts | None = None, on: str = "2024-06-03") -> Forecast:
    return forecast(Schedule(of, calendar(), facts or {}, day(on)))


def known(*stories: Story) -> Facts:
    return facts_of((story.look, story.decision) for story in stories)


def told(story: Story) -> Forecast:
    return ahead(story.office.plan, known(story), str(story.look.today))


def ref(text: str) -> StepRef:
    return StepRef.parse(text, "here")


def ends(of: Forecast) -> dict[str, str]:
    return {str(name).removeprefix("here/"): f"{last:%m-%d}" for name, last in of.finish.items()}


def test_a_step_follows_what_it_needs_across_initiatives() -> None:
    first = initiative(work("draft", days=3), milestone("issued", "draft"))
    second = initiative(work("train", "here/issued", days=2, home="there"), name="there")
    seen = ahead(plan(first, second))
    assert ends(seen) == {"draft": "06-06", "issued": "06-06", "there/train": "06-11"}  # 10 June is a holiday
    assert seen.ends == {"here": day("2024-06-06"), "there": day("2024-06-11")}
    assert seen.chain(ref("there/train")) == (ref("draft"), ref("issued"), ref("there/train"))
    assert seen.late == ()


def test_what_happened_counts_from_the_day_it_did() -> None:
    story = Story(work("draft", days=5), work("issue", "draft", days=2)).act("officer", "submit", "draft")
    assert ends(told(story)) == {"issue": "06-05"}
    assert told(story).chain(ref("issue")) == (ref("issue"),)


def test_work_handed_in_is_expected_to_be_over_and_days_of_suspension_push() -> None:
    story = Story(work("draft", days=20, review="law"), work("study", days=5), period("comment", days="10 days"))
    for step in ("study", "comment"):
        story.act("head", "suspend", step, "等意见")
    story.on("2024-06-05").act("head", "resume", "study").act("head", "resume", "comment")
    story.act("officer", "submit", "draft")
    assert ends(told(story)) == {"draft": "06-05", "study": "06-12", "comment": "06-14"}  # the first day counts anyway
    assert ends(told(story.on("2024-06-06")))["draft"] == "06-06"


def delayed() -> Story:
    """Draft, legal review and issue, the first of which has taken too long; training elsewhere waits."""
    issue = milestone("issue", "check", due="2024-06-17")
    train = work("train", "here/issue", days=2, home="there", due="2024-06-28")
    steps = work("draft", days=5), review("check", "draft", days=5), issue
    return Story(*steps, beside=[initiative(train, name="there")]).on("2024-06-12")


def test_a_delay_goes_through_the_graph_and_names_its_cause_and_where_acting_helps() -> None:
    draft, late = told(delayed()).late
    assert draft == Late(
        step=ref("draft"),
        due=day("2024-06-11"),
        finish=day("2024-06-12"),
        days=1,
        cause=None,
        act_on=ref("draft"),
        chain=(ref("draft"),),
        moves={},  # it cannot end before today any more
    )
    assert (late.step, late.due, late.finish, late.days) == (ref("issue"), day("2024-06-17"), day("2024-06-19"), 2)
    assert late.chain == (ref("draft"), ref("check"), ref("issue"))
    assert (late.cause, late.act_on) == (ref("draft"), ref("draft"))
    assert late.moves == {ref("there/train"): 2}


def test_a_period_is_a_cause_but_nothing_to_act_on() -> None:
    story = Story(period("publicity", days="30 days"), milestone("issue", "publicity", due="2024-06-14"))
    (late,) = told(story).late
    assert (late.cause, late.act_on, late.days) == (ref("publicity"), None, 13)


def test_late_by_days_off_alone_is_late_by_one() -> None:
    story = Story(period("publicity", days="5 days"), milestone("issue", "publicity", due="2024-06-07"))
    (late,) = told(story).late
    assert (late.finish, late.days) == (day("2024-06-08"), 1)
    assert told(story).slack[ref("issue")] == -1


def test_slack_is_what_a_step_may_lose_before_a_deadline_is_missed() -> None:
    story = Story(work("draft", days=5), work("issue", "draft", days=2, due="2024-06-20"))
    assert told(story).slack == {ref("draft"): 0, ref("issue"): 5}  # it is due when its own duration has passed


def test_a_period_ends_on_a_day_off_and_what_follows_begins_on_the_next_working_day() -> None:
    steps = (
        period("comment", days="5 days"),
        period("publicity", "comment", days="1 days"),
        work("x", "comment", days=1),
    )
    assert ends(ahead(plan(initiative(*steps)))) == {"comment": "06-08", "publicity": "06-09", "x": "06-11"}


def test_dates_before_which_a_step_may_not_start_hold_it_back() -> None:
    story = Story(
        work("draft", days=2),
        period("publicity", days="5 days"),
        work("fixed", days=1, earliest="2024-07-01"),
        work("hung", days=1, earliest="5 working days after draft"),
        milestone("soon", earliest="0 working days after publicity"),
        milestone("before", earliest="3 working days before draft"),
    )
    seen = told(story)
    assert ends(seen)["fixed"] == "07-02"
    assert ends(seen)["hung"] == "06-14"
    assert seen.chain(ref("hung")) == (ref("draft"), ref("hung"))
    assert ends(seen)["soon"] == "06-11"
    assert ends(seen)["before"] == "06-03"
    assert ends(told(story.act("officer", "submit", "draft")))["hung"] == "06-12"


def test_a_date_hung_on_steps_of_which_one_is_over_waits_for_the_other() -> None:
    both = replace(work("x", days=0, earliest="1 days after a"), earliest_anchor=(ref("a"), ref("b")))
    story = Story(work("a", days=2), work("b", days=3), both).act("officer", "submit", "a")
    assert ends(told(story)) == {"b": "06-06", "x": "06-07"}


def test_a_deadline_that_hangs_on_a_step_is_forecast_with_it() -> None:
    story = Story(
        work("a", days=4),
        work("slow", days=15, due="2024-07-31"),
        work("x", "slow", days=1, due="5 working days after a"),
        milestone("y", "slow", due="2 days before a"),
        milestone("z", "a", due="2 days after a"),
    )
    seen = told(story)
    due = {name.step: f"{limit:%m-%d}" for name, limit in seen.due.items()}
    assert due == {"a": "06-07", "slow": "07-31", "x": "06-17", "y": "06-05", "z": "06-11"}
    assert [(late.step.step, late.days) for late in seen.late] == [("x", 7), ("y", 13)]


def test_before_the_plan_starts_nothing_is_under_way() -> None:
    assert ends(ahead(plan(initiative(work("draft", days=1))), on="2023-12-01")) == {"draft": "01-03"}


def test_what_is_to_be_kept_is_expected_to_end_with_its_deadline() -> None:
    kept = indicator("kept", target=Target(0, "起", at_most=True), due="2024-06-28")
    story = Story(kept, work("after", "kept", days=1))
    assert ends(told(story)) == {"kept": "06-28", "after": "07-01"}
    assert ends(ahead(story.office.plan)) == {"kept": "06-28", "after": "07-01"}
    assert ends(told(story.on("2024-07-03"))) == {"kept": "07-03", "after": "07-04"}


MONTHS = (
    period("wait", days="1 month"),
    work("report", "wait", days="2 months", due="3 months after wait"),
    period("show", earliest="1 month after wait", days="1 month"),
)


@pytest.mark.parametrize("on", ["2024-01-31", "2024-02-29", "2024-03-29", "2024-05-31", "2024-08-31"])
@pytest.mark.parametrize("since", ["2024-01-02", "2024-01-31", "2024-02-29"])
def test_months_end_on_the_same_day_of_a_later_one_in_outlook_and_forecast(since: str, on: str) -> None:
    story = Story(*MONTHS, on=max(since, "2024-01-02"), starts=since).on(max(on, since))
    open_ = {row.step for row in story.summary.steps if row.status not in CLOSED}
    assert {name.step: last for name, last in told(story).finish.items()} == {
        name: last for name, last in story.decision.outlook.forecast.items() if name in open_
    }


def test_a_month_from_the_last_day_of_january_ends_with_february_and_grows_by_days() -> None:
    story = Story(*MONTHS, on="2024-01-31", starts="2024-01-31")
    assert ends(told(story)) == {"wait": "02-29", "report": "04-29", "show": "04-29"}
    story.on("2024-02-05").act("leader", "suspend", "wait", "另有安排")
    story.on("2024-02-19").act("leader", "resume", "wait", "恢复")
    assert str(story.row("wait").forecast) == "2024-03-14"  # fourteen days later
    assert ends(told(story))["wait"] == "03-14"


def test_a_plan_without_steps_to_do_has_nothing_to_forecast() -> None:
    story = Story(action("a"), work("b", days=1)).act("leader", "cancel", "a", "取消").act("officer", "submit", "b")
    seen = told(story)
    assert (seen.finish, seen.ends, seen.late) == ({}, {}, ())


def elsewhere(name: str, story: Story) -> Fact:
    """A step elsewhere of which its forecast or its end is known: handed in on that day."""
    fact = story.facts.get(ref(name))
    over = fact.finished if fact else None
    status = Status.DONE if over else Status.REVIEW
    row = StepRow(ref(name).step, status, Light.OFF, "", None, None, None, over, None, 0)
    return Fact(row, None, (fact and fact.forecast) or date(2024, 1, 2), "works")


@given(stories)
def test_it_counts_as_the_outlook_of_each_initiative_does(story: Story) -> None:
    decision = decide(story.look, fold(story.entries))
    facts = {**known(story), **{ref(name): elsewhere(name, story) for name in ("there/a", "there/b")}}
    seen = ahead(story.office.plan, facts, str(story.look.today))
    open_ = {row.step for row in decision.summary.steps if row.status not in CLOSED}
    assert {name.step: last for name, last in seen.finish.items() if name.initiative == "here"} == {
        name: last for name, last in decision.outlook.forecast.items() if name in open_
    }
    assert all(seen.due[ref(row.step)] == row.due for row in decision.summary.steps if row.due and row.step in open_)


def test_late_steps_that_have_nothing_to_do_with_one_another_are_told_of_in_one_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Three times an initiative with a late step, and one that waits for it: two passes, and not four."""
    pairs = (
        (
            initiative(work("draft", days=9, due="2024-06-05", home=f"here{n}"), name=f"here{n}"),
            initiative(work("train", f"here{n}/draft", days=2, home=f"there{n}"), name=f"there{n}"),
        )
        for n in range(3)
    )
    schedule = Schedule(plan(*chain.from_iterable(pairs)), calendar(), {}, day("2024-06-03"))
    passes = list[object]()
    early = schedule.early
    monkeypatch.setattr(schedule, "early", lambda *said, **more: (passes.append(more), early(*said, **more))[1])
    late = forecast(schedule).late
    assert [(str(one.step), *map(str, one.moves)) for one in late] == [
        (f"here{n}/draft", f"there{n}/train") for n in range(3)
    ]
    assert len(passes) == 2
