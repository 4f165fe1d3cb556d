"""What an application of a plan says to the initiatives under way: entries about steps, written before all else.

Finished work stays finished, and what people did stays, except where the plan now says otherwise: an extension ends
with a new deadline, a hand-over with a new owner.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from duban.core.deciding.deadlines import deadline, planned_limit
from duban.core.deciding.office import Look
from duban.core.deciding.settle import limit_of
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.state import State
from duban.core.ledger.steps import NOTHING, Gone
from duban.core.planning.plan import HUMAN, Step
from duban.core.planning.revision import InitiativeRevision, StepRevision


@dataclass(frozen=True, slots=True)
class UnderPlan:
    """An initiative as one of two plans has it, in that plan's names."""

    look: Look
    state: State


def removed_with_history(revision: InitiativeRevision, state: State) -> tuple[Step, ...]:
    """Steps the plan no longer has though something has happened to them; `state` bears the old plan's names."""
    gone = (one.before for one in revision.steps if one.after is None)
    return tuple(step for step in gone if step is not None and state.step(step.id) != NOTHING)


def replans(
    revision: InitiativeRevision, old: UnderPlan, new: Look | None, keys: Collection[str], *, by: str, reason: str
) -> tuple[Draft, ...]:
    """What is to be written in the initiative's ledger; nothing where that has not begun.

    `new` is None where the plan no longer has the initiative. `keys` are the keys its entries have; those of the drafts
    are left to the caller.
    """
    if old.state.head is None:
        return ()
    scene = UnderPlan(new, _under_new_names(revision, old.state)) if new is not None else None
    revised = _Revised(old, scene, keys, by, {"reason": reason} if reason else {})
    told = {one.ref.step for one in revision.steps}
    moved = revised.moved_alone(told) if new is not None else ()
    return (*(draft for one in revision.steps for draft in revised.drafts(one)), *moved)


def _under_new_names(revision: InitiativeRevision, state: State) -> State:
    names = {one.before.id: one.ref.step for one in revision.steps if one.before is not None}
    gone = {one.ref.step for one in revision.steps if one.after is None}
    return replace(state, steps={names.get(name, name): own for name, own in state.steps.items() if name not in gone})


def former_names(steps: Iterable[Step], told: Collection[str], by: str) -> tuple[Draft, ...]:
    """What a ledger that began before anything was applied is to keep: names steps bore; `told` are those it knows."""
    return tuple(
        Draft(EntryKind.REPLANNED, step.id, by, {"was": step.was, "name": step.was, "always": True})
        for step in steps
        if step.was in told
    )


@dataclass(frozen=True, slots=True)
class _Revised:
    """One initiative before and after."""

    old: UnderPlan
    new: UnderPlan | None
    keys: Collection[str]
    by: str
    said: Mapping[str, Any]

    def drafts(self, one: StepRevision) -> Iterator[Draft]:
        """What is to be said of a step."""
        if one.after is None:
            yield from self._removed(one)
        elif one.before is None:
            yield self._told(one.ref.step, {"added": True, **self._afresh(one.ref.step)})
        else:
            yield self._told(one.ref.step, self._changed(one.before, one.after, one))

    def moved_alone(self, told: Collection[str]) -> Iterator[Draft]:
        """Steps whose deadline moves though nothing in them was edited, as when the plan begins on another day."""
        assert self.new is not None  # noqa: S101  the caller asks only where the plan has the initiative
        for step in self.new.look.initiative.steps.values():
            before = self.old.look.initiative.steps.get(step.id)
            if step.id not in told and before is not None and (moved := self._moved(before, step)):
                yield self._told(step.id, moved)

    def _told(self, step: str, data: Mapping[str, Any]) -> Draft:
        return Draft(EntryKind.REPLANNED, step, self.by, {**self.said, **data})

    def _removed(self, one: StepRevision) -> Iterator[Draft]:
        step, before, own = one.ref.step, one.before, self.old.state.step(one.ref.step)
        assert before is not None  # noqa: S101  what is removed was there
        yield self._told(step, {"removed": True})
        if own != NOTHING and not own.closed:
            known = {"gone": _known(before)} if before.kind in HUMAN else {}
            yield Draft(EntryKind.CANCELLED, step, self.by, {**self.said, "removed": True, **known})

    def _afresh(self, step: str) -> dict[str, Any]:
        """What keeps the keys of a step apart from those of an earlier one of the same name."""
        rounds = _rounds(self.keys, step)
        return {"rounds": rounds, "name": f"{step}~{rounds}"} if rounds else {}

    def _changed(self, before: Step, after: Step, one: StepRevision) -> dict[str, Any]:
        data: dict[str, Any] = {"edits": {edit.field: [edit.before, edit.after] for edit in one.edits}}
        if one.renamed:
            own = self.old.state.step(before.id)
            rounds = max(own.rounds, _rounds(self.keys, after.id))
            data |= {"was": before.id, "name": own.name or before.was or before.id, "rounds": rounds}
        if before.owner != after.owner:
            data |= {"owner": after.owner, "from": before.owner}
        return data | self._moved(before, after)

    def _moved(self, before: Step, after: Step) -> dict[str, Any]:
        """The deadline the old plan had set, where the new one sets another; else how other days count it.

        A plan that sets another deadline knows of extensions and suspensions, and ends them; a calendar does not.
        """
        assert self.new is not None  # noqa: S101  as above
        state = self.old.state
        if state.step(before.id).closed:
            return {}
        counted = _by_days_of(self.new.look, self.old.look)
        first, again = planned_limit(self.old.look, before, state), planned_limit(counted, before, state)
        if first is not None and planned_limit(self.new.look, after, self.new.state) != again:
            return {"moved": first.isoformat()}
        was, now = deadline(self.old.look, before, state), deadline(counted, before, state)
        if was is None or now is None or was == now:
            return {}
        return {"recounted": [day.isoformat() for day in (was.original, was.day, now.day)]}


def _by_days_of(new: Look, old: Look) -> Look:
    """A look at a plan by the working days of another one."""
    if new.calendar is old.calendar:
        return old
    return replace(old, office=replace(old.office, calendar=new.calendar))


def unjudged(look: Look, state: State, by: str) -> tuple[Draft, ...]:
    """What ledgers older than that are to keep of steps that are closed: the deadlines by which they are judged."""
    return tuple(
        Draft(EntryKind.REPLANNED, name, by, {"limit": limit_of(look, state, look.initiative.steps[name])})
        for name, own in state.steps.items()
        if own.closed and own.judged is None and name in look.initiative.steps
    )


def _known(step: Step) -> dict[str, Any]:
    """What a ledger is to keep of a step that its owner is still to be written to about."""
    return Gone(step.title, step.owner, step.ladder, step.was)._asdict()


def _rounds(keys: Collection[str], step: str) -> int:
    """The first round of which no key of a step of that name tells."""
    prefixes = tuple(f"{what}/{step}/" for what in ("opened", "completed"))
    used = [int(key.rpartition("/")[2]) for key in keys if key.startswith(prefixes)]
    return max(used, default=-1) + 1
