"""How what belongs to a plan is called in Prefect. The one place where names are made, and made safe for Prefect.

Every name carries its plan, so that the last steps of one year and the first of the next live on one server apart.
"""

import re

from duban.core.planning.plan import Initiative, Plan

SAFE = str.maketrans({"/": "／", "%": "％", "&": "＆", ">": "＞", "<": "＜"})
"""What Prefect refuses in names, and the full-width sign that reads the same in Chinese text."""

PATROL_NUMBER = "0.00"
"""The patrol's place in the order of the document: before every initiative."""

INITIATIVES, PATROL = "flows.initiatives", "flows.patrol"
"""The modules in which flows are found."""

OURS = re.compile(rf"{re.escape(PATROL)}\.[a-z0-9_]+|{re.escape(INITIATIVES)}\.[a-z0-9_]+__[a-z0-9_]+")
"""Every place at which a flow of ours is found."""


def safe(name: str) -> str:
    """A name that Prefect takes."""
    return name.translate(SAFE)


def plan_tag(plan: Plan) -> str:
    """The tag every deployment of a plan bears."""
    return f"duban:{plan.id}"


def deployment_name(plan: Plan, initiative: Initiative) -> str:
    """What the Deployments page lists an initiative as: year, number, title, so that it reads as the plan does."""
    return safe(f"{plan.starts.year} {initiative.number} {initiative.title}")


def patrol_name(plan: Plan) -> str:
    """What the Deployments page lists a plan's patrol as: before its initiatives."""
    return f"{plan.starts.year} {PATROL_NUMBER} 巡查"


def flow_name(plan: str, initiative: Initiative | None = None) -> str:
    """What the flow of an initiative is called, or that of a plan's patrol: short, so that lists show the run's name.

    Wherever Prefect shows it, the title stands in the deployment's name beside it.
    """
    return f"{plan} {initiative.number if initiative else PATROL_NUMBER}"


def entrypoint(plan: str, initiative: Initiative | None = None) -> str:
    """Where the flow of an initiative is found, or that of a plan's patrol."""
    return f"{INITIATIVES}.{attribute(plan, initiative.id)}" if initiative else f"{PATROL}.{attribute(plan)}"


def attribute(*ids: str) -> str:
    """The name of a flow in its module; ids hold no underscore."""
    return "__".join(id.replace("-", "_") for id in ids)


def ids(attribute: str) -> tuple[str, ...]:
    """The ids that an attribute was made of."""
    return tuple(name.replace("_", "-") for name in attribute.split("__"))
