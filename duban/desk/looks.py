"""Initiatives as they stand now, read and decided on again only once something has happened to them, or time has.

For pages that show many of them: what is shown is what `decide` says at this moment, as everywhere.
"""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from duban.core.deciding.decide import Decision, decide
from duban.core.deciding.office import Look
from duban.core.ledger.state import State
from duban.core.ledger.summary import Summary, Upstream
from duban.core.planning.plan import StepRef
from duban.ports import Ledger
from duban.service import Service


@dataclass(frozen=True, slots=True)
class _Seen:
    """An initiative at a look: the last entry by then, its record, and what was decided."""

    sequence: int
    look: Look
    state: State
    decision: Decision

    def same(self, now: Look, sequence: int) -> bool:
        """Whether nothing has happened since, here or to what it waits for."""
        then = self.look
        waited = all(then.upstream.get(ref) == now.upstream.get(ref) for ref in now.initiative.upstream)
        return then.office is now.office and self.sequence == sequence and waited

    def holds(self, now: Look) -> bool:
        """Whether what was decided then is what would be decided now, where nothing has happened since."""
        turning = self.decision.turning
        return self.look.today == now.today and self.look.now <= now.now and (turning is None or now.now < turning)


_seen: MutableMapping[Ledger, dict[str, _Seen]] = WeakKeyDictionary()
"""What was seen last, by initiative."""


def decided(service: Service, some: Iterable[Summary]) -> Iterator[tuple[Look, Decision]]:
    """Initiatives as they stand at this moment, in their order; of each the ledger's summary, read just now."""
    kept = _seen.setdefault(service.ledger, {})
    summaries = [one for one in some if one.initiative in service.office.plan.initiatives]
    known = _waited_for(service, summaries)
    for summary in summaries:
        name = summary.initiative
        kept[name] = _again(service, kept.get(name), summary, known)
        yield kept[name].look, kept[name].decision


def _waited_for(service: Service, summaries: Iterable[Summary]) -> Mapping[StepRef, Upstream]:
    """What is known of all steps that these wait for, in one query."""
    initiatives = service.office.plan.initiatives
    return service.ledger.upstream({ref for one in summaries for ref in initiatives[one.initiative].upstream})


def _again(service: Service, was: _Seen | None, summary: Summary, known: Mapping[StepRef, Upstream]) -> _Seen:
    look = Look(service.office, service.office.plan.initiatives[summary.initiative], known, service.clock.now())
    if was is None or not was.same(look, summary.sequence):
        view = service.view(summary.initiative)
        sequence = view.entries[-1].sequence if view.entries else 0
        return _Seen(sequence, view.look, view.state, decide(view.look, view.state))
    if was.holds(look):
        return was
    look = replace(was.look, now=look.now)
    return replace(was, look=look, decision=decide(look, was.state, was.decision))
