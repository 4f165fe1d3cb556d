"""Numbers of forms: each form handed out bears one, by which its answer is stored once however often it comes.

It is bound to whoever the form was handed to, so that no other page can have it sent; and it tells when that was, so
that an answer that comes before anybody could have read the form is asked for again: some mail gateways open every
link and press every button.
"""

import secrets
import time
from dataclasses import dataclass

from duban.core.access.doors import FORM, Door
from duban.core.access.marks import parted

TOO_QUICK = 1.0
"""Seconds in which nobody reads a form."""

LIFETIME = 24 * 3600
"""Seconds for which a form may lie open."""


@dataclass(frozen=True, slots=True)
class Nonce:
    """The number of a form: a command's key, the moment it was handed out (Unix seconds), and its text."""

    key: str
    at: float
    text: str

    @property
    def too_quick(self) -> bool:
        """Whether nobody can have read the form yet."""
        return time.time() - self.at < TOO_QUICK

    @property
    def over(self) -> bool:
        """Whether the form has lain open for too long."""
        return time.time() - self.at >= LIFETIME


def new_nonce(door: Door, post: str, secret: str) -> str:
    """The number of a form that is handed out now."""
    named = f"{secrets.token_hex(12)}.{time.time():.1f}"
    return f"{named}-{door.pass_of(FORM, post, secret, named)}"


def read_nonce(text: str, door: Door, post: str, secret: str) -> Nonce | None:
    """What the number of a form says; None for one that was not handed to this visitor."""
    named, said = parted(text)
    if not named or not door.passes(said, FORM, post, secret, named):
        return None
    number, _, at = named.partition(".")
    return Nonce(f"desk/{number}", float(at), text)
