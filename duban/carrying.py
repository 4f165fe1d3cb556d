"""The port by which letters go to people: what is given to a carrier, and what it says became of that."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from duban.core.telling.slips import Enclosure


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice in words. `key` makes its delivery idempotent; `to` are the recipient's channels, best first.

    `to` is None where nobody knows now how to reach the recipient: no channels at all, `()`, mean a folder of letters.
    `pieces` are what its text may be parted at: what stands before the first matter, then each matter; none where it is
    about one. `gone` are the marks of what earlier deliveries of it have brought there. `enclosures` go with it where
    it is a mail; `links` are the words and addresses of what it leads to, which stand in its text.
    """

    key: str
    recipient: str
    to: tuple[str, ...] | None
    subject: str
    text: str
    html: str
    pieces: tuple[str, ...] = ()
    gone: frozenset[str] = frozenset()
    enclosures: tuple[Enclosure, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ChannelOutcome:
    """What one channel said to a letter: accepted, or not and why; `channel` is its address without any secret.

    `wait` is for a refusal that means "busy, later": how long to leave the channel alone. `gone` are marks of what it
    took now of a letter that it did not take whole.
    """

    channel: str
    accepted: bool
    detail: str
    wait: timedelta | None = None
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery: accepted, or refused with the reason, in Chinese and without secrets.

    `wait` is there when the letter was refused only for now, by a channel that has taken as many as it takes in a
    while: it may be tried again after so long, and this try has not failed. `channels` are those tried, in their order.

    A long letter goes in parts. There is `more` of it where a channel took one: to be delivered at once, once what is
    gone has been noted; the first `through` of its matters are with the recipient by then.
    """

    accepted: bool
    detail: str
    wait: timedelta | None = None
    channels: tuple[ChannelOutcome, ...] = ()
    more: bool = False
    through: int = 0


class Carrier(Protocol):
    """Carries letters to people."""

    def deliver(self, letter: Letter, now: datetime) -> Outcome:
        """Deliver one letter, or the next part of it, by the first of its channels that accepts it.

        A letter that some of a channel's recipients have and others do not stays with that channel.

        A refusal is an outcome, not an exception. Delivering a key again is harmless as far as the channel allows.
        """
        ...
