"""Carriers: a folder of mail files for people without channels, Apprise for the others.

Here belongs, later: what chat services answer. DingTalk, WeCom and Feishu say 200 and put the refusal into the answer
as an error code, which Apprise does not read; until they are asked directly, a message to them counts as carried too
soon. Also later: one digest a day for people with many letters.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from duban.adapters.files import write_atomically
from duban.ports import Carrier, Letter, Outcome

DOMAIN = "duban.invalid"
"""The domain of addresses that no mail ever leaves to."""

READABLE = default.clone(utf8=True, max_line_length=998)
"""Headers and bodies as they are, not encoded; 998 bytes is the longest line mail may have."""

VARIABLE = re.compile(r"\$\{(\w+)\}")
HOST = re.compile(r"(?:\$\{\w+\}|localhost|[\w-]+(?:\.[\w-]+)+)(?::\d+)?")
REASON_LENGTH = 300
TELLING = 4
"""Parts of a secret address shorter than this are ordinary words and numbers."""

LOG = Lock()
"""Held while logs are listened to, which all of the process shares."""


def message_id(key: str) -> str:
    """The Message-ID of a letter: the same for every try, so that whoever gets it twice can tell."""
    return f"<{_hash(key, 32)}@{DOMAIN}>"


def _hash(key: str, length: int) -> str:
    return sha256(key.encode()).hexdigest()[:length]


class Router:
    """Carries by the recipient's channels, and by the default carrier where there are none."""

    def __init__(self, default: Carrier, channels: Carrier) -> None:
        self._default = default
        self._channels = channels

    def deliver(self, letter: Letter, now: datetime) -> Outcome:
        """Deliver one letter."""
        return (self._channels if letter.to else self._default).deliver(letter, now)


class MailFolder:
    """Writes letters as mail files: `<recipient>/<date>-<recipient>-<hash of key>.eml`, UTF-8, to be read by anyone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, letter: Letter, now: datetime) -> Outcome:
        """Write one letter, once for its key; `now` is the office's time. Refused when the file cannot be written."""
        folder, short = self._folder / letter.recipient, _hash(letter.key, 12)
        try:
            there = sorted(folder.glob(f"*-{short}.eml"))
            file = there[0] if there else folder / f"{now:%Y-%m-%d}-{letter.recipient}-{short}.eml"
            if not there:
                write_atomically(file, _mail(letter, now).as_bytes().decode())
        except OSError as error:
            return Outcome(False, f"信件未能写入{folder}：{error.strerror or error}")
        return Outcome(True, file.relative_to(self._folder).as_posix())


def _mail(letter: Letter, now: datetime) -> EmailMessage:
    mail = EmailMessage(policy=READABLE)
    mail["From"] = f"督办 <duban@{DOMAIN}>"
    mail["To"] = f"{letter.recipient}@{DOMAIN}"
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id(letter.key)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    mail.add_alternative(letter.html, subtype="html")
    mail.set_boundary(f"=_{_hash(letter.key, 32)}")  # not by chance: the same letter is the same file
    return mail


class AppriseCarrier:
    """Carries letters over a recipient's channels, which are Apprise addresses.

    `${NAME}` in an address stands for a value of `variables`: a whole address as it is, or a part of one, of any
    characters. Outcomes name a channel by its scheme and host as written, and hold no value of a variable.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    def deliver(self, letter: Letter, now: datetime) -> Outcome:
        """Send one letter over every channel; accepted when one accepts it, with what the others said."""
        outcomes = {channel: self._send(channel, letter) for channel in letter.to}
        told = "；".join(f"{_shown(channel)}：{outcome.detail}" for channel, outcome in outcomes.items())
        return Outcome(any(outcome.accepted for outcome in outcomes.values()), told)

    def _send(self, channel: str, letter: Letter) -> Outcome:
        names = VARIABLE.findall(channel)
        missing = [name for name in names if not self._variables.get(name)]
        if missing:
            return Outcome(False, f"没有设置变量{'、'.join(missing)}")
        whole = VARIABLE.fullmatch(channel) is not None
        values = {name: self._variables[name] for name in names}
        address = VARIABLE.sub(lambda m: values[m[1]] if whole else quote(values[m[1]], safe=""), channel)
        with _listening() as said:
            accepted = _notify(address, letter)
        if accepted:
            return Outcome(True, "已送出")
        reason = "；".join(dict.fromkeys(said)) or "没有可送达的地址"
        return Outcome(False, _without(reason, _secrets(values.values(), address if whole else ""))[:REASON_LENGTH])


def _notify(address: str, letter: Letter) -> bool:
    """Whether Apprise says that the letter was sent; None, its word for nothing sent, is not yes."""
    from apprise import Apprise, NotifyFormat  # noqa: PLC0415  slow to import, and most ticks send nothing over it

    apprise = Apprise()
    if not apprise.add(address):
        return False
    for service in apprise:
        # Mail gets a Message-ID of Apprise's own, which cannot be changed; this header tells the letter instead.
        if isinstance(headers := getattr(service, "headers", None), dict):
            headers |= {"X-Duban-Letter": message_id(letter.key), "Auto-Submitted": "auto-generated"}
    return apprise.notify(title=letter.subject, body=letter.text, body_format=NotifyFormat.TEXT) is True


class _Ear(logging.Handler):
    """Notes what went wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if record.exc_info and record.exc_info[0]:  # its words may hold secrets in a form of their own
            message += f" ({record.exc_info[0].__name__})"
        if record.levelno >= logging.WARNING or message.startswith("Socket Exception"):
            self.said.append(message)


@contextmanager
def _listening() -> Iterator[list[str]]:
    """What Apprise says went wrong; nothing of it reaches another log, for addresses and so secrets are in it."""
    ear = _Ear()
    logs = [logging.getLogger("apprise"), logging.getLogger("urllib3")]
    with LOG:
        before = [(log, log.level, log.propagate) for log in logs]
        for log in logs:
            log.setLevel(logging.DEBUG)  # Apprise tells why a server refused only there
            log.propagate = False
            log.addHandler(ear)
        try:
            yield ear.said
        finally:
            for log, level, propagate in before:
                log.removeHandler(ear)
                log.setLevel(level)
                log.propagate = propagate


def _shown(channel: str) -> str:
    """A channel by scheme and host as written, without what might be a secret."""
    scheme, _, rest = channel.partition("://")
    if not rest:
        return channel if VARIABLE.fullmatch(channel) else "***"
    host = urlsplit(channel).netloc.rpartition("@")[2]
    return f"{scheme}://{host if HOST.fullmatch(host) else '***'}"


def _secrets(values: Iterable[str], address: str) -> set[str]:
    """What must not be told: the values of variables and, of an address that is itself a secret, its parts."""
    url = urlsplit(address)
    parts = re.split("[/@:]", f"{url.netloc}/{url.path}/{url.fragment}")
    parts += [value for _, value in parse_qsl(url.query)]
    hidden = [*values, *(part for part in parts if len(part) >= TELLING)]
    return {form for value in hidden for form in (value, quote(value, safe=""), unquote(value))}


def _without(text: str, secrets: set[str]) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
