"""State: what the entries of one initiative add up to. Folding is the only way to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from duban.core.ledger.entries import Entry, EntryKind, standing
from duban.core.ledger.keys import NoticeKey
from duban.core.ledger.notices import DELIVERIES, NoticeRow, told
from duban.core.ledger.recording import CHANGES, entered_late, lapsed, with_
from duban.core.ledger.steps import NOTHING, StepState


@dataclass(frozen=True, slots=True)
class State:
    """One initiative as its entries tell it. `head` is the last entry, None before the first.

    `steps` are the records of its steps by name; what is about none of them, as a digest, is in that of no name.
    """

    steps: Mapping[str, StepState]
    head: Entry | None
    adopted: datetime | None

    def step(self, name: str) -> StepState:
        """Record of a step; nothing has happened to one the entries do not name."""
        return self.steps.get(name, NOTHING)

    def notice(self, key: str) -> NoticeRow:
        """The notice of a key as text; KeyError when there is none."""
        if (found := self.known(key)) is None:
            raise KeyError(key)
        return found

    def known(self, key: str) -> NoticeRow | None:
        """The same; None when there is none, or none any more."""
        known = NoticeKey.parse(key)
        return next((own.notices[known] for own in self.steps.values() if known in own.notices), None)

    @property
    def notices(self) -> Mapping[str, NoticeRow]:
        """All notices by the text of their keys, those about one step together; made anew each time."""
        return {row.key: row for own in self.steps.values() for row in own.notices.values()}


EMPTY = State(MappingProxyType({}), None, None)


def fold(entries: Iterable[Entry], renamed: Mapping[str, str] = MappingProxyType({}), start: State = EMPTY) -> State:
    """Add entries, in sequence, to a state. `renamed` maps a step's former id to the one it bears now.

    Of whole ledgers only what counts is added: an entry that disregards others is never added to a state that has them.
    """
    steps, head, adopted = dict(start.steps), start.head, start.adopted
    notices: dict[str, dict[NoticeKey, NoticeRow]] = {}  # put into the records at last: most entries are about these
    for entry in standing(tuple(entries)) if start is EMPTY else entries:
        head, name = entry, renamed.get(entry.step, entry.step)
        if entry.kind is EntryKind.ADOPTED:
            adopted = adopted or entry.at
        elif entry.kind is EntryKind.REPLANNED and "was" in entry.data:
            _put(steps, notices)
            _rename(steps, renamed.get(entry.data["was"], entry.data["was"]), name)
        own = steps.get(name, NOTHING)
        if entry.kind in DELIVERIES:
            key = NoticeKey.parse(entry.data["notice"])
            if (known := notices.get(name)) is None:
                known = notices[name] = {**own.notices}
            known[key] = told(entry, known.get(key), name)
        if name:
            change = entered_late(entry.kind) if "on" in entry.data else CHANGES[entry.kind]
            after = change(own, entry.day, entry.actor, entry.data)
            gone = own.asked is not None and after.asked is None
            steps[name] = lapsed(own, after, entry.kind, entry.day) if gone else after
    _put(steps, notices)
    return State(steps, head, adopted)


def _put(steps: dict[str, StepState], notices: dict[str, dict[NoticeKey, NoticeRow]]) -> None:
    """Put notices into the records of their steps."""
    for name, known in notices.items():
        steps[name] = with_(steps.get(name, NOTHING), notices=known)
    notices.clear()


def _rename(steps: dict[str, StepState], was: str, name: str) -> None:
    """Let a step, and the notices about it, go by another name from here on."""
    if was != name:
        own = steps.pop(was, NOTHING)
        steps[name] = own._replace(notices={key: row._replace(step=name) for key, row in own.notices.items()})
