import errno
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from duban.adapters.carriers import AppriseCarrier, MailFolder, Router, message_id
from duban.ports import Letter, Outcome

# Apprise loads all its plugins at the first message, one of which uses a module that Python 3.13 has no more.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

NOW = datetime(2024, 4, 15, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
LETTER = Letter(
    key="bureau-2024/cosmetics/draft/2024-04-12/press/protection-head",
    recipient="protection-deputy",
    to=(),
    subject="【催办】起草化妆品产业知识产权保护方案（已逾期1个工作日）",
    text="保护处副处长：\n\n下列事项未按时办结，请抓紧办理。\n",
    html="<p>下列事项未按时办结，请抓紧办理。</p>\n",
)
HARD = "p@ss/w:rd?%&"


def read(file: Path) -> EmailMessage:
    message = message_from_bytes(file.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


# The folder of mail files ---------------------------------------------------------------------------------------------


def test_a_mail_file_can_be_read_by_people(tmp_path: Path) -> None:
    outcome = MailFolder(tmp_path).deliver(LETTER, NOW)
    file = tmp_path / outcome.detail
    assert outcome.accepted
    assert file.match("protection-deputy/2024-04-15-protection-deputy-*.eml")
    text = file.read_text(encoding="utf-8")
    assert f"Subject: {LETTER.subject}\n" in text
    assert "下列事项未按时办结，请抓紧办理。\n" in text


def test_a_mail_file_can_be_read_by_mail_programs(tmp_path: Path) -> None:
    mail = read(tmp_path / MailFolder(tmp_path).deliver(LETTER, NOW).detail)
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert (plain.get_content(), html.get_content()) == (LETTER.text, LETTER.html)
    assert mail["Subject"] == LETTER.subject
    assert mail["Message-ID"] == message_id(LETTER.key)
    assert mail["Date"].datetime == NOW
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.defects == []


def test_a_line_longer_than_mail_allows_is_encoded(tmp_path: Path) -> None:
    long = replace(LETTER, text="长" * 1000 + "\n")
    file = tmp_path / MailFolder(tmp_path).deliver(long, NOW).detail
    assert max(map(len, file.read_bytes().split(b"\n"))) <= 998
    plain = read(file).get_body(("plain",))
    assert plain is not None
    assert plain.get_content() == long.text


def test_delivering_a_key_again_leaves_one_file_even_a_day_later(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path)
    first = folder.deliver(LETTER, NOW)
    before = (tmp_path / first.detail).read_bytes()
    again = folder.deliver(replace(LETTER, text="另一份\n"), NOW.replace(day=16))
    assert again == first
    assert [path.read_bytes() for path in tmp_path.rglob("*.eml")] == [before]


def test_letters_of_different_keys_are_different_files(tmp_path: Path) -> None:
    folder = MailFolder(tmp_path)
    for key in ("a/1", "a/2", "b/1"):
        folder.deliver(replace(LETTER, key=key), NOW)
    assert len(list(tmp_path.rglob("*.eml"))) == 3


def test_the_same_letter_is_the_same_file_to_the_byte(tmp_path: Path) -> None:
    files = [tmp_path / part / MailFolder(tmp_path / part).deliver(LETTER, NOW).detail for part in ("a", "b")]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_full_disk_refuses_with_the_reason_and_leaves_no_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    outcome = MailFolder(tmp_path).deliver(LETTER, NOW)
    assert not outcome.accepted
    assert "No space left on device" in outcome.detail
    assert list(tmp_path.rglob("*.eml")) == []


def test_a_folder_that_is_a_file_refuses(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("", encoding="utf-8")
    outcome = MailFolder(tmp_path / "mail").deliver(LETTER, NOW)
    assert not outcome.accepted
    assert "信件未能写入" in outcome.detail


# Apprise, to a real mail server ---------------------------------------------------------------------------------------


class Handler:
    """Takes mail for anybody but nobody."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return int(listener.getsockname()[1])


def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, said: Any) -> AuthResult:
    right = (said.login, said.password) == (b"duban", HARD.encode())
    return AuthResult(success=right, handled=right)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Handler, int]]:
    handler, port = Handler(), free_port()
    controller = Controller(
        handler, hostname="127.0.0.1", port=port, authenticator=authenticate, auth_require_tls=False
    )
    logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd warns of logins without TLS
    controller.start()
    yield handler, port
    controller.stop()


def address(port: int, to: str = "head@duban.test", user: str = "") -> str:
    return f"mailto://{user}127.0.0.1:{port}?from=duban@duban.test&to={to}"


def send(channels: tuple[str, ...], **variables: str) -> Outcome:
    return AppriseCarrier(variables).deliver(replace(LETTER, to=channels), NOW)


def test_mail_arrives(server: tuple[Handler, int]) -> None:
    handler, port = server
    outcome = send((address(port),))
    assert outcome == Outcome(True, f"mailto://127.0.0.1:{port}：已送出")
    mail = handler.mails[-1]
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert mail["Subject"] == LETTER.subject
    assert "下列事项未按时办结，请抓紧办理。" in plain.get_content()
    assert mail["X-Duban-Letter"] == message_id(LETTER.key)
    assert len(mail.get_all("Message-ID")) == 1


def test_mail_arrives_after_a_login(server: tuple[Handler, int]) -> None:
    handler, port = server
    before = len(handler.mails)
    assert send((address(port, user="duban:${PASSWORD}@"),), PASSWORD=HARD).accepted
    assert len(handler.mails) == before + 1


def test_an_address_that_is_a_variable_is_taken_whole(server: tuple[Handler, int]) -> None:
    outcome = send(("${HEAD}",), HEAD=address(server[1]))
    assert outcome == Outcome(True, "${HEAD}：已送出")


def test_a_refused_login_is_a_refusal_that_does_not_tell_the_password(server: tuple[Handler, int]) -> None:
    wrong = "another-secret"
    outcome = send((address(server[1], user="duban:${PASSWORD}@"),), PASSWORD=wrong)
    assert not outcome.accepted
    assert "535" in outcome.detail
    assert wrong not in outcome.detail


def test_a_refused_recipient_is_a_refusal_with_what_the_server_said(server: tuple[Handler, int]) -> None:
    outcome = send((address(server[1], to="nobody@duban.test"),))
    assert not outcome.accepted
    assert "550" in outcome.detail
    assert "no such user here" in outcome.detail


def test_a_server_that_is_down_is_a_refusal() -> None:
    outcome = send((address(free_port()),))
    assert not outcome.accepted
    assert "Connection refused" in outcome.detail


def test_an_error_inside_apprise_is_a_refusal_that_names_its_kind(server: tuple[Handler, int]) -> None:
    outcome = send(
        (address(server[1], user="duban:${PASSWORD}@"),), **{"PASSWORD": "密码"}
    )  # mail knows no such passwords
    assert not outcome.accepted
    assert outcome.detail.endswith("Unhandled Notification Exception (UnicodeEncodeError)")


# Apprise, without a server --------------------------------------------------------------------------------------------


def test_a_variable_that_is_not_set_is_named() -> None:
    outcome = send(("mailto://duban:${PASSWORD}@mail.example.cn?to=${WHO}",), WHO="")
    assert outcome == Outcome(False, "mailto://mail.example.cn：没有设置变量PASSWORD、WHO")


@pytest.mark.parametrize("channel", ["nonsense://mail.example.cn", "mailto://", "no address at all"])
def test_an_address_apprise_does_not_know_is_a_refusal(channel: str) -> None:
    outcome = send((channel,))
    assert not outcome.accepted
    assert outcome.detail


def test_nothing_sent_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apprise.Apprise.notify", lambda *args, **options: None)
    outcome = send(("mailto://mail.example.cn?from=b@example.cn",))
    assert outcome == Outcome(False, "mailto://mail.example.cn：没有可送达的地址")


def test_no_channel_at_all_is_a_refusal() -> None:
    assert not send(()).accepted


def test_one_channel_that_accepts_is_enough_and_the_reasons_of_the_others_are_kept(
    server: tuple[Handler, int],
) -> None:
    good, bad = address(server[1]), address(server[1], to="nobody@duban.test")
    outcome = send((bad, good))
    assert outcome.accepted
    assert "已送出" in outcome.detail
    assert "550" in outcome.detail


CHAT = "s3cr3t+token/of=chat"


@pytest.mark.parametrize(
    ("channel", "variables"),
    [
        ("json://${TOKEN}@127.0.0.1:1/hook", {"TOKEN": CHAT}),
        ("json://127.0.0.1:1/hook/${TOKEN}", {"TOKEN": CHAT}),
        ("json://127.0.0.1:1/hook?+Authorization=${TOKEN}", {"TOKEN": CHAT}),
        ("${WHOLE}", {"WHOLE": "json://user:s3cr3t+token@127.0.0.1:1/token?key=s3cr3t"}),
        ("dingtalk://${TOKEN}/", {"TOKEN": CHAT}),
    ],
)
def test_secrets_are_neither_in_outcomes_nor_in_logs(
    channel: str, variables: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        outcome = send((channel,), **variables)
    assert not outcome.accepted
    for text in (outcome.detail, caplog.text):
        assert "s3cr3t" not in text
        assert "token" not in text.replace("TOKEN", "")


@pytest.mark.parametrize(
    ("channel", "shown"),
    [
        ("mailtos://user:pass@mail.example.cn:465?to=a@b.cn", "mailtos://mail.example.cn:465"),
        ("feishu://${TOKEN}", "feishu://${TOKEN}"),
        ("wecombot://0123-written-out", "wecombot://***"),
        ("${WHOLE}", "${WHOLE}"),
        ("written-out", "***"),
    ],
)
def test_a_channel_is_named_without_secrets_even_if_somebody_wrote_them_out(channel: str, shown: str) -> None:
    assert send((channel,), TOKEN="", WHOLE="").detail.startswith(f"{shown}：")


def test_the_log_of_apprise_is_left_as_it_was() -> None:
    log = logging.getLogger("apprise")
    before = (log.level, log.propagate, list(log.handlers))
    send(("json://127.0.0.1:1/hook",))
    assert (log.level, log.propagate, list(log.handlers)) == before


# Which one ------------------------------------------------------------------------------------------------------------


class Named:
    def __init__(self, name: str) -> None:
        self._name = name

    def deliver(self, letter: Letter, now: datetime) -> Outcome:
        return Outcome(True, self._name)


@pytest.mark.parametrize(("channels", "taken"), [((), "folder"), (("json://127.0.0.1:1",), "channels")])
def test_people_without_channels_get_mail_files(channels: tuple[str, ...], taken: str) -> None:
    router = Router(Named("folder"), Named("channels"))
    assert router.deliver(replace(LETTER, to=channels), NOW).detail == taken
