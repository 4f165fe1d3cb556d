"""Revisions: what differs between the plan in force and another one, initiative by initiative and step by step.

A step that says what it was (`was`) is the same step under another name, and so are the needs that name it. The order
of steps and initiatives, and their places in the files, are no difference.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeVar

from duban.core.planning.plan import Initiative, Plan, Step, StepRef
from duban.core.planning.snapshot import heading, snapshot, step_values
from duban.core.planning.when import OnDate, Relative, When, write_when

Renames = Mapping[StepRef, StepRef]
"""Steps of the old plan that bear another name in the new one."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Edit:
    """One field with its old and its new value, as a plan writes them; None where there is none."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class StepRevision:
    """A step that was added (`before` is None), removed (`after` is None), renamed or otherwise edited."""

    before: Step | None
    after: Step | None
    edits: tuple[Edit, ...] = ()

    @property
    def ref(self) -> StepRef:
        """The step's present name; of a removed step its last one."""
        return _of(self.after, self.before).ref

    @property
    def renamed(self) -> bool:
        """Whether its id is another."""
        return self.before is not None and self.after is not None and self.before.id != self.after.id


@dataclass(frozen=True, slots=True)
class InitiativeRevision:
    """An initiative that was added, removed or edited, and its steps that were."""

    before: Initiative | None
    after: Initiative | None
    edits: tuple[Edit, ...]
    steps: tuple[StepRevision, ...]

    @property
    def id(self) -> str:
        """The initiative's id."""
        return _of(self.after, self.before).id


@dataclass(frozen=True, slots=True)
class Revision:
    """Everything that differs between two plans: what holds for the whole, then initiatives in the new plan's order."""

    edits: tuple[Edit, ...]
    initiatives: tuple[InitiativeRevision, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        return not (self.edits or self.initiatives)

    def steps(self) -> Iterator[StepRevision]:
        """All steps that were added, removed, renamed or edited."""
        for initiative in self.initiatives:
            yield from initiative.steps


def _of(after: T | None, before: T | None) -> T:
    """The new one, else the old one; one of them is there."""
    found = after if after is not None else before
    assert found is not None  # noqa: S101  a revision is of something
    return found


def revision(old: Plan, new: Plan) -> Revision:
    """What differs between the plan in force, `old`, and `new`."""
    renames = {step.ref: other.ref for step, other in _pairs_renamed(old, new)}
    names = (*new.initiatives, *(name for name in old.initiatives if name not in new.initiatives))
    revised = (_initiative(old.initiatives.get(name), new.initiatives.get(name), renames) for name in names)
    return Revision(
        edits=_edits(_whole(old), _whole(new)),
        initiatives=tuple(one for one in revised if one.edits or one.steps or None in (one.before, one.after)),
    )


class MovedName(NamedTuple):
    """A day by the name that `plan.yaml` gives it, where it was and where it is to be."""

    name: str
    before: date
    after: date


def moved_names(of: Revision) -> Mapping[MovedName, Sequence[StepRef]]:
    """The named days that move, each with the steps whose dates hang on it."""
    found: dict[MovedName, list[StepRef]] = {}
    for one in of.steps():
        for before, after in zip(_named(one.before), _named(one.after), strict=True):
            if before and after and before[0] == after[0] and before[1] != after[1]:
                found.setdefault(MovedName(*before, after[1]), []).append(one.ref)
    return {moved: tuple(dict.fromkeys(steps)) for moved, steps in found.items()}


def _named(step: Step | None) -> Iterator[tuple[str, date] | None]:
    """Name and day of the dates of a step, None for one without."""
    for when in (step.due, step.earliest) if step else (None, None):
        day = when.day if isinstance(when, OnDate) else when.anchor if isinstance(when, Relative) else None
        yield (when.name, day) if isinstance(when, OnDate | Relative) and when.name and isinstance(day, date) else None


def _pairs_renamed(old: Plan, new: Plan) -> Iterator[tuple[Step, Step]]:
    for initiative in new.initiatives.values():
        if initiative.id in old.initiatives:
            there = old.initiatives[initiative.id].steps
            for step in initiative.steps.values():
                was = _was(step, there)
                if was is not None:
                    yield was, step


def _was(step: Step, there: Mapping[str, Step]) -> Step | None:
    """The step of the old plan that a step is said to have been; None once the old plan knows it by its new name."""
    return there.get(step.was) if step.was and step.id not in there else None


def _whole(plan: Plan) -> dict[str, Any]:
    return {key: value for key, value in snapshot(plan).items() if key != "initiatives"}


def _initiative(old: Initiative | None, new: Initiative | None, renames: Renames) -> InitiativeRevision:
    before, after = old.steps if old else {}, new.steps if new else {}
    edits = _edits(heading(old), heading(new)) if old and new else ()
    return InitiativeRevision(old, new, edits, tuple(_steps(before, after, renames)))


def _steps(before: Mapping[str, Step], after: Mapping[str, Step], renames: Renames) -> Iterator[StepRevision]:
    kept: set[str] = set()
    for step in after.values():
        was = before.get(step.id) or _was(step, before)
        if was is None:
            yield StepRevision(None, step)
            continue
        kept.add(was.id)
        edits = _step_edits(was, step, renames)
        if edits or was.id != step.id:
            yield StepRevision(was, step, edits)
    yield from (StepRevision(step, None) for step in before.values() if step.id not in kept)


def _step_edits(old: Step, new: Step, renames: Renames) -> tuple[Edit, ...]:
    before, after = step_values(old), step_values(new)
    terms = _terms(old, renames), _terms(new, {})
    fields = [name for name in dict.fromkeys((*terms[0], *terms[1])) if terms[0].get(name) != terms[1].get(name)]
    return tuple(Edit(name, before.get(name), after.get(name)) for name in fields)


def _terms(step: Step, renames: Renames) -> dict[str, Any]:
    """What a step amounts to, so that two ways to write the same are equal; names as the new plan has them."""

    def named(refs: tuple[StepRef, ...]) -> list[StepRef]:
        return sorted(renames.get(ref, ref) for ref in refs)

    terms = step_values(step)
    for name in ("id", "was", "due_anchor", "earliest_anchor"):
        terms.pop(name, None)
    return terms | {
        "needs": named(step.needs),
        "slots": named(step.slots),
        "due": _distance(step.due, named(step.due_anchor)),
        "earliest": _distance(step.earliest, named(step.earliest_anchor)),
    }


def _distance(when: When | None, anchors: list[StepRef]) -> Any:
    """A date, with the steps it hangs on in place of the word for them."""
    if isinstance(when, Relative) and anchors:
        return when.amount, when.before, when.unit, anchors
    return write_when(when) if when else None


def _edits(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Edit, ...]:
    fields = [name for name in dict.fromkeys((*before, *after)) if before.get(name) != after.get(name)]
    return tuple(Edit(name, before.get(name), after.get(name)) for name in fields)
