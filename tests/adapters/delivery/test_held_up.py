"""Services that answer byte by byte, never, or not at all: a letter has its time, and others go on meanwhile."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from duban.adapters.clock import SystemClock
from duban.adapters.delivery.carriers import BROKEN_OFF, ChannelCarrier
from duban.adapters.messengers import DISPATCH
from duban.carrying import Outcome
from duban.core.deciding.office import Office
from duban.core.ledger.notices import Delivery
from duban.core.planning.directory import Post
from duban.core.planning.policy import LadderFile, Policy, Rung
from duban.core.telling.slips import Enclosure
from duban.outbox import deliver_due
from tests.adapters.delivery.letters import LETTER, NOW, carrier, send
from tests.bureau import COSMETICS, DIRECTORY, Story, initiative, office, plain, step
from tests.receivers import KINDS, Do, How, Receiver, Tap, always, receiver

LONGEST = 0.5
PAPER = Enclosure("工作催办单.docx", b"PK\x03\x04" * 20_000)
TLS = b"\x16\x03\x03\x40\x00"
"""How a long record of a handshake begins."""

ADDRESSES = (
    "mailto://127.0.0.1:{port}?from=duban@duban.test&to=head@duban.test",
    "mailtos://127.0.0.1:{port}?from=duban@duban.test&to=head@duban.test&verify=no",
    "mailtos://127.0.0.1:{port}?from=duban@duban.test&to=head@duban.test&mode=ssl&verify=no",
    "json://127.0.0.1:{port}/letters",
    "jsons://127.0.0.1:{port}/letters?verify=no",
    "wecom://key?base=http://127.0.0.1:{port}",
    "dingtalk://token?base=http://127.0.0.1:{port}",
    "feishu://token?base=http://127.0.0.1:{port}",
    "form://127.0.0.1:{port}/letters",
    "xml://127.0.0.1:{port}/letters",
    "gotify://127.0.0.1:{port}/token",
    "ntfy://127.0.0.1:{port}/topic",
)


def patient(longest: float) -> ChannelCarrier:
    """One for which silence is no matter."""
    return ChannelCarrier({}, 60, longest, SystemClock())


def held_up(*channels: str, longest: float = LONGEST) -> Outcome:
    return patient(longest).deliver(replace(LETTER, to=channels), NOW)


@pytest.mark.parametrize("address", ADDRESSES)
def test_whoever_answers_byte_by_byte_has_a_letters_time_and_no_more(address: str) -> None:
    with Tap(How.DRIP, TLS if "verify=no" in address else b"") as tap:
        outcome = held_up(address.format(port=tap.port))
    assert (outcome.accepted, outcome.wait) == (False, None), "a refusal, by which it is tried again"
    if "mailtos" not in address or "mode=ssl" in address:  # STARTTLS comes after a greeting, which that is none
        assert outcome.detail.endswith(BROKEN_OFF)
    assert tap.came


@pytest.mark.parametrize("how", [How.DROP, How.RESET])
@pytest.mark.parametrize("address", ADDRESSES)
def test_whoever_drops_or_resets_has_refused(address: str, how: How) -> None:
    with Tap(how) as tap:
        outcome = held_up(address.format(port=tap.port), longest=30)
    assert (outcome.accepted, outcome.wait) == (False, None)
    assert "已中断" not in outcome.detail
    assert "内部错误" not in outcome.detail


@pytest.mark.parametrize("address", ADDRESSES[:8])
def test_whoever_says_nothing_has_a_services_time(address: str) -> None:
    with Tap(How.SILENT) as tap:
        outcome = send(address.format(port=tap.port))
    assert outcome.detail.endswith("0.3秒内没有答复")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("do", [Do.DRIP, Do.DROP])
def test_a_service_that_has_the_letter_and_does_not_come_to_its_answer_has_refused(kind: str, do: Do) -> None:
    with receiver(kind, always(do)) as service:
        letter = replace(LETTER, to=(service.address,), enclosures=(PAPER,) if kind == "mail" else ())
        outcome = patient(3 if do is Do.DRIP else 60).deliver(letter, NOW)
        assert not outcome.accepted
        assert outcome.detail.endswith(BROKEN_OFF) == (do is Do.DRIP)
        assert service.accepted == {}
        assert len(service.asked) == 1
        service.behaviour = always(Do.ACCEPT)
        assert carrier().deliver(letter, NOW).accepted
    assert service.times == {LETTER.key: 1}


def test_the_next_channel_has_its_share_of_the_time() -> None:
    with Tap() as first, Tap() as second, receiver("webhook") as third:
        drips = [f"json://127.0.0.1:{tap.port}" for tap in (first, second)]
        outcome = held_up(*drips, third.address, longest=6)
    assert outcome.accepted
    assert [one.detail for one in outcome.channels] == [BROKEN_OFF, BROKEN_OFF, "已送出"]


@pytest.fixture
def drip() -> Iterator[Receiver]:
    with receiver("mail", always(Do.DRIP)) as server:
        yield server


def test_a_server_that_held_a_letter_too_long_is_left_alone_for_all_that_write_to_it(drip: Receiver) -> None:
    sender, letter = patient(3), replace(LETTER, to=(drip.address,))
    others = drip.address.replace("head@", "deputy@")
    assert BROKEN_OFF in sender.deliver(letter, NOW).detail
    for channel in (drip.address, others):
        put_off = sender.deliver(replace(letter, to=(channel,)), NOW + timedelta(minutes=1))
        assert (put_off.accepted, put_off.wait) == (False, timedelta(minutes=9)), "put off, and not a try of it"
    assert len(drip.asked) == 1
    drip.behaviour = always(Do.ACCEPT)
    assert sender.deliver(replace(letter, to=(others,)), NOW + timedelta(minutes=10)).accepted


def test_a_server_that_refuses_connections_has_refused_at_once() -> None:
    assert "连接不上：Connection refused" in send("mailto://127.0.0.1:1?from=a@b.cn", text="x").detail


DEAD = """
import socket, time
socket.getaddrinfo = lambda *asked, **how: time.sleep(3600)
"""


@pytest.mark.parametrize("address", ["mailto://mail.example.cn?from=a@b.cn&to=a@b.cn", "json://hook.example.cn/x"])
def test_where_names_are_not_answered_for_a_letter_has_its_time(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(DEAD)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    DISPATCH.end()  # who is started anew asks nobody's name in vain
    try:
        assert held_up(address).detail.endswith(BROKEN_OFF)
    finally:
        DISPATCH.end()


ASSIGN = Rung.model_validate({"id": "assign", "anchor": "opened", "to": ["owner"], "slip": "assign", "immediate": True})


def bureau(*people: tuple[str, str]) -> Office:
    """A bureau in which each of some people, with a channel, is handed three steps."""
    posts = tuple(Post(id=name, title=name, channels=(channel,)) for name, channel in people)
    steps = (step(f"{name}-{number}", "工作", owner=name) for number in range(3) for name, _ in people)
    return office(
        initiatives={COSMETICS: initiative(COSMETICS, "推进保护", "2.4a", *steps)},
        directory=DIRECTORY.model_copy(update={"posts": (*DIRECTORY.posts, *posts)}),
        policy=Policy(ladders=(LadderFile(id="standard", title="常规督办", rungs=(ASSIGN,)),)),
    )


def test_others_get_their_letters_meanwhile_and_what_was_broken_off_is_tried_again_by_the_rule(drip: Receiver) -> None:
    with receiver("webhook") as hook:
        story, sender = Story(bureau(("held-up", drip.address), ("well", hook.address))).at(1), patient(3)
        story.tick()
        first = deliver_due(story.service, sender, plain)
        assert Counter((one.recipient, one.delivery) for one in first) == {
            ("well", Delivery.SENT): 3,
            ("held-up", Delivery.RETRYING): 1,  # by the rule of letters that were refused
            ("held-up", Delivery.QUEUED): 2,  # not tried, and put off
        }
        assert len(drip.asked) == 1
        drip.behaviour = always(Do.ACCEPT)
        later = deliver_due(story.later(60).service, sender, plain)
        assert [(one.recipient, one.delivery) for one in later] == [("held-up", Delivery.SENT)] * 3
    assert all(drip.times[got.key] == 1 for got in drip.asked)
