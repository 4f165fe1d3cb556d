"""Mail, to a real mail server on loopback."""

from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage

import pytest

from duban.adapters.delivery.mails import HEADER
from duban.adapters.messengers import DISPATCH
from duban.carrying import ChannelOutcome, Letter, Outcome
from duban.core.telling.slips import Enclosure
from tests.adapters.delivery.letters import LETTER, NOW, carrier, send
from tests.receivers import Do, always
from tests.receivers.mail import PASSWORD, MailReceiver, certificate_file


@pytest.fixture
def server() -> Iterator[MailReceiver]:
    with MailReceiver(always(Do.ACCEPT)) as server:
        yield server


@pytest.fixture
def plain_server() -> Iterator[MailReceiver]:
    with MailReceiver(always(Do.ACCEPT), tls=False) as server:
        yield server


def content(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")  # as mail ends lines


def test_one_mail_of_text_and_html_arrives_after_starttls_and_login(server: MailReceiver) -> None:
    outcome = send(server.address)
    assert outcome.channels == (ChannelOutcome(f"mailtos://127.0.0.1:{server.port}", True, "已送出"),)
    mail = server.accepted[LETTER.key].body
    assert (content(mail, "plain"), content(mail, "html")) == (LETTER.text, LETTER.html)
    assert mail["Subject"] == LETTER.subject
    assert str(mail["From"]) == "督办 <duban@duban.test>"
    assert mail["To"] == "head@duban.test"
    assert mail["Date"].datetime == NOW
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.defects == []


def test_the_same_letter_is_the_same_mail_whenever_it_is_sent(server: MailReceiver) -> None:
    send(server.address)
    first = server.accepted[LETTER.key].body
    send(server.address)
    again = server.accepted[LETTER.key].body
    assert server.times[LETTER.key] == 2
    assert first["Message-ID"] == again["Message-ID"]
    assert again["Message-ID"].endswith("@duban.test>")
    assert again[HEADER] == LETTER.key


def test_names_copies_and_headers_are_as_the_address_says(server: MailReceiver) -> None:
    more = "&name=综合处&cc=office@duban.test&reply=desk@duban.test&+X-Room=7&+Subject=mine"
    assert send(server.address + more).accepted
    mail = server.accepted[LETTER.key].body
    assert str(mail["From"]) == "综合处 <duban@duban.test>"
    assert (mail["Cc"], mail["Reply-To"], mail["X-Room"]) == ("office@duban.test", "desk@duban.test", "7")
    assert mail["Subject"] == LETTER.subject


def test_certificates_are_checked(server: MailReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    address = server.address_of("head@duban.test", verify="yes")
    assert "对方的证书不可信" in send(address).detail
    with certificate_file() as file:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        DISPATCH.end()  # who is started anew finds it in the environment
        assert send(address).accepted
    DISPATCH.end()


def test_a_server_without_tls_or_login_is_spoken_to_as_the_address_says(plain_server: MailReceiver) -> None:
    assert send(plain_server.address).accepted
    secured = plain_server.address.replace("mailto://", "mailtos://")
    assert "STARTTLS extension not supported" in send(secured).detail
    login = plain_server.address.replace("mailto://", "mailto://duban:${PASSWORD}@")
    assert "不支持所要求的方式" in send(login, PASSWORD=PASSWORD).detail


def test_tls_from_the_start_is_not_taken_for_plain(plain_server: MailReceiver) -> None:
    outcome = send(plain_server.address.replace("mailto://", "mailtos://") + "&mode=ssl")
    assert "连接不上" in outcome.detail


def test_a_refused_login_does_not_tell_the_password(server: MailReceiver) -> None:
    wrong = "another-secret"
    outcome = send(server.address_of("head@duban.test").replace("p%40ss%2Fw%3Ard%3F%25%26", "${IT}"), IT=wrong)
    assert not outcome.accepted
    assert "邮件服务器不接受登录：535" in outcome.detail
    assert wrong not in outcome.detail


def test_a_password_mail_does_not_know_is_a_refusal(server: MailReceiver) -> None:
    address = server.address_of("head@duban.test", password="密码")  # noqa: S106  nobody's
    assert "不接受的字符" in send(address).detail


def test_a_refused_recipient_is_a_refusal_with_what_the_server_said(server: MailReceiver) -> None:
    outcome = send(server.address_of("nobody@duban.test"))
    assert not outcome.accepted
    assert "n…y@duban.test 550 no such user here" in outcome.detail


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("550 <Zhang.San@duban.test>: no such user", "550 <Z…n@duban.test>: no such user"),
        ("450 an.zhang.san@duban.test is not zhang.san@duban.test", "450 a…n@duban.test is not z…n@duban.test"),
    ],
)
def test_no_more_of_an_address_is_told_than_one_knows_it_by(plain_server: MailReceiver, said: str, told: str) -> None:
    plain_server.refusing = {"zhang.san@duban.test": said}
    outcome = send(plain_server.address_of("an.zhang.san@duban.test", "zhang.san@duban.test"))
    assert outcome.detail.endswith(f"a…n@duban.test 已送出，z…n@duban.test {told}")
    assert "zhang" not in outcome.detail.lower()


def again(letter: Letter, outcome: Outcome) -> Letter:
    return replace(letter, gone=letter.gone | {mark for one in outcome.channels for mark in one.gone})


@pytest.mark.parametrize("said", ["450 4.2.0 greylisted, try later", "550 no such user here", "452 mailbox full"])
@pytest.mark.parametrize("kind", ["to", "cc", "bcc"])
def test_who_was_refused_is_tried_again_and_who_has_the_letter_is_not(
    plain_server: MailReceiver, kind: str, said: str
) -> None:
    plain_server.refusing = {"b@duban.test": said}
    others = "a@duban.test,b@duban.test" if kind == "to" else f"a@duban.test&{kind}=b@duban.test"
    letter = replace(LETTER, to=(plain_server.address_of(others), "json://127.0.0.1:1"))
    first = carrier().deliver(letter, NOW)
    assert (first.accepted, first.more, len(first.channels)) == (False, False, 1)
    assert first.detail.endswith(f"a…a@duban.test 已送出，b…b@duban.test {said}")
    letter = again(letter, first)
    second = carrier().deliver(letter, NOW)
    assert (second.accepted, len(second.channels)) == (False, 1)
    assert plain_server.recipients == ["a@duban.test"]
    plain_server.refusing = {}
    assert carrier().deliver(again(letter, second), NOW).accepted
    assert plain_server.recipients == ["a@duban.test", "b@duban.test"]
    assert len({got.body["Message-ID"] for got in plain_server.asked}) == 1


def test_where_nobody_has_it_the_next_channel_is_asked(plain_server: MailReceiver) -> None:
    plain_server.refusing = dict.fromkeys(("a@duban.test", "b@duban.test"), "450 later")
    with MailReceiver(always(Do.ACCEPT), tls=False) as other:
        outcome = send(plain_server.address_of("a@duban.test", "b@duban.test"), other.address)
        assert outcome.accepted
        assert other.recipients == ["head@duban.test"]


def test_a_letter_everybody_has_is_not_sent_again(plain_server: MailReceiver) -> None:
    plain_server.refusing = {"b@duban.test": "450 later"}
    letter = replace(LETTER, to=(plain_server.address_of("a@duban.test", "b@duban.test"),))
    letter = again(letter, carrier().deliver(letter, NOW))
    only = replace(letter, to=(plain_server.address_of("a@duban.test"),))
    assert carrier().deliver(only, NOW).accepted
    assert plain_server.recipients == ["a@duban.test"]


def test_a_server_that_is_away_when_the_rest_is_tried_leaves_it_with_its_channel(plain_server: MailReceiver) -> None:
    plain_server.refusing = {"b@duban.test": "450 later"}
    letter = replace(LETTER, to=(plain_server.address_of("a@duban.test", "b@duban.test"), "json://127.0.0.1:1"))
    letter = again(letter, carrier().deliver(letter, NOW))
    plain_server.refusing = {}
    plain_server.behaviour = always(Do.BREAK)
    outcome = carrier().deliver(letter, NOW)
    assert [one.detail for one in outcome.channels] == [
        "a…a@duban.test 已送出，邮件服务器拒收：421 service not available"
    ]


@pytest.mark.parametrize(
    ("do", "said"),
    [
        (Do.REFUSE, "邮件服务器拒收：554 no thanks"),
        (Do.BUSY, "邮件服务器拒收：451 4.7.1 too many messages, try later"),
        (Do.BREAK, "邮件服务器拒收：421 service not available"),
        (Do.HANG, "0.3秒内没有答复"),
    ],
)
def test_what_goes_wrong_is_told(server: MailReceiver, do: Do, said: str) -> None:
    server.behaviour = always(do)
    outcome = send(server.address)
    assert (outcome.accepted, outcome.wait) == (False, None)
    assert outcome.detail.endswith(said)
    assert server.accepted == {}


def test_a_mail_that_was_taken_stays_taken_when_the_server_does_not_say_goodbye(plain_server: MailReceiver) -> None:
    plain_server.silent_goodbye = True
    outcome = carrier(longest=5).deliver(replace(LETTER, to=(plain_server.address,)), NOW)
    assert outcome.accepted
    assert plain_server.times == {LETTER.key: 1}


# What people write ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "to",
    [
        *(f"head@duban.test{between}deputy@duban.test" for between in "；;，,、| "),
        *(f"head@duban.test{between}deputy@duban.test" for between in ("； ", "%3B", "%20", ";;", " , ")),
        "处长 <head@duban.test>；副处长<deputy@duban.test>；",
        "Bureau, Office <head@duban.test>, deputy@duban.test",
    ],
)
def test_whatever_parts_recipients_all_of_them_get_the_letter(plain_server: MailReceiver, to: str) -> None:
    assert send(plain_server.address_of(to)).accepted
    (mail,) = plain_server.accepted.values()
    assert [one.addr_spec for one in mail.body["To"].addresses] == ["head@duban.test", "deputy@duban.test"]
    assert plain_server.recipients == ["head@duban.test", "deputy@duban.test"]


@pytest.mark.parametrize("kind", ["cc", "bcc"])
def test_copies_are_parted_as_recipients_are(plain_server: MailReceiver, kind: str) -> None:
    assert send(plain_server.address_of("head@duban.test") + f"&{kind}=a@duban.test；b@duban.test").accepted
    assert sorted(plain_server.recipients) == ["a@duban.test", "b@duban.test", "head@duban.test"]


@pytest.mark.parametrize(
    "options",
    [
        "to=head@duban.test,nobody-at-all",
        "to=head@duban.test+deputy@duban.test",
        "to=head@duban.test/deputy@duban.test",
        "to=head@duban.test#deputy@duban.test",
        "to=head@duban.test&to=deputy@duban.test",
        "to=head@duban.test&copy=deputy@duban.test",
        "to=head@duban.test&to =deputy@duban.test",
        "to=head@duban.test&%74o=deputy@duban.test",
        "to=head@duban.test,o'deputy@duban.test",  # which Apprise reads as deputy@, called o
        "to=head@duban.test&deputy@duban.test",
        "to=head@duban.test&from=duban@duban.test,office@duban.test",
    ],
)
def test_an_address_of_which_a_part_would_be_lost_is_not_used(plain_server: MailReceiver, options: str) -> None:
    sender = "" if "from=" in options else "from=duban@duban.test&"
    outcome = send(f"mailto://127.0.0.1:{plain_server.port}?{sender}{options}")
    assert "地址的一部分无法识别" in outcome.detail
    assert plain_server.asked == []


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ("from=Bureau, Office <duban@duban.test>", "Bureau, Office"),
        ("from=duban@duban.test&name=督办,处", "督办,处"),
        ("from=督办，处 <duban@duban.test>", "督办，处"),
    ],
)
def test_a_comma_in_the_name_of_the_sender_is_a_comma(plain_server: MailReceiver, sender: str, name: str) -> None:
    assert send(f"mailto://127.0.0.1:{plain_server.port}?{sender}&to=head@duban.test").accepted
    (mail,) = plain_server.accepted.values()
    (address,) = mail.body["From"].addresses
    assert (address.display_name, address.addr_spec) == (name, "duban@duban.test")


def test_a_channel_that_raises_is_passed_over(plain_server: MailReceiver) -> None:
    broken = f"mailto://127.0.0.1:{plain_server.port}?from=duban@duban.test&name=a%0Ab&to=head@duban.test"
    outcome = send(broken, plain_server.address)
    assert outcome.accepted
    assert [(one.accepted, one.detail) for one in outcome.channels] == [
        (False, "内部错误：ValueError"),
        (True, "已送出"),
    ]


# Enclosures ----------------------------------------------------------------------------------------------------------

PAPER = Enclosure("工作催办单 沪知督〔2024〕2.04a-26号.docx", b"PK\x03\x04 a paper")


def enclosed(mail: EmailMessage) -> list[tuple[str | None, str, bytes]]:
    return [(one.get_filename(), one.get_content_type(), one.get_content()) for one in mail.iter_attachments()]


def test_what_is_enclosed_arrives_with_its_name_beside_text_and_html(server: MailReceiver) -> None:
    letter = replace(LETTER, to=(server.address,), enclosures=(PAPER, PAPER))
    outcome = carrier().deliver(letter, NOW)
    assert outcome.channels == (ChannelOutcome(f"mailtos://127.0.0.1:{server.port}", True, "已送出"),)
    mail = server.accepted[LETTER.key].body
    assert (content(mail, "plain"), content(mail, "html")) == (LETTER.text, LETTER.html)
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert enclosed(mail) == [(PAPER.name, kind, PAPER.content)] * 2
    assert mail.defects == []


def test_a_letter_with_enclosures_is_the_same_mail_whenever_it_is_sent(server: MailReceiver) -> None:
    letter = replace(LETTER, to=(server.address,), enclosures=(PAPER,))
    mails = []
    for _ in range(2):
        carrier().deliver(letter, NOW)
        mails.append(server.accepted[LETTER.key].body.as_bytes())
    received = [b"\n".join(line for line in mail.split(b"\n") if not line.startswith(b"Received")) for mail in mails]
    assert received[0] == received[1]
