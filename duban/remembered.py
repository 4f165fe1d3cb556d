"""What a process remembers of the initiatives it has looked at, so that a look reads and folds only what is new.

Entries are only ever appended, and each names the one before it by its hash: so what is remembered holds as long as the
ledger still has its last entry, whoever wrote what came after.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock

from duban.core.deciding.decide import Decision
from duban.core.ledger.entries import Draft, Entry, EntryKind, renewed
from duban.core.ledger.histories import names_for_good
from duban.core.ledger.state import EMPTY, State, fold
from duban.core.planning.plan import Initiative

MOST = 20_000
"""Entries remembered at most, of all initiatives together: some 25 MB, and more than the shipped plan has in a year."""


ANEW = frozenset({EntryKind.REPLANNED, EntryKind.DISREGARDED})
"""Entries by which earlier ones may come to something else."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """The entries of an initiative, and what they come to; `decision` is what was last decided about it.

    `told` is what the last application of a plan has to say to it; `names` are former ids of steps that hold for all
    entries, with the ids these steps bear now; `keys` those of all entries; `renewed` as in `View`.
    """

    initiative: Initiative
    told: tuple[Draft, ...]
    entries: tuple[Entry, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    state: State = EMPTY
    keys: frozenset[str] = frozenset()
    renewed: Mapping[str, str] = field(default_factory=dict)
    decision: Decision | None = None

    def holds(self, stored: Sequence[Entry]) -> bool:
        """Whether stored entries, from the last remembered one on, begin with that one."""
        return not self.entries or (len(stored) > 0 and stored[0].hash == self.entries[-1].hash)

    def followed_by(self, new: tuple[Entry, ...]) -> "Remembered":
        """The same with entries that follow the last one."""
        if not new and self.entries:
            return self
        entries, keys = self.entries + new, self.keys.union(entry.key for entry in new if entry.key)
        known = replace(self, entries=entries, keys=keys)
        if self.entries and ANEW.isdisjoint(entry.kind for entry in new):
            return replace(known, state=fold(new, self.names, self.state))
        names = names_for_good(entries, self.initiative.renamed, self.told)
        return replace(known, names=names, renewed=renewed(entries), state=fold(entries, names), decision=None)


@dataclass(slots=True)
class Memory:
    """What a process remembers, the initiatives looked at last at the end; threads may share it."""

    _known: dict[str, Remembered] = field(default_factory=dict)
    _many: int = 0
    _lock: Lock = field(default_factory=Lock)

    def of(self, initiative: Initiative, told: tuple[Draft, ...]) -> Remembered:
        """What is remembered of an initiative, as this plan has it; nothing at first."""
        known = self._known.get(initiative.id)
        if known is None or known.initiative is not initiative or known.told != told:
            return Remembered(initiative, told)
        return known

    def keep(self, known: Remembered) -> Remembered:
        """Remember it, and forget what nobody has looked at for longest."""
        with self._lock:
            self._forget(known.initiative.id)
            self._known[known.initiative.id] = known
            self._many += len(known.entries)
            while self._many > MOST and len(self._known) > 1:
                self._forget(next(iter(self._known)))
        return known

    def decided(self, decision: Decision) -> None:
        """Remember what was decided, which makes the next decision quicker and no other."""
        with self._lock:
            name = decision.look.initiative.id
            if (known := self._known.get(name)) is not None:
                self._known[name] = replace(known, decision=decision)

    def _forget(self, name: str) -> None:
        if (gone := self._known.pop(name, None)) is not None:
            self._many -= len(gone.entries)
