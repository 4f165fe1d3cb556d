"""The matters of whoever is signed in: any of them, for what the post they come as may do with it."""

from dataclasses import replace

from fastapi import Request

from duban.core.planning.plan import StepRef
from duban.desk.arrivals import Arrival, called
from duban.desk.engine import Engine, Here
from duban.desk.matter_routes import matter_routes
from duban.desk.refusing import NO_MATTER
from duban.desk.requests import Works
from duban.desk.sessions import reader_of


def base_of(engine: Engine, here: Here, step: StepRef) -> str:
    """The address of a matter; of a plan beside the settings' own the initiative's name begins with the plan's."""
    plan = here.service.office.plan.id
    beside = "" if here.settings.plan == engine.settings.plan else f"{plan}@"
    return f"/m/{beside}{step.initiative}/{step.step}"


def arriving(initiative: str, step: str, request: Request, engine: Works) -> Arrival:
    """Whoever comes to a matter as somebody signed in; raises TurnedAway, or ToSignIn."""
    visitor = reader_of(engine, request)
    plan, _, name = initiative.rpartition("@")
    here = next((one for one in engine.plans() if plan in ("", one.service.office.plan.id)), None)
    found = here.service.office.plan.initiatives.get(name) if here else None
    view = here.service.view(name) if here and found else None
    now = called(view, step) if view else None
    if here is None or view is None or now is None:
        raise NO_MATTER
    visitor = replace(visitor, base=base_of(engine, here, StepRef(name, step)))  # as it came: forms open before go on
    return Arrival(engine, here, visitor, StepRef(name, now), view)


router = matter_routes("/m/{initiative}/{step}", arriving, arriving)
