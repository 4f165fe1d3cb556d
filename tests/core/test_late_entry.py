"""What was done yesterday can be said: `on` names the day, deadlines judge it, and nobody is late for not knowing.

June 2024: the 3rd is a Monday, the 10th the Dragon Boat Festival.
"""

from copy import copy
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duban.adapters.wording import Wording
from duban.core.deciding.agenda import awaited
from duban.core.deciding.commands import Refused, Verb
from duban.core.deciding.late_entry import LATE, predated
from duban.core.deciding.offers import offers
from duban.core.deciding.office import Look
from duban.core.deciding.recheck import recheck
from duban.core.ledger.entries import Draft, EntryKind, first_broken
from duban.core.ledger.state import EMPTY, fold
from duban.core.ledger.steps import LateEntry
from duban.core.ledger.summary import Light, Upstream
from duban.core.planning.plan import Step, StepRef
from duban.core.planning.review_file import Several
from duban.core.telling.slips import slip
from tests.core.builders import (
    HERE,
    LIGHTS,
    Story,
    day,
    directory,
    indicator,
    initiative,
    milestone,
    moment,
    period,
    review,
    work,
)
from tests.core.test_decide_properties import ELSEWHERE, plans, story_of
from tests.core.test_finishable import acts, lived
from tests.core.test_ways_back import last

WHY = "系统停机"


def late(story: Story, actor: str, verb: str, step: str, on: str, **said: object) -> Story:
    """Entered now, and done on a day before."""
    return story.act(actor, verb, step, WHY, on=on, **said)


def refused(story: Story, verb: str, on: str, actor: str = "officer", reason: str = WHY, **said: object) -> str:
    before = list(story.entries)
    with pytest.raises(Refused) as refusal:
        story.act(actor, verb, "x", reason, on=on, **said)
    assert story.entries == before
    return f"{refusal.value.code}: {refusal.value}"


# The day it was done -------------------------------------------------------------------------------------------------


def test_a_deadline_judges_the_day_on_which_it_was_done() -> None:
    story = Story(work("x", due="2024-06-05")).sent().on("2024-06-07")
    assert story.row("x").light is Light.RED
    late(story, "officer", "submit", "x", "2024-06-05")
    own = story.step("x")
    assert (story.status, own.finished, own.judged) == ({"x": "done"}, day("2024-06-05"), (day("2024-06-05"),) * 2)
    assert first_broken(story.entries) is None


def test_the_entry_keeps_its_instant_and_the_day_it_was_done() -> None:
    story = late(Story(work("x")).on("2024-06-07"), "officer", "submit", "x", "2024-06-05", evidence=("稿",))
    told = [entry for entry in story.entries if "on" in entry.data]
    assert [entry.kind.value for entry in told] == ["submitted", "signed", "completed"]
    assert {(entry.at, entry.day, entry.data["on"]) for entry in told} == {
        (moment("2024-06-07"), day("2024-06-07"), "2024-06-05")
    }
    own = story.step("x")
    assert (own.signed, own.submitted, own.finished) == (day("2024-06-05"),) * 3
    assert own.late[0] == LateEntry(EntryKind.SUBMITTED, "officer", day("2024-06-05"), day("2024-06-07"), WHY)


def test_what_is_said_to_be_of_today_is_an_ordinary_entry() -> None:
    story = Story(work("x")).act("officer", "submit", "x", on="2024-06-03")
    assert [entry for entry in story.entries if "on" in entry.data] == []


def test_it_is_told_as_entered_late_with_both_days() -> None:
    story = late(Story(work("x")).on("2024-06-07"), "officer", "submit", "x", "2024-06-05", evidence=("稿",))
    days = "（补录：于2024年6月5日办理，2024年6月7日录入）"
    assert last(story, EntryKind.SUBMITTED) == f"officer岗报送办结：系统停机{days}（成果：稿）"
    assert last(story, EntryKind.SIGNED) == f"officer岗签收：系统停机{days}"
    assert last(story, EntryKind.COMPLETED) == f"办结{days}"


def test_letters_already_sent_stay_sent_and_those_that_wait_lapse() -> None:
    story = Story(work("x", due="2024-06-05")).sent().on("2024-06-06").sent().on("2024-06-12")
    assert {"press officer", "supervise head"} <= set(story.told())
    waiting = [row for row in story.state.notices.values() if row.next_try]
    late(story, "officer", "submit", "x", "2024-06-05")
    assert [recheck(story.look, story.state, row).rung for row in waiting] == [None] * len(waiting)
    assert [row.slip for row in story.state.notices.values() if row.delivery == "sent"] == ["assign", "press"]


def test_each_act_that_says_that_something_was_done() -> None:
    story = Story(work("x", review="law", due="2024-06-14"), indicator("y", at_least=100)).on("2024-06-07")
    late(story, "officer", "sign", "x", "2024-06-04")
    late(story, "officer", "report", "x", "2024-06-05", progress=40)
    assert (story.step("x").signed, story.step("x").reported) == (day("2024-06-04"), day("2024-06-05"))
    late(story, "officer", "extend", "x", "2024-06-05", to="2024-06-21")
    late(story, "leader", "grant", "x", "2024-06-06")
    assert (story.step("x").granted, story.row("x").due) == (day("2024-06-06"), day("2024-06-21"))
    late(story, "officer", "submit", "x", "2024-06-06").act("judge", "return", "x", "缺附件", on="2024-06-06")
    assert story.step("x").returned == day("2024-06-06")
    late(story, "officer", "extend", "x", "2024-06-06", to="2024-06-28")
    late(story, "leader", "refuse", "x", "2024-06-06")
    assert story.step("x").answer == day("2024-06-06")
    late(story, "officer", "submit", "x", "2024-06-06")
    late(story, "judge", "approve", "x", "2024-06-06")
    assert story.step("x").finished == day("2024-06-06")
    late(story, "officer", "report", "y", "2024-06-05", value=100.0)
    assert (story.step("y").finished, story.step("y").values) == (day("2024-06-05"), ((day("2024-06-05"), 100.0),))


def test_an_extension_granted_on_paper_judges_what_was_done_by_it() -> None:
    story = Story(work("x", due="2024-06-04")).act("officer", "extend", "x", "等批复", to="2024-06-06").on("2024-06-11")
    late(story, "leader", "grant", "x", "2024-06-04")
    late(story, "officer", "submit", "x", "2024-06-06")
    assert story.step("x").judged == (day("2024-06-06"), day("2024-06-04"))


def test_who_says_it_has_spoken_today() -> None:
    """It answers what pressed them since: the day of the work is another matter."""
    story = Story(work("x", due="2024-06-05")).sent().on("2024-06-06").sent().on("2024-06-07")
    late(story, "officer", "report", "x", "2024-06-04", progress=50)
    own = story.step("x")
    assert (own.answered, own.news, own.reported) == (day("2024-06-07"), day("2024-06-07"), day("2024-06-04"))
    assert "supervise head" not in story.on("2024-06-12").told()


# What may not be named -----------------------------------------------------------------------------------------------


def test_a_day_that_is_none_or_still_to_come() -> None:
    story = Story(work("x")).on("2024-06-07")
    assert refused(story, "submit", "昨天") == "bad-day-done: 请写明实际办理日期，如 2024-07-15；收到“昨天”"
    assert refused(story, "submit", "2024-06-08") == (
        "day-to-come: 实际办理日期2024-06-08尚未到来：请填今日或者此前的日期"
    )


def test_the_limit_counts_working_days() -> None:
    story = Story(work("x")).on("2024-06-14")
    assert refused(story, "submit", "2024-06-05") == (
        "too-long-ago: 补录以5个工作日为限，实际办理日期最早为2024-06-06，收到2024-06-05"
        "：更早的请按今日办理，并写明实际日期"
    )
    assert late(story, "officer", "submit", "x", "2024-06-06").step("x").finished == day("2024-06-06")


def test_before_the_step_opened() -> None:
    assert refused(Story(work("x")).on("2024-06-05"), "submit", "2024-05-31") == (
        "too-early: “x事项”2024-06-03启动，实际办理日期2024-05-31不能早于此：请填2024-06-03至2024-06-05的日期"
    )


def test_before_what_it_answers() -> None:
    story = Story(work("x", review="law", due="2024-06-14")).on("2024-06-04")
    story.act("officer", "extend", "x", "等批复", to="2024-06-21").on("2024-06-05")
    assert "申请延期" in refused(story, "grant", "2024-06-03", "leader")
    assert "申请延期" in refused(story, "refuse", "2024-06-03", "leader")
    story.act("leader", "grant", "x")
    assert "答复延期申请" in refused(story.on("2024-06-06"), "extend", "2024-06-04", to="2024-06-28")
    story.act("officer", "submit", "x").on("2024-06-07")
    assert "2024-06-06报送" in refused(story, "approve", "2024-06-05", "judge")
    assert "2024-06-06报送" in refused(story, "return", "2024-06-05", "judge")
    story.act("judge", "return", "x", "缺附件")
    assert "2024-06-07退回" in refused(story.on("2024-06-11"), "submit", "2024-06-06")


def test_before_the_last_of_its_kind() -> None:
    story = Story(work("x"), indicator("y")).act("officer", "report", "x", progress=20)
    story.act("officer", "report", "y", value=2.0).on("2024-06-05").act("officer", "report", "x", progress=40)
    assert "2024-06-05反馈" in refused(story.on("2024-06-06"), "report", "2024-06-04", progress=30)
    assert "2024-06-05反馈" in refused(story, "submit", "2024-06-04")
    story.act("officer", "report", "y", value=4.0).on("2024-06-07")
    with pytest.raises(Refused, match="2024-06-06已有数值"):
        late(story, "officer", "report", "y", "2024-06-05", value=3.0)


def test_of_several_reviewers_nobody_agreed_before_the_last_who_did() -> None:
    story = Story(work("x", review=Several(("law", "vice"), 2))).act("officer", "submit", "x").on("2024-06-05")
    story.act("judge", "approve", "x").on("2024-06-06")
    assert "2024-06-05已有审核" in refused(story, "approve", "2024-06-04", "vice")
    assert late(story, "vice", "approve", "x", "2024-06-05").step("x").finished == day("2024-06-05")


@pytest.mark.parametrize("how", ["hand-over", "withdraw", "correct", "reopen"])
def test_before_it_was_another_matter(how: str) -> None:
    story = Story(work("x", review="law")).on("2024-06-04")
    if how == "hand-over":
        story.act("head", "hand-over", "x", "职责调整", to="law")
        assert "2024-06-04转办" in refused(story.on("2024-06-05"), "sign", "2024-06-03", "clerk")
        return
    story.act("officer", "submit", "x", evidence=("稿",)).on("2024-06-05")
    if how == "withdraw":
        story.act("officer", "withdraw", "x", "有误")
        assert "2024-06-05撤回" in refused(story.on("2024-06-06"), "submit", "2024-06-04")
    elif how == "correct":
        story.act("officer", "correct", "x", "换稿", evidence=("定稿",))
        assert "2024-06-05更正" in refused(story.on("2024-06-06"), "approve", "2024-06-04", "judge")
    else:
        story.act("judge", "approve", "x").on("2024-06-06").act("head", "reopen", "x", "重办")
        assert "2024-06-06恢复办理" in refused(story.on("2024-06-07"), "submit", "2024-06-05")


def test_on_a_suspended_day_and_before_it() -> None:
    story = Story(work("x")).on("2024-06-05").act("head", "suspend", "x", "等批复").on("2024-06-07")
    story.act("head", "resume", "x").on("2024-06-11")
    assert refused(story, "submit", "2024-06-06") == (
        "suspended-then: “x事项”2024-06-05至2024-06-07中止或者已办结，其间2024-06-06不能报送办结：请核对实际办理日期"
    )
    assert late(story, "officer", "submit", "x", "2024-06-04").step("x").finished == day("2024-06-04")


def test_without_a_reason_and_for_what_counts_from_now_on() -> None:
    story = Story(work("x")).on("2024-06-05")
    assert refused(story, "submit", "2024-06-04", reason="") == "reason-missing: 补录应当说明理由"
    assert refused(story, "suspend", "2024-06-04", "head") == (
        "not-late: 中止自录入之日起生效，不能补录：请不填实际办理日期"
    )


# What comes after ----------------------------------------------------------------------------------------------------


def test_what_follows_opens_on_the_day_done_and_its_limit_counts_from_there() -> None:
    story = Story(work("x"), work("y", "x", days=4), work("z", "x", due="5 working days after x")).on("2024-06-05")
    late(story, "officer", "submit", "x", "2024-06-03")
    assert [story.step(name).opened for name in "yz"] == [day("2024-06-03")] * 2
    assert [story.row(name).due for name in "yz"] == [day("2024-06-07"), day("2024-06-11")]
    assert [story.step(name).assigned for name in "yz"] == [day("2024-06-05")] * 2, "they hear of it today"


def test_nobody_is_late_for_days_on_which_they_could_not_know() -> None:
    steps = work("y", "x", due="2024-06-04"), work("z", "x", due="1 working days after x")
    story = late(Story(work("x"), *steps).on("2024-06-06"), "officer", "submit", "x", "2024-06-03")
    assert [story.row(name).due for name in "yz"] == [day("2024-06-07")] * 2, "the working day after they hear of it"
    assert [story.row(name).original_due for name in "yz"] == [day("2024-06-04")] * 2
    assert "press officer" not in story.on("2024-06-07").told()


def test_a_whole_chain_on_paper_is_entered_step_by_step() -> None:
    story = Story(work("x"), review("y", "x"), milestone("m", "y"), period("p", "m", days="1 days"), work("z", "p"))
    late(story.on("2024-06-07"), "officer", "submit", "x", "2024-06-04")
    late(story, "judge", "approve", "y", "2024-06-05")
    assert [story.step(name).finished for name in "xymp"] == list(
        map(day, ("2024-06-04", *["2024-06-05"] * 2, "2024-06-06"))
    )
    assert (story.step("z").opened, story.step("z").known) == (day("2024-06-06"), day("2024-06-07"))


def test_what_waits_for_something_else_besides_opens_then() -> None:
    story = Story(work("x"), work("w"), work("y", "x w")).on("2024-06-06")
    late(story, "officer", "submit", "x", "2024-06-04").on("2024-06-12").act("officer", "submit", "w")
    assert (story.step("y").opened, story.step("y").known) == (day("2024-06-12"), None)


def test_those_who_answer_are_waited_for_from_the_day_it_was_entered() -> None:
    story = Story(work("x", review="law", due="2024-06-28")).on("2024-06-07")
    late(story, "officer", "submit", "x", "2024-06-04")
    assert [
        one.asked for one in awaited(story.look, story.initiative.steps["x"], story.state, story.row("x").status)
    ] == [day("2024-06-07")]
    asked = next(row for row in story.state.notices.values() if row.slip == "review")
    told = slip(story.on("2024-06-11").look, recheck(story.look, story.state, asked), story.entries)
    assert (told.reason, told.waited) == ("officer岗于2024年6月4日报送，已待审1个工作日", 1)
    assert "补录" in Wording(Path("config/notices"))(told).text


def test_whoever_hears_late_that_it_was_sent_back_is_not_late_before() -> None:
    story = Story(work("x", review="law", due="2024-06-05")).on("2024-06-04").act("officer", "submit", "x")
    late(story.on("2024-06-11"), "judge", "return", "x", "2024-06-05")
    assert (story.row("x").due, story.row("x").light > Light.YELLOW) == (day("2024-06-12"), False)
    assert "return officer" in story.told("2024-06-11")
    waited = awaited(story.look, story.initiative.steps["x"], story.state, story.row("x").status)
    assert [one.asked for one in waited] == [day("2024-06-11")]


# Elsewhere -----------------------------------------------------------------------------------------------------------


def test_those_who_wait_elsewhere_are_told_that_it_was_entered_late() -> None:
    waits, other = work("y", "here/m", home="there"), work("w", home="there")
    there = initiative(waits, other, name="there")
    story = Story(work("x"), milestone("m", "x"), beside=[there]).on("2024-06-06")
    late(story, "officer", "submit", "x", "2024-06-04")
    look = Look(story.office, there, {}, story.now)
    told = predated(story.look, story.state, [StepRef(HERE, "x"), StepRef(HERE, "m")], lambda name: (look, EMPTY))
    assert told == {"there": (Draft(EntryKind.PREDATED, "y", data={"upstream": "here/m", "day": "2024-06-04"}),)}
    begun = fold(story.write(Draft(EntryKind.OPENED, "y", data={"day": "2024-06-04"})).entries)
    assert predated(story.look, story.state, [StepRef(HERE, "m")], lambda name: (look, begun)) == {}


def test_a_step_that_waits_elsewhere_opens_on_the_day_done_too() -> None:
    there = initiative(work("m", home="there"), name="there")
    story = Story(work("x", "there/m", due="2024-06-05"), beside=[there]).on("2024-06-06")
    story.happens(EntryKind.PREDATED, "x", upstream="there/m", day="2024-06-04").elsewhere("there/m", "2024-06-04")
    assert (story.step("x").opened, story.row("x").due) == (day("2024-06-04"), day("2024-06-07"))
    assert last(story, EntryKind.PREDATED) == "补录前置事项“m事项”于2024年6月4日办结"


# Whatever was done ---------------------------------------------------------------------------------------------------


def copied(story: Story) -> Story:
    """The same story, to go on otherwise."""
    other = copy(story)
    other.entries = list(story.entries)
    return other


few_acts = acts.map(lambda tape: tape[:8])


@given(plans, few_acts, st.integers(0, 99), st.integers(1, 5))
@settings(max_examples=3 * settings().max_examples // 2)
def test_what_could_be_said_then_can_be_said_now_and_makes_nobody_later(
    steps: list[Step], tape: list[tuple[int, ...]], which: int, after: int
) -> None:
    """Entered late it closes what it would have closed, as late as it would have been; no deadline is any earlier."""
    before = story_of(steps, 0, LIGHTS, [], directory())
    before.facts |= {StepRef.parse(ref): Upstream(before.look.today, None) for ref in ELSEWHERE}
    lived(before, tape).tick()
    able = [offer for offer in offers(before.look, before.state) if offer.verb in LATE - {Verb.SIGN}]
    if not able:
        return
    offer, done = able[which % len(able)], before.look.today
    target, to = before.initiative.steps[offer.step.step].target, offer.returns[0] if offer.returns else ""
    day_asked = str(date(2025, 12, 2) if offer.verb is Verb.EXTEND else "")
    said = {"value": target.value if target else None, "evidence": ("成果",), "to": to or day_asked}
    then, now = copied(before), copied(before)
    entered = before.office.morning(before.look.calendar.add(done, after))
    then.act(offer.actor, offer.verb, offer.step.step, "理由", **said).on(entered)
    now.on(entered).act(offer.actor, offer.verb, offer.step.step, "理由", on=str(done), **said)
    for name in before.initiative.steps:
        told, late_told = then.row(name), now.row(name)
        assert (late_told.status, late_told.finished) == (told.status, told.finished)
        assert now.step(name).judged == then.step(name).judged
        assert (late_told.due or date.max) >= (told.due or date.max)
        if not late_told.finished and now.step(name).known == now.look.today:
            assert (late_told.due or date.max) > now.look.today, "nobody is late for what they hear of today"
