"""DingTalk, WeCom and Feishu: a refusal in an answer of 200 is a refusal, with its reason."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from duban.adapters.clock import SystemClock
from duban.adapters.delivery.carriers import ChannelCarrier
from duban.adapters.delivery.markdown import CONTINUED, INERT, SIGNATURE, TO_BE_CONTINUED
from duban.adapters.delivery.services import read
from duban.adapters.delivery.sheets import BETWEEN
from duban.adapters.memory_ledger import MemoryLedger
from duban.adapters.sql_ledger import open_ledger
from duban.carrying import ChannelOutcome, Letter, Outcome
from duban.core.telling.slips import Enclosure
from duban.ports import Ledger, LedgerUnusable, Rate
from tests.adapters.delivery.letters import LETTER, LONGEST, NOW, TIMEOUT, carrier, send
from tests.receivers import Do, always, receiver
from tests.receivers.web import SECRET, TOKEN, Answer, WebReceiver

ROBOTS = ("dingtalk", "wecom", "feishu")
BUSY = {"dingtalk": timedelta(minutes=10), "wecom": timedelta(minutes=1), "feishu": timedelta(minutes=1)}


@pytest.mark.parametrize("kind", ROBOTS)
def test_a_letter_arrives_as_markdown_with_its_key(kind: str) -> None:
    with receiver(kind) as robot:
        outcome = send(robot.address)
    assert outcome.accepted, outcome.detail
    assert outcome.channels == (ChannelOutcome(f"{kind}://***", True, "已送出"),)
    got = robot.accepted[LETTER.key]
    assert "下列事项未按时办结，请抓紧办理。" in got.text
    assert got.text.endswith("督办系统")
    assert LETTER.subject in str(got.body)


ADDRESS = "http://desk.test/l/1.01-3-6Pp0mOuAHVXkeV848EWeAw"
LINKED = replace(
    LETTER,
    text=f"{LETTER.text}\n打开办理页面：{ADDRESS}\n有人写道：[点我](http://evil.test)",
    links=(("打开办理页面", ADDRESS),),
)


@pytest.mark.parametrize("kind", ROBOTS)
def test_a_letters_own_link_can_be_pressed_and_nobody_elses(kind: str) -> None:
    with receiver(kind) as robot:
        assert carrier().deliver(replace(LINKED, to=(robot.address,)), NOW).accepted
        got = robot.accepted[LETTER.key]
    assert f"[打开办理页面]({ADDRESS})" in got.text
    assert "[点我]" not in got.text
    assert ("'tag': 'button'" in str(got.body)) is (kind == "feishu")


@pytest.mark.parametrize("kind", [*ROBOTS, "webhook"])
def test_what_is_enclosed_goes_by_mail_alone(kind: str) -> None:
    letter = replace(LETTER, enclosures=(Enclosure("催办单.docx", b"PK"),))
    bodies = []
    for one in (LETTER, letter):
        with receiver(kind) as robot:
            assert carrier().deliver(replace(one, to=(robot.address,)), NOW).accepted
            bodies.append(robot.accepted[LETTER.key].body)
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize("kind", ROBOTS)
def test_a_refusal_in_an_answer_of_200_is_a_refusal_with_code_and_message(kind: str) -> None:
    with receiver(kind, always(Do.REFUSE)) as robot:
        outcome = send(robot.address)
        assert isinstance(robot, WebReceiver)
        said = robot.service.answers[Do.REFUSE].body
    assert not outcome.accepted
    assert outcome.wait is None
    assert (
        f"拒收，错误码{said.get('errcode', said.get('code'))}：{said.get('errmsg', said.get('msg'))}" in outcome.detail
    )


@pytest.mark.parametrize("kind", ROBOTS)
def test_the_rate_limit_is_busy_and_no_failure(kind: str) -> None:
    with receiver(kind, per_minute=1) as robot:
        assert send(robot.address).accepted
        outcome = send(robot.address)
    assert not outcome.accepted
    assert outcome.wait == outcome.channels[0].wait == BUSY[kind]
    assert "限流，稍后再送" in outcome.detail


def on(ledger: Ledger) -> ChannelCarrier:
    """The carrier of one host of several on that ledger."""
    return ChannelCarrier({}, TIMEOUT, LONGEST, SystemClock(), ledger)


def test_a_robot_that_is_busy_rests_for_all_hosts_on_one_ledger(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    with (
        receiver("wecom", per_minute=1) as robot,
        open_ledger(url, "bureau") as first,
        open_ledger(url, "bureau") as second,
    ):
        letter = replace(LETTER, to=(robot.address,))
        assert on(first).deliver(letter, NOW).accepted
        assert on(second).deliver(letter, NOW).wait == BUSY["wecom"]
        came = len(robot.asked)
        rests = on(first).deliver(letter, NOW + timedelta(seconds=20))
        assert (rests.accepted, rests.wait) == (False, BUSY["wecom"] - timedelta(seconds=20))
        assert len(robot.asked) == came, "it is not even asked"
        robot.forget_rate()
        assert on(first).deliver(letter, NOW + BUSY["wecom"]).accepted


def test_a_ledger_that_cannot_be_asked_who_rests_holds_up_no_letter() -> None:
    class Gone(MemoryLedger):
        def full(self, what: str, who: str, now: datetime) -> datetime | None:
            raise LedgerUnusable("gone")

        def take(self, rate: Rate, who: str, now: datetime) -> int:
            raise LedgerUnusable("gone")

    with receiver("wecom", per_minute=1) as robot:
        host = on(Gone("bureau"))
        letter = replace(LETTER, to=(robot.address,))
        assert host.deliver(letter, NOW).accepted
        assert host.deliver(letter, NOW).wait == host.deliver(letter, NOW).wait == BUSY["wecom"], "remembered"


@pytest.mark.parametrize(("kind", "said"), [(kind, "没有正常答复（HTTP 503）") for kind in ROBOTS])
def test_a_service_out_of_order_is_an_ordinary_refusal(kind: str, said: str) -> None:
    with receiver(kind, always(Do.BREAK)) as robot:
        outcome = send(robot.address)
    assert (outcome.accepted, outcome.wait) == (False, None)
    assert outcome.detail.endswith(said)


@pytest.mark.parametrize("kind", ROBOTS)
def test_no_answer_is_an_ordinary_refusal(kind: str) -> None:
    with receiver(kind, always(Do.HANG)) as robot:
        outcome = send(robot.address)
    assert (outcome.accepted, outcome.wait) == (False, None)
    assert outcome.detail.endswith("0.3秒内没有答复")


# What the services check ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "wrong", "code", "hint"),
    [
        ("dingtalk", TOKEN, "300005", ""),
        ("dingtalk", SECRET, "310000", "请核对机器人的安全设置"),
        ("wecom", TOKEN, "93000", "请核对机器人地址中的 key"),
        ("feishu", TOKEN, "19001", "请核对机器人地址中的 token"),
        ("feishu", SECRET, "19021", "请核对签名密钥"),
    ],
)
def test_a_wrong_token_or_secret_is_told_of_with_a_remedy(kind: str, wrong: str, code: str, hint: str) -> None:
    with receiver(kind) as robot:
        outcome = send(robot.address.replace(wrong, "another"))
        assert robot.asked == []
    assert not outcome.accepted
    assert f"错误码{code}：" in outcome.detail
    assert hint in outcome.detail


class Slow:
    """A clock that is behind."""

    def now(self) -> datetime:
        return SystemClock().now() - timedelta(hours=2)


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_a_signature_is_of_the_real_time_which_must_be_right(kind: str) -> None:
    with receiver(kind) as robot:
        letter = replace(LETTER, to=(robot.address,))
        assert carrier().deliver(letter, NOW.replace(year=1999)).accepted
        assert not ChannelCarrier({}, TIMEOUT, LONGEST, Slow()).deliver(letter, NOW).accepted


def test_secrets_may_stand_before_the_token_or_behind_it() -> None:
    with receiver("feishu") as robot:
        before = robot.address.replace("feishu://", f"feishu://{SECRET}@").replace(f"secret={SECRET}&", "")
        assert send(before).accepted
    with receiver("dingtalk") as robot:
        assert send(robot.address.replace(f"{SECRET}@", "") + f"&secret={SECRET}").accepted


def test_secrets_come_from_variables_and_may_be_of_any_characters() -> None:
    with receiver("wecom") as robot:
        address = robot.address.replace(TOKEN, "${KEY}")
        assert send(address, KEY=TOKEN).channels == (ChannelOutcome("wecom://${KEY}", True, "已送出"),)
        assert send("${ALL}", ALL=robot.address).channels == (ChannelOutcome("${ALL}", True, "已送出"),)


@pytest.mark.parametrize("scheme", ["wecom", "wecombot", "WeCom"])
def test_wecom_goes_by_apprises_name_too(scheme: str) -> None:
    with receiver("wecom") as robot:
        assert send(robot.address.replace("wecom", scheme)).accepted


def test_lark_speaks_as_feishu_does() -> None:
    with receiver("feishu") as robot:
        assert send(robot.address.replace("feishu://", "lark://").replace(TOKEN, TOKEN)).accepted


# Length ---------------------------------------------------------------------------------------------------------------


def in_parts(address: str, letter: Letter) -> tuple[Outcome, list[int]]:
    """A letter delivered to its end, and how many of its matters were through after each part."""
    sender, through = carrier(), []
    letter = replace(letter, to=(address,))
    while (outcome := sender.deliver(letter, NOW)).more:
        letter = replace(letter, gone=letter.gone | set(outcome.channels[-1].gone))
        through.append(outcome.through)
    return outcome, through


def words(text: str) -> str:
    """The text of a message without what is put around it."""
    for around in (CONTINUED, TO_BE_CONTINUED, SIGNATURE, BETWEEN.strip(), f"**{LETTER.subject}**"):
        text = text.replace(around, "")
    return "".join(text.split())


@pytest.mark.parametrize("kind", ROBOTS)
@pytest.mark.parametrize("text", ["“长”\n" * 9_000, "长" * 20_000, '"\\"' * 9_000 + "\n", "短\n"])
def test_what_is_too_long_goes_in_parts_that_are_taken_and_hold_all_of_it(kind: str, text: str) -> None:
    with receiver(kind) as robot:
        outcome, _ = in_parts(robot.address, replace(LETTER, text=text))
        assert isinstance(robot, WebReceiver)
        assert robot.wrong == []
    assert outcome.accepted
    assert words("".join(got.text for got in robot.asked)) == words(text.translate(INERT))
    assert len({got.key for got in robot.asked}) == len(robot.asked)
    *before, last = (got.text for got in robot.asked)
    assert all(TO_BE_CONTINUED in one for one in before)
    assert TO_BE_CONTINUED not in last
    assert all("督办系统" in one for one in (*before, last))


MATTERS = tuple(f"{place}．【催办】起草方案\n\n" + f"第{place}项的情况。\n" * 30 for place in range(1, 31))
LONG = replace(LETTER, text="不用这一份\n", pieces=("三十项如下", *MATTERS))


@pytest.mark.parametrize("kind", ROBOTS)
def test_a_part_holds_matters_whole(kind: str) -> None:
    with receiver(kind) as robot:
        outcome, through = in_parts(robot.address, LONG)
    assert outcome.accepted
    assert len(robot.asked) > 1
    for number, matter in enumerate(MATTERS):
        whole = [words(matter) in words(got.text) for got in robot.asked]
        assert whole.count(True) == 1
        assert whole.index(True) == sum(done <= number for done in through)


def test_a_matter_too_long_for_one_message_is_through_with_its_last_part() -> None:
    huge = "长长的说明\n" * 1_000
    with receiver("wecom") as robot:
        _, through = in_parts(robot.address, replace(LONG, pieces=("两项如下", MATTERS[0], huge, MATTERS[1])))
    told = words("".join(got.text for got in robot.asked))
    assert all(words(one) in told for one in (MATTERS[0], huge, MATTERS[1]))
    assert through == [1, *[1] * (len(robot.asked) - 2)]


def test_a_part_that_is_refused_is_tried_again_alone() -> None:
    with receiver("wecom") as robot:
        letter = replace(LONG, to=(robot.address,))
        first = carrier().deliver(letter, NOW)
        letter = replace(letter, gone=frozenset(first.channels[0].gone))
        robot.behaviour = always(Do.REFUSE)
        assert (carrier().deliver(letter, NOW).accepted, carrier().deliver(letter, NOW).more) == (False, False)
        robot.behaviour = always(Do.ACCEPT)
        assert carrier().deliver(letter, NOW).more
    assert words(robot.asked[0].text) not in [words(got.text) for got in robot.asked[1:]]


def test_words_that_changed_meanwhile_are_sent_anew() -> None:
    with receiver("wecom") as robot:
        letter = replace(LONG, to=(robot.address,))
        first = carrier().deliver(letter, NOW)
        pieces = ("二十九项如下", *MATTERS[1:])
        letter = replace(letter, gone=frozenset(first.channels[0].gone), pieces=pieces)
        carrier().deliver(letter, NOW)
    assert "二十九项如下" in robot.asked[1].text


# Odd answers ----------------------------------------------------------------------------------------------------------


def answered(kind: str, answer: Answer) -> tuple[bool, str, timedelta | None]:
    with receiver(kind) as robot:
        assert isinstance(robot, WebReceiver)
        robot.service = replace(robot.service, answers={Do.ACCEPT: answer})
        outcome = send(robot.address)
    return outcome.accepted, outcome.detail, outcome.wait


@pytest.mark.parametrize("kind", ROBOTS)
@pytest.mark.parametrize("body", [{}, {"errcode": None, "code": "0"}, ["ok"], b"<html>Welcome</html>"])
def test_an_answer_without_a_code_is_a_refusal(kind: str, body: object) -> None:
    accepted, detail, _ = answered(kind, Answer(body))  # type: ignore[arg-type]  # what no service should answer
    assert not accepted
    assert "没有正常答复（HTTP 200）" in detail


def test_feishus_old_answer_is_understood() -> None:
    assert answered("feishu", Answer({"StatusCode": 0, "StatusMessage": "success"}))[0]


def test_feishus_9499_is_busy_only_when_it_says_so() -> None:
    assert answered("feishu", Answer({"code": 9499, "msg": "too many request"}))[2] == BUSY["feishu"]
    assert answered("feishu", Answer({"code": 9499, "msg": "Bad Request"}, 400))[2] is None


def test_429_is_busy_for_as_long_as_it_says_but_no_longer_than_an_hour() -> None:
    assert answered("wecom", Answer({}, 429, (("Retry-After", "90"),)))[2] == timedelta(seconds=90)
    assert answered("wecom", Answer({}, 429, (("Retry-After", "99999"),)))[2] == timedelta(hours=1)
    assert answered("wecom", Answer({}, 429, (("Retry-After", "Wed, 21 Oct 2026 07:28:00 GMT"),)))[2] == BUSY["wecom"]


def test_a_redirection_is_not_followed() -> None:
    with receiver("wecom") as other:
        assert isinstance(other, WebReceiver)
        location = ("Location", f"http://127.0.0.1:{other.port}/cgi-bin/webhook/send?key={TOKEN}")
        assert not answered("wecom", Answer({}, 307, (location,)))[0]
    assert other.asked == []


@pytest.mark.parametrize("base", ["http://example.cn", "ftp://127.0.0.1", "example.cn"])
def test_a_robot_is_never_spoken_to_in_the_clear_but_on_this_machine(base: str) -> None:
    outcome = send(f"wecom://{TOKEN}?base={quote(base, safe='')}")
    assert "base 须以 https:// 开头" in outcome.detail


@pytest.mark.parametrize("kind", ROBOTS)
def test_no_log_holds_the_address_of_what_is_sent(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"), receiver(kind) as robot:
        assert send(robot.address).accepted
    assert TOKEN not in caplog.text


# Pasted addresses -----------------------------------------------------------------------------------------------------

PASTED = {
    "dingtalk": f"/robot/send?access_token={TOKEN}&secret={SECRET}",
    "wecom": f"/cgi-bin/webhook/send?key={TOKEN}",
    "feishu": f"/open-apis/bot/v2/hook/{TOKEN}?secret={SECRET}",
}


@pytest.mark.parametrize("kind", ROBOTS)
def test_a_webhook_address_may_be_pasted_as_its_service_shows_it(kind: str) -> None:
    with receiver(kind) as robot:
        assert isinstance(robot, WebReceiver)
        address = f"http://127.0.0.1:{robot.port}{PASTED[kind]}"
        outcome = send(address)
        assert outcome.accepted, outcome.detail
        assert outcome.channels[0].channel == f"http://127.0.0.1:{robot.port}"
        assert send(address.replace(TOKEN, "${KEY}"), KEY=TOKEN).accepted
        assert send("${ALL}", ALL=address).accepted


@pytest.mark.parametrize(
    ("pasted", "kind", "key"),
    [
        ("https://oapi.dingtalk.com/robot/send?access_token=0a1b2c3d", "DingTalk", "token"),
        ("HTTPS://OAPI.dingtalk.com/robot/send?access_token=0a1b2c3d", "DingTalk", "token"),
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0a1b2c3d", "WeComBot", "key"),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/0a1b2c3d", "Feishu", "token"),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/0a1b2c3d/", "Feishu", "token"),
        ("https://open.larksuite.com/open-apis/bot/v2/hook/0a1b2c3d", "Lark", "token"),
        ("https://wecom.example.gov.cn:8443/cgi-bin/webhook/send?key=0a1b2c3d", "WeComBot", "key"),
    ],
)
def test_pasted_addresses_are_told_apart(pasted: str, kind: str, key: str) -> None:
    service = read(pasted, TIMEOUT)
    assert type(service.plugin).__name__ == f"Notify{kind}"
    assert getattr(service.plugin, key) == "0a1b2c3d"
    ours = pasted.lower().startswith(("https://oapi", "https://qyapi", "https://open"))
    assert service.options.get("base") == (None if ours else "https://wecom.example.gov.cn:8443")


@pytest.mark.parametrize(
    "pasted",
    [
        "https://oapi.dingtalk.com/robot/send?access_token=0a1b&timestamp=1&sign=2",  # signed for an hour
        "https://oapi.dingtalk.com/robot/send/more?access_token=0a1b",
        "https://open.feishu.cn/open-apis/bot/v2/hook/0a1b/more",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0a1b&to=somebody",
    ],
)
def test_a_pasted_address_of_which_a_part_would_be_lost_is_not_used(pasted: str) -> None:
    assert "地址的一部分无法识别" in send(pasted).detail


# Calling people -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "told", ["/13800000000/13900000000", "?to=13800000000；13900000000", "?to=13800000000、13900000000"]
)
def test_dingtalk_calls_people_in_the_text_and_beside_it(told: str) -> None:
    with receiver("dingtalk") as robot:
        path, _, options = told.partition("?")
        assert send(robot.address.replace("?", f"{path}?{options}&" if options else f"{path}?")).accepted
    body = robot.accepted[LETTER.key].body
    assert sorted(body["at"]["atMobiles"]) == ["13800000000", "13900000000"]
    assert all(f"@{mobile}" in body["markdown"]["text"] for mobile in body["at"]["atMobiles"])


def test_a_telephone_that_is_none_makes_the_address_unusable() -> None:
    with receiver("dingtalk") as robot:
        assert "地址的一部分无法识别" in send(robot.address.replace("?", "/138?")).detail
        assert robot.asked == []
