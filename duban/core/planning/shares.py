"""What of a written action with a step for every unit stands in the action, and what in the steps of the units.

In `collect` the steps of the units come first, with the dates, the evidence and the reviewer; the action follows when
all are closed. In `assign` the action comes first; the steps of the units follow, and end when they are signed for.
"""

from typing import Any

from duban.core.planning.action_file import AssignAction, CollectAction
from duban.core.planning.instances import Instance
from duban.core.planning.plan_file import StepFile

NOTHING_MORE: dict[str, Any] = {"due": None, "duration": None, "evidence": (), "review": None}
"""An action runs as soon as it may; what is said of time and evidence is said to the units."""


def share(step: StepFile, instance: Instance) -> StepFile:
    """The step as it stands in one instance; itself unless it has a step for every unit."""
    match step.action:
        case CollectAction() as collect if instance.unit is not None:
            return _of_unit(step, instance.unit, title=collect.parameters.title or step.title)
        case CollectAction():
            return step.model_copy(update=NOTHING_MORE | {"earliest": None})
        case AssignAction() if instance.unit is not None:
            return _of_unit(step, instance.unit, earliest=None)
        case AssignAction():
            return step.model_copy(update=NOTHING_MORE)
        case _:
            return step


def _of_unit(step: StepFile, unit: str, **changed: Any) -> StepFile:
    return step.model_copy(update={"kind": "work", "action": None, "owner": unit, **changed})
