"""Asking Prefect for ticks, and asking what became of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentFlowRunCreate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterNextScheduledStartTime,
    FlowRunFilterStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import DeploymentSort, FlowRunSort
from prefect.states import Crashed, Scheduled, to_state_create

from duban.adapters.clock import SystemClock
from duban.core.planning.plan import Plan
from duban.core.telling.offered import ONLY_LOOK
from duban.service import Service
from tasks.naming import deployment_name, patrol_name, plan_tag
from tasks.server import every, server, server_time

UNDER_WAY = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING]
STARTED = {StateType.PENDING, StateType.RUNNING}
MAY_HAVE_BROKEN_OFF = [StateType.CRASHED, StateType.FAILED]
"""How a run ends that was broken off, and one with a light too: what became of its form the ledger says."""

LOOKING = {"report": {"offer": ONLY_LOOK}}
"""The parameters of a tick for which nobody has filled in a form."""

LONGEST = timedelta(seconds=200)
"""A run takes seconds; with an action that times out, and does so again twice, a little over three minutes."""

LIFETIME = timedelta(minutes=4)
"""A run that has not ended after this long died with its process, which could not say so: living, it would be ended."""

TAKEN_UP = timedelta(minutes=3)
"""A run waits so long at most: for a warm process, and for those before it when everything is looked at at once."""

AHEAD = timedelta(days=7)
"""Prefect schedules a hundred runs ahead, and an hour is the longest from one patrol to the next."""

REPEATED_FOR = timedelta(days=1)
"""How long a form whose run broke off is tried again, and how many times it may have begun."""
BEGUN_AT_MOST = 3

FEW = 20
"""Initiatives of which Prefect is asked by name: a plan of hundreds is much to read after each act of one person."""

OVERLAP = timedelta(minutes=1)
_looked: dict[str, datetime] = {}
"""When this process has last looked for forms that broke off, by plan: there is no need to go through it all again."""


def ask_for_ticks(plan: Plan, initiatives: Sequence[str], *, whole: bool = False) -> tuple[str, ...]:
    """Create a run for each initiative that has none under way; which ones those were.

    Initiatives without a deployment are left out: `duban apply` brings the server to the plan. Runs that have died are
    ended: those of these initiatives or, for the `whole` plan, of all.
    """
    if not initiatives:
        return ()
    with server() as client:
        only = () if whole or len(initiatives) > FEW else initiatives
        deployments = deployed(client, plan, only)
        busy = under_way(client, plan, only=only)
        asked = []
        for name in initiatives:
            deployment = deployments.get(deployment_name(plan, plan.initiatives[name]))
            if deployment is not None and deployment.id not in busy:
                _ask(client, deployment)
                asked.append(name)
        return tuple(asked)


def _ask(client: SyncPrefectClient, deployment: DeploymentResponse) -> None:
    """Create a run that looks. Every form allows that: the server need not check it, and the form first of all."""
    asked = DeploymentFlowRunCreate(
        parameters=LOOKING, state=to_state_create(Scheduled()), enforce_parameter_schema=False
    )
    client.request(
        "POST",
        "/deployments/{id}/create_flow_run",
        path_params={"id": deployment.id},
        json=asked.model_dump(mode="json", exclude_unset=True),
    )


def not_taken_up(client: SyncPrefectClient, pool: str) -> tuple[int, datetime | None]:
    """How many runs of a work pool should have been taken up TAKEN_UP ago and were not, and since when the first."""
    overdue = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        next_scheduled_start_time=FlowRunFilterNextScheduledStartTime(before_=server_time(client) - TAKEN_UP),
    )
    ours = WorkPoolFilter(name=WorkPoolFilterName(any_=[pool]))
    first = FlowRunSort.NEXT_SCHEDULED_START_TIME_ASC
    runs = every(client.read_flow_runs, flow_run_filter=overdue, work_pool_filter=ours, sort=first)
    return len(runs), runs[0].next_scheduled_start_time if runs else None


def drop_leapt(plan: Plan) -> int:
    """Delete the patrols that are scheduled further AHEAD than Prefect ever does; how many.

    A clock that was wrong leaves them, and while they wait Prefect takes the deployment for scheduled well enough.
    """
    scheduled = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]))
    with server() as client:
        after = FlowRunFilterNextScheduledStartTime(after_=server_time(client) + AHEAD)
        far = FlowRunFilter(state=scheduled, next_scheduled_start_time=after)
        leapt = [run for run in _runs(client, of_plan(plan), far) if run.auto_scheduled]
        for run in leapt:
            client.delete_flow_run(run.id)
    return len(leapt)


def ask_for_a_patrol(plan: Plan) -> None:
    """Have the plan patrolled at once."""
    with server() as client:
        client.create_flow_run_from_deployment(deployed(client, plan)[patrol_name(plan)].id)


def deployed(client: SyncPrefectClient, plan: Plan, only: Collection[str] = ()) -> dict[str, DeploymentResponse]:
    """Deployments of a plan on the server, by name; with `only`, those of these initiatives."""
    found = every(client.read_deployments, deployment_filter=of_plan(plan, only), sort=DeploymentSort.NAME_ASC)
    return {deployment.name: deployment for deployment in found}


def under_way(
    client: SyncPrefectClient, plan: Plan, lifetime: timedelta = LIFETIME, only: Collection[str] = ()
) -> set[UUID | None]:
    """Deployments of a plan, with `only` of these initiatives, that have a run pending, running or scheduled for now.

    Runs begun longer than `lifetime` ago are dead: they are ended as crashed and do not count.
    """
    states = FlowRunFilterState(type=FlowRunFilterStateType(any_=UNDER_WAY))
    if not (found := _runs(client, of_plan(plan, only), FlowRunFilter(state=states))):
        return set()
    now = server_time(client)
    runs = [run for run in found if not _for_later(run, now + LIFETIME)]
    dead = [run for run in runs if _dead(run, now - lifetime)]
    for run in dead:
        client.set_flow_run_state(run.id, Crashed(message="运行进程已中断，由巡查结束并另行启动"), force=True)
    return {run.deployment_id for run in runs if run not in dead}


def _for_later(run: FlowRun, soon: datetime) -> bool:
    return run.next_scheduled_start_time is not None and run.next_scheduled_start_time > soon


def _dead(run: FlowRun, oldest: datetime) -> bool:
    return run.state is not None and run.state.type in STARTED and run.state.timestamp < oldest


def form_key(run: UUID) -> str:
    """The key under which the ledger stores what the form of a run says."""
    return f"form/{run}"


def repeat_reports(service: Service) -> int:
    """Have forms taken in again whose run broke off; how many.

    The run of a form is all there is of it until it is stored. What is stored is never repeated, nor what was refused:
    that has ended otherwise.
    """
    plan, broken_off = service.office.plan, FlowRunFilterState(type=FlowRunFilterStateType(any_=MAY_HAVE_BROKEN_OFF))
    with server() as client:
        now = server_time(client)
        since = _looked.get(plan.id, now - REPEATED_FOR)
        ended = FlowRunFilter(state=broken_off, end_time=FlowRunFilterEndTime(after_=since))
        forms = [run for run in _runs(client, of_plan(plan), ended) if _is_form(run) and run.run_count < BEGUN_AT_MOST]
        lost = _not_stored(service, deployed(client, plan), forms) if forms else []
        for run in lost:
            client.set_flow_run_state(run.id, Scheduled(name="AwaitingRetry"), force=True)
    _looked[plan.id] = now - OVERLAP
    return len(lost)


def _is_form(run: FlowRun) -> bool:
    return bool(run.parameters.get("report")) and run.parameters != LOOKING


def _not_stored(
    service: Service, deployments: Mapping[str, DeploymentResponse], forms: Sequence[FlowRun]
) -> list[FlowRun]:
    plan = service.office.plan
    names = {deployment_name(plan, initiative): name for name, initiative in plan.initiatives.items()}
    initiatives: dict[UUID | None, str] = {
        found.id: names[name] for name, found in deployments.items() if name in names
    }
    ours = [run for run in forms if run.deployment_id in initiatives]
    stored = {
        entry.key for name in {initiatives[run.deployment_id] for run in ours} for entry in service.ledger.entries(name)
    }
    return [run for run in ours if form_key(run.id) not in stored]


def may_be_repeated(run: FlowRun) -> bool:
    """Whether a run is that of a form that may have broken off before it was stored, and may be tried again."""
    lately = run.end_time is not None and run.end_time > SystemClock().now() - REPEATED_FOR
    return lately and _is_form(run) and run.state_type in MAY_HAVE_BROKEN_OFF and run.run_count < BEGUN_AT_MOST


def _runs(client: SyncPrefectClient, ours: DeploymentFilter, which: FlowRunFilter) -> list[FlowRun]:
    return every(client.read_flow_runs, flow_run_filter=which, deployment_filter=ours, sort=FlowRunSort.ID_DESC)


def last_run(plan: Plan, initiative: str) -> UUID | None:
    """The run of an initiative that was begun last; None before the first."""
    begun = FlowRunFilter(start_time=FlowRunFilterStartTime(is_null_=False))
    ours, last = of_plan(plan, (initiative,)), FlowRunSort.START_TIME_DESC
    with server() as client:
        found = client.read_flow_runs(deployment_filter=ours, flow_run_filter=begun, sort=last, limit=1)
    return found[0].id if found else None


def count_runs(client: SyncPrefectClient, plan: Plan, since: datetime | None = None) -> int:
    """How many runs of a plan there are, or have been begun since a moment of the real time."""
    begun = FlowRunFilter(start_time=FlowRunFilterStartTime(after_=since)) if since else None
    return client.count_flow_runs(deployment_filter=of_plan(plan), flow_run_filter=begun)


def of_plan(plan: Plan, only: Collection[str] = ()) -> DeploymentFilter:
    """The deployments of a plan; with `only`, those of these initiatives."""
    names = [deployment_name(plan, plan.initiatives[name]) for name in only]
    named = DeploymentFilterName(any_=names) if names else None
    return DeploymentFilter(tags=DeploymentFilterTags(all_=[plan_tag(plan)]), name=named)
