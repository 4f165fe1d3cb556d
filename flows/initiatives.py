"""Where deployments find the flows of initiatives: `flows.initiatives.<plan>__<initiative>`; they are made in `tick`.

A worker knows a flow by such a path alone, and asks this module for it as for any attribute: so a plan needs no Python
file of its own, and a process makes the flow it runs instead of those of the whole plan.
"""

from prefect import Flow
from prefect.client.schemas.objects import State

from duban.core.deciding.office import Office
from duban.wiring import current_office, plan_settings
from flows.tick import initiative_flow
from tasks.naming import ids

_made: dict[str, tuple[Office, Flow[..., State[None]]]] = {}
"""Flows by attribute, each with the office it was made of: a process that lives long makes each once."""


def __getattr__(name: str) -> Flow[..., State[None]]:
    """The flow of an initiative of a plan that goes on here, of the plan as it is in force."""
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
