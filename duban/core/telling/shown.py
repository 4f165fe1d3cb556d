"""How lights and steps are called in Prefect: a closed vocabulary of names, each with the kind of state it is drawn as.

`shape` is one of Prefect's state types; its colour is what coordinators see. Yellow and orange share the one type that
Prefect draws in orange. A step's bar bears our words. A run's state bears Prefect's own name for its type, because its
interfaces list no others unless a filter is touched; the words are in the run's name and message.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from duban.core.deciding.office import Office
from duban.core.ledger.summary import Light, Status, StepRow, Summary
from duban.core.telling.reasons import reason_of_all
from duban.core.titles import LIGHT_MARKS, LIGHT_TITLES, STATUS_TITLES

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
"""A light, as the state a step's bar bears."""

RUNS: Mapping[Light, Shown] = {
    Light.OFF: Shown("Completed", "COMPLETED"),
    Light.GREEN: Shown("Completed", "COMPLETED"),
    Light.YELLOW: Shown("Crashed", "CRASHED"),
    Light.ORANGE: Shown("Crashed", "CRASHED"),
    Light.RED: Shown("Failed", "FAILED"),
}
"""An initiative's light, as the state its run ends in."""

REFUSED = Shown("Cancelled", "CANCELLED")
"""A form that was not accepted: grey, for it says nothing of how the initiative stands."""

ACCEPTED, NOT_ACCEPTED = "已受理：", "未受理："
"""What became of a form, in the name and the message of its run, and then what was done, or why not."""

LONGEST = 48
"""The most characters of that in a run's name."""

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


def lit(light: Light) -> str:
    """A light in its colour and in words."""
    return f"{LIGHT_MARKS[light]}{LIGHT_TITLES[light] or '不亮灯'}"


def run_name(today: date, summary: Summary, deed: str = "") -> str:
    """What a tick's run is called: light, progress, what was taken in, date; lists cut names off at their end."""
    taken_in = f"{form_name(ACCEPTED, deed)} " if deed else ""
    return f"{lit(summary.light)} {summary.done}/{summary.total} {taken_in}{today}"


def run_message(office: Office, summary: Summary, deed: str = "") -> str:
    """What a tick's run says at its end: what was taken in, the light, and why."""
    taken_in = f"{ACCEPTED}{deed}；" if deed else ""
    light = LIGHT_TITLES[summary.light] or "不亮灯"
    return f"{taken_in}{light} {summary.done}/{summary.total} {reason_of_all(office, summary)}"


def form_name(outcome: str, why: str) -> str:
    """What became of a form, short enough for a run's name."""
    line = " ".join(why.split())
    return f"{outcome}{line if len(line) <= LONGEST else line[: LONGEST - 1] + '…'}"
