"""Digests through the outbox: one letter a person and morning, whoever sends, whatever dies on the way."""

import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from duban.adapters.ledger_rules import verify
from duban.adapters.memory_ledger import MemoryLedger
from duban.carrying import Letter, Outcome
from duban.core.deciding.commands import Verb
from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.notices import Delivery, NoticeRow
from duban.core.ledger.steps import Sent
from duban.core.ledger.summary import chain_of
from duban.core.planning.policy import Policy
from duban.core.telling.papers import Writing
from duban.core.telling.slips import Slip, Words
from duban.outbox import LEASE, Delivered, deliver_due
from duban.ports import Commit, Conflict
from tests.bureau import (
    COSMETICS,
    HEAD,
    IN_DIGESTS,
    OFFICER,
    REVIEWER,
    TRAINING,
    ZONE,
    Postbox,
    Story,
    initiative,
    office,
    plain,
)

CHAIN = chain_of(OFFICER)


def story(**changes: Any) -> Story:
    """1 April, 9:00: two steps are handed out, and wait for the officer's digest of this moment."""
    return Story(office(policy=IN_DIGESTS, **changes)).at(1)


def send(told: Story, carrier: Any = None, **said: Any) -> tuple[Delivered, ...]:
    return deliver_due(told.service, carrier or Postbox(), said.pop("wording", plain), **said)


def chain(told: Story, recipient: str = OFFICER) -> list[Entry]:
    return list(told.ledger.entries(chain_of(recipient)))


def kinds(entries: list[Entry]) -> list[EntryKind]:
    return [entry.kind for entry in entries]


def rows(told: Story, step: str = "draft") -> list[NoticeRow]:
    return [row for row in told.ledger.notices(COSMETICS) if row.step == step]


def way(told: Story, key: str) -> list[EntryKind]:
    """What the ledger of the initiative holds about a notice."""
    return [e.kind for e in told.ledger.entries(COSMETICS) if e.data.get("notice") == key]


# One letter -----------------------------------------------------------------------------------------------------------


def test_what_falls_due_for_one_person_on_one_morning_is_one_letter() -> None:
    told, post = story(), Postbox()
    assert [(d.notice, d.delivery) for d in send(told, post)] == [("digest/2024-04-01", Delivery.SENT)]
    (letter,) = post.letters.values()
    assert (letter.subject, letter.recipient) == ("digest of 2", OFFICER)
    assert letter.key == "bureau-2024/@protection-officer/digest/2024-04-01"
    assert letter.text.split("\n") == ["assign cosmetics/draft", "assign cosmetics/cases"]
    assert send(told, post) == ()


def test_everything_about_a_digest_is_in_the_ledgers() -> None:
    told = story()
    send(told)
    composed, claimed, sent = chain(told)
    assert kinds([composed, claimed, sent]) == [
        *(EntryKind.NOTICE_QUEUED, EntryKind.NOTICE_CLAIMED),
        EntryKind.NOTICE_SENT,
    ]
    members = [[COSMETICS, row.key] for row in told.ledger.notices(COSMETICS)]
    assert sorted(composed.data["members"]) == sorted(members)
    assert composed.key == "notice/digest/2024-04-01"
    for row in told.ledger.notices(COSMETICS):
        assert way(told, row.key) == [EntryKind.NOTICE_QUEUED, EntryKind.NOTICE_BUNDLED, EntryKind.NOTICE_SENT]
        assert (row.delivery, row.digest, row.outcome, row.tries) == (Delivery.SENT, "digest/2024-04-01", "已入信箱", 1)
    assert told.service.view(COSMETICS).state.step("draft").history == (Sent(date(2024, 4, 1), "assign", OFFICER),)


def test_initiatives_are_in_one_digest_together() -> None:
    told, post = story(), Postbox()
    told.act(Verb.SUBMIT, evidence=("稿",)).act(Verb.APPROVE, actor=REVIEWER).tick(TRAINING)
    send(told, post)
    texts = {letter.recipient: letter.text.split("\n") for letter in post.letters.values()}
    lecture = ["remind training/lecture", "assign training/lecture"]  # it is due in five days
    assert texts["policy-law-officer"] == [lecture[0], "assign cosmetics/check", lecture[1]]


def test_one_notice_alone_is_its_own_letter() -> None:
    told, post = story(), Postbox()
    told.act(Verb.CANCEL, "cases", actor="deputy-director", reason="并入")
    send(told, post)
    assert post.slips == [f"assign cosmetics/draft {OFFICER}"]
    assert [d.notice for d in send(told.at(2), post)] == []


def test_immediate_notices_go_on_their_own_beside_it() -> None:
    mixed = IN_DIGESTS.ladders[0].rungs
    rungs = tuple(rung.model_copy(update={"immediate": rung.id == "return"}) for rung in mixed)
    ladder = IN_DIGESTS.ladders[0].model_copy(update={"rungs": rungs})
    told, post = Story(office(policy=Policy(ladders=(ladder,)))).at(1), Postbox()
    send(told, post)
    told.at(1, 10).act(Verb.SUBMIT, evidence=("稿",)).act(Verb.RETURN, actor=REVIEWER, reason="缺少说明")
    send(told, post, initiative=COSMETICS)
    assert post.slips[1:] == [f"return cosmetics/draft {OFFICER}"]


def test_a_tick_sends_no_digest() -> None:
    told, post = story(), Postbox()
    assert send(told, post, initiative=COSMETICS) == ()
    assert chain(told) == []


# When -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "hour", "minute"), [(2, 8, 30), (2, 8, 59), (1, 17, 30), (1, 23, 0), (6, 10, 0), (7, 10, 0)], ids=str
)
def test_no_digest_is_composed_before_its_moment_nor_outside_hours_nor_on_days_off(
    day: int, hour: int, minute: int
) -> None:
    told = story()
    told.clock.moment = datetime(2024, 4, day, hour, minute, tzinfo=ZONE)
    assert send(told) == ()
    assert chain(told) == []


def test_after_a_morning_without_a_sender_the_digest_goes_out_in_the_afternoon() -> None:
    told, post = story(), Postbox()
    told.clock.moment = datetime(2024, 4, 2, 14, tzinfo=ZONE)
    assert [d.notice for d in send(told, post)] == ["digest/2024-04-02"]


def test_what_comes_too_late_for_todays_digest_is_put_off_until_the_next() -> None:
    told, post = story(), Postbox()
    send(told, post)
    told.act(Verb.SUBMIT, evidence=("稿",)).act(Verb.RETURN, actor=REVIEWER, reason="缺少说明")  # 9:00 still
    assert OFFICER not in {d.recipient for d in send(told.later(1), post)}
    (row,) = (row for row in rows(told) if row.rung == "return")
    assert (row.delivery, row.outcome, row.tries) == (Delivery.QUEUED, "已过今日日报时间，并入下次日报", 0)
    assert row.next_try == datetime(2024, 4, 2, 9, tzinfo=ZONE)
    send(told.at(2), post)
    assert [letter.text for letter in post.letters.values()][1:] == ["缺少说明"]


def test_however_many_wait_each_gets_one_and_nobody_starves() -> None:
    told, post = story(), Postbox()
    told.act(Verb.SUBMIT, evidence=("稿",)).act(Verb.APPROVE, actor=REVIEWER).tick(TRAINING)
    while send(told, post, limit=1):
        pass
    recipients = [letter.recipient for letter in post.letters.values()]
    assert sorted(recipients) == sorted(set(recipients)) == ["policy-law-head", "policy-law-officer", OFFICER][1:]


# Decided on again -----------------------------------------------------------------------------------------------------


def test_what_has_lapsed_is_left_out_with_the_reason() -> None:
    told, post = story(), Postbox()
    told.act(Verb.SUBMIT, evidence=("稿",)).act(Verb.APPROVE, actor=REVIEWER)
    send(told, post)
    (row,) = (row for row in rows(told) if row.rung == "assign")
    assert (row.delivery, row.outcome, row.digest) == (Delivery.DROPPED, "事项已办结", "digest/2024-04-01")
    assert f"assign cosmetics/cases {OFFICER}" in post.slips


def test_a_digest_of_which_nothing_is_left_is_dropped() -> None:
    told, post = story(), Postbox()
    for step in ("draft", "cases"):
        told.act(Verb.SUSPEND, step, actor=HEAD, reason="修订")
    assert [(d.delivery, d.outcome) for d in send(told, post)] == [(Delivery.DROPPED, "各项均已不再需要")]
    assert post.letters == {}


def handed_over(carrier: Any) -> Story:
    """A digest is refused; before the next try one of its steps is handed over."""
    told = story()
    send(told, carrier)
    return told.later(1).act(Verb.HAND_OVER, actor=HEAD, to="policy-law", reason="职责调整")


def test_what_is_handed_over_between_two_tries_goes_to_the_new_owner_and_no_more_to_the_old_one() -> None:
    post = Postbox(refusing="421 try later")
    told = handed_over(post)
    post.refusing = ""
    send(told.later(6), post)
    assert post.slips == [f"assign cosmetics/cases {OFFICER}"]
    assert [row.delivery for row in rows(told) if row.recipient == OFFICER] == [Delivery.DROPPED]
    send(told.at(2), post)
    assert post.slips[1:] == ["digest of 2 policy-law-officer"]
    assert post.letters.popitem()[1].text == "change cosmetics/draft\nassign cosmetics/draft"


def test_acknowledging_a_notice_of_a_digest_holds_the_higher_rungs_back() -> None:
    told, post = story(), Postbox()
    for day in (1, 3, 5, 11, 15):
        send(told.at(day), post)
    assert told.notice("press").digest == "digest/2024-04-15"
    told.act(Verb.ACKNOWLEDGE)
    for day in (17, 18, 19):
        send(told.at(day), post)
    assert not [row for row in rows(told) if row.rung == "supervise"]
    send(told.at(22), post)
    assert {row.delivery for row in rows(told) if row.rung == "supervise"} == {Delivery.SENT}


def test_notices_of_an_initiative_the_plan_no_longer_has_are_left_out() -> None:
    told, post = story(), Postbox()
    other = office().plan.initiatives[TRAINING]
    alone = initiative(TRAINING, other.title, "6.2", replace(other.steps["lecture"], needs=()))
    told.with_office(office(policy=IN_DIGESTS, initiatives={TRAINING: alone})).tick(TRAINING)
    send(told, post)
    assert {row.outcome for row in told.ledger.notices(COSMETICS)} == {"计划中已无此举措"}
    assert [letter.recipient for letter in post.letters.values()] == ["policy-law-officer"]


# Refused --------------------------------------------------------------------------------------------------------------


def test_a_refused_digest_is_tried_again_and_then_all_of_it_is_dead() -> None:
    told, post = story(), Postbox(refusing="550 no such user")
    for _ in range(4):
        (delivered,) = send(told, post)
        told.later(145)
    assert (delivered.delivery, delivered.outcome) == (Delivery.DEAD, "550 no such user")
    assert len(set(post.tries)) == 1
    for row in told.ledger.notices(COSMETICS)[:2]:
        assert (row.recipient, row.delivery) == (OFFICER, Delivery.DEAD)
        assert (row.outcome, row.tries) == ("550 no such user", 4)


def test_a_busy_channel_puts_a_digest_off() -> None:
    told, post = story(), Postbox(refusing="每分钟20条已满", wait=timedelta(minutes=1))
    for _ in range(6):
        assert [d.delivery for d in send(told, post)] == [Delivery.QUEUED]
        told.later(1)
    post.refusing = ""
    assert [d.delivery for d in send(told, post)] == [Delivery.SENT]
    assert {row.tries for row in told.ledger.notices()} == {1}


def test_a_digest_that_could_not_be_delivered_on_its_day_is_part_of_the_next_one() -> None:
    told, post = story(), Postbox(refusing="421 try later")
    told.clock.moment = datetime(2024, 4, 1, 17, 20, tzinfo=ZONE)
    send(told, post)
    send(told.later(6), post)
    told.at(2, 8, 30)
    assert [(d.notice, d.delivery) for d in send(told, post)] == [("digest/2024-04-01", Delivery.DROPPED)]
    assert {(row.delivery, row.digest) for row in told.ledger.notices(COSMETICS)} == {(Delivery.QUEUED, "")}
    post.refusing = ""
    (delivered,) = send(told.at(2), post)
    assert (delivered.notice, delivered.delivery) == ("digest/2024-04-02", Delivery.SENT)
    assert [letter.subject for letter in post.letters.values()] == ["digest of 2"]


def test_what_is_left_of_yesterday_and_what_is_due_today_are_one_letter() -> None:
    """Nothing was sent between the evening and today's digest."""
    told, post = story(), Postbox(refusing="421 try later")
    told.clock.moment = datetime(2024, 4, 1, 17, 20, tzinfo=ZONE)
    send(told, post)
    told.at(3, 8, 30)  # nobody has signed: a reminder for each
    post.refusing = ""
    told.clock.moment = datetime(2024, 4, 3, 9, 30, tzinfo=ZONE)
    send(told, post)
    assert [letter.text.split("\n") for letter in post.letters.values()] == [
        [
            *("remind cosmetics/draft", "remind cosmetics/cases"),
            *("assign cosmetics/draft", "assign cosmetics/cases"),
        ]
    ]
    assert [(row.key, row.delivery) for row in told.ledger.notices(CHAIN)] == [
        ("digest/2024-04-01", Delivery.DROPPED),
        ("digest/2024-04-03", Delivery.SENT),
    ]


# Many senders, and deaths ---------------------------------------------------------------------------------------------


def test_senders_in_threads_send_one_digest() -> None:
    told, post, start = story(), Postbox(), Barrier(4)

    def sender() -> tuple[Delivered, ...]:
        start.wait()
        return send(told, post)

    with ThreadPoolExecutor(4) as pool:
        delivered = [d for future in [pool.submit(sender) for _ in range(4)] for d in future.result()]
    assert [d.notice for d in delivered] == ["digest/2024-04-01"]
    assert len(post.tries) == 1


class Killed(BaseException):
    """A sender's end."""


@dataclass
class Mortal:
    """A ledger whose user dies before or after its commit of that number, counted from 1."""

    ledger: MemoryLedger
    fatal: int
    after: bool
    passed: int = 0

    def commit(self, *commits: Commit) -> None:
        self.passed += 1
        if self.passed == self.fatal and not self.after:
            raise Killed
        self.ledger.commit(*commits)
        if self.passed == self.fatal:
            raise Killed

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("fatal", [1, 2, 3])
def test_killed_at_any_commit_a_digest_goes_out_once(fatal: int, after: bool) -> None:
    """Composing, claiming and ending are a commit each."""
    told, post = story(), Postbox()
    mortal = replace(told.service, ledger=Mortal(told.ledger, fatal, after))  # type: ignore[type-var]
    with pytest.raises(Killed):
        deliver_due(mortal, post, plain)
    told.later(int(LEASE.total_seconds() // 60))
    send(told, post)
    assert send(told.later(10), post) == ()
    assert set(post.tries) == {"bureau-2024/@protection-officer/digest/2024-04-01"}
    assert len(post.letters) == 1
    assert {row.delivery for row in told.ledger.notices()} == {Delivery.SENT}
    assert kinds(chain(told)).count(EntryKind.NOTICE_SENT) == 1
    for row in told.ledger.notices(COSMETICS):
        assert way(told, row.key).count(EntryKind.NOTICE_SENT) == 1


@dataclass
class Meanwhile:
    """A carrier during whose deliveries something else happens."""

    happen: Callable[[], object]
    post: Postbox = field(default_factory=Postbox)

    def deliver(self, letter: Letter, now: datetime) -> Outcome:
        self.happen()
        return self.post.deliver(letter, now)


@pytest.mark.parametrize("refusing", ["", "timed out"])
def test_a_slow_sender_does_not_undo_what_another_did_meanwhile(refusing: str) -> None:
    told, second = story(), Postbox()

    def overtaken() -> None:
        told.later(int(LEASE.total_seconds() // 60))
        send(told, second)

    assert send(told, Meanwhile(overtaken, Postbox(refusing=refusing))) == ()
    assert {row.delivery for row in told.ledger.notices()} == {Delivery.SENT}
    assert kinds(chain(told)).count(EntryKind.NOTICE_SENT) == 1


def test_what_people_do_while_a_digest_is_carried_is_kept() -> None:
    told = story()
    post = Meanwhile(lambda: told.act(Verb.SIGN).act(Verb.CANCEL, "cases", actor="deputy-director", reason="并入"))
    assert [d.delivery for d in send(told, post)] == [Delivery.SENT]
    state = told.service.view(COSMETICS).state
    assert (state.step("draft").signed is not None, state.step("cases").cancelled) == (True, True)
    waiting = [row for row in told.ledger.notices(COSMETICS) if row.delivery is not Delivery.SENT]
    assert [(row.step, row.slip) for row in waiting] == [("cases", "change")], "what was told holds no longer"


def test_a_sender_that_never_gets_a_turn_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    told = story()

    def busy(*commits: Commit) -> None:
        raise Conflict("somebody else again")

    monkeypatch.setattr(told.ledger, "commit", busy)
    with pytest.raises(ExceptionGroup) as caught:
        send(told)
    assert [type(error) for error in caught.value.exceptions] == [Conflict]


# Errors ---------------------------------------------------------------------------------------------------------------


def test_a_notice_that_meets_an_error_is_left_out_and_comes_again_the_next_day(monkeypatch: pytest.MonkeyPatch) -> None:
    from duban.outbox import digests  # noqa: PLC0415  the module whose function is spoilt

    told, post, written = story(), Postbox(), digests.slip

    def spoilt(look: Any, again: Any, entries: Any) -> Slip:
        if again.rung.step == "cases":
            raise KeyError("the password is 12345")
        return written(look, again, entries)

    monkeypatch.setattr(digests, "slip", spoilt)
    with pytest.raises(ExceptionGroup) as caught:
        send(told, post)
    assert "digest/2024-04-01: cosmetics/cases/" in "".join(traceback.format_exception(caught.value))
    assert post.slips == [f"assign cosmetics/draft {OFFICER}"]
    (row,) = rows(told, "cases")
    assert (row.delivery, row.outcome) == (Delivery.QUEUED, "内部错误：KeyError")
    assert COSMETICS in told.service.due()
    monkeypatch.undo()
    send(told.at(2), post)
    assert post.slips[1:] == [f"assign cosmetics/cases {OFFICER}"]


def test_words_that_cannot_be_found_are_a_refusal_that_tells_no_secrets() -> None:
    told = story()

    def speechless(matter: Writing) -> Words:
        raise LookupError("the password is 12345")

    with pytest.raises(ExceptionGroup, match="1 notices met an error"):
        send(told, wording=speechless)
    (row,) = told.ledger.notices(CHAIN)
    assert (row.delivery, row.outcome) == (Delivery.RETRYING, "内部错误：LookupError")
    assert [d.delivery for d in send(told.later(6))] == [Delivery.SENT]


# Cheap ----------------------------------------------------------------------------------------------------------------


def test_a_sweep_asks_for_what_is_due_and_nothing_for_each_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The queries of a sweep with a digest of two are as many as with one of twenty, and none when nothing is due."""
    told = story()
    counted: list[str] = []
    for name in ("entries", "pending_notices", "waiting_notices", "upstream", "wakes", "commit"):
        real = getattr(told.ledger, name)

        def asked(*given: Any, real: Any = real, name: str = name) -> Any:
            counted.append(name)
            return real(*given)

        monkeypatch.setattr(told.ledger, name, asked)
    send(told)
    assert counted.count("commit") == 3
    assert (
        counted.count("entries") == 6
    )  # the initiative for two commits, the chain for three, and once after its claim
    counted.clear()
    send(told)
    assert counted == ["waiting_notices", "pending_notices"]


def test_the_chain_of_digests_belongs_to_no_initiative() -> None:
    told = story()
    send(told)
    told.ledger.forget_derived()
    assert set(told.ledger.due(told.clock.moment, 10)) <= {COSMETICS, TRAINING}
    told.tick()
    assert [summary.initiative for summary in told.ledger.summaries()] == [COSMETICS]
    assert verify(told.ledger) is None
