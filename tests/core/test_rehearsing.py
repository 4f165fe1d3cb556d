"""Rehearsals in memory: what a small bureau lives through, and what the report says of it."""

from dataclasses import replace
from typing import Any

import pytest

from duban.cli.plan import timelines
from duban.core.deciding.commands import Command, Refused, Verb
from duban.core.deciding.office import Office
from duban.core.ledger.entries import EntryKind
from duban.core.ledger.state import fold
from duban.core.ledger.summary import Light
from duban.core.planning.measure_file import CsvMeasure
from duban.core.planning.plan import Initiative, Section, Step, StepRef, Target
from duban.core.planning.policy import Policy
from duban.core.rehearsing.causes import Cause
from duban.core.rehearsing.comparison import compare
from duban.core.rehearsing.day import Stuck, carry_out, turns, working_days
from duban.core.rehearsing.profile import Profile
from duban.core.rehearsing.rehearse import Rehearsal, rehearse
from duban.core.rehearsing.report import Report
from duban.core.rehearsing.silences import WITHOUT_A_LETTER
from duban.core.rehearsing.timeline import months, weeks
from duban.settings import load_settings
from duban.wiring import load_office
from tests.core import builders
from tests.core.builders import (
    HERE,
    action,
    day,
    directory,
    indicator,
    initiative,
    milestone,
    period,
    post,
    review,
    work,
)
from tests.core.test_owners import profile

START = "2024-06-03"


def bureau(*initiatives: Initiative, **said: Any) -> Office:
    office = builders.office(*initiatives, starts=START, **said)
    plan = replace(
        office.plan, ends=day("2024-08-30"), sections=(Section("first", "一", 1), Section("second", "二", 2))
    )
    return replace(office, plan=plan)


def lived(*steps: Step, people: Profile | None = None, until: str | None = None, **said: Any) -> Rehearsal:
    """What comes of one initiative; everybody is prompt unless said otherwise."""
    return rehearse(bureau(initiative(*steps), **said), people or profile(), day(until) if until else None)


def there(name: str, needs: str = "", **said: Any) -> Step:
    return work(name, needs, home="there", **said)


def test_every_kind_of_step_ends_and_the_rehearsal_with_the_last() -> None:
    steps = (
        work("draft", review="law"),
        review("check", "draft"),
        period("publicity", "check", days="10 days"),
        milestone("adopted", "publicity"),
        action("bulletin", "adopted"),
        indicator("cases", days=20),
    )
    done = lived(*steps)
    state = done.bureau.trails[HERE].state
    assert all(state.step(step.id).closed for step in steps)
    assert done.report.ended == max(state.step(step.id).finished or day(START) for step in steps)
    assert done.report.last == done.report.ended
    assert (done.report.done, done.report.steps, done.report.unfinished) == (6, 6, ())


def test_an_indicator_that_measures_itself_is_found_on_its_way_until_its_target() -> None:
    measure = CsvMeasure(by="csv", every="week", file="var/cases.csv", take="count")
    step = indicator("cases", due="2024-07-31", at_least=10, measure=measure)
    last_minute = profile(manner="last_minute", reports_every=500, indicator={"reach": 1.0})
    trail = lived(step, people=last_minute).bureau.trails[HERE]
    found = [entry.data["value"] for entry in trail.entries if entry.kind is EntryKind.MEASURED]
    assert found == sorted(found)
    assert len(found) > 5
    assert trail.state.step("cases").finished == day("2024-07-31")


def test_an_indicator_goes_the_way_that_is_planned_for_it() -> None:
    target = Target(100, "件", baseline=40, path=((day("2024-07-01"), 50.0),))
    step = replace(indicator("cases", due="2024-07-31"), target=target)
    trail = lived(step, people=profile(manner="last_minute", reports_every=1)).bureau.trails[HERE]
    values = dict(trail.state.step("cases").values)
    assert values[day("2024-07-01")] == 50
    assert 40 <= values[day("2024-06-05")] < 50
    assert values[day("2024-07-31")] == 100


def test_the_entries_are_those_the_state_adds_up_to() -> None:
    trail = lived(work("draft", review="law"), milestone("adopted", "draft")).bureau.trails[HERE]
    assert fold(trail.entries) == trail.state
    assert [entry.sequence for entry in trail.entries] == list(range(1, len(trail.entries) + 1))


def test_the_same_seed_gives_the_same_rehearsal() -> None:
    steps, people = (work("a"), work("b", "a", days=10)), profile(manner="late", late_by=[1, 9])
    assert lived(*steps, people=people).report == lived(*steps, people=people).report


def test_it_stops_at_the_end_of_a_day() -> None:
    told = lived(work("a", days=10), until="2024-06-07").report
    assert (told.last, told.ended, told.unfinished) == (day("2024-06-07"), None, (StepRef(HERE, "a"),))


def test_it_ends_though_a_step_never_does() -> None:
    away = "2024-01-01..2027-12-31"
    nobody = directory(post("officer", None, away), post("head", None, away), post("leader", None, away))
    office = bureau(initiative(work("a")), people=nobody)
    told = rehearse(office, profile()).report
    assert (told.ended, told.unfinished) == (None, (StepRef(HERE, "a"),))
    assert told.last > day("2025-08-25")


def test_what_waits_elsewhere_opens_on_the_same_day() -> None:
    office = bureau(initiative(work("publish", "there/adopted")), initiative(there("adopted"), name="there"))
    done = rehearse(office, profile())
    ended = done.bureau.trails["there"].state.step("adopted").finished
    assert done.bureau.trails[HERE].state.step("publish").opened == ended


def test_initiatives_take_turns_in_the_order_in_which_they_wait() -> None:
    office = bureau(initiative(work("publish", "there/adopted")), initiative(there("adopted"), name="there"))
    assert turns(office.plan) == ("there", HERE)


def test_a_simulated_owner_who_is_refused_is_a_defect() -> None:
    def refusing(command: Command) -> None:
        raise Refused("not-now", "现在不能办")

    with pytest.raises(Stuck, match=r"here/a: a simulated owner was refused to sign: 现在不能办"):
        carry_out(Command(Verb.SIGN, StepRef(HERE, "a"), "officer"), refusing)


def test_working_days_are_counted_from_the_first_to_the_last() -> None:
    days = working_days(bureau(initiative(work("a"))), day("2024-06-08"), day("2024-06-12"))
    assert [str(one) for one in days] == ["2024-06-11", "2024-06-12"]


def test_months_and_weeks_and_weeks() -> None:
    assert [str(first) for first, _ in months(day("2024-06-10"), day("2024-08-02"))] == [
        "2024-06-10",
        "2024-07-01",
        "2024-08-01",
    ]
    assert [str(last) for _, last in months(day("2024-11-10"), day("2025-01-02"))] == [
        "2024-11-30",
        "2024-12-31",
        "2025-01-02",
    ]
    assert list(weeks(day("2024-06-06"), day("2024-06-11"))) == [
        (day("2024-06-06"), day("2024-06-09")),
        (day("2024-06-10"), day("2024-06-11")),
    ]


def test_months_count_what_opened_closed_and_was_missed_and_how_initiatives_stood() -> None:
    told = lived(work("a", due="2024-06-28"), work("b", "a"), people=profile(manner="late", late_by=[3, 3])).report
    june, july = told.months
    assert (june.opened, june.closed, june.missed) == (1, 0, 1)
    assert (july.opened, july.closed, july.missed) == (1, 2, 1)
    assert june.lights == {"green": 0, "yellow": 0, "orange": 0, "red": 1, "closed": 0}  # the 30th is a Sunday
    assert july.lights["closed"] == 1
    assert sum(week.notices for week in told.weeks) == told.notices == sum(month.notices for month in told.months)


def test_a_track_tells_when_an_initiative_began_and_ended_and_how_it_was_lit() -> None:
    told = lived(work("a", due="2024-06-14"), milestone("done", "a"), people=profile(manner="late")).report
    ((track,),) = (section.tracks for section in told.sections)
    assert (str(track.began), str(track.ended), track.done, track.total) == (START, "2024-06-18", 2, 2)
    assert [light for _, light in track.lights][-2:] == [Light.RED, Light.GREEN]
    assert track.milestones == ((day("2024-06-18"), "done事项"),)
    assert track.missed == ((day("2024-06-14"), "a事项"),)


def test_loads_tell_who_gets_how_much_and_when() -> None:
    told = lived(work("a"), work("b", owner="law"), work("c", owner="law")).report
    busiest = told.people[0]
    assert (busiest.post, busiest.maximum, str(busiest.busiest)) == ("clerk", 2, START)
    assert busiest.notices == sum(load.notices for load in told.people) - told.people[1].notices
    assert (told.busiest[0].day, told.busiest[0].notices, told.busiest[0].people) == (day(START), 3, 2)
    assert 0 < told.average < 1


def test_a_digest_is_one_letter_and_each_immediate_notice_another() -> None:
    told = lived(work("a"), work("b"), until=START).report
    assert [(load.notices, load.letters, load.most_letters) for load in told.people] == [(2, 1, 1)]
    at_once = builders.rung("assign", "opened", 0, "owner", "assign", stops=False).model_copy(
        update={"immediate": True}
    )
    told = lived(work("a"), work("b"), until=START, rules=builders.policy(at_once)).report
    assert [(load.notices, load.letters, load.most_letters) for load in told.people] == [(2, 2, 2)]
    assert told.letters == 2


def test_a_plan_of_nobody_sends_nothing() -> None:
    told = lived(period("publicity"), milestone("over", "publicity")).report
    assert (told.people, told.average, told.busiest, told.notices) == ((), 0.0, (), 0)


def test_rungs_of_ladders_in_use_are_counted_those_that_never_fired_too() -> None:
    urgent = builders.policy().ladders[0].model_copy(update={"id": "urgent"})
    rules = builders.policy().model_copy(update={"ladders": (*builders.policy().ladders, urgent)})
    late = profile(manner="late", late_by=[6, 6])
    told = lived(work("a", due="2024-06-14"), people=late, rules=rules).report
    assert {fired.ladder for fired in told.rungs} == {"standard"}
    times = {fired.rung: fired.times for fired in told.rungs}
    assert times["assign"] == times["press"] == 1
    assert times["failure"] == 0


def test_an_action_that_fails_is_told_and_mended_and_then_succeeds() -> None:
    done = lived(action("publish"), milestone("over", "publish"), people=profile(actions={"fail": 1, "mended": [2, 2]}))
    happened = [(f"{entry.day:%m-%d}", entry.kind.value) for entry in done.bureau.trails[HERE].entries if entry.step]
    assert [one for one in happened if "action" in one[1] or one[1] in ("resumed", "notice-sent")] == [
        ("06-03", "action-started"),
        ("06-03", "action-failed"),
        ("06-03", "notice-sent"),
        ("06-05", "resumed"),
        ("06-05", "action-started"),
        ("06-05", "action-succeeded"),
    ]
    assert {fired.rung: fired.times for fired in done.report.rungs}["failure"] == 1
    assert done.report.ended


# Why deadlines are missed --------------------------------------------------------------------------------------------


def causes(*initiatives: Initiative, people: Profile, **said: Any) -> dict[str, tuple[Cause, str]]:
    told = rehearse(bureau(*initiatives, **said), people).report
    return {late.step.step: (late.cause, late.reason) for late in told.missed}


def test_late_and_whoever_waits_for_it() -> None:
    steps = (work("a", due="2024-06-14"), work("b", "a", due="2024-06-17"), milestone("c", "b", due="2024-06-17"))
    assert causes(initiative(*steps), people=profile(manner="late", late_by=[3, 3])) == {
        "a": (Cause.LATE, "承办单位未按时办结"),
        "b": (Cause.WAITED, "等待“a事项”"),
        "c": (Cause.WAITED, "等待“a事项”"),
    }


def test_waiting_through_initiatives_leads_to_the_first_step() -> None:
    here = initiative(milestone("published", "there/adopted", due="2024-06-17"))
    other = initiative(there("draft", due="2024-06-14"), milestone("adopted", "draft", home="there"), name="there")
    assert causes(here, other, people=profile(manner="late", late_by=[4, 4]))["published"] == (
        Cause.WAITED,
        "等待“draft事项”（1.01 there举措）",
    )


def test_a_step_that_opened_too_late_blames_the_one_before_it() -> None:
    steps = (work("a", due="2024-06-07"), work("b", "a", days=5, due="2024-06-14"))
    people = profile(manner="late", late_by=[2, 2], pace=[1.0, 1.0])
    assert causes(initiative(*steps), people=people)["b"] == (Cause.WAITED, "等待“a事项”")


def test_a_plan_that_leaves_too_little_time() -> None:
    steps = (work("a", days=8, due="2024-06-05"), period("p", days="30 days", due="2024-06-07"))
    waits = milestone("m", earliest="2024-06-28", due="2024-06-07")
    found = causes(initiative(*steps, waits), people=profile(pace=[1.0, 1.0]))
    assert found == dict.fromkeys(("a", "p", "m"), (Cause.SHORT, "计划所留时间不足"))
    long = initiative(work("a", days=10, due="2024-06-28"), work("b", "a", days=9, due="2024-06-19"))
    assert causes(long, people=profile(pace=[1.0, 1.0])) == {"b": (Cause.SHORT, "计划所留时间不足")}


def test_nobody_signed() -> None:
    never = profile(manner="never_sign")
    assert causes(initiative(work("a")), people=never) == {"a": (Cause.UNSIGNED, "无人签收")}


def test_nobody_judged_in_time() -> None:
    slow = profile(manner="last_minute", review=3)
    assert causes(initiative(work("a", review="law")), people=slow) == {"a": (Cause.REVIEW, "审核超时")}
    late = profile(manner="late", late_by=[2, 2])
    assert causes(initiative(review("check")), people=late) == {"check": (Cause.REVIEW, "审核超时")}
    handed_in_late = profile(manner="late", late_by=[1, 1], review=9)
    assert causes(initiative(work("a", review="law")), people=handed_in_late)["a"][0] is Cause.LATE


def test_nobody_mended_it_in_time() -> None:
    broken = profile(actions={"fail": 1, "mended": [5, 5]})
    seen = causes(initiative(action("a", days=0, due="2024-06-06")), people=broken)
    assert seen == {"a": (Cause.FAILED, "自动事项执行失败")}


def test_an_overdue_step_tells_by_how_many_days() -> None:
    (late,) = lived(work("a", due="2024-06-14"), people=profile(manner="late", late_by=[2, 2])).report.missed
    assert (str(late.due), str(late.finished), late.days, late.owner_title) == ("2024-06-14", "2024-06-18", 2, "建设处")
    (open_,) = lived(work("a", due="2024-06-05"), people=profile(manner="never_sign"), until="2024-06-06").report.missed
    assert (open_.finished, open_.days) == (None, 0)


# Two plans -----------------------------------------------------------------------------------------------------------


def test_the_same_plan_twice_differs_in_nothing() -> None:
    told = lived(work("a"), work("b", "a")).report
    both = compare(told, told)
    assert (both.moved, both.missed, both.people) == ((), (), ())
    assert (both.unmoved, both.missed_alike, both.people_alike) == (1, 0, 1)
    assert all(total.before == total.after for total in both.totals)


def test_what_a_change_does_comes_with_the_greatest_difference_first() -> None:
    late = profile(manner="late", late_by=[2, 2])
    shared = initiative(there("x", days=5), name="there")
    before = rehearse(
        bureau(initiative(work("a", days=5)), shared, initiative(work("o", home="old"), name="old")), late
    )
    after = rehearse(bureau(initiative(work("a", days=9)), shared, initiative(work("n", home="new"), name="new")), late)
    both = compare(before.report, after.report)
    assert [(one.id, one.days) for one in both.moved] == [("old", None), ("new", None), (HERE, 6)]
    assert (both.unmoved, both.missed_alike) == (1, 2)
    assert [(str(one.step), one.before, one.after) for one in both.missed] == [("new/n", None, 2), ("old/o", 2, None)]
    totals = {total.key: (total.before, total.after) for total in both.totals}
    assert totals["initiatives"] == (3, 3)
    assert both.busiest_before == before.report.busiest


def test_a_person_only_one_of_two_plans_writes_to() -> None:
    one, other = (lived(work("a", owner=unit), until=START).report for unit in ("works", "law"))
    assert [(load.post, load.before, load.after) for load in compare(one, other).people] == [
        ("clerk", 0, 1),
        ("officer", 1, 0),
    ]
    nobody = lived(period("p")).report
    assert [(load.post, load.maximum_before, load.maximum_after) for load in compare(one, nobody).people] == [
        ("officer", 1, 0)
    ]


def test_notices_go_out_as_they_are_queued_and_nothing_is_left() -> None:
    trail = lived(work("a", due="2024-06-14"), people=profile(manner="late")).bureau.trails[HERE]
    kinds = [entry.kind for entry in trail.entries]
    assert kinds.count(EntryKind.NOTICE_SENT) == kinds.count(EntryKind.NOTICE_QUEUED) > 2
    assert all(notice.next_try is None for notice in trail.state.notices.values())


SLOW = {
    "owners": {"prompt": 0.0, "last_minute": 0.0, "late": 0.5, "never_sign": 0.3, "extension": 0.2},
    "late_by": (20, 45),
    "review": {"days": (15, 30), "send_back": 0.3},
    "answer": {"days": (12, 20)},
    "hand_over": {"days": (15, 25)},
    "gives_in": 40,
    "actions": {"fail": 1.0, "mended": (15, 25)},
}
"""People who are late for weeks, sign for nothing, leave drafts and requests unanswered and failures unmended."""


def slow(rules: Policy | None, seed: int) -> Report:
    """What comes of a short plan in such hands."""
    steps = (
        *(work(f"w{place}", due=f"2024-06-{10 + place}", review="law" if place % 2 else None) for place in range(10)),
        review("check", "w1", due="2024-07-15"),
        action("bulletin", due="2024-06-14"),
        indicator("cases", due="2024-06-28"),
        work("after", "check bulletin", due="2024-08-09"),
    )
    people = Profile.model_validate({**profile().model_dump(), **SLOW, "seed": seed})
    return lived(*steps, people=people, rules=rules).report


@pytest.mark.parametrize("seed", range(3))
def test_nobody_late_is_without_a_letter_for_more_than_ten_working_days_by_the_shipped_ladders(seed: int) -> None:
    told = slow(load_office(load_settings()).policy, seed)
    assert len(told.silences) > 5
    assert told.silences[0].days <= WITHOUT_A_LETTER


def test_a_ladder_whose_last_rung_is_not_repeated_is_silent_and_said_to_be() -> None:
    told = slow(None, 0)
    longest = told.silences[0]
    assert longest.days > WITHOUT_A_LETTER
    silent = sum(one.days > WITHOUT_A_LETTER for one in told.silences)
    text = f"最长{longest.days}个工作日（{longest.step}，至{longest.until}）；超过10个工作日的{silent}项"
    assert any(isinstance(line, str) and text in line for line in timelines.told(told).renderables)


def test_who_was_given_more_time_is_not_late_until_then() -> None:
    given = lived(work("x", due="2024-06-14"), people=profile(manner="extension", answer={"days": [4, 4]})).report
    (late,) = given.missed
    assert (late.due, [(one.step.step, one.days) for one in given.silences]) == (day("2024-06-14"), [("x", 1)])
