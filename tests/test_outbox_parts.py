"""Letters that arrive in part: each matter and each recipient has its own outcome, whatever dies on the way."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from duban.adapters.delivery.carriers import ChannelCarrier
from duban.adapters.wording import Wording
from duban.carrying import Carrier, Letter, Outcome
from duban.core.deciding.commands import Verb
from duban.core.ledger.notices import Delivery, NoticeRow
from duban.core.ledger.summary import chain_of
from duban.core.planning.plan_file import Kind
from duban.core.planning.policy import Policy
from duban.core.planning.when import OnDate
from duban.outbox import LEASE, Delivered, deliver_due
from tests.adapters.delivery.letters import carrier
from tests.bureau import COSMETICS, DIRECTORY, IN_DIGESTS, OFFICER, Story, initiative, office, step
from tests.receivers import Behaviour, Do, Got, Receiver, always, receiver
from tests.receivers.mail import MailReceiver

WORDING = Wording(Path("config/notices"))
MATTERS = 30
NAMES = re.compile(r"编号：cosmetics/(matter-\d\d)")
A, B = "a@duban.test", "b@duban.test"
TOLD_A, TOLD_B = "a…a@duban.test", "b…b@duban.test"


def matters(number: int = MATTERS) -> Any:
    named = (f"matter-{place:02}" for place in range(1, number + 1))
    steps = (step(name, f"办理第{name[-2:]}号事项", Kind.WORK, due=OnDate(date(2024, 6, 28))) for name in named)
    return {COSMETICS: initiative(COSMETICS, "推进化妆品产业知识产权保护", "2.4a", *steps)}


def story(*channels: str, number: int = MATTERS, **changes: Any) -> Story:
    """1 April, 9:00: so many steps are handed out, and wait for the officer's digest of this moment."""
    posts = [post.model_copy(update={"channels": channels}) if post.id == OFFICER else post for post in DIRECTORY.posts]
    people = DIRECTORY.model_copy(update={"posts": tuple(posts)})
    given = {"policy": IN_DIGESTS, "initiatives": matters(number), **changes}
    return Story(office(directory=people, **given)).at(1)


def send(told: Story, by: Carrier | None = None) -> tuple[Delivered, ...]:
    return deliver_due(told.service, by or carrier(), WORDING)


def rows(told: Story) -> list[NoticeRow]:
    return list(told.ledger.notices(COSMETICS))


def states(told: Story) -> Counter[Delivery]:
    return Counter(row.delivery for row in rows(told))


def heard(service: Receiver) -> Counter[str]:
    """How often each matter was taken whole: its text ends with the name of its step."""
    taken = [got.text for got in service.asked if got in service.accepted.values()]
    return Counter(found for text in taken for found in NAMES.findall(text))


ALL = Counter({f"matter-{place:02}": 1 for place in range(1, MATTERS + 1)})


# Matters --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["wecom", "dingtalk", "feishu"])
def test_a_digest_of_thirty_matters_arrives_whole(kind: str) -> None:
    with receiver(kind) as robot:
        told = story(robot.address)
        assert [d.delivery for d in send(told)] == [Delivery.SENT]
        assert heard(robot) == ALL
        assert send(told) == ()
    assert states(told) == {Delivery.SENT: MATTERS}
    texts = [got.text for got in robot.asked]
    assert len(texts) > (1 if kind == "wecom" else 0)
    assert "30项" in texts[0]
    assert all("督办日报" in str(got.body) for got in robot.asked)
    told_of = [place for text in texts for place in re.findall(r"^(\d+)．", text, re.MULTILINE)]
    assert list(map(int, told_of)) == sorted(map(int, told_of))


def refusing_from(number: int, do: Do = Do.REFUSE) -> Behaviour:
    """Everything is taken before so many messages have come."""
    seen: list[Got] = []

    def behave(got: Got) -> Do:
        seen.append(got)
        return Do.ACCEPT if len(seen) < number else do

    return behave


@pytest.mark.parametrize("do", [Do.REFUSE, Do.BUSY, Do.BREAK, Do.HANG])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_what_was_taken_is_delivered_and_the_rest_is_tried_again(do: Do, number: int) -> None:
    with receiver("wecom", refusing_from(number, do)) as robot:
        told = story(robot.address)
        send(told)
        before = heard(robot)
        assert states(told)[Delivery.SENT] == len(before)
        assert {row.step for row in rows(told) if row.delivery is Delivery.SENT} == set(before)
        assert states(told)[Delivery.BUNDLED] == MATTERS - len(before) > 0
        robot.behaviour = always(Do.ACCEPT)
        send(told.later(10))
        assert heard(robot) == ALL
    assert states(told) == {Delivery.SENT: MATTERS}
    assert told.ledger.notices(chain_of(OFFICER))[0].delivery is Delivery.SENT


def test_what_a_robot_no_longer_takes_goes_by_the_next_channel() -> None:
    with receiver("wecom", refusing_from(3)) as robot, receiver("webhook") as hook:
        told = story(robot.address, hook.address)
        assert [d.delivery for d in send(told)] == [Delivery.SENT]
        assert heard(robot) + heard(hook) == ALL
        assert heard(hook)
        assert heard(robot)
    assert states(told) == {Delivery.SENT: MATTERS}


def test_what_is_never_taken_ends_dead_and_the_rest_does_not() -> None:
    with receiver("wecom", refusing_from(3)) as robot:
        told = story(robot.address)
        for _ in range(4):
            send(told.later(150) if rows(told)[0].digest else told)
        arrived = set(heard(robot))
    ended = {row.step: row.delivery for row in rows(told) if not row.key.endswith("dead")}
    assert {name for name, delivery in ended.items() if delivery is Delivery.SENT} == arrived
    assert {name for name, delivery in ended.items() if delivery is Delivery.DEAD} == ALL.keys() - arrived


class Killed(BaseException):
    """A sender's end."""


@dataclass
class Deadly:
    """A carrier whose sender is killed at a certain message, before or after it is sent."""

    carrier: ChannelCarrier
    fatal: int
    sends: bool
    count: int = 0

    def deliver(self, letter: Letter, now: datetime) -> Outcome:
        self.count += 1
        if self.count == self.fatal:
            if self.sends:
                self.carrier.deliver(letter, now)
            raise Killed
        return self.carrier.deliver(letter, now)


@pytest.mark.parametrize("fatal", [1, 2, 3, 4])
@pytest.mark.parametrize("sends", [False, True], ids=["before sending", "after sending"])
def test_a_sender_killed_between_parts_leaves_what_arrived_delivered(fatal: int, sends: bool) -> None:
    with receiver("wecom") as robot:
        told = story(robot.address)
        with pytest.raises(Killed):
            send(told, Deadly(carrier(), fatal, sends))
        stored = {row.step for row in rows(told) if row.delivery is Delivery.SENT}
        assert stored <= set(heard(robot))
        assert send(told) == ()  # the claim holds
        send(told.later(int(LEASE.total_seconds() // 60) + 1))
        came = Counter(found for got in robot.asked for found in NAMES.findall(got.text))
        twice = {name for name, times in came.items() if times > 1}
        assert heard(robot) == ALL  # what comes twice has the same key both times
        assert not twice & stored
        assert bool(twice) is sends
    assert states(told) == {Delivery.SENT: MATTERS}


def test_a_second_sender_leaves_alone_what_is_under_way_in_parts() -> None:
    with receiver("wecom") as robot:
        told = story(robot.address)

        @dataclass
        class Meanwhile:
            carrier: ChannelCarrier

            def deliver(self, letter: Letter, now: datetime) -> Outcome:
                assert send(told) == ()
                return self.carrier.deliver(letter, now)

        send(told, Meanwhile(carrier()))
        assert heard(robot) == ALL


def test_a_sender_overtaken_between_parts_stops() -> None:
    with receiver("wecom") as robot:
        told = story(robot.address)

        @dataclass
        class Slow:
            carrier: ChannelCarrier
            count: int = 0

            def deliver(self, letter: Letter, now: datetime) -> Outcome:
                self.count += 1
                outcome = self.carrier.deliver(letter, now)
                if self.count == 2:
                    send(told.later(int(LEASE.total_seconds() // 60) + 1))
                return outcome

        slow = Slow(carrier())
        assert send(told, slow) == ()
        assert slow.count == 2
    assert states(told) == {Delivery.SENT: MATTERS}


def test_what_lapses_meanwhile_is_left_out_of_the_rest() -> None:
    with receiver("wecom", refusing_from(3)) as robot:
        told = story(robot.address)
        send(told)
        gone = next(row for row in reversed(rows(told)) if row.delivery is Delivery.BUNDLED)
        told.act(Verb.CANCEL, gone.step, actor="deputy-director", reason="并入其他工作")
        robot.behaviour = always(Do.ACCEPT)
        send(told.later(10))
        assert heard(robot) == ALL - Counter([gone.step])
    assert states(told)[Delivery.SENT] >= MATTERS - 1


AT_ONCE = Policy(
    ladders=tuple(
        ladder.model_copy(update={"rungs": tuple(r.model_copy(update={"immediate": True}) for r in ladder.rungs)})
        for ladder in IN_DIGESTS.ladders
    )
)
EVIDENCE = tuple(f"第{number:03}份材料，共若干页，另附说明" for number in range(300))


@pytest.mark.parametrize("policy", [AT_ONCE, IN_DIGESTS], ids=["by itself", "alone in a digest"])
def test_a_matter_too_long_for_one_message_goes_in_parts_once(policy: Policy) -> None:
    long = step("matter-01", "办理事项", Kind.WORK, evidence=EVIDENCE, due=OnDate(date(2024, 6, 28)))
    plan = {COSMETICS: initiative(COSMETICS, "推进化妆品产业知识产权保护", "2.4a", long)}
    with receiver("wecom", refusing_from(3)) as robot:
        told = story(robot.address, policy=policy, initiatives=plan)
        assert [d.delivery for d in send(told)] == [Delivery.RETRYING]
        assert len(robot.accepted) == 2
        robot.behaviour = always(Do.ACCEPT)
        assert [d.delivery for d in send(told.later(10))] == [Delivery.SENT]
        assert len(robot.asked) == len(robot.accepted) + 1  # the one that was refused
    bare = (re.sub(r"^\*\*.*\*\*\n\n|\n\n（未完(.|\n)*|\n\n—— .*", "", got.text) for got in robot.accepted.values())
    text = "".join(bare)
    assert all(text.count(one) == 1 for one in EVIDENCE)


def test_what_no_message_of_the_day_took_is_part_of_the_next_days_digest() -> None:
    with receiver("wecom", refusing_from(3)) as robot:
        told = story(robot.address)
        told.clock.moment = told.clock.moment.replace(hour=17, minute=20)
        send(told)
        left = states(told)[Delivery.BUNDLED]
        robot.behaviour = always(Do.ACCEPT)
        seen = len(robot.asked)
        send(told.at(2))  # dissolved
        send(told)
        assert heard(robot) == ALL
        assert f"{left}项" in robot.asked[seen].text
    assert states(told) == {Delivery.SENT: MATTERS}


# Recipients -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def mail() -> Iterator[MailReceiver]:
    with MailReceiver(always(Do.ACCEPT), tls=False) as server:
        yield server


@pytest.mark.parametrize("number", [1, 5])
@pytest.mark.parametrize("said", ["450 4.2.0 greylisted", "550 no such user here"])
def test_who_was_refused_gets_the_letter_later_and_who_has_it_does_not(
    mail: MailReceiver, number: int, said: str
) -> None:
    mail.refusing = {B: said}
    told = story(mail.address_of(A, B), number=number)
    assert [d.delivery for d in send(told)] == [Delivery.RETRYING]
    assert states(told) == {Delivery.BUNDLED: number}
    (digest,) = told.ledger.notices(chain_of(OFFICER))
    assert digest.outcome.endswith(f"{TOLD_A} 已送出，{TOLD_B} {said}")
    send(told.later(10))
    mail.refusing = {}
    assert [d.delivery for d in send(told.later(40))] == [Delivery.SENT]
    assert mail.recipients == [A, B]
    assert states(told) == {Delivery.SENT: number}


def test_who_is_never_taken_leaves_the_letter_undelivered(mail: MailReceiver) -> None:
    mail.refusing = {B: "550 no such user here"}
    told = story(mail.address_of(A, B), number=2)
    for minutes in (0, 10, 40, 150):
        send(told.later(minutes))
    dead = [row for row in rows(told) if row.rung == "assign"]
    assert {(row.delivery, row.partly) for row in dead} == {(Delivery.DEAD, True)}
    assert all(row.outcome.endswith(f"{TOLD_A} 已送出，{TOLD_B} 550 no such user here") for row in dead)
    assert mail.recipients == [A]


def test_who_has_the_letter_is_named_though_the_server_is_gone_when_it_is_given_up(mail: MailReceiver) -> None:
    mail.refusing = {B: "450 later"}
    told = story(mail.address_of(A, B), number=2)
    send(told)
    mail.refusing = {}
    mail.behaviour = always(Do.BREAK)
    for minutes in (10, 40, 150):
        send(told.later(minutes))
    dead = [row for row in rows(told) if row.rung == "assign"]
    assert {(row.delivery, row.partly) for row in dead} == {(Delivery.DEAD, True)}
    assert all(f"{TOLD_A} 已送出，" in row.outcome for row in dead)


def test_a_digest_that_somebody_has_goes_on_the_next_day_to_the_others_alone(mail: MailReceiver) -> None:
    mail.refusing = {B: "450 later"}
    told = story(mail.address_of(A, B), number=2)
    told.clock.moment = told.clock.moment.replace(hour=17, minute=20)
    send(told)
    mail.refusing = {}
    told.at(2)
    send(told)
    assert mail.recipients == [A, B]
    assert states(told) == {Delivery.SENT: 2}


def test_killed_before_it_is_noted_a_mail_comes_twice_as_the_same(mail: MailReceiver) -> None:
    mail.refusing = {B: "450 later"}
    told = story(mail.address_of(A, B), number=2)
    with pytest.raises(Killed):
        send(told, Deadly(carrier(), 1, sends=True))
    mail.refusing = {}
    send(told.later(int(LEASE.total_seconds() // 60) + 1))
    assert mail.recipients == [A, A, B]
    assert len({got.body["Message-ID"] for got in mail.asked}) == 1
