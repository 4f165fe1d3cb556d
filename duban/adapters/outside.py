"""Asking addresses of others: secrets filled in on the way out, and hidden in whatever comes back or goes wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from duban.adapters.delivery.addresses import VARIABLE, Unset, veil
from duban.adapters.delivery.web import too_slow, unreached
from duban.adapters.messengers import TookTooLong, in_time
from duban.ports import Outside

LARGEST = 1024 * 1024
"""Bytes of an answer that are read; what lies beyond is not looked at."""


class Secrets:
    """Fills `${NAME}` in from the environment, and knows from then on what must not be told."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self._told: set[str] = set()

    def fill(self, text: str) -> str:
        """The text with values in place of variables; raises Unset."""
        names = VARIABLE.findall(text)
        if missing := [name for name in names if not self._variables.get(name)]:
            raise Unset(missing)
        self._told |= {self._variables[name] for name in names}
        return VARIABLE.sub(lambda found: self._variables[found[1]], text)

    def hide(self, text: str) -> str:
        """The text with `***` in place of every secret filled in so far."""
        return veil(self._told).sub("***", text)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered; secrets of the question are hidden in it."""

    status: int
    text: str


def ask(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    variables: Mapping[str, str],
    timeout: float,
    body: Any = None,
) -> Answer:
    """Ask an address, with `body` as JSON where there is one; raises Outside when `timeout` seconds have passed, too.

    Redirections are answers, not followed: what is sent goes nowhere but where it was meant to.
    """
    try:
        asked = {"headers": dict(headers), "variables": dict(variables), "timeout": timeout, "body": body}
        answer: Answer = in_time(timeout, f"{__name__}:answered", method, url, **asked)
    except TookTooLong:
        raise Outside(too_slow(timeout)) from None
    return answer


def answered(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    variables: Mapping[str, str],
    timeout: float,
    body: Any = None,
) -> Answer:
    """The same, in this process, for as long as each byte of the answer takes less than `timeout` seconds."""
    secrets = Secrets(variables)
    try:
        filled = {"User-Agent": "duban", **{name: secrets.fill(value) for name, value in headers.items()}}
        with requests.request(
            method, url, headers=filled, json=body, timeout=timeout, allow_redirects=False, stream=True
        ) as response:
            said = _beginning(response).decode(response.encoding or "utf-8", "replace")
            return Answer(response.status_code, secrets.hide(said))
    except Unset as unset:
        raise Outside(f"没有设置环境变量：{unset}") from None
    except requests.Timeout:
        raise Outside(too_slow(timeout)) from None
    except (OSError, ValueError, LookupError) as error:  # their words may hold what was sent
        raise Outside(unreached(error)) from None


def _beginning(response: requests.Response) -> bytes:
    read = bytearray()
    for part in response.iter_content(64 * 1024):
        read += part
        if len(read) >= LARGEST:
            break
    return bytes(read[:LARGEST])
