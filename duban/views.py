"""What the service hands about: an initiative as stored, what is written on it, and what is stored as one."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.deciding.settle import closed_by, downstream
from duban.core.ledger.entries import Draft, Entry, chained, with_keys
from duban.core.ledger.notices import NoticeRow
from duban.core.ledger.state import State, fold
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

    `names` are former ids of steps, with the ids these steps bear now; `renewed` are keys of entries that count no
    longer, with those by which the same may be put down again.
    """

    look: Look
    entries: tuple[Entry, ...]
    state: State
    names: Mapping[str, str]
    keys: frozenset[str]
    renewed: Mapping[str, str]
    wakes: tuple[int, ...]
    known: Mapping[StepRef, Upstream]
    decided: Decision | None = None
    """What was decided here last, for whoever decides again."""


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


class Page:
    """Entries being written after the last stored one, and the state they come to."""

    def __init__(self, view: View) -> None:
        self._look = view.look
        self._renamed = view.names
        self._keys = view.renewed
        self.state = view.state
        self.entries: list[Entry] = []

    def write(self, drafts: tuple[Draft, ...]) -> None:
        """Add drafts as the next entries."""
        look = self._look
        sealed = chained(
            with_keys(drafts, self._keys),
            plan=look.office.plan.id,
            initiative=look.initiative.id,
            after=self.state.head,
            at=look.now,
            day=look.today,
        )
        self.entries += sealed
        self.state = fold(sealed, self._renamed, self.state)


def concluded(view: View, page: Page, decision: Decision) -> tuple[Result, Commit]:
    """What a look came to, and the transaction that stores it."""
    plan, initiative = view.look.office.plan, view.look.initiative
    closed = closed_by(initiative.id, (Draft(entry.kind, entry.step) for entry in page.entries))
    woken = downstream(plan, closed)
    head, (told, now) = page.state.head, _notices(view.state, page.state)
    # An action that is begun and dies with its process is begun again by the patrol.
    unfinished = {initiative.id} if decision.actions or decision.measures else set()
    commit = Commit(
        initiative=initiative.id,
        entries=tuple(page.entries),
        # One that the plan no longer has stays as it stood.
        summary=replace(decision.summary, sequence=head.sequence if head else 0) if initiative.steps else None,
        notices=tuple(row for key, row in now.items() if row is not told.get(key)),
        wake=tuple(sorted({*woken, *downstream(plan, moved(view, decision)), *unfinished})),
        at=view.look.now,
        gone=tuple(told.keys() - now.keys()),
    )
    stored = replace(decision, state=page.state)  # as it is once the drafts are
    return Result(view.look, stored, tuple(page.entries), closed, woken, called=bool(view.wakes)), commit


def _notices(before: State, after: State) -> tuple[Mapping[str, NoticeRow], Mapping[str, NoticeRow]]:
    """The notices of two states by the text of their keys; those of steps that have the same are left out of both."""
    names = [
        name
        for name in dict.fromkeys((*after.steps, *before.steps))
        if before.step(name).notices is not after.step(name).notices
    ]
    told, now = ({row.key: row for name in names for row in one.step(name).notices.values()} for one in (before, after))
    return told, now
