"""Alarms of the guard: whom to tell that patrols do not come, once a day, and again when they do.

What was told stands in a chain of the ledger of its own: an alarm is begun there before it is sent, and ended after.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from duban.core.deciding.rounds import Regularity
from duban.core.ledger.entries import Draft, Entry, EntryKind

RETRY = timedelta(minutes=5)
"""How long an alarm that was not accepted rests before it is tried again."""


class AlarmMatter(StrEnum):
    """What an alarm is about: patrols do not come; they come again."""

    SILENT = "silent"
    WELL = "well"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm to one post; `key` is told once, `tries` counts how often it was begun."""

    matter: AlarmMatter
    post: str
    key: str
    tries: int = 0

    def begun(self) -> Draft:
        """The entry before it is sent; of two guards one can store it."""
        return Draft(EntryKind.ALARM_BEGUN, data={"alarm": self.key}, key=f"begun/{self.key}/{self.tries}")

    def ended(self, outcome: str, *, accepted: bool) -> Draft:
        """The entry after it was sent, or refused."""
        told = {"alarm": self.key, "post": self.post, "matter": self.matter.value, "outcome": outcome}
        key = f"told/{self.key}" if accepted else None
        return Draft(EntryKind.ALARM_ENDED, data={**told, "accepted": accepted}, key=key)


def alarms(
    entries: Sequence[Entry], stands: Regularity, now: datetime, today: date, posts: Sequence[str]
) -> Iterator[Alarm]:
    """The alarms that are due, by what was told before (`entries` of the guard's chain)."""
    told = [entry for entry in entries if entry.kind is EntryKind.ALARM_ENDED and entry.data["accepted"]]
    keys = {entry.data["alarm"] for entry in told}
    for post in dict.fromkeys(posts):
        match stands:
            case Regularity.SILENT:
                alarm = Alarm(AlarmMatter.SILENT, post, f"{AlarmMatter.SILENT}/{today}/{post}")
            case Regularity.REGULAR if (last := _last(told, post)) and last.data["matter"] == AlarmMatter.SILENT:
                alarm = Alarm(AlarmMatter.WELL, post, f"{AlarmMatter.WELL}/{last.sequence}/{post}")
            case _:
                continue
        begun = [entry for entry in entries if entry.kind is EntryKind.ALARM_BEGUN and entry.data["alarm"] == alarm.key]
        if alarm.key not in keys and not (begun and now < begun[-1].at + RETRY):
            yield Alarm(alarm.matter, post, alarm.key, len(begun))


def _last(told: Sequence[Entry], post: str) -> Entry | None:
    return next((entry for entry in reversed(told) if entry.data["post"] == post), None)
