"""What follows where work that others have built on is taken back: sent back, withdrawn, corrected or reopened.

A review of it begins anew, whether it had answered or not: an answer belongs to the version it judged. So does the
review of that review. Whatever else has begun because of it goes on, and whoever answers for it is told. Periods,
actions and milestones are nobody's: those who went on from them are told instead.
"""

from collections.abc import Iterable
from typing import NamedTuple

from duban.core.deciding.office import Look
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.state import State
from duban.core.planning.plan import HUMAN, Step, StepRef
from duban.core.planning.plan_file import Kind


class Upset(NamedTuple):
    """The steps of one initiative that were built on something; `through` are those others have built on in turn."""

    steps: tuple[Step, ...]
    through: frozenset[StepRef]


def upset(look: Look, state: State, taken_back: Iterable[StepRef]) -> Upset:
    """The steps of an initiative that have begun because of others, here or elsewhere, that are taken back."""
    found, through = list[Step](), set(taken_back)
    for step in look.initiative.steps.values():  # no step comes before its needs
        own = state.step(step.id)
        if own.opened is None or own.cancelled or through.isdisjoint(step.waits_for):
            continue
        if step.kind in HUMAN:
            found.append(step)
        if step.kind is Kind.REVIEW or step.kind not in HUMAN:
            through.add(step.ref)
    return Upset(tuple(found), frozenset(through))


def told(step: Step, taken_back: StepRef, how: EntryKind, actor: str, reason: str) -> Draft:
    """What the ledger keeps of a step that was built on what somebody took back."""
    data = {"upstream": str(taken_back), "how": how.value, "anew": step.kind is Kind.REVIEW}
    return Draft(EntryKind.UPSET, step.id, actor, {**data, "reason": reason} if reason else data)
