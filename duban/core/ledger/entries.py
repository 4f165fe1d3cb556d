"""Entries of the ledger: what happened, never changed, each sealed with the hash of the one before it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from hashlib import sha256
from itertools import groupby
from typing import Any, NamedTuple

Data = Mapping[str, Any]
"""JSON values only."""

NO_DATA: Data = {}

GENESIS = "0" * 64
"""What stands in place of a hash before the first entry."""

SECOND = "2:"
"""What the hashes of new entries begin with: their version. Those of the first, which was not named, are bare."""

SYSTEM = "system"
"""The actor of what duban does by itself."""

PLAN = "@@plan"
"""The chain of what was applied: neither an initiative's, whose id has no @, nor a recipient's (`summary.chain_of`)."""

LINKS = "@@links"
"""The chain of links that were revoked."""

VISITS = "@@visits"
"""The chain of those who signed in at the desk."""

BULLETINS = "@@bulletins"
"""The chain of bulletins: drafts as they were kept, and those sent and filed."""

GUARD = "@@guard"
"""The chain of what keeps the office running: alarms, and what was mended."""


class EntryKind(StrEnum):
    """Everything that can happen to an initiative. Closed: a kind that is not here cannot be read or written."""

    ADOPTED = "adopted"  # the initiative came under this ledger; rungs older than this are never sent
    OPENED = "opened"
    SIGNED = "signed"
    REPORTED = "reported"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    COMPLETED = "completed"
    PREDATED = "predated"  # what the step waits for, in another initiative, ended on a day before it was entered
    UPSET = "upset"  # what the step was built on was taken back: a review begins anew, anything else goes on
    EXTENSION_ASKED = "extension-asked"
    EXTENSION_GRANTED = "extension-granted"
    EXTENSION_REFUSED = "extension-refused"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    WITHDRAWN = "withdrawn"  # a hand-in, or a request for an extension, before it was answered
    CORRECTED = "corrected"  # the last report, the last value, or what was handed in
    REOPENED = "reopened"  # closed, and to be done after all
    HANDED_OVER = "handed-over"
    CANCELLED = "cancelled"
    ACKNOWLEDGED = "acknowledged"
    INSTRUCTED = "instructed"  # a leader's instruction, put on record
    PRESSED = "pressed"  # somebody pressed the owner, in words of their own
    DISOWNED = "disowned"  # somebody who was written to says that it, or what was entered, is not of their unit
    ADVISED = "advised"  # the opinion of a unit that supports the initiative
    REPLANNED = "replanned"  # an application of a plan added, removed, renamed or edited the step
    PLAN_APPLIED = "plan-applied"  # in the chain PLAN alone: the whole plan that is in force from here on
    ACTION_STARTED = "action-started"
    ACTION_WAITING = "action-waiting"  # it has started a run elsewhere, and waits for its end
    ACTION_SUCCEEDED = "action-succeeded"
    ACTION_FAILED = "action-failed"
    MEASURED = "measured"
    MEASURING_FAILED = "measuring-failed"
    RUNG_SKIPPED = "rung-skipped"
    NOTICE_QUEUED = "notice-queued"
    NOTICE_BUNDLED = "notice-bundled"  # it goes in its recipient's digest
    NOTICE_CLAIMED = "notice-claimed"
    NOTICE_SENT = "notice-sent"
    NOTICE_REFUSED = "notice-refused"
    NOTICE_POSTPONED = "notice-postponed"
    NOTICE_DROPPED = "notice-dropped"
    NOTICE_DEAD = "notice-dead"
    NOTICE_REVIVED = "notice-revived"  # a person has a dead one tried again
    ALARM_BEGUN = "alarm-begun"  # in the chain GUARD alone: somebody is about to be told that patrols do not come
    ALARM_ENDED = "alarm-ended"
    MENDED = "mended"  # in the chain GUARD as well: what was brought back on Prefect's server
    DISREGARDED = "disregarded"  # what was put down by itself at a wrong time, by its numbers, counts no longer
    CLOCK_CONFIRMED = "clock-confirmed"  # there too: a person says that the time is right, which was in doubt
    LINKS_REVOKED = "links-revoked"  # in the chain LINKS alone: of a post, or of all, no earlier link opens anything
    SIGNED_IN = "signed-in"  # in the chain VISITS alone: a link to sign in was used, which is good once
    BULLETIN_DRAFTED = "bulletin-drafted"  # in the chain BULLETINS alone: its text as it was kept, not yet sent
    BULLETIN_FILED = "bulletin-filed"  # there as well: sent, and all that it says


class Draft(NamedTuple):
    """An entry not yet in the ledger. `key`, where given, can be in one initiative's ledger only once."""

    kind: EntryKind
    step: str = ""
    actor: str = SYSTEM
    data: Data = NO_DATA
    key: str | None = None


class Entry(NamedTuple):
    """An entry in the ledger. `at` is UTC, `day` the business date where the office is; `sequence` counts from 1."""

    plan: str
    initiative: str
    sequence: int
    kind: EntryKind
    step: str
    at: datetime
    day: date
    actor: str
    data: Data
    key: str | None
    previous: str
    hash: str


RUNS = frozenset(
    {
        EntryKind.ACTION_STARTED,
        EntryKind.ACTION_WAITING,
        EntryKind.ACTION_SUCCEEDED,
        EntryKind.ACTION_FAILED,
        EntryKind.MEASURED,
        EntryKind.MEASURING_FAILED,
    }
)
"""Entries of what runs once its step is open."""

BY_ITSELF = RUNS | frozenset(
    {
        EntryKind.ADOPTED,
        EntryKind.OPENED,
        EntryKind.COMPLETED,
        EntryKind.RUNG_SKIPPED,
        EntryKind.NOTICE_QUEUED,
        EntryKind.NOTICE_BUNDLED,
        EntryKind.NOTICE_CLAIMED,
        EntryKind.NOTICE_SENT,
        EntryKind.NOTICE_REFUSED,
        EntryKind.NOTICE_POSTPONED,
        EntryKind.NOTICE_DROPPED,
        EntryKind.NOTICE_DEAD,
    }
)
"""What time alone brings about, and what becomes of letters; all else people did, or it was told because they did."""


def by_itself(entry: Entry) -> bool:
    """Whether time brought it about, and nobody."""
    return entry.actor == SYSTEM and entry.kind in BY_ITSELF


def standing(entries: Sequence[Entry]) -> Sequence[Entry]:
    """The entries that count: without what came about by itself and a later one disregards, by first and last numbers.

    What people did counts, whatever an entry says.
    """
    said = _disregarding(entries)
    gone = set[int]().union(*map(_numbers, said)) if said else ()
    return [entry for entry in entries if entry.sequence not in gone or not by_itself(entry)] if gone else entries


def _disregarding(entries: Sequence[Entry]) -> list[Entry]:
    """The entries that disregard others; looked for at every look, so quickly."""
    kind = EntryKind.DISREGARDED
    return [entry for entry in entries if entry.kind is kind]


def _numbers(entry: Entry) -> set[int]:
    """The numbers that an entry disregards: of those before it alone."""
    spans = entry.data["entries"]
    return {number for first, last in spans for number in range(max(first, 1), min(last + 1, entry.sequence))}


AGAIN = "again/"


def renewed(entries: Sequence[Entry]) -> Mapping[str, str]:
    """Keys of entries that count no longer, and those under which the same may be put down once more."""
    found = dict[str, str]()
    for said in _disregarding(entries):
        gone = _numbers(said)
        keys = [first_key(e.key) for e in entries if e.key and e.sequence in gone and by_itself(e)]
        found |= {key: f"{AGAIN}{said.sequence}/{key}" for key in keys}
    return found


def first_key(key: str) -> str:
    """The key as it was before it was renewed."""
    return key.split("/", 2)[2] if key.startswith(AGAIN) else key


def with_keys(drafts: Iterable[Draft], keys: Mapping[str, str]) -> tuple[Draft, ...]:
    """Drafts under the keys they may be put down by now; the same ones where nothing was disregarded."""
    return tuple([d._replace(key=keys.get(d.key or "", d.key)) for d in drafts]) if keys else tuple(drafts)


def chained(
    drafts: Sequence[Draft], *, plan: str, initiative: str, after: Entry | None, at: datetime, day: date
) -> tuple[Entry, ...]:
    """Turn drafts into the entries that follow `after` (None: the first ones)."""
    entries: list[Entry] = []
    previous = after.hash if after else GENESIS
    for entry in number(drafts, plan=plan, initiative=initiative, after=after, at=at, day=day):
        value = _hash(entry, previous, SECOND)
        entries.append(entry._replace(previous=previous, hash=value))
        previous = value
    return tuple(entries)


def number(
    drafts: Sequence[Draft], *, plan: str, initiative: str, after: Entry | None, at: datetime, day: date
) -> tuple[Entry, ...]:
    """Turn drafts into entries that follow `after`, without hashes: for what is never stored, as in a rehearsal."""
    first, moment = (after.sequence if after else 0) + 1, at.astimezone(UTC)
    return tuple(
        [
            Entry(plan, initiative, sequence, kind, step, moment, day, actor, data, key, previous="", hash="")
            for sequence, (kind, step, actor, data, key) in enumerate(drafts, start=first)
        ]
    )


def hash_of(entry: Entry) -> str:
    """What the hash of an entry must be: its version, and SHA-256, in hexadecimal, of all in the entry but its hash.

    Hashed is canonical JSON in UTF-8: a list of the version, the hash before and the other fields in the order below;
    keys sorted, no spaces, moments and days in ISO 8601. The version says which fields. So what comes later, as another
    column, gets a version of its own, and what was sealed before is hashed as it was. The first version names itself
    neither before the figure nor in the list.

    Raises TypeError or ValueError for data that JSON cannot hold, such as a date or NaN.
    """
    return _hash(entry, entry.previous, SECOND if entry.hash.startswith(SECOND) else "")


def _hash(entry: Entry, previous: str, version: str) -> str:
    body = [
        *filter(None, (version,)),
        previous,
        entry.plan,
        entry.initiative,
        entry.sequence,
        entry.kind.value,
        entry.step,
        entry.at.isoformat(),
        entry.day.isoformat(),
        entry.actor,
        entry.data,
        entry.key,
    ]
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return version + sha256(text.encode()).hexdigest()


def first_broken(entries: Iterable[Entry]) -> tuple[Entry, str] | None:
    """The first entry that does not follow from those before it, and why; None if all do.

    `entries` are whole ledgers of initiatives, one after another, each in sequence.
    """
    for _, ledger in groupby(entries, key=lambda entry: (entry.plan, entry.initiative)):
        previous = GENESIS
        for expected, entry in enumerate(ledger, start=1):
            reason = _break(entry, expected, previous)
            if reason:
                return entry, reason
            previous = entry.hash
    return None


def _break(entry: Entry, expected: int, previous: str) -> str:
    if entry.sequence != expected:
        return f"sequence {entry.sequence} where {expected} was due: entries are missing or doubled"
    if entry.previous != previous:
        return "it names another predecessor than the entry before it"
    if hash_of(entry) != entry.hash:
        return "its content does not match its hash"
    return ""
