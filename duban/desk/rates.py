"""How often is too often: acts by one link in an hour, and links that are not ours from one address.

Kept in memory: a desk that starts anew begins to count anew, which lets nobody in. Good links are never locked by
address, for a whole office may sit behind one.
"""

import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` in `seconds`."""

    most: int
    seconds: float


ACTS = Rate(30, 3600)
"""Of one link, or one session."""

FILES = Rate(20, 86_400)
"""Stored of one link, or one session."""

BAD_LINKS = Rate(20, 600)
"""From one address."""

SIGN_INS = Rate(5, 3600)
"""Links to sign in asked for one post."""

ASKERS = Rate(60, 3600)
"""Links to sign in asked for from one address, behind which a whole office may sit."""

NEW_LINKS = Rate(3, 3600)
"""Asked for one post in the place of one that has lapsed."""

WRONG_PINS = Rate(5, 3600)
"""Of one post, which then is LOCKED."""

LOCKED = Rate(1, 3600)
"""A post's PIN, after too many wrong ones."""

MOST_NAMES = 10_000
"""Of whom something is remembered."""


@dataclass(slots=True)
class Rates:
    """Who did what when, of late."""

    clock: Callable[[], float] = time.monotonic
    _seen: dict[tuple[Rate, str], deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _lock: Lock = field(default_factory=Lock)

    def full(self, rate: Rate, who: str) -> bool:
        """Whether somebody has had as many as there may be."""
        with self._lock:
            return len(self._recent(rate, who)) >= rate.most

    def count(self, rate: Rate, who: str) -> None:
        """Note that somebody had one."""
        with self._lock:
            if len(self._seen) > MOST_NAMES:
                self._seen.clear()
            self._recent(rate, who).append(self.clock())

    def _recent(self, rate: Rate, who: str) -> deque[float]:
        times = self._seen[rate, who]
        while times and times[0] <= self.clock() - rate.seconds:
            times.popleft()
        return times
