"""The record of a step: what the entries of the ledger have made of it, the notices about it among that."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from duban.core.ledger.entries import EntryKind
from duban.core.ledger.keys import NoticeKey
from duban.core.ledger.notices import NoticeRow

Excluded = tuple[date, date]


class Deadline(NamedTuple):
    """The last day on which a step is in time, and the day that was first set, before extensions and other plans."""

    day: date
    original: date


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension asked for and not yet answered."""

    by: str
    on: date
    to: date
    late: bool
    reason: str
    person: str = ""
    """Who held the post, where the directory said so."""

    @property
    def doer(self) -> str:
        """The person who asked or, where nothing tells, the post."""
        return self.person or self.by


class LapsedRequest(NamedTuple):
    """A request for an extension that nobody answered before something else made it needless."""

    request: Extension
    by: EntryKind
    on: date


class Changed(NamedTuple):
    """What somebody did to a step that was under way: suspended, resumed, handed over or cancelled it.

    `owner` is whom it had been handed over to before, None the plan's owner; `to` whom it is handed over to. `signed`
    tells whether the owner had signed for it. `number` counts what was done to the step. An application of a plan hands
    over where that names another owner, and cancels what it no longer has.
    """

    kind: EntryKind
    by: str
    on: date
    number: int
    owner: str | None
    signed: bool
    to: str = ""
    told: tuple[str, ...] = ()
    """Whoever had been asked for an answer that is not wanted any more."""


class Remark(NamedTuple):
    """What was instructed, advised, pressed for or disowned about a step; it changes nothing of how that stands.

    `number` counts the remarks on the step; `to` is whose it is, where somebody who disowned it said so.
    """

    kind: EntryKind
    by: str
    on: date
    number: int
    words: str
    to: str = ""


class LateEntry(NamedTuple):
    """What somebody did on one day and entered on a later one, and why."""

    kind: EntryKind
    by: str
    done: date
    entered: date
    reason: str


class Gone(NamedTuple):
    """What is still to be known of a step that was under way when the plan lost it: enough to write to its owner."""

    title: str
    owner: str
    ladder: str
    was: str | None


class Sent(NamedTuple):
    """A slip that was sent about a step."""

    day: date
    slip: str
    recipient: str


class StepState(NamedTuple):
    """What has happened to one step. Days are business days; None: it has not happened.

    What was done about it comes first; from `answered` on, what was said and told of it. A named tuple, because folding
    makes a new one for most entries, and a dataclass takes five times as long to copy.
    """

    opened: date | None = None
    assigned: date | None = None
    """Day its present owner was given it: it was found open, which may be later, or was handed over."""
    signed: date | None = None
    submitted: date | None = None
    submitter: str = ""
    person: str = ""
    """Who held the post that handed it in, where the directory said so."""
    evidence: tuple[str, ...] = ()
    agreed: tuple[str, ...] = ()
    """Of several reviewers those who have agreed to what is handed in, as the plan names them."""
    returned: date | None = None
    """Day it was last sent back, while it has not been handed in again."""
    rounds: int = 0
    """How often it was sent back."""
    finished: date | None = None
    cancelled: bool = False
    closed_by: str = ""
    judged: Deadline | tuple[()] | None = None
    """Its deadline as it was when it closed; empty where it had none, None before that."""
    owner: str | None = None
    """Who it was handed over to."""
    asked: Extension | None = None
    asks: int = 0
    lapsed: LapsedRequest | None = None
    """The last request, where it lapsed without an answer."""
    answer: date | None = None
    """Day the last request for an extension was answered."""
    extended_to: date | None = None
    """Deadline an extension set."""
    granted: date | None = None
    """Day on which it was set."""
    suspended: date | None = None
    excluded: tuple[Excluded, ...] = ()
    """Days, first included and last not, that do not count against the limit."""
    tries: int = 0
    failures: int = 0
    """How often an action has failed, over all its tries."""
    awaits: str = ""
    """The run elsewhere whose end an action waits for."""
    running: bool = False
    succeeded: date | None = None
    failed: date | None = None
    """Day on which an action failed for good, or since which an indicator could not be measured."""
    first_due: date | None = None
    """Deadline it had before the plan, or the calendar, first moved it."""
    moved: date | None = None
    """Day on which the plan last moved its deadline."""
    recounted: date | None = None
    """Day from which on its deadline was last counted by other working days."""
    removed: bool = False
    """Cancelled because the plan no longer has it."""
    gone: Gone | None = None
    """What it was, where it was removed; entries did not always tell."""
    name: str = ""
    """What the keys of its notices begin with, where that is not its id."""
    since: date | None = None
    """Day its limit ran from before what that counts from was taken back; it does until that is closed again."""
    late: tuple[LateEntry, ...] = ()
    """What was entered late, in the order in which it was entered."""
    known: date | None = None
    """Day on which its owner could first know that it was to be done, where what made it so was entered late."""
    weighed: date | None = None
    """Last day on which one of several reviewers agreed."""
    changes: tuple[Changed, ...] = ()
    """What somebody did to it while it was open, oldest first."""
    remarks: tuple[Remark, ...] = ()
    """What leaders instructed and other units advised about it, oldest first."""
    answered: date | None = None
    """Last day on which the owner's side said anything."""
    news: date | None = None
    """Last day on which it said something new of the work: signed for it, reported, handed in, asked for time."""
    said: frozenset[str] = frozenset()
    """What it said then; said again it is nothing new."""
    acknowledged: tuple[date, ...] = ()
    """Days on which somebody acknowledged a notice, oldest first."""
    progress: int = 0
    reported: date | None = None
    """Day on which its progress, or the days that are left, were last reported."""
    remaining: int | None = None
    """Days of work that were left then, where that was said."""
    values: tuple[tuple[date, float], ...] = ()
    """Values of an indicator, reported or measured, oldest first, each with its day."""
    measured: str = ""
    """The period an indicator was last measured for, or given up for."""
    misses: int = 0
    """How often measuring it has failed in the period after that."""
    history: tuple["Sent", ...] = ()
    """Slips that were sent about it, oldest first."""
    notices: Mapping[NoticeKey, NoticeRow] = MappingProxyType({})
    """Notices about it by their keys, in the order in which they were first queued."""
    skips: Mapping[NoticeKey, date] = MappingProxyType({})
    """Keys of rungs that were recorded as skipped, each with the day."""

    @property
    def skipped(self) -> Set[NoticeKey]:
        """Keys of rungs that were recorded as skipped."""
        return self.skips.keys()

    @property
    def done(self) -> tuple[object, ...]:
        """What was done about it, without what was said and told of that."""
        return self[:SAID]

    def learnt(self, day: date) -> date:
        """When others could first know of what was done on a day: where it was entered late, then."""
        return max((one.entered for one in self.late if one.done == day), default=day)

    @property
    def ended_unseen(self) -> bool:
        """Whether nobody could know on the day on which it ended that it had: something was entered late."""
        seen = [*[one.entered for one in self.late], *filter(None, (self.known,))]
        return self.finished is not None and self.finished < max(seen, default=self.finished)

    @property
    def value(self) -> float | None:
        """The latest value of an indicator."""
        return self.values[-1][1] if self.values else None

    @property
    def doer(self) -> str:
        """The person who handed it in or, where nothing tells, the post; empty before anybody did."""
        return self.person or self.submitter

    @property
    def closed(self) -> bool:
        """Done or cancelled."""
        return self.finished is not None


SAID = StepState._fields.index("answered")
"""Where a record begins to tell what was said and sent of a step; what is before that was done."""

NOTHING = StepState()
