"""Reasons of steps, asked of a small bureau as its story goes on."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from duban.cli.look.sentences import paragraphs
from duban.cli.look.why import reasons_of
from duban.core.days.workdays import DayUnit
from duban.core.deciding.commands import Verb
from duban.core.forecasting.forecast import forecast
from duban.core.forecasting.why import Link, Origin, Why
from duban.core.ledger.summary import Light, Status
from duban.core.planning.lights import DaysLeft, Lights, Pace, Rule, TimeShare
from duban.core.planning.plan import StepRef
from duban.core.planning.plan_file import Kind
from duban.core.planning.policy import Policy
from duban.core.planning.when import Relative, When, month_span
from duban.outbox import deliver_due
from tests.bureau import (
    ADMINISTRATOR,
    COSMETICS,
    HEAD,
    LEADER,
    OFFICER,
    REVIEWER,
    STANDARD,
    STEPS,
    TRAINING,
    ZONE,
    Postbox,
    Story,
    initiative,
    office,
    plain,
    step,
)

LIT = Lights(
    days_left=DaysLeft(yellow=3),
    time_share=TimeShare(yellow=0.3, orange=0.15),
    pace=Pace(yellow=10, red=30),
    forecast=True,
    unanswered=True,
)

DUE = date(2024, 4, 12)
"""The deadline of the draft."""


def reasons(story: Story, name: str = "draft", of: str = COSMETICS) -> Why:
    return reasons_of(story.service, StepRef(of, name))


def test_only_what_bears_on_a_step_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    bureau = office(initiatives={COSMETICS: initiative(COSMETICS, "例", "2.4a", *STEPS), "beside": BESIDE})
    story, read = Story(bureau).at(1), list[str]()
    ledger = story.service.ledger
    monkeypatch.setattr(ledger, "entries", lambda name, entries=ledger.entries: (read.append(name), entries(name))[1])
    monkeypatch.setattr(ledger, "stream", None)
    assert reasons(story).step == StepRef(COSMETICS, "draft")
    assert set(read) == {COSMETICS}


BESIDE = initiative("beside", "另一项", "2.5", step("own", "另一事项", Kind.WORK))


def lit(**rules: Any) -> Story:
    """The story of a bureau with these rules for its lights."""
    bureau = office()
    return Story(replace(bureau, policy=bureau.policy.model_copy(update={"lights": Lights(**rules)})))


def rule(found: Why) -> Rule | None:
    return found.reason.rule if found.reason else None


def titles(links: Iterable[Link]) -> list[str]:
    return [str(link.step) for link in links]


class TestWaiting:
    def test_a_step_names_the_needs_that_hold_it_and_when_they_are_expected(self) -> None:
        found = reasons(Story().at(1), "check")
        assert found.status is Status.WAITING
        assert [(link.title, link.status, link.forecast, link.closed) for link in found.needs] == [
            ("起草化妆品产业知识产权保护方案", Status.OPEN, date(2024, 4, 8), False)
        ]
        assert found.opens is None

    def test_the_chain_leads_through_other_initiatives_to_where_acting_helps(self) -> None:
        story = Story().at(1)
        story.tick(TRAINING)
        found = reasons(story, "lecture", TRAINING)
        assert titles(found.chain) == ["cosmetics/draft", "training/lecture"]
        assert found.act_on is not None
        assert found.act_on.step == StepRef(COSMETICS, "draft")
        assert found.act_on.owner == "protection"
        assert found.act_on.initiative_title == "推进化妆品产业知识产权保护"

    def test_within_an_initiative_the_chain_is_its_own(self) -> None:
        found = reasons(Story().at(1), "adopt")
        assert titles(found.chain) == ["cosmetics/draft", "cosmetics/check", "cosmetics/adopt"]

    def test_what_waits_for_a_step_is_named_here_and_elsewhere(self) -> None:
        assert titles(reasons(Story().at(1)).waiting) == ["cosmetics/check", "training/lecture"]

    def test_an_open_step_waits_for_nothing_and_is_its_own_chain(self) -> None:
        found = reasons(Story().at(1))
        assert found.needs == ()
        assert found.opens is None
        assert titles(found.chain) == ["cosmetics/draft"]
        assert found.act_on is not None
        assert found.act_on.step == found.step

    def test_a_step_that_waits_for_its_day_alone_names_that_day(self) -> None:
        later = step("later", "五月启动", earliest=month_span(2024, 5))
        found = reasons(
            Story(office(initiatives={COSMETICS: initiative(COSMETICS, "例", "2.4a", later)})).at(1), "later"
        )
        assert (found.needs, found.opens) == ((), date(2024, 5, 1))


class TestLimits:
    def test_a_written_date(self) -> None:
        limit = reasons(Story().at(1)).limit
        assert limit is not None
        assert (limit.day, limit.original, limit.origin) == (date(2024, 4, 12), date(2024, 4, 12), Origin.DATE)

    def test_the_duration_where_none_is_written(self) -> None:
        story = Story().at(1).act(Verb.SUBMIT, evidence=("稿",)).act(Verb.APPROVE, actor=REVIEWER)
        limit = reasons(story, "check").limit
        assert limit is not None
        assert (limit.day, limit.origin, limit.duration.likely) == (date(2024, 4, 4), Origin.DURATION, 3)

    @pytest.mark.parametrize(
        ("due", "origin", "anchors", "day"),
        [
            (month_span(2024, 6), Origin.SPAN, [], date(2024, 6, 28)),
            (Relative(10, DayUnit.WORKING, date(2024, 4, 1)), Origin.DISTANCE, [], date(2024, 4, 15)),
            (Relative(3, DayUnit.WORKING, "draft"), Origin.DISTANCE, ["cosmetics/draft"], None),
        ],
    )
    def test_months_and_distances(self, due: object, origin: Origin, anchors: list[str], day: date | None) -> None:
        anchor = (StepRef(COSMETICS, "draft"),) if anchors else ()
        own = step("own", "另一事项", due=due, due_anchor=anchor)
        bureau = office(initiatives={COSMETICS: initiative(COSMETICS, "例", "2.4a", STEPS[0], own)})
        limit = reasons(Story(bureau).at(1), "own").limit
        assert limit is not None
        assert (limit.origin, titles(limit.anchors), limit.day) == (origin, anchors, day)

    def test_of_a_closed_step_it_is_said_that_nothing_changes_it_any_more(self) -> None:
        story = Story().at(1)
        before = reasons(story).limit
        story.act(Verb.SUBMIT, evidence=("方案送审稿",)).act(Verb.APPROVE, actor=REVIEWER)
        after = reasons(story).limit
        assert before is not None
        assert after is not None
        assert (before.judged, after.judged, before.day, after.day) == (False, True, DUE, DUE)

    def test_steps_nobody_answers_for_have_no_limit_of_their_own(self) -> None:
        assert reasons(Story().at(1), "publicity").limit is None

    @pytest.mark.parametrize(
        ("written", "unit"),
        [
            (None, DayUnit.WORKING),
            (month_span(2024, 6), DayUnit.WORKING),
            (Relative(30, DayUnit.CALENDAR, date(2024, 4, 1)), DayUnit.CALENDAR),
        ],
    )
    def test_the_days_a_limit_is_counted_in_and_grows_by(self, written: When | None, unit: DayUnit) -> None:
        limit = reasons(Story().at(1)).limit
        assert limit is not None
        assert replace(limit, written=written).unit is unit

    def test_an_extension_asked_for_and_granted(self) -> None:
        story = Story().at(1).at(3).act(Verb.EXTEND, to="2024-04-19", reason="等待批复")
        asked = reasons(story)
        assert asked.limit is not None
        assert asked.limit.asked is not None
        assert (asked.limit.asked.to, asked.limit.asked.reason) == (date(2024, 4, 19), "等待批复")
        assert LEADER in asked.posts
        granted = reasons(story.at(4).act(Verb.GRANT, actor=LEADER)).limit
        assert granted is not None
        assert (granted.day, granted.original) == (date(2024, 4, 19), date(2024, 4, 12))
        assert (granted.extended_to, granted.granted, granted.asked) == (date(2024, 4, 19), date(2024, 4, 4), None)

    def test_suspensions_past_and_present(self) -> None:
        story = Story().at(1).at(2).act(Verb.SUSPEND, actor=HEAD, reason="待上级文件")
        going_on = reasons(story.at(3)).limit
        assert going_on is not None
        assert going_on.suspended == ((date(2024, 4, 2), None),)
        over = reasons(story.at(4).act(Verb.RESUME, actor=HEAD)).limit
        assert over is not None
        assert over.suspended == ((date(2024, 4, 2), date(2024, 4, 4)),)
        assert over.day == date(2024, 4, 16)


class TestForecast:
    def test_slack_is_counted_to_the_last_day_that_makes_nothing_late(self) -> None:
        found = reasons(Story().at(1))
        assert (found.forecast, found.latest, found.slack) == (date(2024, 4, 8), date(2024, 4, 12), 4)

    def test_it_is_negative_once_the_forecast_passes_it(self) -> None:
        found = reasons(Story().at(1).at(15))
        assert (found.forecast, found.slack) == (date(2024, 4, 15), -1)

    def test_the_end_of_the_plan_binds_a_step_without_deadlines_behind_it(self) -> None:
        found = reasons(Story().at(1), "publicity")
        assert (found.latest, found.slack) == (date(2024, 12, 31), 178)

    def test_reasons_and_forecast_say_the_same_of_every_step(self) -> None:
        story = Story().at(1)
        told = forecast(story.service.schedule())
        for ref, day in told.finish.items():
            found = reasons(story, ref.step, ref.initiative)
            assert (found.forecast, found.latest, found.slack) == (day, told.latest[ref], told.slack[ref])
            assert found.latest is not None
            assert found.slack == story.service.office.calendar.between(day, found.latest)
            assert tuple(link.step for link in found.chain) == told.chain(ref)

    def test_a_closed_step_has_neither_forecast_nor_chain(self) -> None:
        story = Story().at(1).act(Verb.SUBMIT, evidence=("稿",)).act(Verb.APPROVE, actor=REVIEWER)
        found = reasons(story)
        assert (found.status, found.finished) == (Status.DONE, date(2024, 4, 1))
        assert (found.forecast, found.latest, found.slack, found.chain, found.act_on, found.posts, found.next_rung) == (
            *(None, None, None),
            *((), None, (), None),
        )


class TestLights:
    def test_every_rule_of_the_policy_has_a_reason(self) -> None:
        assert {rule.value for rule in Rule} > set(Lights.model_fields)

    def test_green_needs_no_rule(self) -> None:
        found = reasons(Story().at(1))
        assert (found.light, rule(found)) == (Light.GREEN, None)

    def test_late(self) -> None:
        found = reasons(Story().at(1).at(15))
        assert (found.light, rule(found)) == (Light.RED, Rule.LATE)

    def test_a_failed_action(self) -> None:
        story = Story().at(1)
        for _ in range(3):
            story.service.start_action(StepRef(COSMETICS, "bulletin"))
            story.service.fail_action(StepRef(COSMETICS, "bulletin"), "磁盘已满")
        found = reasons(story, "bulletin")
        assert (found.light, rule(found), found.posts) == (Light.RED, Rule.FAILED, (ADMINISTRATOR,))

    def test_days_left(self) -> None:
        found = reasons(lit(days_left=DaysLeft(yellow=9)).at(1))
        assert (found.light, rule(found)) == (Light.YELLOW, Rule.DAYS_LEFT)

    def test_the_gravest_of_several_rules(self) -> None:
        rules = {name: getattr(LIT, name) for name in Lights.model_fields}
        found = reasons(lit(**rules).at(1).at(8))
        assert (found.light, rule(found)) == (Light.RED, Rule.PACE)

    def test_a_forecast_that_passes_the_deadline_of_a_waiting_step(self) -> None:
        own = step("own", "另一事项", Kind.WORK, "draft", due=Relative(1, DayUnit.WORKING, date(2024, 4, 1)))
        bureau = office(initiatives={COSMETICS: initiative(COSMETICS, "例", "2.4a", STEPS[0], own)})
        policy = bureau.policy.model_copy(update={"lights": LIT})
        found = reasons(Story(replace(bureau, policy=policy)).at(1), "own")
        assert (found.status, found.light, rule(found)) == (Status.WAITING, Light.YELLOW, Rule.FORECAST)


def test_what_is_left_follows_the_last_report() -> None:
    story = Story().at(1).act(Verb.SIGN)
    assert reasons(story).left is None
    left = reasons(story.act(Verb.REPORT, progress=20, reason="初稿")).left
    assert left is not None
    assert (left.heard, left.said, left.progress, left.whole) == (date(2024, 4, 1), False, 20, 5)


class TestWhoAndNext:
    def test_the_next_rung_tells_its_moment_and_people(self) -> None:
        rung = reasons(Story().at(1).at(2)).next_rung
        assert rung is not None
        assert (rung.rung, rung.slip, rung.people) == ("remind-to-sign", "remind", (OFFICER,))
        assert rung.moment == datetime(2024, 4, 3, 8, 30, tzinfo=ZONE)

    def test_one_rung_goes_to_several_people(self) -> None:
        rung = reasons(Story().at(1).act(Verb.SIGN).at(8)).next_rung
        assert rung is not None
        assert (rung.rung, set(rung.people)) == ("warn", {OFFICER, HEAD})

    def test_a_rung_that_repeats_tells_so_and_what_an_acknowledgement_was_good_for(self) -> None:
        bureau = Story().service.office
        rungs = tuple(rung.model_copy(update={"repeat": 5 if rung.id == "supervise" else 0}) for rung in STANDARD.rungs)
        policy = Policy(ladders=(STANDARD.model_copy(update={"rungs": rungs}),))
        story = Story(replace(bureau, policy=policy)).at(1).act(Verb.SIGN)
        deliver_due(story.at(15).service, Postbox(), plain)
        story.act(Verb.ACKNOWLEDGE)
        rung = reasons(story).next_rung
        assert rung is not None
        assert (rung.rung, rung.every, rung.acknowledged) == ("supervise", 5, date(2024, 4, 15))
        assert rung.answered == datetime(2024, 4, 22, 8, 30, tzinfo=ZONE)
        said = dict(paragraphs(reasons(story), story.service.office))["下一步"]
        assert said == [
            "2024年4月22日08:30，《督办通知单》送保护处处长、分管副局长，此后每5个工作日再送一次，直至有结果",
            "承办方已有回应，会因此暂缓的层级暂缓至2024年4月22日",
            "2024年4月15日已知悉；现时限内再次知悉不再暂缓，有新情况请反馈",
        ]

    def test_owners_are_waited_for_and_later_reviewers(self) -> None:
        story = Story().at(1)
        assert reasons(story).posts == (OFFICER, HEAD)
        assert reasons(story.act(Verb.SUBMIT, evidence=("稿",))).posts == (REVIEWER, LEADER)

    def test_nobody_is_waited_for_while_a_step_waits(self) -> None:
        assert reasons(Story().at(1), "check").posts == ()
