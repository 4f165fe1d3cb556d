"""How lights and steps are called in Prefect: a closed vocabulary of names, each with the kind of state it is drawn as.

`shape` is one of Prefect's state types; its colour is what coordinators see. Yellow and orange share the one type that
Prefect draws in orange; the name tells them apart, and tells them from a run that really crashed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from duban.core.ledger.summary import Light, Status, StepRow
from duban.core.titles import STATUS_TITLES

Shape = Literal["COMPLETED", "FAILED", "CRASHED", "RUNNING", "PENDING", "SCHEDULED", "PAUSED", "CANCELLED"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A state's name, and the type it is drawn as."""

    name: str
    shape: Shape


LIGHTS: Mapping[Light, Shown] = {
    Light.OFF: Shown("绿灯", "COMPLETED"),
    Light.GREEN: Shown("绿灯", "COMPLETED"),
    Light.YELLOW: Shown("黄灯", "CRASHED"),
    Light.ORANGE: Shown("橙灯", "CRASHED"),
    Light.RED: Shown("红灯", "FAILED"),
}
"""An initiative's light, as the state its run ends in."""

REFUSED = Shown("未受理", "FAILED")
"""A form that was not accepted."""

SHAPES: Mapping[Status, Shape] = {
    Status.WAITING: "PENDING",
    Status.OPEN: "RUNNING",
    Status.WORKING: "RUNNING",
    Status.REVIEW: "RUNNING",
    Status.RUNNING: "RUNNING",
    Status.ELAPSING: "SCHEDULED",
    Status.SUSPENDED: "PAUSED",
    Status.FAILED: "FAILED",
    Status.DONE: "COMPLETED",
    Status.CANCELLED: "CANCELLED",
}
STEPS: Mapping[Status, Shown] = {status: Shown(STATUS_TITLES[status], shape) for status, shape in SHAPES.items()}
"""A step by where it stands, while nothing is amiss."""


def shown(row: StepRow) -> Shown:
    """How a step is drawn: by its light when something is amiss, else by where it stands."""
    amiss = row.light is Light.RED or (row.light > Light.GREEN and row.status is not Status.WAITING)
    return LIGHTS[row.light] if amiss and row.status is not Status.FAILED else STEPS[row.status]
