"""What follows where work that others have built on is taken back: sent back, withdrawn, corrected or reopened.

A review of it begins anew, whether it had answered or not: an answer belongs to the version it judged. So does the
review of that review. Whatever else has begun because of it goes on, and whoever answers for it is told. Periods,
actions and milestones are nobody's: those who went on from them are told instead.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from duban.core.deciding.deadlines import last_end
from duban.core.deciding.office import Look
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.state import State
from duban.core.planning.plan import HUMAN, Plan, Step, StepRef
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


class Taking(NamedTuple):
    """How something was taken back, by whom, and why."""

    how: EntryKind
    by: str
    reason: str


def told(look: Look, state: State, step: Step, taken_back: StepRef, taking: Taking) -> Draft:
    """What the ledger keeps of a step that was built on what somebody took back; its deadline stands till then."""
    data: dict[str, Any] = {"upstream": str(taken_back), "how": taking.how.value, "anew": step.kind is Kind.REVIEW}
    since = last_end(look, step.due_anchor, state)
    data |= {"since": since.isoformat()} if since and taken_back in step.due_anchor else {}
    return Draft(EntryKind.UPSET, step.id, taking.by, data | ({"reason": taking.reason} if taking.reason else {}))


TAKES_BACK = frozenset({EntryKind.RETURNED, EntryKind.WITHDRAWN, EntryKind.CORRECTED, EntryKind.REOPENED})
"""Entries by which somebody takes back what others may have built on."""


def elsewhere(
    look: Look, state: State, drafts: Iterable[Draft], seen: Callable[[str], tuple[Look, State]]
) -> Mapping[str, tuple[Draft, ...]]:
    """What the ledgers of other initiatives are to be told of an act, by way of as many as lie between.

    `seen` knows an initiative as it is stored.
    """
    here, plan, found = look.initiative.id, look.office.plan, dict[str, tuple[Draft, ...]]()
    for draft in (draft for draft in drafts if draft.kind in TAKES_BACK):
        origin = StepRef(here, draft.step)
        through = upset(look, state, [origin]).through
        taking = Taking(draft.kind, draft.actor, draft.data.get("reason", ""))
        ahead, known = _downstream(plan, through), {here: (look, state)}
        while ahead:
            name = ahead.pop()
            if name not in known:
                known[name] = seen(name)
            there = upset(*known[name], through)
            if name != here:
                found[name] = tuple(told(*known[name], step, origin, taking) for step in there.steps)
            ahead += _downstream(plan, there.through - through)
            through |= there.through
    return {name: drafts for name, drafts in found.items() if drafts}


def _downstream(plan: Plan, refs: Iterable[StepRef]) -> list[str]:
    return [name for ref in sorted(refs) for name in plan.downstream.get(ref, ())]
