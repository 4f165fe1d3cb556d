"""When a patrol is overdue, and what follows: somebody stands in for it, then people are told.

Times are real: a rehearsal's patrols are its conductor's.
"""

from datetime import datetime, timedelta
from enum import IntEnum

STAND_IN_AFTER, SILENT_AFTER = 2, 3
"""Intervals without a patrol after which the guard stands in for it, and after which people are told."""


class Patrolled(IntEnum):
    """How it stands with the patrols of a plan, from well to worst."""

    WELL = 0
    OVERDUE = 1
    SILENT = 2


def patrolled(last: datetime, now: datetime, every: timedelta) -> Patrolled:
    """How it stands when the last patrol, or else the guard itself, began at `last`."""
    silence = now - last
    if silence > SILENT_AFTER * every:
        return Patrolled.SILENT
    return Patrolled.OVERDUE if silence > STAND_IN_AFTER * every else Patrolled.WELL
