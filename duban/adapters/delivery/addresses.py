"""Channels as the directory writes them: variables filled in, and what of them may be told.

Nothing of an address is told but what was read from it as harmless: an address that cannot be read is told by no part.
"""

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from urllib.parse import quote, unquote

VARIABLE = re.compile(r"\$\{(\w+)\}")
ADDRESS = re.compile(
    r"(?P<scheme>[a-z0-9][a-z0-9+.-]{1,19})://(?:(?P<user>[^@/?#\s]*)@)?(?P<host>[^@/?#:\s\[\]]*|\[[0-9a-f:.]+\])"
    r"(?::(?P<port>\d{1,5}|\$\{\w+\}))?(?P<path>/[^?#\s]*)?(?:\?(?P<query>.*))?",
    re.IGNORECASE,
)
OPTION = re.compile(r"(?P<name>[^=@&]+)=(?P<value>.*)", re.DOTALL)
HOST = re.compile(r"\$\{\w+\}|localhost|\[[0-9a-f:.]+\]|[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
HOSTED = frozenset({"mailto", "mailtos", "http", "https", "json", "jsons", "form", "forms", "xml", "xmls"})
"""Schemes of addresses whose host is a host; of others it is a key, which is a secret."""

DATABASES = ("postgresql", "mysql", "mariadb", "oracle", "mssql")
OPEN = frozenset({"to", "from", "cc", "bcc", "reply", "name", "mode", "smtp", "base", "verify", "rto", "cto", "method"})
"""Options whose values are no secrets."""

KEYS = frozenset(
    {"key", "access_token", "secret", "token", "user", "pass", "password", "port", "format", "sslmode", "pgp", "wkd"}
)
SECRET_NAME = re.compile("key|token|secret|pass|pwd|auth|sign|cookie", re.IGNORECASE)
"""Names of options and headers whose values are secrets."""

CHOSEN_BY_NOBODY = re.compile(r"(?=.*\d)(?=.*[a-zA-Z])[\w-]{12,}")
"""What a part of a path looks like that a machine made up."""

LOGINS = re.compile(r"(\w+://)\S*@")

BEGINNING = 6
"""Characters of a secret that are hidden also where no more of it is said, as services do that name a key in short."""

LONGEST = 1000
"""Characters of an address, its variables filled in."""

LONG = 100
"""Characters of a secret from which on whatever follows its beginning is hidden with it, instead of each part of it."""

TELLING = 4
"""Parts of an address shorter than this are ordinary words and numbers."""


class Unset(Exception):
    """Variables that a channel names and nobody has set."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(", ".join(self.names))


class Address(NamedTuple):
    """An address that could be read whole; `options` as written, the names of Apprise's own with their sign."""

    scheme: str
    user: str
    host: str
    port: str
    path: str
    options: tuple[tuple[str, str], ...]


def parse(address: str) -> Address | None:
    """An address read strictly; None where a part of it could be meant otherwise, as `@` or `/` in a password can."""
    found = ADDRESS.fullmatch(address.strip())
    if found is None:
        return None
    options = [OPTION.fullmatch(piece) for piece in (found["query"] or "").split("&") if piece]
    pairs = tuple((one["name"], one["value"]) for one in options if one)
    names = [unquote(name).strip().lower() for name, _ in pairs]
    if len(pairs) < len(options) or len(set(names)) < len(names):
        return None
    plain = (found["user"] or "", found["host"], found["port"] or "", found["path"] or "")
    return Address(found["scheme"].lower(), *plain, pairs)


@dataclass(frozen=True)
class Filled:
    """A channel with the values of its variables in it, and what of that must not be told."""

    address: str
    secrets: frozenset[str]

    def hide(self, text: str) -> str:
        """A text with every secret, in whatever way it may be written, replaced by `***`."""
        return self._veil.sub("***", text) if self.secrets else text

    @cached_property
    def _veil(self) -> re.Pattern[str]:
        return veil(self.secrets)


def fill(channel: str, variables: Mapping[str, str]) -> Filled:
    """Put values in the place of `${NAME}`; raises Unset.

    A channel that is one variable stands for a whole address, taken as it is; a part of one may be of any characters.
    """
    names = VARIABLE.findall(channel)
    missing = [name for name in names if not variables.get(name)]
    if missing:
        raise Unset(missing)
    whole = VARIABLE.fullmatch(channel) is not None
    values = {name: variables[name] for name in names}
    address = VARIABLE.sub(lambda m: values[m[1]] if whole else quote(values[m[1]], safe="", errors="replace"), channel)
    return Filled(address, frozenset([*values.values(), *_secrets(address, told=not whole)]))


def shown(channel: str) -> str:
    """A channel or another address by scheme and host as written, without what might be a secret."""
    if VARIABLE.fullmatch(channel):
        return channel
    if (address := parse(channel)) is None:
        scheme, colon, _ = channel.partition("://")
        return f"{scheme}://***" if colon and re.fullmatch("[a-zA-Z0-9]{2,12}", scheme) else "***"
    known = address.scheme in HOSTED or address.scheme.partition("+")[0] in DATABASES
    plain = all(name[:1] in "+-:" or name.lower() in OPEN | KEYS for name, _ in address.options)
    harmless = known and plain and "@" not in address.path and HOST.fullmatch(address.host)
    host = address.host + (f":{address.port}" if address.port else "")
    return f"{address.scheme}://{host if harmless or VARIABLE.fullmatch(address.host) else '***'}"


def located(url: str) -> str:
    """The address of a server by scheme, host and path, of a database by the account too; its scheme where unclear."""
    if url.startswith("sqlite:"):
        return url.partition("?")[0]
    address = parse(url)
    if address is None or "@" in "".join((address.path, *(value for _, value in address.options))):
        return shown("") if "://" not in url else f"{url.partition('://')[0]}://***"
    name, colon, _ = address.user.partition(":") if address.scheme.partition("+")[0] in DATABASES else ("", "", "")
    name += ":***" if colon else ""
    return f"{address.scheme}://{name}{name and '@'}{address.host}{address.port and ':'}{address.port}{address.path}"


def without_logins(text: str) -> str:
    """A text in which nothing is left of logins that stand in addresses, as libraries write them."""
    return LOGINS.sub(r"\1***@", text)


def written_out(text: str, *, channel: bool = True) -> bool:
    """Whether a secret stands in an address itself, instead of as `${NAME}`.

    Of a channel a key may also be the host, or a part of the path.
    """
    if (address := parse(text)) is None:
        rest = text.partition("://")[2]
        return bool(VARIABLE.sub("", rest if channel else rest.rpartition("@")[0].partition(":")[2]).strip(":/@?&="))
    user, colon, password = address.user.partition(":")
    named = colon or not channel or address.scheme.startswith("mailto")
    parts = [password if named else user]
    if channel:
        parts += [] if address.scheme in HOSTED else [address.host]
        parts += [part for part in address.path.split("/") if CHOSEN_BY_NOBODY.fullmatch(part)]
    parts += [value for name, value in address.options if SECRET_NAME.search(name)]
    return any(VARIABLE.sub("", part) for part in parts)


def veil(secrets: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds secrets in a text: as they are or begin, quoted for URL, JSON or HTML, in hex or base64."""
    given = [secret.encode(errors="replace").decode() for secret in secrets if secret]
    plain = {form for secret in given for form in _forms(secret)}
    coded = {core for secret in given for core in _in_base64(secret)}
    patterns = [re.escape(form) for form in sorted(plain, key=len, reverse=True)]
    run = "[A-Za-z0-9+/=_%.-]*"
    patterns += [re.escape(form[: LONG // 2]) + run for form in sorted(plain) if len(form) > LONG]
    if coded:
        patterns.insert(0, f"{run}(?:{'|'.join(map(re.escape, sorted(coded, key=len, reverse=True)))}){run}")
    return re.compile("|".join(patterns) or "(?!)", re.IGNORECASE)


def _forms(secret: str) -> Iterator[str]:
    for form in (secret, unquote(secret)):
        yield from (form, quote(form, safe=""), quote(form), html.escape(form), repr(form)[1:-1])
        yield from (json.dumps(form)[1:-1], json.dumps(form, ensure_ascii=False)[1:-1], form.encode().hex())
        if len(form) <= LONG:
            yield from (form[:length] for length in range(max(BEGINNING, len(form) // 2), len(form)))


def _in_base64(secret: str) -> Iterator[str]:
    """What of a secret's base64 is the same whatever stands around it, for each of the three ways it may lie."""
    for form in {secret, unquote(secret)}:
        said = form.encode()
        for shift in range(3):
            coded = base64.b64encode(bytes(shift) + said).decode()
            core = coded[-(-shift * 8 // 6) : (shift + len(said)) * 8 // 6]
            if len(core) >= TELLING:
                yield from (core, core.translate(str.maketrans("+/", "-_")), quote(core, safe=""))


def _secrets(address: str, *, told: bool) -> Iterator[str]:
    """The parts of an address that are secrets; all of them where it cannot be read, or is not `told` at all.

    The name of a login is none, where a password comes with it.
    """
    read = parse(address) if told else None
    if read is None:
        parts = re.split(r"[/@:?&=#]+", address.partition("://")[2] or address)
    else:
        user, colon, password = read.user.partition(":")
        parts = [password if colon and read.scheme in HOSTED else user, password, *read.path.split("/")]
        parts += [] if read.scheme in HOSTED else [read.host]
        parts += [value for name, value in read.options if name.lower() not in OPEN]
        if read.scheme.startswith("mailto"):
            parts = [part for part in parts if "@" not in part or part in read.user]  # the path names recipients
    pieces = (piece for part in parts for piece in (part, *unquote(part).split()))
    yield from (piece for piece in pieces if len(piece) >= TELLING)


def told_to_groups(address: str) -> bool:
    """Whether what goes to an address may be read by a whole group: whatever is no mail, as a robot's messages."""
    return not address.strip().lower().startswith(("mailto://", "mailtos://"))
