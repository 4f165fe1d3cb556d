"""The life of a step: what can happen to it, and what happens by itself, when it opens and ends if it needs nobody.

The table at the top is the life of each kind of step; the rest of the file brings about what no person has to.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cache
from typing import assert_never

from duban.core.deciding.deadlines import deadline, last_end, may_open, planned
from duban.core.deciding.office import Look
from duban.core.ledger.entries import SYSTEM, Data, Draft, EntryKind
from duban.core.ledger.recording import CHANGES
from duban.core.ledger.state import State
from duban.core.ledger.steps import NOTHING, StepState
from duban.core.ledger.summary import AWAITING_OWNER, CLOSED, Status
from duban.core.planning.plan import Plan, Step, StepRef
from duban.core.planning.plan_file import Kind

ENDING = frozenset({EntryKind.COMPLETED, EntryKind.CANCELLED})
"""Entries that close a step."""

NOT_CLOSED = frozenset(Status) - CLOSED
STAYS = None
"""The step stands where it stood."""

Life = Mapping[tuple[Status, EntryKind], frozenset[Status]]
"""Where a step may stand after an entry, by where it stood; what is not there cannot happen to it."""


def _life(*moves: tuple[Collection[Status], EntryKind, Collection[Status] | None]) -> Life:
    return {(was, on): frozenset({was} if to is STAYS else to) for whence, on, to in moves for was in whence}


_OF_ALL = (
    (NOT_CLOSED - {Status.SUSPENDED}, EntryKind.SUSPENDED, {Status.SUSPENDED}),
    ({Status.SUSPENDED}, EntryKind.RESUMED, NOT_CLOSED - {Status.SUSPENDED}),
    (NOT_CLOSED, EntryKind.CANCELLED, {Status.CANCELLED}),
    (NOT_CLOSED, EntryKind.ACKNOWLEDGED, STAYS),
    (NOT_CLOSED, EntryKind.INSTRUCTED, STAYS),
    (NOT_CLOSED, EntryKind.ADVISED, STAYS),
    (frozenset(Status), EntryKind.DISOWNED, STAYS),  # also what somebody else has closed in one's name
    (CLOSED, EntryKind.REOPENED, NOT_CLOSED),
)
_GOES_ON = (NOT_CLOSED | {Status.DONE}, EntryKind.UPSET, STAYS)
_OF_PEOPLE = (
    *_OF_ALL,
    ({Status.WAITING}, EntryKind.OPENED, {Status.OPEN}),
    ({Status.OPEN}, EntryKind.SIGNED, {Status.WORKING}),
    (AWAITING_OWNER, EntryKind.REPORTED, STAYS),
    (AWAITING_OWNER, EntryKind.EXTENSION_ASKED, STAYS),
    (AWAITING_OWNER, EntryKind.EXTENSION_GRANTED, STAYS),
    (AWAITING_OWNER, EntryKind.EXTENSION_REFUSED, STAYS),
    (AWAITING_OWNER, EntryKind.WITHDRAWN, STAYS),
    (AWAITING_OWNER, EntryKind.CORRECTED, STAYS),
    (AWAITING_OWNER, EntryKind.PRESSED, STAYS),
    (NOT_CLOSED, EntryKind.HANDED_OVER, NOT_CLOSED),  # whoever has it now has not signed for it
    (AWAITING_OWNER, EntryKind.COMPLETED, {Status.DONE}),
)

LIVES: Mapping[Kind, Life] = {
    Kind.WORK: _life(
        *_OF_PEOPLE,
        (AWAITING_OWNER, EntryKind.SUBMITTED, {Status.REVIEW}),
        ({Status.REVIEW}, EntryKind.SIGNED, STAYS),  # whoever hands in has signed for it
        ({Status.REVIEW}, EntryKind.APPROVED, STAYS),
        ({Status.REVIEW}, EntryKind.COMPLETED, {Status.DONE}),
        ({Status.REVIEW, Status.DONE}, EntryKind.RETURNED, AWAITING_OWNER),
        ({Status.REVIEW, Status.DONE}, EntryKind.WITHDRAWN, AWAITING_OWNER),
        ({Status.REVIEW, Status.DONE}, EntryKind.CORRECTED, STAYS),
        _GOES_ON,
    ),
    Kind.REVIEW: _life(
        *_OF_PEOPLE,
        (AWAITING_OWNER, EntryKind.APPROVED, STAYS),
        (AWAITING_OWNER, EntryKind.RETURNED, {Status.WAITING}),  # until the work is handed in again
        (AWAITING_OWNER | {Status.DONE}, EntryKind.UPSET, {Status.WAITING}),
        ({Status.SUSPENDED}, EntryKind.UPSET, STAYS),
    ),
    Kind.INDICATOR: _life(
        *_OF_PEOPLE,
        ({Status.DONE}, EntryKind.CORRECTED, STAYS),
        (AWAITING_OWNER, EntryKind.MEASURED, STAYS),
        (AWAITING_OWNER, EntryKind.MEASURING_FAILED, STAYS),
        _GOES_ON,
    ),
    Kind.ACTION: _life(
        *_OF_ALL,
        ({Status.WAITING}, EntryKind.OPENED, {Status.RUNNING}),
        ({Status.RUNNING}, EntryKind.ACTION_STARTED, STAYS),
        ({Status.RUNNING}, EntryKind.ACTION_WAITING, STAYS),
        ({Status.RUNNING}, EntryKind.ACTION_FAILED, {Status.RUNNING, Status.FAILED}),
        ({Status.RUNNING}, EntryKind.ACTION_SUCCEEDED, STAYS),
        ({Status.RUNNING}, EntryKind.COMPLETED, {Status.DONE}),
        ({Status.FAILED}, EntryKind.RESUMED, {Status.RUNNING}),
    ),
    Kind.PERIOD: _life(
        *_OF_ALL,
        ({Status.WAITING}, EntryKind.OPENED, {Status.ELAPSING}),
        ({Status.ELAPSING}, EntryKind.COMPLETED, {Status.DONE}),
    ),
    Kind.MILESTONE: _life(
        *_OF_ALL,
        ({Status.WAITING}, EntryKind.OPENED, {Status.OPEN}),
        ({Status.OPEN}, EntryKind.COMPLETED, {Status.DONE}),
    ),
}
"""What can happen to each kind of step: from where, on which entry, to where. Commands are allowed by it."""


@cache
def allowed(kind: Kind, on: EntryKind) -> frozenset[Status]:
    """Where a step of a kind may stand when an entry comes; nowhere: that cannot happen to it."""
    return frozenset(was for was, entry in LIVES[kind] if entry is on)


def settle(look: Look, state: State) -> tuple[State, tuple[Draft, ...]]:
    """Open and complete what can be, in the order of needs; the state after it, and the entries.

    The first entry of a ledger comes before these.
    """
    after, inward, recorded = state, look.initiative.inward, state.steps.get
    drafts = [] if state.adopted else [Draft(EntryKind.ADOPTED, key="adopted")]
    over = {name for name, own in state.steps.items() if own.finished is not None}
    for name, step in look.initiative.steps.items():
        if name in over:
            continue
        own = recorded(name, NOTHING)
        if own.suspended is not None or (own.opened is None and not over.issuperset(inward[name])):
            continue
        for draft in _moves(look, step, own, after):
            drafts.append(draft)
            after = applied(after, draft, look.today)
            if draft.kind in ENDING:
                over.add(name)
    return after, tuple(drafts)


def judged(look: Look, state: State, draft: Draft) -> Draft:
    """An entry; one that closes a step with the deadlines of that day, by which it is judged for good."""
    if draft.kind not in ENDING:
        return draft
    limit = limit_of(look, state, look.initiative.steps[draft.step])
    return draft._replace(data={**draft.data, "limit": limit})


def _judged(look: Look, state: State, step: Step, draft: Draft, ended: date) -> Draft:
    """The same of a step that ended by itself: what its date hangs on may have ended later, and was not known then."""
    known = last_end(look, step.due_anchor, state)
    if known is not None and known > ended:
        return draft._replace(data={**draft.data, "limit": []})
    return judged(look, state, draft)


def limit_of(look: Look, state: State, step: Step) -> list[str]:
    """The deadline of a step and the one first set, as entries hold them; none where it has none."""
    return [day.isoformat() for day in deadline(look, step, state) or ()]


def applied(state: State, draft: Draft, day: date, actor: str = SYSTEM) -> State:
    """The state as it will be once a draft about a step is stored."""
    own = CHANGES[draft.kind](state.steps.get(draft.step, NOTHING), day, actor, draft.data)
    return State({**state.steps, draft.step: own}, state.head, state.adopted)


def _moves(look: Look, step: Step, own: StepState, state: State) -> list[Draft]:
    """The entries by which a step opens, ends, or does both."""
    drafts = list[Draft]()
    opened = own.opened or _opening(look, step, state)
    if opened is None:
        return drafts
    if own.opened is None:
        data: Data = {"day": opened.isoformat()}
        if opened < look.today and _held_unseen(step, state):
            data = {**data, "late": True}
        drafts.append(Draft(EntryKind.OPENED, step.id, data=data, key=f"opened/{step.id}/{own.rounds}"))
    ended = _ended(look, step, own, opened, state)
    if ended is not None:
        drafts.append(_judged(look, state, step, completed(step.id, ended, own), ended))
    return drafts


def _opening(look: Look, step: Step, state: State) -> date | None:
    """The day a step opens: the day it became ready, though it may be noticed later; None while it is not ready.

    What was ready at the last entry and had not opened then was not in the plan, or not in the ledger, at that time:
    it opens on the day of that entry, for nobody is late for what nobody had asked for. A milestone only states a fact,
    and so does what somebody enters late.
    """
    ready = may_open(look, step, state)
    if ready is None or ready > look.today:
        return None
    if step.kind is Kind.MILESTONE or (state.head and ready < state.head.day and _held_unseen(step, state)):
        return ready
    return max(ready, state.head.day if state.head else look.today)


def _held_unseen(step: Step, state: State) -> bool:
    """Whether what a step waited for, here or elsewhere, ended on a day on which nobody could know of it."""
    needs = (state.step(ref.step) for ref in step.needs if ref.initiative == step.ref.initiative)
    return state.step(step.id).known is not None or any(need.ended_unseen for need in needs)


def _ended(look: Look, step: Step, own: StepState, opened: date, state: State) -> date | None:
    """The day on which a step that needs nobody ended; None while it has not, or when a person ends it."""
    match step.kind:
        case Kind.MILESTONE:
            return opened
        case Kind.PERIOD:
            last = planned(look, step, own, opened)
            return last if look.today > last else None
        case Kind.ACTION:
            return own.succeeded
        case Kind.WORK if step.by_signing:
            return own.signed
        case Kind.WORK:  # handed in for a review that the plan no longer asks for, or by fewer than agree to it
            return own.submitted if own.submitted is not None and step.agreed(own.agreed) else None
        case Kind.INDICATOR:
            return _met(look, step, own, state)
        case Kind.REVIEW:
            return None
        case _:
            assert_never(step.kind)


def _met(look: Look, step: Step, own: StepState, state: State) -> date | None:
    """The day of the value that meets an indicator's target; a ceiling is met by one that tells of all its time."""
    if step.target is None or own.value is None or not step.target.met(own.value):
        return None
    told = own.values[-1][0]
    if not step.target.ceiling:
        return told
    limit = deadline(look, step, state)
    return told if limit is not None and told >= look.calendar.previous_working(limit.day) else None


def completed(step: str, day: date, own: StepState, actor: str = SYSTEM) -> Draft:
    """The entry that ends a step; `day` is its last day."""
    return Draft(EntryKind.COMPLETED, step, actor, {"day": day.isoformat()}, key=f"completed/{step}/{own.rounds}")


def status(step: Step, own: StepState) -> Status:
    """Where a step stands."""
    if own.finished is not None:
        return Status.CANCELLED if own.cancelled else Status.DONE
    if own.suspended is not None:
        return Status.SUSPENDED
    if own.opened is None:
        return Status.WAITING
    if step.kind is Kind.PERIOD:
        return Status.ELAPSING
    if step.kind is Kind.ACTION:
        return Status.FAILED if own.failed else Status.RUNNING
    if own.submitted is not None:
        return Status.REVIEW
    return Status.WORKING if own.signed else Status.OPEN


def closed_by(initiative: str, drafts: Iterable[Draft]) -> tuple[StepRef, ...]:
    """The steps that drafts close."""
    return tuple(StepRef(initiative, draft.step) for draft in drafts if draft.kind in ENDING)


def downstream(plan: Plan, closed: Iterable[StepRef]) -> tuple[str, ...]:
    """The initiatives that wait for steps just closed, sorted."""
    return tuple(sorted({name for ref in closed for name in plan.downstream.get(ref, ())}))
