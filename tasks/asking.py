"""Asking Prefect for ticks."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.states import Crashed

from duban.adapters.clock import SystemClock
from duban.core.planning.plan import Initiative, Plan

UNDER_WAY = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING]
STARTED = {StateType.PENDING, StateType.RUNNING}
PAGE = 200

LIFETIME = timedelta(minutes=2)
"""A tick takes seconds. One that has not ended after this long died with its process, which could not say so."""


def plan_tag(plan: Plan) -> str:
    """The tag every deployment of a plan bears."""
    return f"duban:{plan.id}"


def deployment_name(initiative: Initiative) -> str:
    """What the Deployments page lists an initiative as: number, then title, so that it reads as the plan does."""
    return f"{initiative.number} {initiative.title}"


def ask_for_ticks(plan: Plan, initiatives: Sequence[str]) -> tuple[str, ...]:
    """Create a run for each initiative that has none under way; which ones those were.

    Initiatives without a deployment are left out: `duban apply` brings the server to the plan.
    """
    if not initiatives:
        return ()
    with get_client(sync_client=True) as client:
        deployments = deployed(client, plan)
        busy = under_way(client, plan)
        asked = []
        for name in initiatives:
            deployment = deployments.get(deployment_name(plan.initiatives[name]))
            if deployment is not None and deployment not in busy:
                client.create_flow_run_from_deployment(deployment)
                asked.append(name)
        return tuple(asked)


def deployed(client: SyncPrefectClient, plan: Plan) -> dict[str, UUID]:
    """Deployments of a plan on the server: name to id."""
    found = client.read_deployments(deployment_filter=_of(plan), limit=PAGE)
    return {deployment.name: deployment.id for deployment in found}


def under_way(client: SyncPrefectClient, plan: Plan, lifetime: timedelta = LIFETIME) -> set[UUID | None]:
    """Deployments of a plan that have a run scheduled, pending or running.

    Runs begun longer than `lifetime` ago are dead: they are ended as crashed and do not count.
    """
    states = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=UNDER_WAY)))
    runs = client.read_flow_runs(flow_run_filter=states, deployment_filter=_of(plan), limit=PAGE)
    oldest = SystemClock().now() - lifetime
    dead = [run for run in runs if _dead(run, oldest)]
    for run in dead:
        client.set_flow_run_state(run.id, Crashed(message="运行进程已中断，由巡查结束并另行启动"), force=True)
    return {run.deployment_id for run in runs if run not in dead}


def _dead(run: FlowRun, oldest: datetime) -> bool:
    return run.state is not None and run.state.type in STARTED and run.state.timestamp < oldest


def count_runs(client: SyncPrefectClient, plan: Plan) -> int:
    """How many runs the deployments of a plan have had."""
    return client.count_flow_runs(deployment_filter=_of(plan))


def _of(plan: Plan) -> DeploymentFilter:
    return DeploymentFilter(tags=DeploymentFilterTags(all_=[plan_tag(plan)]))
