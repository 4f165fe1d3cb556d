"""Asking Prefect for ticks, and asking what became of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateName,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import DeploymentSort, FlowRunSort
from prefect.states import Crashed, Scheduled

from duban.adapters.clock import SystemClock
from duban.core.planning.plan import Plan
from tasks.naming import deployment_name, patrol_name, plan_tag
from tasks.server import every, server

UNDER_WAY = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING]
STARTED = {StateType.PENDING, StateType.RUNNING}
BROKEN_OFF = ["Crashed", "Failed", "TimedOut"]
"""Prefect's own words for runs that did not come to an end of ours."""

LONGEST = timedelta(seconds=200)
"""A run takes seconds; with an action that times out, and does so again twice, a little over three minutes."""

LIFETIME = timedelta(minutes=4)
"""A run that has not ended after this long died with its process, which could not say so: living, it would be ended."""

REPEATED_FOR = timedelta(days=1)
"""How long a form whose run broke off is tried again, and how many times it may have begun."""
BEGUN_AT_MOST = 3


def ask_for_ticks(plan: Plan, initiatives: Sequence[str]) -> tuple[str, ...]:
    """Create a run for each initiative that has none under way; which ones those were.

    Initiatives without a deployment are left out: `duban apply` brings the server to the plan.
    """
    if not initiatives:
        return ()
    with server() as client:
        deployments = deployed(client, plan)
        busy = under_way(client, plan)
        asked = []
        for name in initiatives:
            deployment = deployments.get(deployment_name(plan, plan.initiatives[name]))
            if deployment is not None and deployment.id not in busy:
                client.create_flow_run_from_deployment(deployment.id)
                asked.append(name)
        return tuple(asked)


def ask_for_a_patrol(plan: Plan) -> None:
    """Have the plan patrolled at once."""
    with server() as client:
        client.create_flow_run_from_deployment(deployed(client, plan)[patrol_name(plan)].id)


def deployed(client: SyncPrefectClient, plan: Plan) -> dict[str, DeploymentResponse]:
    """Deployments of a plan on the server, by name."""
    found = every(client.read_deployments, deployment_filter=of_plan(plan), sort=DeploymentSort.NAME_ASC)
    return {deployment.name: deployment for deployment in found}


def under_way(client: SyncPrefectClient, plan: Plan, lifetime: timedelta = LIFETIME) -> set[UUID | None]:
    """Deployments of a plan that have a run pending, running or scheduled for now.

    Runs begun longer than `lifetime` ago are dead: they are ended as crashed and do not count.
    """
    now = SystemClock().now()
    states = FlowRunFilterState(type=FlowRunFilterStateType(any_=UNDER_WAY))
    runs = [run for run in _runs(client, plan, FlowRunFilter(state=states)) if not _for_later(run, now + LIFETIME)]
    dead = [run for run in runs if _dead(run, now - lifetime)]
    for run in dead:
        client.set_flow_run_state(run.id, Crashed(message="运行进程已中断，由巡查结束并另行启动"), force=True)
    return {run.deployment_id for run in runs if run not in dead}


def _for_later(run: FlowRun, soon: datetime) -> bool:
    return run.next_scheduled_start_time is not None and run.next_scheduled_start_time > soon


def _dead(run: FlowRun, oldest: datetime) -> bool:
    return run.state is not None and run.state.type in STARTED and run.state.timestamp < oldest


def repeat_reports(plan: Plan) -> int:
    """Have forms taken in again whose run broke off; how many.

    The run of a form is all there is of it until it is stored. It is the same run that is repeated, so that a form that
    was stored before its run broke off is not stored again.
    """
    states = FlowRunFilterState(name=FlowRunFilterStateName(any_=BROKEN_OFF))
    lately = FlowRunFilterExpectedStartTime(after_=SystemClock().now() - REPEATED_FOR)
    with server() as client:
        broken = _runs(client, plan, FlowRunFilter(state=states, expected_start_time=lately))
        forms = [run for run in broken if run.parameters.get("report") and run.run_count < BEGUN_AT_MOST]
        for run in forms:
            client.set_flow_run_state(run.id, Scheduled(name="AwaitingRetry"), force=True)
        return len(forms)


def _runs(client: SyncPrefectClient, plan: Plan, which: FlowRunFilter) -> list[FlowRun]:
    ours = of_plan(plan)
    return every(client.read_flow_runs, flow_run_filter=which, deployment_filter=ours, sort=FlowRunSort.ID_DESC)


def count_runs(client: SyncPrefectClient, plan: Plan) -> int:
    """How many runs the deployments of a plan have had."""
    return client.count_flow_runs(deployment_filter=of_plan(plan))


def of_plan(plan: Plan) -> DeploymentFilter:
    """The deployments of a plan."""
    return DeploymentFilter(tags=DeploymentFilterTags(all_=[plan_tag(plan)]))
