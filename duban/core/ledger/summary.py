"""Tables derived from the ledger: what lists, lights and the patrol read. Each can be made anew from the entries."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple

from duban.core.ledger.keys import StepRef


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


class AnyRule(StrEnum):
    """What lights a step, for rows: that there is a rule. Which there are says `planning/lights.py`."""


class Reason(NamedTuple):
    """Why a step is lit: the rule, and the figures it goes by; other figures than those of the rule are 0 or None."""

    rule: AnyRule
    days: int = 0
    """Working days: left until the deadline, or late by."""
    percent: int = 0
    """Of the time that has gone, or points behind what is planned."""
    forecast: date | None = None
    root: StepRef | None = None
    """The first step of its critical chain that is not over, where it is late because of that."""


class StepRow(NamedTuple):
    """One step as it stands. `forecast` is the expected last day; `original_due` the deadline before any extension.

    A named tuple, because most looks make several, and a dataclass takes five times as long to make.
    """

    step: str
    status: Status
    light: Light
    reason: Reason | None
    """What lit it; None while it is green or off."""
    due: date | None
    original_due: date | None
    opened: date | None
    finished: date | None
    forecast: date | None
    progress: int
    held_by: StepRef | None = None
    """The step, here or elsewhere, from which its forecast starts; None where it is itself."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One initiative as it stands after entry `sequence`; `look_again` is when time alone may change something."""

    initiative: str
    sequence: int
    light: Light
    done: int
    total: int
    next_due: date | None
    look_again: datetime | None
    steps: tuple[StepRow, ...]

    @property
    def worst(self) -> StepRow | None:
        """The gravest of the steps that go on, the first among equals; None once all are over."""
        going_on = (row for row in self.steps if row.status not in CLOSED)
        return max(going_on, key=lambda row: row.light, default=None)


RECIPIENT = "@"
"""What the name of a recipient's own chain of digests begins with; no initiative's id does."""


def chain_of(post: str) -> str:
    """The name under which the ledger keeps the digests of a recipient."""
    return f"{RECIPIENT}{post}"


class Upstream(NamedTuple):
    """What a waiting initiative knows of a step elsewhere: its last day once closed, else its forecast."""

    finished: date | None
    forecast: date | None
    held_by: StepRef | None = None
    """The first step of its critical chain that is not over; None where it is that itself."""


def known_of(row: StepRow) -> Upstream:
    """What a row tells initiatives that wait for its step."""
    return Upstream(row.finished, row.forecast, row.held_by)
