"""When a patrol is overdue, and what follows: somebody stands in for it, then people are told.

Times are real: a rehearsal's patrols are its conductor's.
"""

from datetime import datetime, timedelta
from enum import IntEnum

STAND_IN_AFTER, SILENT_AFTER = 2, 3
"""Intervals without a patrol after which the guard stands in for it, and after which people are told."""


class Regularity(IntEnum):
    """How regularly a plan is patrolled, from best to worst."""

    REGULAR = 0
    OVERDUE = 1
    SILENT = 2


def regularity(last: datetime, now: datetime, every: timedelta) -> Regularity:
    """How regular it is when the last patrol, or else the guard itself, began at `last`."""
    silence = now - last
    if silence > SILENT_AFTER * every:
        return Regularity.SILENT
    return Regularity.OVERDUE if silence > STAND_IN_AFTER * every else Regularity.REGULAR
