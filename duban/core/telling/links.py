"""The keys of pages in Prefect, and links from one page to another.

The links are relative: they arrive in either interface and behind any host, port or tunnel.
"""

from urllib.parse import quote

from duban.core.planning.plan import Initiative, Plan
from duban.core.telling.tables import escape


def initiative_key(plan: Plan, initiative: str) -> str:
    """The key of the page of the initiative of that id."""
    return f"{plan.id}-{initiative}"


def patrol_key(plan: Plan) -> str:
    """The key of the patrol's page."""
    return f"{plan.id}--patrol"  # two hyphens: the id of no initiative


def forecast_key(plan: Plan) -> str:
    """The key of the page of the whole plan's forecast."""
    return f"{plan.id}--forecast"


def to_page(title: str, key: str) -> str:
    """A link to the versions of a page, the last one first; stable, where each version has an address of its own."""
    return _link(title, f"../key/{key}")


def to_initiative(plan: Plan, initiative: Initiative) -> str:
    """A link to an initiative's page, by number and title."""
    return to_page(f"{initiative.number} {initiative.title}", initiative_key(plan, initiative.id))


def to_deployment(title: str, plan: Plan, initiative: Initiative) -> str:
    """A link to Prefect's list of deployments, where an initiative is found by what its name there begins with."""
    return _link(title, f"../../deployments?flowOrDeploymentName={quote(f'{plan.starts.year} {initiative.number}')}")


def _link(title: str, address: str) -> str:
    return f"[{escape(title)}]({address})"
