"""Keeping a child alive: looked at now and then, started again after a growing pause. Knows nothing of processes."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from deployments.stack.children import StackError

log = logging.getLogger(__name__)

SETTLED = 60.0  # seconds a child lives before its earlier deaths are forgotten
LONGEST = 60.0  # seconds between two attempts at most


@dataclass(slots=True)
class Watch:
    """One child that must live. `born`, `again` and every `now` are seconds on the monotonic clock."""

    name: str
    alive: Callable[[], bool]
    start: Callable[[], None]
    born: float
    deaths: int = 0
    again: float | None = None

    def look(self, now: float) -> bool:
        """Start the child again if it has died and its pause is over; True when it was started."""
        if self.alive():
            return False
        if self.again is None:
            self.deaths = 1 if now - self.born > SETTLED else self.deaths + 1
            self.again = now + pause(self.deaths)
            log.error("%s has died; it is started again in %.0f s", self.name, pause(self.deaths))
        if now < self.again:
            return False
        self.born, self.again = now, None
        return self._start()

    def _start(self) -> bool:
        try:
            self.start()
        except (StackError, OSError):  # no room for another process, say: nothing that ends all the others
            log.exception("%s does not start", self.name)  # counted as one more death at the next look
            return False
        log.warning("%s is started again", self.name)
        return True


def pause(deaths: int) -> float:
    """Seconds before a child that died `deaths` times in a row is started again: 1, 2, 4 … 60."""
    return min(LONGEST, 2.0 ** (deaths - 1))
