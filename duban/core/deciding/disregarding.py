"""Taking back what was put down by itself while the clock was wrong (不计): as though it had not been.

Entries stay where they are; one more says which of them count no longer (`standing`), and what follows from the others
is decided at the right time. What people did stays, and is named where it rests on what is gone. What really happened
outside is not done again where it is due by now: a letter that went out, an action that ran.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from duban.core.deciding.decide import Decision, decide
from duban.core.deciding.office import Look
from duban.core.ledger.entries import RUNS, Draft, Entry, EntryKind, by_itself, first_key, standing
from duban.core.ledger.histories import called_now
from duban.core.ledger.notices import DELIVERIES, PENDING
from duban.core.ledger.state import State, fold
from duban.core.planning.plan import StepRef

RUNGS = frozenset({EntryKind.NOTICE_QUEUED, EntryKind.RUNG_SKIPPED})
"""Entries by which a rung is spent."""


class WrongTime(NamedTuple):
    """From when to when, both included, the clock was wrong, by that clock; without an end whatever comes after."""

    since: datetime
    until: datetime | None = None

    def holds(self, entry: Entry) -> bool:
        """Whether an entry was put down in it."""
        return self.since <= entry.at and (self.until is None or entry.at <= self.until)


class Undone(NamedTuple):
    """What taking back comes to for one initiative: the entries that count no longer, in sequence; what is put down
    anew because it really happened; how things stand then; and what people did that rests on what is gone, or bears a
    day of that clock.
    """

    entries: tuple[Entry, ...]
    restated: tuple[Draft, ...]
    decision: Decision
    acts: tuple[Entry, ...]


def undone(look: Look, entries: Sequence[Entry], names: Mapping[str, str], span: WrongTime) -> Undone | None:
    """What is taken back of an initiative's entries; None where nothing of that time counts.

    What came about after it, at the right time, may rest on it, and stands where it would come about again as it is.
    """
    counting = standing(entries)
    wrong = {entry.sequence for entry in counting if span.holds(entry)}
    if not wrong:
        return None
    made = _made_since(counting, span)
    gone = {entry.sequence for entry in made}
    while True:
        state = fold([entry for entry in counting if entry.sequence not in gone], names)
        again = _Again(look, entries, names, state, decide(look, state))
        right = {one.sequence for one in made if one.sequence in gone - wrong and again.says(one)}
        if not right:
            break
        gone -= right
    left_out = tuple(entry for entry in made if entry.sequence in gone)
    people = (entry for entry in counting if entry.sequence >= min(wrong) and not by_itself(entry))
    acts = tuple(act for act in people if act.sequence in wrong or again.lacks(act, left_out))
    return Undone(left_out, tuple(again.restated(left_out)), again.decision, acts)


def _made_since(entries: Sequence[Entry], span: WrongTime) -> list[Entry]:
    """What came about by itself from the first on that did so at a wrong time; letters that a person has had tried
    again since are left as they are.
    """
    first = next((place for place, one in enumerate(entries) if by_itself(one) and span.holds(one)), len(entries))
    since = entries[first:]
    revived = {one.data["notice"] for one in since if one.kind is EntryKind.NOTICE_REVIVED}
    return [one for one in since if by_itself(one) and one.data.get("notice") not in revived]


class _Again(NamedTuple):
    """How things stand without some entries."""

    look: Look
    entries: Sequence[Entry]
    names: Mapping[str, str]
    state: State
    decision: Decision

    def says(self, entry: Entry) -> bool:
        """Whether what came about then does so again, or is the end of a letter that stands."""
        drafts, about = self.decision.drafts, entry.data.get("notice", "")
        if entry.kind in RUNS:
            return self.decision.state.step(self._step(entry)).opened is not None
        if entry.kind in RUNGS:
            return any(draft.kind in RUNGS and draft.data["notice"] == about for draft in drafts)
        if entry.kind in DELIVERIES:
            return self._ended(about) and self.state.known(about) is not None
        return any((one.kind, one.step, one.data) == (entry.kind, entry.step, entry.data) for one in drafts)

    def _ended(self, notice: str) -> bool:
        """Whether a letter was sent, or is dead: what is on its way goes it anew."""
        ways = (one.kind for one in reversed(self.entries) if one.data.get("notice") == notice)
        return next(ways) in (EntryKind.NOTICE_SENT, EntryKind.NOTICE_DEAD)

    def lacks(self, act: Entry, gone: Iterable[Entry]) -> bool:
        """Whether somebody did something about a step that has not opened after all."""
        opened = {self._step(entry) for entry in gone if entry.kind is EntryKind.OPENED}
        own = self.decision.state.step(self._step(act))
        return self._step(act) in opened and own.opened is None

    def restated(self, gone: Iterable[Entry]) -> Iterator[Draft]:
        """What really happened, and would be done once more now."""
        waiting = {draft.data["notice"] for draft in self.decision.drafts if draft.kind is EntryKind.NOTICE_QUEUED}
        waiting |= {key for key, row in self.state.notices.items() if row.delivery in PENDING}
        for entry in gone:
            name = self._step(entry)
            sent = entry.kind is EntryKind.NOTICE_SENT and entry.data["notice"] in waiting
            ref = StepRef(self.look.initiative.id, name)
            if sent or (entry.kind is EntryKind.ACTION_SUCCEEDED and ref in self.decision.actions):
                yield _restated(entry, name)

    def _step(self, entry: Entry) -> str:
        return called_now(self.entries, entry, self.names)


def undone_letters(entries: Sequence[Entry], slip: str, span: WrongTime) -> tuple[tuple[Entry, ...], tuple[Draft, ...]]:
    """The same of a chain of letters, of those that bear a slip: entries that count no longer, and what is put down
    anew. One that was begun in that time goes with all that became of it.
    """
    counting = standing(entries)
    queued = [one for one in counting if one.kind is EntryKind.NOTICE_QUEUED and one.data["slip"] == slip]
    ours, begun = ({one.data["notice"] for one in some} for some in (queued, filter(span.holds, queued)))
    made = _made_since(counting, span)
    gone = [one for one in made if one.data["notice"] in (ours if span.holds(one) else begun)]
    numbers = {entry.sequence for entry in gone}
    left = fold([entry for entry in counting if entry.sequence not in numbers]).notices
    waiting = {key for key, row in left.items() if row.delivery in PENDING}
    sent = (entry for entry in gone if entry.kind is EntryKind.NOTICE_SENT and entry.data["notice"] in waiting)
    return tuple(gone), tuple(_restated(entry, entry.step) for entry in sent)


def _restated(entry: Entry, step: str) -> Draft:
    return Draft(entry.kind, step, entry.actor, entry.data, entry.key and first_key(entry.key))


def disregarding(by: str, gone: Iterable[Entry], said: Mapping[str, str]) -> Draft:
    """The entry by which others count no longer, by first and last numbers; `said` is why, and how it came."""
    spans: list[list[int]] = []
    for number in sorted(entry.sequence for entry in gone):
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return Draft(EntryKind.DISREGARDED, actor=by, data={"entries": spans, **said})
