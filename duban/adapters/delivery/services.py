"""Services as Apprise reads their addresses, and how a letter is handed to each kind.

Mail, robots and webhooks are spoken to by this project, because Apprise knows no mail of text and HTML, and takes what
chat services refuse for accepted. All others are Apprise's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from apprise import Apprise, AppriseAsset, NotifyFormat
from apprise.manager_plugins import NotificationManager
from apprise.plugins import url_to_dict

from duban.adapters.delivery.errands import SENT, Errand, Fault, Reply, Unusable, Voice
from duban.adapters.delivery.mail_server import by_mail
from duban.adapters.delivery.mails import HEADER, header_value
from duban.adapters.delivery.robots import DINGTALK, FEISHU, LARK, WECOM
from duban.adapters.delivery.web import IDEMPOTENCY
from duban.adapters.delivery.webhook import by_webhook

ALIASES = {"wecom": "wecombot"}
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
    scheme, colon, rest = address.partition("://")
    address = ALIASES.get(scheme.lower(), scheme) + colon + rest
    parts = url_to_dict(address)
    if not parts:
        known = scheme.lower() in (*NotificationManager().schemas(), *ALIASES)
        raise Unusable(Fault.UNUSABLE if known else Fault.UNKNOWN)
    options = dict(parts.get("qsd", {}))
    if not _secure(options.get("base", "https://")):
        raise Unusable(Fault.INSECURE)
    parts = {"cto": timeout, "rto": timeout, **parts, "retry": 0, "optional": "no"}  # tries are the outbox's business
    try:
        plugin = Apprise.instantiate(parts, asset=AppriseAsset(app_id="duban"), suppress_exceptions=False)
    except Exception as error:  # plugins raise what they like
        raise Unusable(Fault.UNUSABLE) from error
    if plugin is None:
        raise Unusable(Fault.UNUSABLE)
    return Service(plugin, options)


def kinds() -> list[str]:
    """The schemes of all kinds of channel."""
    return sorted({*NotificationManager().schemas(), *ALIASES})


def _secure(base: str) -> bool:
    url = urlsplit(base)
    return url.scheme == "https" or (url.scheme == "http" and url.hostname in LOOPBACK)


def by_apprise(errand: Errand) -> Reply:
    """Send a letter as text in Apprise's own way; what went wrong is in its log. None, for nothing sent, is not yes."""
    service, letter = errand.service, errand.letter
    if isinstance(headers := getattr(service, "headers", None), dict):
        headers |= {name: header_value(letter.key) for name in (HEADER, IDEMPOTENCY)}
    apprise = Apprise()
    apprise.add(service)
    sent = apprise.notify(title=letter.subject, body=letter.text, body_format=NotifyFormat.TEXT) is True
    return Reply(True, SENT) if sent else Reply(False, "")
