"""Flow runs of other deployments that an action has started: beginning one once, and asking later what became of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import ObjectNotFound

from duban.adapters.clock import SystemClock
from duban.core.planning.action_file import DeploymentParameters
from duban.core.planning.plan import Plan
from duban.ports import Outside

LONGEST_REASON = 200


def started_tag(plan: Plan, initiative: str) -> str:
    """The tag of runs started for an initiative: by it the end of one is told to that initiative alone."""
    return f"duban:{plan.id}/{initiative}"


def start_run(deployment: str, parameters: Mapping[str, Any], key: str, tag: str) -> str:
    """Start a run of a deployment, `flow/deployment`; its id. With a key known already it is the run started then."""
    with get_client(sync_client=True) as client:
        try:
            found = client.read_deployment_by_name(deployment)
        except ObjectNotFound:
            raise Outside(f"Prefect 中没有部署 {deployment}") from None
        run = client.create_flow_run_from_deployment(
            found.id, parameters=dict(parameters), idempotency_key=key, tags=[tag]
        )
    return str(run.id)


def ended_run(run: str, asked: DeploymentParameters) -> str | None:
    """What became of a run, in a line; None while it goes on. Raises Outside with the reason when it failed."""
    with get_client(sync_client=True) as client:
        try:
            found = client.read_flow_run(UUID(run))
        except ObjectNotFound:
            raise Outside(f"{asked.deployment} 的运行已被删除") from None
    if found.state is None or not found.state.is_final():
        if _age(found) > timedelta(hours=asked.hours):
            raise Outside(f"{asked.deployment} 的运行 {found.name} 在{asked.hours}小时内没有结束")
        return None
    if not found.state.is_completed():
        said = (found.state.message or "没有说明")[:LONGEST_REASON]
        raise Outside(f"{asked.deployment} 的运行 {found.name} 未成功（{found.state.name}）：{said}")
    return f"{asked.deployment} 的运行 {found.name} 已完成"


def _age(run: FlowRun) -> timedelta:
    """By the real clock: others' runs know no rehearsal's."""
    now = SystemClock().now()
    return now - (run.created or now)
