"""What the service hands about: an initiative as stored, what a look at it came to, and what is stored as one."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.ledger.entries import Draft, Entry
from duban.core.ledger.state import State
from duban.core.ledger.summary import Upstream
from duban.core.planning.plan import StepRef
from duban.ports import Commit


@dataclass(frozen=True, slots=True)
class Result:
    """What a look came to. `closed` are the steps it closed; `woken` the initiatives that wait for them.

    It was `called` when somebody had acted, or something elsewhere had moved, since the look before.
    """

    look: Look
    decision: Decision
    entries: tuple[Entry, ...]
    closed: tuple[StepRef, ...]
    woken: tuple[str, ...]
    called: bool


@dataclass(frozen=True, slots=True)
class View:
    """An initiative as stored: the look, its state, and what the ledger held when it was taken.

    `names` are former ids of steps, with the ids these steps bear now.
    """

    look: Look
    entries: tuple[Entry, ...]
    state: State
    names: Mapping[str, str]
    keys: frozenset[str]
    wakes: tuple[int, ...]
    known: Mapping[StepRef, Upstream]


More = Callable[[View, State], tuple[Draft, ...]]
"""What there is to store besides what follows by itself."""


Beside = Callable[[View, Result], tuple[Commit, ...]]
"""What is stored about other initiatives together with what one came to."""


@dataclass(frozen=True, slots=True)
class Joint:
    """What is stored as one: entries by initiative, decided on as always, and transactions made `beside` them."""

    drafts: Mapping[str, tuple[Draft, ...]]
    beside: tuple[Commit, ...]


Say = Callable[[Mapping[str, View]], Joint | None]
"""What there is to store about several initiatives; None when somebody else has stored it."""


def moved(view: View, decision: Decision) -> Iterator[StepRef]:
    """Steps others wait for whose expected end is not what it was."""
    rows = decision.rows
    for ref in view.look.office.plan.exports.get(view.look.initiative.id, ()):
        if rows[ref.step].finished is None:
            fact = view.known.get(ref)
            if fact is None or (fact.forecast, fact.held_by) != (rows[ref.step].forecast, rows[ref.step].held_by):
                yield ref
