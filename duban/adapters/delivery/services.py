"""Services as Apprise reads their addresses, and how a letter is handed to each kind.

Mail, robots and webhooks are spoken to by this project, because Apprise knows no mail of text and HTML, and takes what
chat services refuse for accepted. All others are Apprise's own.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import getaddresses
from typing import Any
from urllib.parse import urlsplit

from apprise import Apprise, AppriseAsset, NotifyFormat
from apprise.manager_plugins import NotificationManager
from apprise.plugins import url_to_dict

from duban.adapters.delivery.addresses import LONGEST
from duban.adapters.delivery.ears import EARS
from duban.adapters.delivery.errands import SENT, Errand, Fault, Reply, Unusable, Voice
from duban.adapters.delivery.mail_server import by_mail
from duban.adapters.delivery.mails import HEADER, header_value
from duban.adapters.delivery.robots import DINGTALK, FEISHU, LARK, WECOM, of_sheet
from duban.adapters.delivery.sheets import next_sheet
from duban.adapters.delivery.web import IDEMPOTENCY
from duban.adapters.delivery.webhook import by_webhook
from duban.adapters.delivery.written import ALIASES, ALWAYS, as_read, ours
from duban.carrying import Letter
from duban.ports import Clock

MARGIN = 10
"""Characters that Apprise may put between a subject and a text."""

LEFT_OUT = re.compile("Dropped|Ignor")
"""How Apprise says that it goes on without a part of an address."""

VOICES: Mapping[str, Voice] = {
    "mailto": by_mail,
    "mailtos": by_mail,
    "dingtalk": DINGTALK,
    "wecombot": WECOM,
    "feishu": FEISHU,
    "lark": LARK,
    "json": by_webhook,
    "jsons": by_webhook,
}
NOTHING_SENT = "没有可送达的地址"
STATUS = re.compile(r"error=([1-5]\d\d)\b")
KIND = re.compile(r"\((\w+(?:Error|Exception|Refused|Timeout))\)$")

NotificationManager().load_modules()  # here, where messengers share it: it takes longer than a letter does

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Service:
    """An address as Apprise reads it, and its part after the question mark."""

    plugin: Any
    options: Mapping[str, str]

    @property
    def voice(self) -> Voice:
        """How letters are handed to it."""
        encrypted = "pgp" in self.options or "wkd" in self.options  # which Apprise knows how to do
        return by_apprise if encrypted else VOICES.get(self.plugin.schema, by_apprise)

    @property
    def exposed(self) -> bool:
        """Whether a password goes to a mail server unencrypted."""
        return getattr(self.plugin, "secure_mode", None) == "insecure" and bool(self.plugin.password)


def read(address: str, timeout: float) -> Service:
    """Read an address; raises Unusable. It waits for `timeout` seconds unless it says otherwise itself."""
    if len(address) > LONGEST or not address.isprintable():
        raise Unusable(Fault.UNUSABLE)
    scheme = address.partition("://")[0].strip().lower()
    with EARS.listening() as heard:
        parts = _parts(as_read(address))
        if not parts:
            known = scheme in (*NotificationManager().schemas(), *ALIASES)
            raise Unusable(Fault.UNUSABLE if known else Fault.UNKNOWN)
        options = dict(parts.get("qsd", {}))
        if not _secure(options.get("base", "https://")):
            raise Unusable(Fault.INSECURE)
        parts = {
            "cto": timeout,
            "rto": timeout,
            **parts,
            "retry": 0,
            "optional": "no",
        }  # tries are the outbox's business
        plugin = _plugin(parts)
    lost = ours(address) and (_unheard(plugin, options) or not _all_there(plugin, options))
    if lost or any(map(LEFT_OUT.match, heard)):
        raise Unusable(Fault.SHORTENED)
    return Service(plugin, options)


def hand_over(address: str, timeout: float, letter: Letter, now: datetime, clock: Clock) -> Reply:
    """Hand a letter to the service at an address, and tell what it replied; raises Unusable or Unreached."""
    with EARS.listening():  # so that no other log gets what libraries say, which may be addresses
        service = read(address, timeout)
        return service.voice(Errand(service.plugin, service.options, letter, now, clock))


def _parts(address: str) -> dict[str, Any]:
    """An address in its parts, as Apprise reads it; empty where it cannot be read."""
    try:
        return url_to_dict(address) or {}
    except (ValueError, TypeError, AttributeError, LookupError):  # it says so in no way of its own
        return {}


def _unheard(plugin: Any, options: Mapping[str, str]) -> bool:
    """Whether an address has an option that nobody looks at: a misspelt one, mostly."""
    known = plugin.template_args.keys() | ALWAYS
    return any(name[:1] not in "+-:" and name not in known for name in options)


def _all_there(plugin: Any, options: Mapping[str, str]) -> bool:
    """Whether every recipient of a mail was read as it was written."""
    if not plugin.schema.startswith("mailto"):
        return True
    named = (options.get(kind, "") for kind in ("to", "cc", "bcc"))
    wanted = {address.lower() for _, address in getaddresses(named) if address}
    return wanted <= {address.lower() for address in (*(one for _, one in plugin.targets), *plugin.cc, *plugin.bcc)}


def _plugin(parts: dict[str, Any]) -> Any:
    try:
        plugin = Apprise.instantiate(parts, asset=AppriseAsset(app_id="duban"), suppress_exceptions=False)
    except Exception as error:  # plugins raise what they like
        raise Unusable(Fault.UNUSABLE) from error
    if plugin is None:
        raise Unusable(Fault.UNUSABLE)
    return plugin


def kinds() -> list[str]:
    """The schemes of all kinds of channel."""
    return sorted({*NotificationManager().schemas(), *ALIASES})


def _secure(base: str) -> bool:
    url = urlsplit(base)
    return url.scheme == "https" or (url.scheme == "http" and url.hostname in LOOPBACK)


def by_apprise(errand: Errand) -> Reply:
    """Send the next sheet of a letter as text in Apprise's own way. None, for nothing sent, is not yes.

    What went wrong is in its log, whose words hold parts of addresses: of them only what is surely none is told.
    """
    service, letter = errand.service, errand.letter
    if isinstance(headers := getattr(service, "headers", None), dict):
        headers |= {name: header_value(letter.key) for name in (HEADER, IDEMPOTENCY)}
    subject = letter.subject[: service.body_maxlen // 3]
    sheet = next_sheet(letter, lambda text: len(subject) + len(text) + MARGIN <= service.body_maxlen)
    apprise = Apprise()
    apprise.add(service)
    with EARS.listening() as heard:
        sent = apprise.notify(title=subject, body=sheet.text, body_format=NotifyFormat.TEXT)
    if sent is True:
        return of_sheet(Reply(True, SENT), sheet)
    told = "、".join(dict.fromkeys(said for line in heard for said in _harmless(line)))
    return Reply(False, f"未能送出（{told}）" if told else NOTHING_SENT if sent is None else "未能送出")


def _harmless(line: str) -> Iterator[str]:
    """What a line of Apprise's log says without words of its own: a status, a kind of error, that nobody answered."""
    yield from (f"HTTP {status}" for status in STATUS.findall(line))
    yield from KIND.findall(line)
    if line.startswith(("Socket Exception", "A Connection error")):
        yield "连接不上"
