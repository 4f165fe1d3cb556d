"""Keeping Prefect's history small: of each deployment the last runs, and those whose page is the present one.

By number and not by age: what rests for months keeps its picture, and a rehearsal lives a year in half an hour. With a
run go its steps, its log and, by the server's own clearing (`deployments.stack.environment`), its page. The ledger
keeps all.
"""

from collections.abc import Sequence
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    ArtifactCollectionFilter,
    ArtifactCollectionFilterKey,
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import TERMINAL_STATES, FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import FlowRunSort

from duban.core.planning.plan import Plan
from tasks.asking import count_runs, deployed, may_be_repeated
from tasks.naming import deployment_name
from tasks.server import PAGE, every, server

KEPT = 20
"""Runs kept of an initiative; its page of runs shows as many bars."""

PATROLS_KEPT = 300
"""A day of patrols, one every five minutes; they have no steps and take little."""

SLACK = 1.25
"""How much more there may be before it is cleared away, so that this is not looked for run by run at every patrol."""

AT_ONCE = 50
"""The most that Prefect's server deletes at a time."""


def keep_few(plan: Plan) -> int:
    """Delete the older runs of a plan once there are many more than are kept; how many were deleted."""
    with server() as client:
        if count_runs(client, plan) <= SLACK * (KEPT * len(plan.initiatives) + PATROLS_KEPT):
            return 0
        ticking = {deployment_name(plan, initiative) for initiative in plan.initiatives.values()}
        shown = _with_present_pages(client, plan)
        old = [
            run.id
            for name, deployment in deployed(client, plan).items()
            for run in _beyond(client, deployment, KEPT if name in ticking else PATROLS_KEPT)
            if run.id not in shown and not may_be_repeated(run)
        ]
        _delete(client, old)
        return len(old)


def _with_present_pages(client: SyncPrefectClient, plan: Plan) -> set[UUID | None]:
    ours = ArtifactCollectionFilter(key=ArtifactCollectionFilterKey(like_=f"{plan.id}-%"))
    return {page.flow_run_id for page in every(client.read_latest_artifacts, artifact_filter=ours)}


def _beyond(client: SyncPrefectClient, deployment: DeploymentResponse, kept: int) -> list[FlowRun]:
    """Runs of a deployment that have ended, without the last ones."""
    return client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id])),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(TERMINAL_STATES)))
        ),
        sort=FlowRunSort.END_TIME_DESC,
        offset=kept,
        limit=PAGE,
    )


def _delete(client: SyncPrefectClient, runs: Sequence[UUID]) -> None:
    for first in range(0, len(runs), AT_ONCE):
        which = {"id": {"any_": [str(run) for run in runs[first : first + AT_ONCE]]}}
        client.request("POST", "/flow_runs/bulk_delete", json={"flow_runs": which})  # type: ignore[arg-type]  # it has no method for it
