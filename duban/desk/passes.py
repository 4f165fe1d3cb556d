"""Passes: what proves for a while that somebody holds a post; a link to sign in is one, and a session another."""

import secrets
import time
from dataclasses import dataclass, field

from duban.core.access.doors import Door
from duban.core.access.marks import parted


@dataclass(frozen=True, slots=True)
class Pass:
    """Whom a pass is for, its own number, until when it is good (Unix seconds), and its mark."""

    post: str
    number: str
    until: int
    mark: str = field(repr=False)

    @property
    def over(self) -> bool:
        """Whether its time is up."""
        return time.time() >= self.until


def new_pass(door: Door, purpose: str, post: str, seconds: float) -> str:
    """The text of a pass that is good for so many seconds."""
    named = f"{post}.{secrets.token_hex(8)}.{int(time.time() + seconds)}"
    return f"{named}-{door.pass_of(purpose, post, named)}"


def read_pass(text: str, door: Door, purpose: str) -> Pass | None:
    """What a pass says, also when its time is up; None for one that this door did not give for this purpose."""
    named, said = parted(text)
    post = named.partition(".")[0]
    if not named or not door.passes(said, purpose, post, named):
        return None
    _, number, until = named.split(".")
    return Pass(post, number, int(until), said)
