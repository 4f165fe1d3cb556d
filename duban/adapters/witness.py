"""Another clock than this machine's: that of an address, which tells the time in the Date header of all it answers; or
the database's, which is worth nothing where that is on this machine and no time service keeps its clock.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Protocol

from duban.adapters.clock import kept_right, running
from duban.belief import BelievedClock
from duban.core.deciding.office import Office
from duban.ports import Clock, Ledger

LONGEST = 3.0
"""Seconds in all that an address has to answer."""


class Asked(Protocol):
    """What settings say of clocks, and where the ledger is."""

    @property
    def ledger(self) -> str:
        """Its URL."""
        ...

    @property
    def leap(self) -> int:
        """Working days."""
        ...

    @property
    def witness(self) -> str | None:
        """An address that tells the time."""
        ...


def believed_clock(clock: Clock, ledger: Ledger, office: Office, asked: Asked) -> BelievedClock:
    """A clock that is held against all that can bear it out here."""
    other = another_clock(ledger, asked.ledger, asked.witness)
    return BelievedClock(clock, ledger, office, running, monotonic, asked.leap, other, asked.witness is not None)


HERE = frozenset({"", "localhost", "127.0.0.1", "::1"})


def another_clock(ledger: Ledger, url: str, address: str | None) -> Callable[[], datetime | None]:
    """Tells the present moment by another clock, asked anew each time: that of an address, or of the ledger's `url`."""

    def told() -> datetime | None:
        if address is not None:
            return told_by(address)
        return None if beside(url) and kept_right() is False else ledger.clock()

    return told


def beside(url: str) -> bool:
    """Whether a database is on this machine, and its clock therefore the same."""
    from sqlalchemy import make_url  # noqa: PLC0415  few commands come to ask

    named = make_url(url)
    host = str(named.host or named.query.get("host") or "")
    return host in HERE or host.startswith("/")


def told_by(address: str) -> datetime | None:
    """The present moment by an address; None where it does not tell in time."""
    from duban.adapters.messengers import Lost, TookTooLong, in_time  # noqa: PLC0415  few commands come to ask

    with suppress(TookTooLong, Lost):
        told: datetime | None = in_time(LONGEST, "duban.adapters.witness:date_of", address)
        return told
    return None


def date_of(address: str) -> datetime | None:
    """What the Date header of an answer says; whether that is one of success is no matter. Without a limit of time."""
    import requests  # noqa: PLC0415  only a messenger needs it

    fresh = {"User-Agent": "duban", "Cache-Control": "no-cache"}
    try:
        answer = requests.head(address, headers=fresh, timeout=LONGEST, allow_redirects=False)
        moment = parsedate_to_datetime(answer.headers["Date"])
        kept = timedelta(seconds=int(answer.headers.get("Age", 0)))  # by a cache on the way
    except (requests.RequestException, KeyError, ValueError):
        return None
    return moment.astimezone(UTC) + kept if moment.tzinfo else moment.replace(tzinfo=UTC) + kept
