"""Tables derived from the ledger: what lists, lights and the patrol read. Each can be made anew from the entries."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple


class Light(IntEnum):
    """红黄绿灯, ordered by gravity; OFF is a step that has not begun or is over."""

    OFF = 0
    GREEN = 1
    YELLOW = 2
    ORANGE = 3
    RED = 4


class Status(StrEnum):
    """Where a step stands. Whether it is late is its light's business."""

    WAITING = "waiting"  # for its needs, or for its earliest day
    OPEN = "open"  # not yet signed for
    WORKING = "working"  # signed for
    REVIEW = "review"  # submitted, waiting for approval
    RUNNING = "running"  # an action runs
    ELAPSING = "elapsing"  # a period runs
    SUSPENDED = "suspended"
    FAILED = "failed"  # an action failed for good; a person is asked
    DONE = "done"
    CANCELLED = "cancelled"


CLOSED = frozenset({Status.DONE, Status.CANCELLED})
AWAITING_OWNER = frozenset({Status.OPEN, Status.WORKING})


class StepRow(NamedTuple):
    """One step as it stands. `forecast` is the expected last day; `original_due` the deadline before any extension.

    A named tuple, because most looks make several, and a dataclass takes five times as long to make.
    """

    step: str
    status: Status
    light: Light
    reason: str
    due: date | None
    original_due: date | None
    opened: date | None
    finished: date | None
    forecast: date | None
    progress: int
    held_by: str = ""
    """The step, here or elsewhere, from which its forecast starts, as `initiative/step`; empty where it is itself."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One initiative as it stands after entry `sequence`; `look_again` is when time alone may change something."""

    initiative: str
    sequence: int
    light: Light
    reason: str
    done: int
    total: int
    next_due: date | None
    look_again: datetime | None
    steps: tuple[StepRow, ...]


class Delivery(StrEnum):
    """How far a notice has come."""

    QUEUED = "queued"
    SENDING = "sending"  # claimed by one sender; free again at `next_try` should that one die
    RETRYING = "retrying"
    BUNDLED = "bundled"  # in its recipient's digest, whose way it goes
    SENT = "sent"
    DROPPED = "dropped"  # taken again just before sending, and no longer due
    DEAD = "dead"


RECIPIENT = "@"
"""What the name of a recipient's own chain of digests begins with; no initiative's id does."""


def chain_of(post: str) -> str:
    """The name under which the ledger keeps the digests of a recipient."""
    return f"{RECIPIENT}{post}"


INSTEAD = "/instead/"
"""What stands in the key of a notice to a deputy, between the key of the one that died and the deputy."""

PENDING = frozenset({Delivery.QUEUED, Delivery.SENDING, Delivery.RETRYING, Delivery.BUNDLED})
"""A notice that is still to reach its recipient."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one channel answered to a letter; `channel` is its address without any secret."""

    channel: str
    accepted: bool
    detail: str


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


class Upstream(NamedTuple):
    """What a waiting initiative knows of a step elsewhere: its last day once closed, else its forecast."""

    finished: date | None
    forecast: date | None
    held_by: str = ""
    """The first step of its critical chain that is not over, as `initiative/step`; empty where it is that itself."""


def known_of(row: StepRow) -> Upstream:
    """What a row tells initiatives that wait for its step."""
    return Upstream(row.finished, row.forecast, row.held_by)
