"""An initiative as plain values, as a file would write it: shorthand written out, nothing left to look up elsewhere."""

from typing import Any

from duban.core.planning.plan import Initiative, Step, StepRef, Target
from duban.core.planning.snapshot import heading, step_values

_KEYS = (
    *("id", "title", "kind", "needs", "duration", "earliest", "due", "roll", "owner", "evidence", "review", "ladder"),
    *("action", "target", "measure", "was", "basis", "assumed"),
)


def plain_heading(initiative: Initiative) -> dict[str, Any]:
    """All of an initiative but its steps, by the keys of its file."""
    return {key: value for key, value in heading(initiative).items() if key != "section"}


def plain_step(step: Step) -> dict[str, Any]:
    """A step by the keys of a file; steps of its own initiative are named without it."""
    values = step_values(step) | {"needs": [_name(ref, step) for ref in step.needs]}
    if step.target:
        values["target"] = _target(step.target)
    return {key: values[key] for key in _KEYS if values.get(key) not in (None, []) and not _empty(key, step)}


def _target(target: Target) -> dict[str, Any]:
    way: dict[str, Any] = {"baseline": target.baseline} if target.baseline else {}
    if target.path:
        way["path"] = {day.isoformat(): value for day, value in target.path}
    return {"at_most" if target.at_most else "at_least": target.value, "unit": target.unit, **way}


def _name(ref: StepRef, step: Step) -> str:
    return ref.step if ref.initiative == step.ref.initiative else str(ref)


def _empty(key: str, step: Step) -> bool:
    """Whether a duration says nothing: milestones have none, and an action's is a guess."""
    return key == "duration" and step.duration.pessimistic == 0
