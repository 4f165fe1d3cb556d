"""What the engine needs from outside. Each port has a real adapter and a fake that pass one contract suite."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.notices import Delivery, NoticeRow
from duban.core.ledger.readings import Readings
from duban.core.ledger.summary import Summary, Upstream
from duban.core.planning.plan import StepRef
from duban.core.texts import Text


class Conflict(Exception):
    """Somebody else appended to this initiative first: read again and decide again."""


class LedgerUnusable(Exception):
    """The ledger cannot be used as it is; the message says why and what to do."""


class Outside(Exception):
    """Something outside could not be asked or used; the message is for people and holds no secret."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One transaction on one initiative: everything in it is stored, or nothing.

    `entries` follow the last stored entry (the ledger refuses them with Conflict when they do not); `summary` replaces
    the initiative's derived rows, each of `notices` the one with its key, and those whose keys are `gone` are no more;
    `wake` names initiatives to be looked at at once; `woken` are the wakes, by id, that this look has answered. `at`
    stamps the wakes and the look. What `counted` names is counted with it (`core.ledger.readings`), and so is how long
    an answered wake has waited.
    """

    initiative: str
    entries: tuple[Entry, ...]
    summary: Summary | None = None
    notices: tuple[NoticeRow, ...] = ()
    wake: tuple[str, ...] = ()
    woken: tuple[int, ...] = ()
    at: datetime | None = None
    counted: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """What a ledger holds of an initiative at one moment, as far as a look at it needs to know.

    `wakes` are the ids of those it has not answered, `known` what is known of the steps that were asked for.
    """

    wakes: tuple[int, ...]
    entries: Sequence[Entry]
    known: Mapping[StepRef, Upstream]


class Head(NamedTuple):
    """The last entry of a chain, as far as what follows must know it."""

    sequence: int
    hash: str


class Rounder(StrEnum):
    """What is done to a plan again and again: the patrol, the guard's in its stead when it is overdue, seal, backup."""

    PATROL = "patrol"
    GUARD = "guard"
    SEAL = "seal"
    BACKUP = "backup"


class Mark(StrEnum):
    """What is remembered of the clock: the last moment that was believed; when people were told of one that is not."""

    BELIEVED = "believed"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class Round:
    """A round over the plan: the moment it began, and what it did, in a line; nothing to say where it did nothing.

    Of a mark, its moment, and what it is to be held against later (`belief`).
    """

    at: datetime
    said: str = ""


@dataclass(frozen=True, slots=True)
class RefusedVisit:
    """Somebody the desk turned away: when, why, from which address, and what their link named; never a mark."""

    at: datetime
    code: str
    host: str
    named: str


REFUSALS_KEPT = 10_000
"""How many of those turned away a ledger remembers of a plan."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `most` of something by one in a `length` from the first on; after the last of them it is full for one."""

    what: str
    most: int
    length: timedelta


class Ledger(Protocol):
    """The memory of one plan. Appends are the only way in."""

    def entries(self, initiative: str) -> Sequence[Entry]:
        """All entries of an initiative, in sequence; empty when it has none."""
        ...

    def last(self, initiative: str) -> Entry | None:
        """The last entry of an initiative, or of a chain of the engine's own; None when it has none."""
        ...

    def initiatives(self) -> Sequence[str]:
        """Initiatives and chains that have entries, sorted."""
        ...

    def stream(self) -> AbstractContextManager[Iterator[Entry]]:
        """All entries of the plan, by initiative and sequence, as they were at one moment; read a part at a time."""
        ...

    def whole(self) -> "Mapping[str, Ledger]":
        """The ledgers of all plans that are kept in the same place, by plan; they close with this one."""
        ...

    def heads(self) -> Mapping[str, Head]:
        """The last entry of every chain that was ever seen, whatever has become of it since."""
        ...

    def lasts(self) -> Mapping[str, Head]:
        """Of every chain what is stored now under the number of the last entry ever seen; nothing where it is gone."""
        ...

    def hashes(self, initiative: str, after: int) -> Sequence[Head]:
        """Numbers and hashes of the entries of a chain that follow a number, in sequence."""
        ...

    def alone(self, what: str) -> AbstractContextManager[object]:
        """Keep others from doing the same in this place, in other processes and on other machines too."""
        ...

    def unguarded(self) -> Sequence[Text]:
        """What should keep entries from being changed and does not, a line each; none where all is as it was made."""
        ...

    def too_free(self) -> Sequence[Text]:
        """What whoever comes here could do to entries beside appending, a line each; nothing where it is nothing."""
        ...

    def commit(self, *commits: Commit) -> None:
        """Store a transaction, or several on different initiatives as one: all of it, or nothing.

        Raises Conflict when entries no longer follow the last stored one, when a key of theirs is there already, or
        when a summary is of an older entry than the last; ValueError for what no ledger could store.
        """
        ...

    def stored(self, initiative: str, steps: Collection[StepRef], since: int = 0) -> Stored:
        """An initiative at one moment, of its entries those from a number on; `steps` are any, here or elsewhere."""
        ...

    def in_turn(self, initiative: str) -> AbstractContextManager[object]:
        """As `undisturbed` where this holds up only those who store at the same initiative, and else nothing."""
        ...

    def undisturbed(self, *initiatives: str) -> AbstractContextManager[object]:
        """Let nobody else store at these initiatives meanwhile; what is committed within is stored at the end, as one.

        Nothing is to be written within but by `commit`.
        """
        ...

    def upstream(self, steps: Collection[StepRef]) -> Mapping[StepRef, Upstream]:
        """What is known of steps elsewhere, in one query; steps without a row are left out."""
        ...

    def wakes(self, initiative: str) -> tuple[int, ...]:
        """Ids of the wakes an initiative has not answered yet."""
        ...

    def wake(self, initiatives: Iterable[str], at: datetime) -> None:
        """Ask for a look at initiatives at once."""
        ...

    def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Initiatives to look at now: woken, or with `look_again` at or before `now`; longest waiting first."""
        ...

    def pending_notices(self, now: datetime, limit: int, initiative: str | None = None) -> Sequence[NoticeRow]:
        """Immediate notices and digests whose `next_try` is at or before `now`, of one initiative or all.

        The earliest first.
        """
        ...

    def waiting_notices(self, now: datetime, people: int) -> Sequence[NoticeRow]:
        """Notices that wait for a digest and whose `next_try` is at or before `now`.

        All of those of at most so many people, by recipient, the one who waits longest first.
        """
        ...

    def undelivered(self) -> Sequence[NoticeRow]:
        """Dead notices, and those to deputies in the place of one, by the time they were queued."""
        ...

    def outstanding(self) -> Sequence[NoticeRow]:
        """Notices and digests that are still to be sent, whenever that is, by their `next_try`."""
        ...

    def outcomes(self, since: datetime) -> Mapping[Delivery, int]:
        """How many notices have ended since a moment, and how; those in digests one by one, digests not."""
        ...

    def notices(self, initiative: str | None = None) -> Sequence[NoticeRow]:
        """All notices, of one initiative or of the plan, by the time they were queued."""
        ...

    def summaries(self) -> Sequence[Summary]:
        """All initiatives as they stand, with their steps, in two queries; sorted by id."""
        ...

    def going_on(self, until: date) -> Sequence[Summary]:
        """As `summaries`, of the steps only those that make a board: begun and not closed, lit, or due by a day.

        What waits and is expected after its deadline is among them, lit or not.
        """
        ...

    def spans(self) -> Mapping[str, tuple[date | None, date | None]]:
        """Of every initiative the day its first step opened, and the last day that is known or expected of any."""
        ...

    def horizon(self) -> date | None:
        """The last day on which any step of the plan ended, is expected or due; None before the first look."""
        ...

    def closed(self) -> Mapping[StepRef, tuple[date, date]]:
        """Of every step that is done and had a deadline: that, and the day on which it was done."""
        ...

    def letters_to(self, recipient: str, limit: int) -> Sequence[NoticeRow]:
        """The last notices to a recipient, the last one first."""
        ...

    def of_kinds(
        self, kinds: Collection[EntryKind], since: datetime | None = None, actor: str | None = None
    ) -> Sequence[Entry]:
        """All entries of some kinds, from a moment on, by one actor or anybody, by initiative and sequence."""
        ...

    def last_at(self) -> datetime | None:
        """The moment of the last entry, None before the first; one look-up, however many there are."""
        ...

    def roster(self) -> str:
        """The mark of the last plan that was checked off; empty before the first. One look-up."""
        ...

    def check_off(self, mark: str) -> None:
        """Note that every initiative of the plan with this mark has entries, so that nobody need look for it again."""
        ...

    def note_round(self, by: Rounder | Mark, made: Round) -> None:
        """Note that a round over the plan was made, or a mark of the clock."""
        ...

    def rounds(self) -> Mapping[Rounder, Round]:
        """The last round of each of those who make them."""
        ...

    def marks(self) -> Mapping[Mark, Round]:
        """The last mark of each kind."""
        ...

    def note_host(self, name: str, told: Round) -> None:
        """Note what a host tells of itself; one that has told nothing for a day is forgotten."""
        ...

    def hosts(self) -> Mapping[str, Round]:
        """What hosts told last, by name."""
        ...

    def readings(self, now: datetime) -> Readings:
        """How the ledger stands; costs the same however many entries there are."""
        ...

    def try_writing(self) -> None:
        """Raise LedgerUnusable where nothing could be stored now; stores nothing."""
        ...

    def clock(self) -> datetime | None:
        """The present moment by the database's own clock; None where it has none."""
        ...

    def note_refused(self, visit: RefusedVisit) -> None:
        """Note that somebody was turned away; of all that were, the last REFUSALS_KEPT are remembered."""
        ...

    def refused(self, since: datetime) -> Mapping[str, int]:
        """How many were turned away since a moment, by code."""
        ...

    def take(self, rate: Rate, who: str, now: datetime) -> int:
        """Count one more of something by somebody: the how manieth it is; 0, and nothing counted, where it is full.

        One statement, so that of several who come at once none is let in beyond the rate.
        """
        ...

    def full(self, what: str, who: str, now: datetime) -> datetime | None:
        """Until when somebody may have no more of something that is had once in a while; None where they may."""
        ...

    def let_off(self, rate: Rate, who: str) -> None:
        """Forget what somebody had of something."""
        ...

    def forget_taken(self, now: datetime) -> None:
        """Forget whatever no longer counts."""
        ...

    def last_look(self) -> datetime | None:
        """The moment of the last look at any initiative."""
        ...

    def last_sent(self) -> datetime | None:
        """The moment at which a letter was last sent."""
        ...

    def forget_derived(self) -> None:
        """Empty the derived tables, and ask for a look at every initiative, so that they are made anew."""
        ...

    def close(self) -> None:
        """Give back connections; the ledger cannot be used after it."""
        ...


class Clock(Protocol):
    """The time of day, real or rehearsed."""

    def now(self) -> datetime:
        """The present moment, aware."""
        ...
