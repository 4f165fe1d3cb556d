"""Who is told that somebody else suspended, resumed, handed over or cancelled a step they answer for."""

from dataclasses import replace

import pytest

from duban.core.deciding.changes import change_of
from duban.core.deciding.recheck import recheck
from duban.core.ledger.entries import EntryKind
from duban.core.ledger.keys import NoticeKey
from duban.core.ledger.notices import NoticeRow
from duban.core.planning.policy import Policy
from duban.core.telling.lapses import why_lapsed
from tests.core.builders import (
    RUNGS,
    Story,
    action,
    collection,
    directory,
    milestone,
    moment,
    period,
    policy,
    post,
    rung,
    work,
)

MORNING = "2024-06-04 10:00"


def lapsed(story: Story, row: NoticeRow) -> str:
    return why_lapsed(story.office, recheck(story.look, story.state, row).lapsed)


def open_step(**said: object) -> Story:
    """A step of the unit `works`, whose officer was handed it on the day before."""
    return Story(work("x", **said)).sent().on(MORNING)


def told(story: Story) -> list[str]:
    """Who was told of changes, in order."""
    return [line.removeprefix("change ") for line in story.told() if line.startswith("change ")]


@pytest.mark.parametrize(
    ("verb", "said", "people"),
    [
        ("suspend", {}, ["officer"]),
        ("cancel", {}, ["officer"]),
        ("hand-over", {"to": "law"}, ["officer", "clerk"]),
    ],
)
def test_who_is_asked_hears_what_others_decide(verb: str, said: dict[str, str], people: list[str]) -> None:
    story = open_step().act("leader", verb, "x", "职责调整", **said)
    assert told(story) == people
    assert told(story.on("2024-06-05").sent().on("2024-06-20")) == people, "once"


def test_a_resumed_step_is_told_as_its_suspension_was() -> None:
    story = open_step().act("leader", "suspend", "x", "等待上级意见").sent().on("2024-06-06")
    assert told(story.act("coordinator", "resume", "x")) == ["officer", "officer"]


def test_whoever_did_it_is_not_told() -> None:
    story = open_step().act("head", "hand-over", "x", "由本人办理", to="head")
    assert told(story) == ["officer"]
    assert told(story.act("head", "hand-over", "x", "已有人手", to="works")) == ["officer", "officer"]


def test_whoever_stands_in_and_did_it_is_not_told_either() -> None:
    away = directory(post("officer", "coordinator", "2024-06-04..2024-06-05"))
    story = Story(work("x"), people=away).on(MORNING).act("coordinator", "suspend", "x", "等待上级意见")
    assert told(story) == []


def test_nobody_is_told_of_a_step_nobody_was_asked_for() -> None:
    story = Story(work("x"), work("later", "x")).on(MORNING)
    for verb, said in (("suspend", {}), ("resume", {}), ("hand-over", {"to": "law"}), ("cancel", {})):
        story.act("leader", verb, "later", "任务取消", **said)
    assert told(story) == []


def test_an_owner_to_whom_nothing_had_been_sent_hears_nothing_until_it_turns_out_that_it_was() -> None:
    story = Story(work("x")).act("leader", "hand-over", "x", "职责调整", to="law")
    assert told(story.sent().on("2024-06-04")) == ["clerk", "officer"], (
        "sent on the same day, as the ledger learns later"
    )
    silent = Story(work("x")).act("leader", "cancel", "x", "任务取消").on("2024-06-04")
    assert told(silent) == []
    signed = Story(work("x")).act("officer", "sign", "x").act("leader", "cancel", "x", "任务取消")
    assert told(signed) == ["officer"]


def test_nobody_is_told_of_what_goes_on_by_itself() -> None:
    story = Story(period("wait"), action("run"), milestone("end", "wait run"))
    for step in ("wait", "run"):
        story.act("leader", "suspend", step, "暂缓")
    assert told(story) == []


def test_units_hear_that_a_collection_is_concluded() -> None:
    story = Story(*collection("x")).sent().on(MORNING).act("clerk", "submit", "x@law", evidence=("表",))
    story.act("leader", "conclude", "x", "到期截止")
    assert told(story) == ["officer"]


def test_of_several_changes_everybody_hears_the_last_that_concerns_them() -> None:
    story = open_step().act("leader", "suspend", "x", "暂缓").act("leader", "resume", "x")
    story.act("leader", "hand-over", "x", "职责调整", to="law").act("leader", "cancel", "x", "任务取消")
    waiting = [row for row in story.state.notices.values() if row.slip == "change"]
    still = [row for row in waiting if recheck(story.look, story.state, row).rung]
    kinds = {row.recipient: change_of(story.step("x"), NoticeKey.parse(row.key)).kind for row in still}
    assert kinds == {"officer": EntryKind.HANDED_OVER, "clerk": EntryKind.CANCELLED}
    assert len(still) == 2
    assert {lapsed(story, row) for row in waiting if row not in still} == {"事项已终止"}


def test_a_change_overtaken_before_it_is_sent_lapses() -> None:
    story = open_step().act("leader", "suspend", "x", "暂缓")
    first = next(row for row in story.state.notices.values() if row.slip == "change")
    story.act("leader", "resume", "x")
    assert lapsed(story, first) == "事项另有变动"
    assert [row.slip for row in story.state.notices.values() if recheck(story.look, story.state, row).rung][-1:] == [
        "change"
    ]


def test_a_change_of_what_is_done_meanwhile_lapses() -> None:
    story = open_step().act("leader", "hand-over", "x", "职责调整", to="law").act("clerk", "submit", "x")
    why = {lapsed(story, row) for row in story.state.notices.values() if row.slip == "change"}
    assert why == {"事项已办结"}


def test_a_deputy_is_told_when_the_owner_cannot_be_reached() -> None:
    people = directory(post("officer", "vice"))
    story = Story(work("x"), people=people).sent().on(MORNING).act("leader", "cancel", "x", "任务取消")
    assert told(story.sent(EntryKind.NOTICE_DEAD).on("2024-06-05")) == ["officer", "vice"]


def test_what_happened_before_there_were_such_notices_is_not_told() -> None:
    story = open_step()
    before = story.office
    old = tuple(one for one in RUNGS if one.anchor != "changed")
    story.office = replace(before, policy=policy(*old))
    story.act("leader", "suspend", "x", "暂缓").on("2024-06-12")
    story.office = before
    assert told(story.on("2024-06-13")) == []
    assert story.skipped() == ["change"]


def test_a_ladder_says_who_hears_of_changes_and_when() -> None:
    rules: Policy = policy(rung("change", "changed", 1, "owner owner-head", "change", stops=False))
    story = Story(work("x"), rules=rules).on(MORNING).act("officer", "sign", "x")
    story.act("coordinator", "suspend", "x", "暂缓")
    assert story.told() == []
    assert story.decision.rungs[0].moment == moment("2024-06-05 08:30")
    assert told(story.on("2024-06-05 08:30")) == ["officer", "head"]


def test_a_renamed_step_keeps_the_keys_of_its_changes() -> None:
    story = open_step().act("leader", "suspend", "x", "暂缓")
    story.replanned(work("y", was="x")).on("2024-06-05")
    assert told(story) == ["officer"]
    [key] = [key for key in story.state.notices if "/change/" in key]
    assert key == "x/change-2024-06-04-1/change/officer"
