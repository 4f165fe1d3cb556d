"""How often is too often: acts by one link in an hour, and links that are not ours from one address.

Kept in the ledger's database, so that every desk on it counts the same, and one that starts anew goes on counting. Good
links are never locked by address, for a whole office may sit behind one.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from duban.adapters.clock import SystemClock
from duban.ports import Clock, Ledger, Rate

HOUR = timedelta(hours=1)

ACTS = Rate("acts", 30, HOUR)
"""Of one link, or one session."""

FILES = Rate("files", 20, timedelta(days=1))
"""Stored of one link, or one session."""

BAD_LINKS = Rate("bad-links", 20, timedelta(minutes=10))
"""From one address."""

SIGN_INS = Rate("sign-ins", 5, HOUR)
"""Links to sign in asked for one post."""

ASKERS = Rate("askers", 60, HOUR)
"""Links to sign in asked for from one address, behind which a whole office may sit."""

NEW_LINKS = Rate("new-links", 3, HOUR)
"""Asked for one post in the place of one that has lapsed."""

PINS = Rate("pins", 5, HOUR)
"""Wrong ones of one post, one after another."""

SWEEP = timedelta(minutes=10)
"""How often what no longer counts is forgotten."""


@dataclass(slots=True)
class Rates:
    """Counts who did what when, by the computer's time, whatever time a rehearsal has."""

    clock: Clock = field(default_factory=SystemClock)
    _sweep: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    def take(self, ledger: Ledger, rate: Rate, who: str) -> int:
        """Count one more: the how manieth it is; 0 where there may be no more."""
        now = self.clock.now()
        if now >= self._sweep:  # two at once do no harm
            self._sweep = now + SWEEP
            ledger.forget_taken(now)
        return ledger.take(rate, known_as(who), now)


def known_as(who: str) -> str:
    """What is kept of somebody: a digest, for marks of links and sessions are among them."""
    return sha256(who.encode()).hexdigest()[:32]
