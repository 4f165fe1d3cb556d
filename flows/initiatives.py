"""One flow for each initiative, made when it is asked for: `flows.initiatives.<plan>__<initiative>`.

A worker finds the flow of a deployment by this module path alone, so a plan needs no Python file of its own.
"""

from typing import Any

from prefect import Flow, flow
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext

from duban.core.deciding.office import Office
from duban.core.planning.plan import Initiative
from duban.wiring import current_office, plan_settings
from flows.tick import tick
from tasks.naming import attribute, flow_name, ids


def initiative_flow(office: Office, initiative: Initiative) -> Flow[Any, Any]:
    """The flow of one initiative; its one parameter is what was filled in of that initiative's form."""

    def run(report: Any = None) -> State[None]:
        context = FlowRunContext.get()
        if context is None or context.flow_run is None:
            raise RuntimeError("an initiative's flow runs as a Prefect flow run only")
        return tick(office, context.flow_run, initiative.id, report)

    run.__name__ = run.__qualname__ = attribute(office.plan.id, initiative.id)
    made = flow(name=flow_name(office.plan.id, initiative), description=initiative.title, persist_result=False)(run)
    made.__module__ = __name__
    return made


_made: dict[str, tuple[Office, Flow[Any, Any]]] = {}
"""Flows by attribute, each with the office it was made of: a process that lives long makes each once."""


def __getattr__(name: str) -> Flow[Any, Any]:
    missing = AttributeError(f"module {__name__} has no attribute {name}")
    if name.startswith("__") or name.count("__") != 1:
        raise missing
    plan, initiative = ids(name)
    try:
        office = current_office(plan_settings(plan))
    except LookupError as error:
        raise missing from error
    if initiative not in office.plan.initiatives:
        raise missing
    if name not in _made or _made[name][0] is not office:
        _made[name] = office, initiative_flow(office, office.plan.initiatives[initiative])
    return _made[name][1]
