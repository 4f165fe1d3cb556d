"""One flow for each initiative of the plan, made when it is asked for: `flows.initiatives.<id with underscores>`.

A worker finds the flow of a deployment by this module path alone, so a plan needs no Python file of its own.
"""

from typing import Any

from prefect import Flow, flow
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext

from duban.core.deciding.office import Office
from duban.core.planning.plan import Initiative
from duban.settings import load_settings
from duban.wiring import current_office
from flows.forms import Form, form_of
from flows.tick import tick


def attribute(initiative: str) -> str:
    """The name under which an initiative's flow is found in this module."""
    return initiative.replace("-", "_")


def initiative_flow(office: Office, initiative: Initiative) -> Flow[Any, Any]:
    """The flow of one initiative; its one parameter is the form of that initiative."""
    form = form_of(office, initiative)

    def run(report: Form | None = None) -> State[None]:
        context = FlowRunContext.get()
        if context is None or context.flow_run is None:
            raise RuntimeError("an initiative's flow runs as a Prefect flow run only")
        return tick(office, context.flow_run, initiative.id, report)

    run.__annotations__["report"] = form | None
    run.__name__ = run.__qualname__ = attribute(initiative.id)
    made = flow(name=f"{initiative.number} {initiative.id}", description=initiative.title, persist_result=False)(run)
    made.__module__ = __name__
    return made


_made: dict[str, tuple[Office, Flow[Any, Any]]] = {}
"""Flows by initiative, each with the office it was made of: a process that lives long makes each once."""


def __getattr__(name: str) -> Flow[Any, Any]:
    initiative = name.replace("_", "-")
    office = current_office(load_settings()) if not name.startswith("__") else None
    if office is None or initiative not in office.plan.initiatives:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    if initiative not in _made or _made[initiative][0] is not office:
        _made[initiative] = office, initiative_flow(office, office.plan.initiatives[initiative])
    return _made[initiative][1]
