"""Channels as the directory writes them: variables filled in, and what of them may be told."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlsplit

VARIABLE = re.compile(r"\$\{(\w+)\}")
HOST = re.compile(r"(?:\$\{\w+\}|localhost|[\w-]+(?:\.[\w-]+)+)(?::\d+)?")
TELLING = 4
"""Parts of a secret address shorter than this are ordinary words and numbers."""


class Unset(Exception):
    """Variables that a channel names and nobody has set."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        super().__init__(", ".join(self.names))


@dataclass(frozen=True, slots=True)
class Filled:
    """A channel with the values of its variables in it, and what of that must not be told."""

    address: str
    secrets: frozenset[str]

    def hide(self, text: str) -> str:
        """A text with every secret replaced by `***`."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, "***")
        return text


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
    address = VARIABLE.sub(lambda m: values[m[1]] if whole else quote(values[m[1]], safe=""), channel)
    return Filled(address, _secrets(values.values(), address if whole else ""))


def shown(channel: str) -> str:
    """A channel by scheme and host as written, without what might be a secret."""
    scheme, _, rest = channel.partition("://")
    if not rest:
        return channel if VARIABLE.fullmatch(channel) else "***"
    host = urlsplit(channel).netloc.rpartition("@")[2]
    return f"{scheme}://{host if HOST.fullmatch(host) else '***'}"


def _secrets(values: Iterable[str], address: str) -> frozenset[str]:
    """The values of variables and, of an address that is itself a secret, its parts; each as it may be written."""
    url = urlsplit(address)
    parts = re.split("[/@:]", f"{url.netloc}/{url.path}/{url.fragment}")
    parts += [value for _, value in parse_qsl(url.query)]
    hidden = [*values, *(part for part in parts if len(part) >= TELLING)]
    return frozenset(form for value in hidden for form in (value, quote(value, safe=""), unquote(value)))
