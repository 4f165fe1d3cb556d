"""Readings of a plan's ledger for whoever watches it from outside, and what is counted as it happens.

Counts are kept beside the chain: they testify to nothing, and of a ledger made anew they begin anew.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from duban.core.ledger.summary import Light

TICKS, CONFLICTS, WAITED = "ticks", "conflicts", "waited"
"""Looks that were stored; tries in which others were quicker; tenths of a second from what woke to the look."""

LIMITS = (1, 2, 5, 10, 30, 60, 300, 3600)
"""Seconds by which waits are told apart; longer ones are beyond all."""

LONGEST = timedelta(hours=1)
"""What a longer wait counts as: a stack that was off over a holiday says nothing of how quick it is."""


@dataclass(frozen=True, slots=True)
class Readings:
    """A ledger at one moment. `size` is bytes of its database, whoever else is in there.

    `waiting` are initiatives to be looked at, `unsent` letters and digests that are due, each with the moment since
    when the first of them is. `counted` are the counts, by name.
    """

    entries: int
    chains: int
    size: int
    lights: Mapping[Light, int]
    waiting: int
    waiting_since: datetime | None
    unsent: int
    unsent_since: datetime | None
    counted: Mapping[str, int]


def waited(wait: timedelta) -> Mapping[str, int]:
    """What one wait is counted as: one by the limit it kept, and its length."""
    length = min(max(wait, timedelta(0)), LONGEST)
    kept = bisect_left(LIMITS, wait.total_seconds())
    limit = str(LIMITS[kept]) if kept < len(LIMITS) else "beyond"
    return {f"{WAITED}/{limit}": 1, WAITED: round(length / timedelta(seconds=0.1))}


def rounds_of(name: str) -> str:
    """Under which name the rounds of one of those who make them are counted."""
    return f"rounds/{name}"
