"""A mail server with STARTTLS and a login, and a certificate made for it."""

import asyncio
import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote, unquote

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from duban.adapters.clock import SystemClock
from duban.adapters.delivery.mails import HEADER
from tests.receivers.judging import DRIP_EVERY, Behaviour, Do, Receiver

USER = "duban"
PASSWORD = "p@ss/w:rd?%&"  # noqa: S105  of this server alone
ANSWERS = {
    Do.ACCEPT: "250 OK",
    Do.REFUSE: "554 no thanks",
    Do.BUSY: "451 4.7.1 too many messages, try later",
    Do.BREAK: "421 service not available",
    Do.HANG: "421 closing",
    Do.TAKE_AND_HANG: "421 closing",
    Do.DRIP: "421 closing",
    Do.DROP: "421 closing",
}


@cache
def certificate() -> bytes:
    """A key and a certificate of 127.0.0.1, in PEM, made by nobody one trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = SystemClock().now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem + made.public_bytes(Encoding.PEM)


@contextmanager
def certificate_file() -> Iterator[Path]:
    """The same as a file."""
    with TemporaryDirectory(prefix="duban-") as folder:
        file = Path(folder) / "certificate.pem"
        file.write_bytes(certificate())
        yield file


def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with certificate_file() as file:
        context.load_cert_chain(file)
    return context


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, said: Any) -> AuthResult:
    return AuthResult(success=(said.login, said.password) == (USER.encode(), PASSWORD.encode()), handled=False)


class _Listener(Controller):
    """On a free port; what waits for the first connection must know which."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class MailReceiver(Receiver):
    """A mail server; it has no such user as nobody@ anything."""

    def __init__(self, behaviour: Behaviour, per_minute: int | None = None, tls: bool = True) -> None:
        super().__init__(behaviour, per_minute)
        self._tls = tls
        self._controller: Any = None
        self.recipients: list[str] = []
        """Everybody a letter was taken for, in order, once for each."""
        self.refusing: dict[str, str] = {}
        """What is answered to whoever writes to these addresses."""
        self.silent_goodbye = False

    @property
    def port(self) -> int:
        return int(self._controller.port)

    @property
    def address(self) -> str:
        return self.address_of("head@duban.test")

    def address_of(self, *to: str, user: str = USER, password: str = PASSWORD, verify: str = "no") -> str:
        """An address of it, for certain recipients; without a user for a server without TLS."""
        login = f"{user}:{quote(password, safe='')}@" if self._tls else ""
        scheme = "mailtos" if self._tls else "mailto"
        return f"{scheme}://{login}127.0.0.1:{self.port}?from=duban@duban.test&to={','.join(to)}&verify={verify}"

    def start(self) -> None:
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd logs what clients do wrong
        secured = {"tls_context": _tls(), "require_starttls": True, "authenticator": _authenticate}
        secured |= {"auth_required": True}
        self._controller = _Listener(self, hostname="127.0.0.1", port=0, **(secured if self._tls else {}))
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such user here"
        if address in self.refusing:
            return self.refusing[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        while self.silent_goodbye and not self._closing.is_set():
            await asyncio.sleep(0.02)
        return "221 bye"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        mail = message_from_bytes(envelope.content or b"", policy=default)  # type: ignore[arg-type]  # bytes, unless told
        assert isinstance(mail, EmailMessage)
        plain = mail.get_body(("plain",))
        do = self.judge(unquote(mail[HEADER].strip()), plain.get_content() if plain else "", mail)
        self.recipients += envelope.rcpt_tos if do in (Do.ACCEPT, Do.TAKE_AND_HANG) else []
        while do in (Do.HANG, Do.TAKE_AND_HANG) and not self._closing.is_set():
            await asyncio.sleep(0.02)
        while do is Do.DRIP and not self._closing.is_set():
            await server.push("250-still looking")
            await asyncio.sleep(DRIP_EVERY)
        if do in (Do.DRIP, Do.DROP):
            server.transport.abort()
        return ANSWERS[do]
