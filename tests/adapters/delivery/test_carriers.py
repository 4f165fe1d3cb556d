"""Channels in the directory's order, each with its outcome; Apprise's other services; secrets kept."""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from duban.adapters.clock import SystemClock
from duban.adapters.delivery.carriers import Router
from duban.adapters.delivery.services import hand_over
from duban.carrying import ChannelOutcome, Letter, Outcome
from tests.adapters.delivery.letters import LETTER, NOW, carrier, send
from tests.receivers import Do, always, receiver, share

# One channel after the other ------------------------------------------------------------------------------------------


def test_the_first_channel_that_accepts_is_the_last_that_is_asked() -> None:
    with receiver("wecom", always(Do.REFUSE)) as first, receiver("webhook") as second, receiver("mail") as third:
        outcome = send(first.address, second.address, third.address)
    assert outcome.accepted
    assert [(one.channel.partition(":")[0], one.accepted) for one in outcome.channels] == [
        ("wecom", False),
        ("json", True),
    ]
    assert "企业微信拒收" in outcome.detail
    assert outcome.detail.endswith("：已送出")
    assert third.asked == []


def test_no_channel_that_accepts_is_a_refusal_with_the_reason_of_each() -> None:
    with receiver("feishu", always(Do.REFUSE)) as first, receiver("webhook", always(Do.BREAK)) as second:
        outcome = send(first.address, second.address)
    assert not outcome.accepted
    assert len(outcome.channels) == 2
    assert outcome.detail == "；".join(f"{one.channel}：{one.detail}" for one in outcome.channels)


def test_no_channel_at_all_is_a_refusal() -> None:
    assert send() == Outcome(False, "")


def test_a_busy_channel_makes_a_refusal_one_for_now_even_beside_a_broken_one() -> None:
    with receiver("wecom", always(Do.BREAK)) as broken, receiver("webhook", always(Do.BUSY)) as busy:
        outcome = send(broken.address, busy.address)
        assert (outcome.accepted, outcome.wait) == (False, timedelta(seconds=30))
    with receiver("dingtalk", always(Do.BUSY)) as busy, receiver("webhook") as free:
        outcome = send(busy.address, free.address)
        assert (outcome.accepted, outcome.wait) == (True, None)
        assert outcome.channels[0].wait == timedelta(minutes=10)


def test_a_busy_channel_is_left_alone_until_it_has_rested() -> None:
    with receiver("wecom", always(Do.BUSY)) as robot:
        sender, letter = carrier(), replace(LETTER, to=(robot.address,))
        assert sender.deliver(letter, NOW).wait == timedelta(minutes=1)
        outcome = sender.deliver(letter, NOW + timedelta(seconds=20))
        assert outcome.wait == timedelta(seconds=40)
        assert "稍后再送" in outcome.detail
        assert len(robot.asked) == 1
        robot.behaviour = always(Do.ACCEPT)
        assert sender.deliver(letter, NOW + timedelta(minutes=1)).accepted


def test_many_letters_at_once_are_told_apart() -> None:
    with receiver("dingtalk", share(refused=0.4, hanging=0.1, seed=3)) as robot:
        letters = [replace(LETTER, key=str(number), to=(robot.address,)) for number in range(60)]
        sender = carrier()
        with ThreadPoolExecutor(12) as pool:
            outcomes = list(pool.map(lambda letter: sender.deliver(letter, NOW), letters))
    assert [o.accepted for o in outcomes] == [letter.key in robot.accepted for letter in letters]
    assert {o.detail.partition("：")[2] for o in outcomes} == {
        "已送出",
        "钉钉拒收，错误码-1：系统繁忙",
        "0.3秒内没有答复",
    }


# Addresses ------------------------------------------------------------------------------------------------------------


def test_a_variable_that_is_not_set_is_named() -> None:
    outcome = send("mailto://duban:${PASSWORD}@mail.example.cn?to=${WHO}", WHO="")
    assert outcome.detail == "mailto://mail.example.cn：没有设置变量PASSWORD、WHO"


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("nonsense://mail.example.cn", "没有这种通道"),
        ("no address at all", "没有这种通道"),
        ("mailto://", "地址不完整或者格式不对"),
        ("dingtalk://a+b", "地址不完整或者格式不对"),
        ("feishu://", "地址不完整或者格式不对"),
    ],
)
def test_an_address_that_cannot_be_used_is_a_refusal_that_says_so(channel: str, said: str) -> None:
    outcome = send(channel)
    assert not outcome.accepted
    assert said in outcome.detail


def test_a_service_that_is_down_is_a_refusal() -> None:
    for channel in ("mailto://127.0.0.1:1?from=a@b.cn", "json://127.0.0.1:1", "wecom://k?base=http://127.0.0.1:1"):
        assert "连接不上：Connection refused" in send(channel).detail


@pytest.mark.parametrize("channel", ["wecom://key", "json://nowhere.invalid/", "mailto://nowhere.invalid?from=a@b.cn"])
def test_a_host_nobody_knows_is_a_refusal(channel: str) -> None:
    base = "?base=https://nowhere.invalid" if channel.startswith("wecom") else ""
    assert "连接不上：" in send(channel + base).detail


# Apprise's other services ---------------------------------------------------------------------------------------------


def test_other_services_are_spoken_to_by_apprise() -> None:
    with receiver("webhook") as hook:
        outcome = send(hook.address.replace("json://", "form://"))
        # The receiver knows JSON alone, and what it does with a form is to break off.
        assert outcome.detail.endswith("：未能送出（连接不上）")
    assert not outcome.accepted


def replied(channel: str) -> str:
    """What comes of a letter in this process, where a test may put things in other things' place."""
    return hand_over(channel, 0.3, LETTER, NOW, SystemClock()).detail


def test_nothing_sent_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apprise.Apprise.notify", lambda *args, **options: None)
    assert replied("form://127.0.0.1:1") == "没有可送达的地址"


def test_an_error_inside_a_plugin_is_a_refusal_that_names_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **options: object) -> bool:
        raise UnicodeError("s3cr3t")

    monkeypatch.setattr("apprise.plugins.custom_form.NotifyForm.send", broken)
    assert replied("form://127.0.0.1:1") == "未能送出（UnicodeError）"


def test_encrypted_mail_is_apprises_business() -> None:
    outcome = send("mailto://127.0.0.1:1?from=a@b.cn&pgp=encrypt")
    assert not outcome.accepted
    assert "未能送出" in outcome.detail


def test_a_channel_that_calls_itself_optional_refuses_all_the_same() -> None:
    assert not send("form://127.0.0.1:1?optional=yes").accepted


# Secrets --------------------------------------------------------------------------------------------------------------

CHAT = "s3cr3t+token/of=chat"


@pytest.mark.parametrize(
    ("channel", "variables"),
    [
        ("json://${TOKEN}@127.0.0.1:1/hook", {"TOKEN": CHAT}),
        ("json://127.0.0.1:1/hook/${TOKEN}", {"TOKEN": CHAT}),
        ("form://127.0.0.1:1/hook?+Authorization=${TOKEN}", {"TOKEN": CHAT}),
        ("${WHOLE}", {"WHOLE": "form://user:s3cr3t+token@127.0.0.1:1/token?key=s3cr3t"}),
        ("dingtalk://${TOKEN}/", {"TOKEN": CHAT}),
        ("wecom://${TOKEN}?base=http://127.0.0.1:1", {"TOKEN": "s3cr3ttoken"}),
        ("feishu://${TOKEN}?base=http://127.0.0.1:1&secret=${SIGN}", {"TOKEN": "s3cr3ttoken", "SIGN": CHAT}),
        ("mailto://${TOKEN}:${TOKEN}@127.0.0.1:1?from=a@b.cn", {"TOKEN": CHAT}),
    ],
)
def test_secrets_are_neither_in_outcomes_nor_in_logs(
    channel: str, variables: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        outcome = send(channel, **variables)
    assert not outcome.accepted
    for text in (str(outcome), caplog.text):
        assert "s3cr3t" not in text
        assert "token" not in text.replace("TOKEN", "")


def test_what_a_service_says_back_of_the_token_is_not_told() -> None:
    with receiver("webhook", always(Do.REFUSE)) as hook:
        outcome = send(hook.address + "&-room=${ROOM}", ROOM="such mailbox")
    assert outcome.detail.endswith('{"error": "no ***"}')


@pytest.mark.parametrize(
    ("channel", "shown"),
    [
        ("mailtos://user:pass@mail.example.cn:465?to=a@b.cn&from=${NOBODY}", "mailtos://mail.example.cn:465"),
        ("feishu://${TOKEN}", "feishu://${TOKEN}"),
        ("dingtalk://${SECRET}@${TOKEN}", "dingtalk://${TOKEN}"),
        ("wecom://0123-written-out?base=${NOBODY}", "wecom://***"),
        ("${WHOLE}", "${WHOLE}"),
        ("written-out", "***"),
    ],
)
def test_a_channel_is_named_without_secrets_even_if_somebody_wrote_them_out(channel: str, shown: str) -> None:
    outcome = send(channel, TOKEN="", WHOLE="")
    assert outcome.channels[0].channel == shown
    assert outcome.detail.startswith(f"{shown}：")


def test_the_log_of_apprise_is_left_as_it_was() -> None:
    log = logging.getLogger("apprise")
    before = (log.level, log.propagate, list(log.handlers))
    assert replied("form://127.0.0.1:1/hook")
    assert (log.level, log.propagate, list(log.handlers)) == before


# Which carrier --------------------------------------------------------------------------------------------------------


class Named:
    def __init__(self, name: str) -> None:
        self._name = name

    def deliver(self, letter: Letter, now: datetime) -> Outcome:
        return Outcome(True, self._name, channels=(ChannelOutcome(self._name, True, ""),))


@pytest.mark.parametrize(("channels", "taken"), [((), "folder"), (("json://127.0.0.1:1",), "channels")])
def test_people_without_channels_get_mail_files(channels: tuple[str, ...], taken: str) -> None:
    router = Router(Named("folder"), Named("channels"))
    assert router.deliver(replace(LETTER, to=channels), NOW).detail == taken
