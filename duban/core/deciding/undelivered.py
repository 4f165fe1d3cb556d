"""Notices that reached nobody: the line of those who were tried, who is tried next, and putting one back (rule 9)."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta

from duban.core.deciding.office import Office
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.keys import AGAIN, DEAD, NoticeKey
from duban.core.ledger.notices import PENDING, Delivery, NoticeRow
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import RECIPIENT
from duban.core.planning.directory import Directory

PATIENCE = timedelta(hours=1)
"""How long a notice may lie beyond the moment it was to be sent before it counts as stuck: several patrols."""

Line = tuple[NoticeRow, ...]
"""A dead notice, then those to deputies that took its place."""


def lines(own: StepState) -> Mapping[NoticeKey, Line]:
    """The line of every dead notice about a step, by its key."""
    dead = {key for key, row in own.notices.items() if row.delivery is Delivery.DEAD and not key.instead}
    found: dict[NoticeKey, Line] = {}
    if dead:
        for key, row in own.notices.items():
            if key.first in dead:
                found[key.first] = (*found.get(key.first, ()), row)
    return found


def unreached(rows: Iterable[NoticeRow]) -> tuple[Line, ...]:
    """The lines of dead notices that no deputy got either, of any initiatives; digests are told by what is in them."""
    found: dict[tuple[str, NoticeKey], Line] = {}
    for row in rows:
        if not row.initiative.startswith(RECIPIENT):
            key = NoticeKey.parse(row.key)
            place = (row.initiative, key.first)
            found[place] = (*found.get(place, ()), row) if key.instead else (row, *found.get(place, ()))
    return tuple(line for line in found.values() if _reached_nobody(line))


def _reached_nobody(line: Line) -> bool:
    """One without its first was revived, or delivered since, and is no longer dead."""
    return (
        not NoticeKey.parse(line[0].key).instead
        and line[0].delivery is Delivery.DEAD
        and not any(row.delivery is Delivery.SENT or row.delivery in PENDING for row in line)
    )


def stuck(row: NoticeRow, now: datetime) -> bool:
    """Whether a notice has not reached its recipient and somebody should see to it."""
    waits = row.next_try is not None and row.next_try + PATIENCE < now
    return row.delivery in (Delivery.DEAD, Delivery.RETRYING) or waits


def telling_key(own: StepState, first: NoticeKey, line: Line, day: date) -> NoticeKey:
    """The key of the notice that tells of a dead one; another for each day on which it dies again, revived by then."""
    key = first._replace(death=DEAD)
    told = own.notices.get(key)
    return key if told is None or told.queued_at >= died(line) else key._replace(death=f"{DEAD}{AGAIN}{day}")


def revival(office: Office, row: NoticeRow, now: datetime, *, actor: str, reason: str) -> Draft:
    """The entry by which a person has a dead notice tried again, as often as a new one; once for each death."""
    again = office.sending_moment(now, immediate=row.immediate)
    told = {"notice": row.key, "slip": row.slip, "recipient": row.recipient, "reason": reason}
    data = {**told, "next_try": again.isoformat(), "tries": 0, "digest": ""}
    died_at = row.ended_at.isoformat() if row.ended_at else ""
    return Draft(EntryKind.NOTICE_REVIVED, row.step, actor, data, key=f"revived/{row.key}/{died_at}")


def died(line: Line) -> datetime:
    """The moment at which the last try of a line failed for good."""
    return max(row.ended_at or row.queued_at for row in line if row.delivery is Delivery.DEAD)


def tried(line: Line) -> list[str]:
    """Those who could not be reached."""
    return [row.recipient for row in line if row.delivery is Delivery.DEAD]


def next_in_line(people: Directory, line: Line, day: date, told: Collection[str] = ()) -> str | None:
    """The first deputy along the chain who is there on a day, was not tried and is not `told` anyway; None: nobody."""
    passed = set(map(people.person, (*tried(line), *told)))
    return people.present(line[0].recipient, day, passed)
