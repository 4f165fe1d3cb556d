"""Mail over SMTP, with TLS from the start, STARTTLS or none, and with a login or without."""

import re
import smtplib
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from email.policy import SMTP as OVER_SMTP
from email.utils import formataddr
from typing import Any

from duban.adapters.delivery.errands import SENT, Errand, Reply
from duban.adapters.delivery.mails import mail, short_hash
from duban.adapters.delivery.sheets import MARK_LENGTH
from duban.adapters.delivery.web import too_slow, unreached

PLAIN = OVER_SMTP.clone(cte_type="7bit")
"""Encoded so that a server which knows ASCII alone takes it."""

SENDER = "督办"
UNNAMED = (False, "", "duban", "Apprise")
"""Names Apprise gives a sender whose address says none."""


def by_mail(errand: Errand) -> Reply:
    """Send a letter as one mail of text and HTML to those who do not have it; its Message-ID is always the same."""
    service = errand.service
    message = mail(errand.letter, errand.now, PLAIN, _sender(service), map(formataddr, service.targets))
    for header, addresses in (("Cc", service.cc), ("Reply-To", service.reply_to)):
        if addresses:
            message[header] = ", ".join(sorted(addresses))
    for header, value in service.headers.items():
        if header not in message:
            message[header] = value
    recipients = dict.fromkeys((*(address for _, address in service.targets), *sorted(service.cc | service.bcc)))
    marks = {address: short_hash(f"{errand.letter.key}/{address}", MARK_LENGTH) for address in recipients}
    missing = [address for address in recipients if marks[address] not in errand.letter.gone]
    try:
        with _connected(service) as server:
            refused = server.send_message(message, service.from_addr[1], missing) if missing else {}
    except smtplib.SMTPRecipientsRefused as error:
        refused = error.recipients
    except (smtplib.SMTPException, OSError, UnicodeEncodeError) as error:
        had = "、".join(address for address in recipients if address not in missing)
        told = (f"{had} {SENT}，" if had else "") + _reason(error, service)
        return Reply(False, _shortened(told, recipients), held=bool(had))
    have = [address for address in recipients if address not in refused]
    if not refused:
        return Reply(True, SENT)
    if not have:
        return Reply(False, _shortened(f"邮件服务器拒收：{_told(refused)}", recipients))
    told = f"{'、'.join(have)} {SENT}，{_told(refused)}"
    return Reply(False, _shortened(told, recipients), gone=tuple(marks[address] for address in have), held=True)


def _sender(service: Any) -> str:
    name, address = service.from_addr
    return formataddr((SENDER if name in UNNAMED else name, address))


@contextmanager
def _connected(service: Any) -> Iterator[smtplib.SMTP]:
    """A connection, secured and logged in as the address says."""
    context = ssl.create_default_context()
    if not service.verify_certificate:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    host, port, timeout = service.smtp_host, service.port, max(service.request_timeout)
    if service.secure_mode == "ssl":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=timeout)
    try:
        if service.secure_mode == "starttls":
            server.starttls(context=context)
        if service.user and service.password:
            server.login(service.user, service.password)
        yield server
    finally:
        with suppress(smtplib.SMTPException, OSError):  # a mail that was taken stays taken, however one parts
            server.putcmd("quit")  # whose answer nobody waits for
        server.close()


def _reason(error: Exception, service: Any) -> str:
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"邮件服务器不接受登录：{_said(error.smtp_code, error.smtp_error)}"
        case smtplib.SMTPResponseException():
            return f"邮件服务器拒收：{_said(error.smtp_code, error.smtp_error)}"
        case smtplib.SMTPServerDisconnected():
            late = isinstance(error.__context__, TimeoutError)
            return too_slow(max(service.request_timeout)) if late else "邮件服务器中断了连接"
        case smtplib.SMTPException():
            return f"邮件服务器不支持所要求的方式：{error}"
        case UnicodeEncodeError():
            return "登录名或者密码含有邮件服务器不接受的字符"
        case TimeoutError():
            return too_slow(max(service.request_timeout))
        case _:
            return unreached(error)


def _told(refused: Mapping[str, tuple[int, bytes]]) -> str:
    return "；".join(f"{address} {_said(code, said)}" for address, (code, said) in refused.items())


def _said(code: int, said: bytes | str) -> str:
    return f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"


def _shortened(told: str, addresses: Iterable[str]) -> str:
    """What is told, with no more of people's addresses than whoever wrote them down needs: it is kept for good."""
    known = "|".join(re.escape(one) for one in sorted(addresses, key=len, reverse=True))
    return re.sub(known, lambda found: _short(found[0]), told, flags=re.IGNORECASE) if known else told


def _short(address: str) -> str:
    name, _, host = address.rpartition("@")
    return f"{name[:1]}…{name[-1:]}@{host}"
