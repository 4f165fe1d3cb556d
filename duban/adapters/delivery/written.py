"""Addresses as people write and paste them, put as Apprise reads them: none of it may be lost on the way."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote

from duban.adapters.delivery.addresses import Address, parse
from duban.adapters.delivery.errands import Fault, Unusable

ALIASES = {"wecom": "wecombot"}
OURS = frozenset({"mailto", "mailtos", "dingtalk", "wecombot", "feishu", "lark", "json", "jsons", "http", "https"})
"""Schemes whose addresses are read strictly; those of others only Apprise knows."""

MAILBOX = re.compile(r"[^\s@<>\"(),:;\[\]\\/#，；、|]+@[\w-]+(?:\.[\w-]+)+")
NAMED = re.compile(r"\s*(?P<one>[^@<>]*<[^<>]*>|[^@<>]*@[\w.-]+)\s*(?:[\s,;，；、|]+|$)")
"""One of several mail addresses, with a name or without, and what parts it from the next."""

NUMBERS = re.compile(r"[,;，；、|\s]+")


class Pasted(NamedTuple):
    """How the webhook address of a robot looks: where on its server, the option that is its key, and our scheme."""

    path: str
    key: str
    scheme: str
    server: str


ROBOTS = (
    Pasted("/robot/send", "access_token", "dingtalk", "https://oapi.dingtalk.com"),
    Pasted("/cgi-bin/webhook/send", "key", "wecombot", "https://qyapi.weixin.qq.com"),
    Pasted("/open-apis/bot/v2/hook/", "", "feishu", "https://open.feishu.cn"),
    Pasted("/open-apis/bot/v2/hook/", "", "lark", "https://open.larksuite.com"),
)
LENT: Mapping[str, frozenset[str]] = {
    "dingtalk": frozenset({"secret", "to", "verify", "rto", "cto"}),
    "wecombot": frozenset({"verify", "rto", "cto"}),
    "feishu": frozenset({"secret", "verify", "rto", "cto"}),
    "lark": frozenset({"secret", "verify", "rto", "cto"}),
}
"""Options that may be added to a pasted address."""

ALWAYS = frozenset({"base", "secret", "token", "key", "user", "pass", "password", "port"})
"""Options that an address may have beside those Apprise lists for its kind."""


def ours(address: str) -> bool:
    """Whether an address is one of those that are read strictly."""
    scheme, colon, _ = address.strip().lower().partition("://")
    return bool(colon) and ALIASES.get(scheme, scheme) in OURS


def as_read(address: str) -> str:
    """An address as Apprise reads it whole; raises Unusable where a part of it would be lost."""
    scheme, colon, rest = address.strip().partition("://")
    address = ALIASES.get(scheme.lower(), scheme) + colon + rest
    if not ours(address):
        return address
    read = parse(address)
    if read is None:
        raise Unusable(Fault.SHORTENED)
    if read.scheme in ("http", "https"):
        return _unpasted(read) or address
    if read.scheme in ("wecombot", "feishu", "lark") and read.path.strip("/"):
        raise Unusable(Fault.SHORTENED)  # of which the part behind the slash would not be looked at
    return _written(read._replace(options=tuple(_option(read.scheme, name, value) for name, value in read.options)))


def _unpasted(read: Address) -> str | None:
    """The address of a robot, given its webhook's; None for another."""
    server = f"{read.scheme}://{read.host}" + (f":{read.port}" if read.port else "")
    options = dict(read.options)
    for robot in sorted(ROBOTS, key=lambda one: one.server != server.lower()):
        key = options.pop(robot.key, "") if robot.key else read.path.removeprefix(robot.path).strip("/")
        if not read.path.startswith(robot.path) or not key:
            continue
        elsewhere = robot.key and read.path.rstrip("/") != robot.path
        if read.user or "/" in key or elsewhere or options.keys() - LENT[robot.scheme]:
            raise Unusable(Fault.SHORTENED)
        if robot.server != server.lower():
            options["base"] = quote(server, safe="")
        return as_read(_written(Address(robot.scheme, "", key, "", "", tuple(options.items()))))
    return None


def _option(scheme: str, name: str, value: str) -> tuple[str, str]:
    """An option written so that nothing of its value is taken for something else; raises Unusable."""
    said = unquote(value)
    if scheme.startswith("mailto") and (
        name.lower() in ("to", "cc", "bcc", "reply") or (name == "from" and "@" in said)
    ):
        mailboxes = tuple(_mailboxes(said))
        if name == "from" and len(mailboxes) > 1:
            raise Unusable(Fault.SHORTENED)
        said = ",".join(mailboxes)
    elif name.lower() == "to":
        said = ",".join(filter(None, NUMBERS.split(said)))
    return name, quote(said, safe="")


def _mailboxes(text: str) -> Iterator[str]:
    """Mail addresses, by whatever people part them; raises Unusable for what is none."""
    place = 0
    while text[place:].strip(" ,;，；、|"):
        found = NAMED.match(text, place)
        if found is None:
            raise Unusable(Fault.SHORTENED)
        name, angle, address = found["one"].rpartition("<")
        address = address.removesuffix(">").strip() if angle else found["one"].strip()
        if not MAILBOX.fullmatch(address):
            raise Unusable(Fault.SHORTENED)
        name = name.strip(" \"'").replace('"', "'")
        yield f'"{name}" <{address}>' if name else address
        place = found.end()


def _written(read: Address) -> str:
    user = f"{read.user}@" if read.user else ""
    port = f":{read.port}" if read.port else ""
    query = "&".join(f"{name}={value}" for name, value in read.options)
    return f"{read.scheme}://{user}{read.host}{port}{read.path}" + (f"?{query}" if query else "")
