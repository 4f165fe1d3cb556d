from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from duban.core.deciding.commands import Verb
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.notices import Delivery
from duban.core.ledger.steps import Sent
from duban.core.telling.slips import Slip, Words
from duban.outbox import Delivered, deliver_due
from duban.outbox.resending import Revival, dead_notices, revive
from duban.outbox.troubles import troubles
from tests.bureau import (
    ADMINISTRATOR,
    COSMETICS,
    DIRECTORY,
    HEAD,
    LEADER,
    OFFICER,
    REVIEWER,
    TRAINING,
    Postbox,
    Story,
    initiative,
    office,
    plain,
)

ASSIGNED = ["assign cosmetics/cases", "assign cosmetics/draft"]


def send(story: Story, carrier: Any = None, wording: Callable[[Slip], Words] = plain) -> tuple[Delivered, ...]:
    return deliver_due(story.service, carrier or Postbox(), wording)


def kinds(story: Story, key: str) -> list[EntryKind]:
    """What the ledger holds about a notice, in order."""
    return [e.kind for e in story.ledger.entries(COSMETICS) if e.data.get("notice") == key]


def begun() -> Story:
    """The first day's slips are sent and the draft is signed for."""
    story = Story().at(1)
    send(story)
    return story.at(2).act(Verb.SIGN)


# Sent once ------------------------------------------------------------------------------------------------------------


def test_what_is_due_is_sent_once() -> None:
    story, post = Story().at(1), Postbox()
    assert {d.delivery for d in send(story, post)} == {Delivery.SENT}
    assert send(story, post) == ()
    assert sorted(letter.subject for letter in post.letters.values()) == ASSIGNED
    assert len(post.tries) == 2


def test_everything_about_a_delivery_is_in_the_ledger() -> None:
    story = Story().at(1)
    send(story)
    row = story.notice("assign")
    assert kinds(story, row.key) == [EntryKind.NOTICE_QUEUED, EntryKind.NOTICE_CLAIMED, EntryKind.NOTICE_SENT]
    assert (row.delivery, row.outcome, row.next_try, row.tries) == (Delivery.SENT, "已入信箱", None, 1)
    assert story.service.view(COSMETICS).state.step("draft").history == (Sent(date(2024, 4, 1), "assign", OFFICER),)


def test_a_letter_bears_the_recipient_and_the_channels() -> None:
    reached = [
        post.model_copy(update={"channels": ("${OFFICER}",)}) if post.id == OFFICER else post
        for post in DIRECTORY.posts
    ]
    story, post = Story(office(directory=DIRECTORY.model_copy(update={"posts": tuple(reached)}))).at(1), Postbox()
    send(story, post)
    letter = next(iter(post.letters.values()))
    assert (letter.recipient, letter.to) == (OFFICER, ("${OFFICER}",))
    assert letter.key.startswith("bureau-2024/cosmetics/")
    assert (letter.text, letter.html) == ("2024年4月1日起转入办理", "<p>2024年4月1日起转入办理</p>")


def test_a_sweep_takes_the_earliest_and_no_more_than_its_limit() -> None:
    story = Story().at(1)
    first = deliver_due(story.service, Postbox(), plain, limit=1)
    second = deliver_due(story.service, Postbox(), plain, limit=1)
    assert (len(first), len(second)) == (1, 1)
    assert first != second


def test_initiatives_are_delivered_together() -> None:
    story, post = Story().at(1), Postbox()
    story.act(Verb.SUBMIT, evidence=("方案送审稿",)).act(Verb.APPROVE, actor=REVIEWER).tick(TRAINING)
    send(story.at(2), post)
    assert {letter.key.split("/")[1] for letter in post.letters.values()} == {COSMETICS, TRAINING}


# Not sent any more ----------------------------------------------------------------------------------------------------


def queued(rung: str) -> Story:
    """A notice of a rung lies in the outbox, not yet sent."""
    story = Story().at(1)
    send(story)
    if rung == "remind-to-sign":
        return story.at(3)
    return story.at(2).act(Verb.SIGN).at(15)


DROPS: dict[str, tuple[str, Callable[[Story], object], str]] = {
    "closed": (
        "press",
        lambda s: s.act(Verb.SUBMIT, evidence=("稿",)).act(Verb.APPROVE, actor=REVIEWER),
        "事项已办结",
    ),
    "cancelled": ("press", lambda s: s.act(Verb.CANCEL, actor=LEADER, reason="并入"), "事项已终止"),
    "extended": (
        "press",
        lambda s: s.act(Verb.EXTEND, to="2024-04-30", reason="会期").act(Verb.GRANT, actor=LEADER),
        "时限或者承办人已调整",
    ),
    "suspended": ("press", lambda s: s.act(Verb.SUSPEND, actor=HEAD, reason="修订"), "事项已中止"),
    "signed for": ("remind-to-sign", lambda s: s.act(Verb.SIGN), "事项已签收"),
    "acknowledged": ("press", lambda s: s.act(Verb.ACKNOWLEDGE), "承办方已有回应，暂缓催办"),
    "submitted": ("press", lambda s: s.act(Verb.SUBMIT, evidence=("稿",)), "事项已报送审核"),
}


@pytest.mark.parametrize("case", DROPS)
def test_what_has_lapsed_is_dropped_with_the_reason(case: str) -> None:
    rung, happen, why = DROPS[case]
    story, post = queued(rung), Postbox()
    happen(story)
    row = story.notice(rung)
    dropped = [d for d in send(story, post) if d.notice == row.key]
    assert [(d.delivery, d.outcome) for d in dropped] == [(Delivery.DROPPED, why)]
    assert not [key for key in post.tries if key.endswith(row.key)]
    assert story.notice(rung).outcome == why


def test_a_handed_over_step_presses_its_former_owner_no_more() -> None:
    story, post = queued("press"), Postbox()
    story.act(Verb.HAND_OVER, actor=HEAD, to="policy-law", reason="职责调整")
    former = story.notice("press").key
    send(story, post)
    assert story.ledger.notices(COSMETICS)
    assert {row.delivery for row in story.ledger.notices() if row.key == former} == {Delivery.DROPPED}
    assert not [letter for letter in post.letters.values() if letter.subject.startswith("press")]


def test_what_an_answer_held_back_is_sent_after_the_silence() -> None:
    story, post = queued("press"), Postbox()
    story.act(Verb.ACKNOWLEDGE)
    send(story, post)
    for day in (16, 17, 18, 19):
        send(story.at(day), post)
    assert not [slip for slip in post.slips if slip.startswith("press")]
    send(story.at(22), post)
    assert f"press cosmetics/draft {OFFICER}" in post.slips


def test_a_notice_goes_to_the_deputy_of_whoever_left_before_it_was_sent() -> None:
    story, post = Story().at(1), Postbox()
    left = [
        post_.model_copy(update={"vacant": True, "deputy": HEAD}) if post_.id == OFFICER else post_
        for post_ in DIRECTORY.posts
    ]
    story.with_office(office(directory=DIRECTORY.model_copy(update={"posts": tuple(left)})))
    assert {d.outcome for d in send(story, post)} == {"改送保护处处长"}
    send(story, post)
    assert {letter.recipient for letter in post.letters.values()} == {HEAD}


def test_a_notice_of_an_initiative_the_plan_no_longer_has_is_dropped() -> None:
    story = Story().at(1)
    other = office().plan.initiatives[TRAINING]
    alone = initiative(TRAINING, other.title, "6.2", replace(other.steps["lecture"], needs=()))
    story.with_office(office(initiatives={TRAINING: alone}))
    assert {(d.delivery, d.outcome) for d in send(story)} == {(Delivery.DROPPED, "计划中已无此举措")}
    assert send(story) == ()


# When -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "hour", "minute"), [(1, 17, 30), (1, 23, 0), (2, 8, 29), (6, 10, 0), (7, 10, 0)], ids=str
)
def test_nobody_is_written_to_outside_working_hours(day: int, hour: int, minute: int) -> None:
    story, post = Story().at(1), Postbox()
    story.at(day, hour, minute)
    assert send(story, post) == ()
    assert post.tries == []
    assert story.notice("assign").delivery is Delivery.QUEUED
    send(story.at(8, 8, 30), post)
    assert len(post.letters) > 0


# Refused --------------------------------------------------------------------------------------------------------------


def test_what_is_refused_is_tried_again_after_growing_waits_until_it_is_dead_and_told() -> None:
    story, post = Story().at(1), Postbox(refusing="550 no such user")
    waits = []
    for _ in range(4):
        assert send(story, post)
        row = story.notice("assign")
        waits.append((row.next_try or story.clock.moment) - story.clock.moment)
        story.clock.moment = row.next_try or story.clock.moment
    minutes = timedelta(minutes=1)
    assert all(
        least * minutes <= wait <= 1.2 * least * minutes for least, wait in zip((5, 30, 120, 0), waits, strict=True)
    )
    assert story.notice("assign").delivery is Delivery.DEAD
    assert story.notice("assign").outcome == "550 no such user"
    post.refusing = ""
    send(story, post)
    assert f"failure cosmetics/draft {ADMINISTRATOR}" in post.slips
    assert not [slip for slip in post.slips if slip.startswith("assign")]


def dead(day: int = 1) -> Story:
    """The slip that hands out the draft is dead, the administrator is told of it."""
    story = Story()
    for hour in (9, 10, 11, 14):
        send(story.at(day, hour), Postbox(refusing="550 no such user"))
    return story.at(day, 15)


def tried_again(story: Story, *rungs: str) -> list[str]:
    """Have notices about the draft tried again; the rungs of those that are."""
    revived = revive(story.service, [story.notice(rung) for rung in rungs], Revival("coordinator", "地址已更正"))
    return [row.rung for row in revived]


def test_a_dead_notice_that_is_revived_is_sent_once() -> None:
    story, post = dead(), Postbox()
    assert tried_again(story, "assign") == ["assign"]
    assert tried_again(story, "assign") == []
    row = story.notice("assign")
    assert (row.delivery, row.tries, row.next_try) == (Delivery.QUEUED, 0, story.clock.moment)
    send(story, post)
    send(story.at(2), post)
    assert [slip for slip in post.slips if slip.startswith("assign cosmetics/draft")] == [
        f"assign cosmetics/draft {OFFICER}"
    ]
    assert kinds(story, row.key)[-3:] == [EntryKind.NOTICE_REVIVED, EntryKind.NOTICE_CLAIMED, EntryKind.NOTICE_SENT]
    assert tried_again(story, "assign") == []


def test_one_that_dies_again_can_be_revived_again() -> None:
    story, post = dead(), Postbox(refusing="550 no such user")
    tried_again(story, "assign")
    for day, hour in ((1, 15), (1, 16), (2, 9), (2, 14)):
        send(story.at(day, hour), post)
    assert (story.notice("assign").delivery, story.notice("assign").tries) == (Delivery.DEAD, 4)
    assert tried_again(story.at(2, 15), "assign") == ["assign"]
    send(story)
    assert story.notice("assign").delivery is Delivery.SENT
    assert kinds(story, story.notice("assign").key).count(EntryKind.NOTICE_REVIVED) == 2


@pytest.mark.parametrize("case", ["closed", "cancelled", "suspended"])
def test_one_that_is_revived_when_its_matter_is_over_lapses_with_the_reason(case: str) -> None:
    story, post = dead(), Postbox()
    _, happen, why = DROPS[case]
    happen(story)
    key = story.notice("assign").key
    assert tried_again(story, "assign") == ["assign"]
    assert [(d.delivery, d.outcome) for d in send(story, post) if d.notice == key] == [(Delivery.DROPPED, why)]
    assert (story.notice("assign").outcome, [tried for tried in post.tries if tried.endswith(key)]) == (why, [])


def test_one_that_a_late_sender_delivered_after_all_is_not_revived() -> None:
    story = dead()
    stale = story.notice("assign")
    told = {"notice": stale.key, "slip": "assign", "recipient": OFFICER}
    story.service.record(COSMETICS, Draft(EntryKind.NOTICE_SENT, "draft", data=told))
    assert revive(story.service, [stale], Revival("coordinator", "地址已更正")) == ()
    assert story.notice("assign").delivery is Delivery.SENT


def test_of_several_people_who_put_it_back_one_does() -> None:
    story, start = dead(), Barrier(4)
    stale = story.notice("assign")

    def person() -> int:
        start.wait()
        return len(revive(story.service, [stale], Revival("coordinator", "地址已更正")))

    with ThreadPoolExecutor(4) as pool:
        assert sorted(future.result() for future in [pool.submit(person) for _ in range(4)]) == [0, 0, 0, 1]
    assert kinds(story, stale.key).count(EntryKind.NOTICE_REVIVED) == 1


def test_what_is_revived_is_no_trouble_any_more_nor_when_it_arrived() -> None:
    story = dead()
    assert [row.step for row in dead_notices(story.service)] == ["cases", "draft"]
    assert len(revive(story.service, dead_notices(story.service), Revival("administrator", "邮件服务器已恢复"))) == 2
    assert troubles(story.service).dead == ()
    send(story)
    assert troubles(story.service).dead == ()


def test_a_dead_notice_of_an_initiative_the_plan_no_longer_has_is_no_trouble() -> None:
    """Nobody could have it tried again."""
    lecture = replace(office().plan.initiatives[TRAINING].steps["lecture"], needs=())
    alone = initiative(TRAINING, "加强知识产权培训", "6.2", lecture)
    found = troubles(dead().with_office(office(initiatives={TRAINING: alone})).service)
    assert (found.dead, found.over) == ((), 2)


def test_a_refused_notice_is_not_tried_before_its_time() -> None:
    story, post = Story().at(1), Postbox(refusing="421 try later")
    send(story, post)
    assert send(story.later(4), post) == ()
    assert {d.delivery for d in send(story.later(2), post)} == {Delivery.RETRYING}


def test_a_busy_channel_puts_a_notice_off_and_that_is_no_try() -> None:
    story, post = Story().at(1), Postbox(refusing="每分钟20条已满", wait=timedelta(minutes=1))
    for _ in range(9):
        assert {d.delivery for d in send(story, post)} == {Delivery.QUEUED}
        assert send(story, post) == ()
        story.later(1)
    row = story.notice("assign")
    assert (row.outcome, row.tries) == ("每分钟20条已满", 0)
    assert row.next_try == story.clock.moment
    post.wait = None
    assert {d.delivery for d in send(story, post)} == {Delivery.RETRYING}
    assert story.notice("assign").tries == 1
    assert kinds(story, row.key).count(EntryKind.NOTICE_POSTPONED) == 9


def test_letters_refused_together_come_back_apart_and_always_at_the_same_moments() -> None:
    def moments() -> set[datetime | None]:
        story = Story().at(1)
        send(story, Postbox(refusing="421 try later"))
        return {row.next_try for row in story.ledger.notices()}

    assert len(moments()) == 2
    assert moments() == moments()


def test_a_retry_waits_for_working_hours() -> None:
    story = Story().at(5, 17, 29)
    send(story, Postbox(refusing="421 try later"))
    retry = story.notice("assign").next_try
    assert retry is not None
    assert retry.astimezone(story.clock.moment.tzinfo).isoformat() == "2024-04-08T08:30:00+08:00"


def test_a_dead_letter_to_the_administrator_is_not_told_to_the_administrator() -> None:
    story, post = Story().at(1), Postbox(refusing="550 no such user")
    for _ in range(12):
        send(story, post)
        story.later(145)
        if story.clock.moment.hour >= 15:
            story.at(story.clock.moment.day + 1)
    dead = [row.rung for row in story.ledger.notices() if row.delivery is Delivery.DEAD]
    assert sorted(set(dead)) >= ["assign", "dead"]
    assert not [row for row in story.ledger.notices() if row.key.endswith("/dead/dead")]


def test_what_lapsed_between_two_tries_is_dropped() -> None:
    story = queued("remind-to-sign")
    key = story.notice("remind-to-sign").key
    send(story, Postbox(refusing="421 try later"))
    story.act(Verb.SIGN).later(6)
    assert [d.outcome for d in send(story) if d.notice == key] == ["事项已签收"]
