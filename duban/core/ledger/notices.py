"""Notices as the ledger tells of them: what was queued for whom, and how far each has come."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from duban.core.ledger.entries import Entry, EntryKind


class Delivery(StrEnum):
    """How far a notice has come."""

    QUEUED = "queued"
    SENDING = "sending"  # claimed by one sender; free again at `next_try` should that one die
    RETRYING = "retrying"
    BUNDLED = "bundled"  # in its recipient's digest, whose way it goes
    SENT = "sent"
    DROPPED = "dropped"  # taken again just before sending, and no longer due
    DEAD = "dead"


PENDING = frozenset({Delivery.QUEUED, Delivery.SENDING, Delivery.RETRYING, Delivery.BUNDLED})
"""A notice that is still to reach its recipient."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one channel answered to a letter; `channel` is its address without any secret.

    `gone` are the marks of what has arrived of a letter that has not arrived whole, by this channel and others.
    """

    channel: str
    accepted: bool
    detail: str
    gone: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """As entries and tables hold it."""
        told = {"channel": self.channel, "accepted": self.accepted, "detail": self.detail}
        return {**told, "gone": list(self.gone)} if self.gone else told


def said_of(channels: Iterable[Mapping[str, Any]]) -> tuple[Said, ...]:
    """What channels answered, as entries and tables hold it."""
    return tuple(Said(**{**said, "gone": tuple(said.get("gone", ()))}) for said in channels)


class NoticeRow(NamedTuple):
    """One notice to one recipient; `next_try` is the earliest moment to send it (UTC), None once it is over.

    One that is not `immediate` goes with others in its recipient's digest: `next_try` is the moment for that and, once
    it is in one, None; `digest` is then the key of it. `tries` counts those that came to an outcome of their own, not
    those that were only put off. `channels` are what the recipient's channels said to the last one.
    """

    key: str
    initiative: str
    step: str
    rung: str
    slip: str
    recipient: str
    delivery: Delivery
    queued_at: datetime
    next_try: datetime | None
    tries: int
    outcome: str
    ended_at: datetime | None = None
    immediate: bool = True
    digest: str = ""
    channels: tuple[Said, ...] = ()

    @property
    def gone(self) -> frozenset[str]:
        """The marks of what has arrived of it, where it has not arrived whole."""
        return frozenset(mark for said in self.channels for mark in said.gone)

    @property
    def partly(self) -> bool:
        """Whether it is dead, and yet a part of it arrived, or some of its recipients have it."""
        return self.delivery is Delivery.DEAD and bool(self.gone)


DELIVERIES: Mapping[EntryKind, Delivery] = {
    EntryKind.NOTICE_QUEUED: Delivery.QUEUED,
    EntryKind.NOTICE_BUNDLED: Delivery.BUNDLED,
    EntryKind.NOTICE_CLAIMED: Delivery.SENDING,
    EntryKind.NOTICE_SENT: Delivery.SENT,
    EntryKind.NOTICE_REFUSED: Delivery.RETRYING,
    EntryKind.NOTICE_POSTPONED: Delivery.QUEUED,
    EntryKind.NOTICE_DROPPED: Delivery.DROPPED,
    EntryKind.NOTICE_DEAD: Delivery.DEAD,
    EntryKind.NOTICE_REVIVED: Delivery.QUEUED,
}
"""What each kind of entry about a notice makes of it."""


def notices_in(entries: Iterable[Entry]) -> tuple[str, ...]:
    """The keys of the notices that entries are about, each once."""
    return tuple(dict.fromkeys(entry.data["notice"] for entry in entries if entry.kind in DELIVERIES))


def told(entry: Entry, before: NoticeRow | None, step: str) -> NoticeRow:
    """A notice once an entry of `DELIVERIES` about it is in the ledger; `step` is the name its step bears now."""
    delivery = DELIVERIES[entry.kind]
    if before is None or entry.kind is EntryKind.NOTICE_QUEUED:
        return _queued(entry, step, before.tries if before else 0)
    data, put_off = entry.data, entry.kind is EntryKind.NOTICE_POSTPONED
    tried = (delivery is Delivery.SENDING) - (put_off and before.delivery is Delivery.SENDING)
    # Written out because `replace` takes several times as long, and most entries are about deliveries.
    return NoticeRow(
        before.key,
        before.initiative,
        before.step,
        before.rung,
        before.slip,
        before.recipient,
        delivery,
        before.queued_at,
        datetime.fromisoformat(data["next_try"]) if "next_try" in data else None,
        data.get("tries", before.tries + tried),
        data.get("outcome", before.outcome),
        None if delivery in PENDING else entry.at,
        before.immediate,
        data.get("digest", "" if put_off else before.digest),
        said_of(data["channels"]) if "channels" in data else before.channels,
    )


def _queued(entry: Entry, step: str, tries: int) -> NoticeRow:
    data = entry.data
    return NoticeRow(
        data["notice"],
        entry.initiative,
        step,
        data["rung"],
        data["slip"],
        data["recipient"],
        Delivery.QUEUED,
        entry.at,
        datetime.fromisoformat(data["next_try"]),
        tries,
        outcome="",
        immediate=data.get("immediate", True),  # before there were digests, every notice was
    )
