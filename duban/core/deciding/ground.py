"""What is known of an initiative before anything is foreseen: what happened, what goes on, and by when it must end."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from duban.core.deciding.deadlines import Deadline, deadline, latest
from duban.core.deciding.office import Look
from duban.core.deciding.settle import settle
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.state import NOTHING, State
from duban.core.planning.plan import Step


class Ground(NamedTuple):
    """An initiative as stored, and as it is once what happens by itself is stored too."""

    state: State
    drafts: tuple[Draft, ...]
    """What happens by itself."""
    going_on: tuple[Step, ...]
    """The steps that are not over, waiting ones too, in the order of the initiative."""
    limits: Mapping[str, Deadline | None]
    anchors: Mapping[str, date | None]
    """The days from which deadlines that hang on other steps are counted, once these are over."""


def ground(look: Look, state: State, before: Ground | None = None) -> Ground:
    """See where an initiative stands; `before` is how it stood earlier, from which what has not changed is taken."""
    steps = look.initiative.steps
    open_ = tuple(steps.values()) if before is None or _reopened(state, before.state) else before.going_on
    after, settled = settle(look, state, open_)
    going_on = tuple(step for step in open_ if after.steps.get(step.id, NOTHING).finished is None)
    anchors = {name: latest(look, steps[name].due_anchor, after) for name in look.initiative.anchored}
    if before is None:
        limits = {name: deadline(look, step, after) for name, step in steps.items()}
    else:
        moved = {name for name, day in anchors.items() if before.anchors[name] != day}
        suspended = (step.id for step in going_on if after.steps.get(step.id, NOTHING).suspended is not None)
        names = {*changed(after, before.state), *moved, *suspended} & steps.keys()
        limits = {**before.limits, **{name: deadline(look, steps[name], after) for name in names}}
    return Ground(after, (*_adopting(state), *settled), going_on, limits, anchors)


def changed(now: State, then: State) -> list[str]:
    """The steps that are otherwise in one state than in another; what was only going to happen may not have."""
    names = now.steps if now.steps.keys() >= then.steps.keys() else {**now.steps, **then.steps}
    return [name for name in names if now.steps.get(name) is not then.steps.get(name)]


def _reopened(now: State, then: State) -> bool:
    """Whether a step is no longer over, as when a review waits for its work again."""
    return any(then.step(name).closed and not now.step(name).closed for name in changed(now, then))


def _adopting(state: State) -> tuple[Draft, ...]:
    return () if state.adopted else (Draft(EntryKind.ADOPTED, key="adopted"),)
