"""Bringing a Prefect server to the plan: deployments and their automations, the difference shown before it is made.

Each deployment carries, as its version, a fingerprint of everything it is made of. What bears the right one is left
alone, so that applying twice changes nothing.
"""

import json
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.responses import DeploymentResponse
from prefect.deployments.runner import RunnerDeployment
from prefect.events import DeploymentEventTrigger
from prefect.schedules import Interval, Schedule
from prefect.types.entrypoint import EntrypointType

from duban.core.deciding.office import Office
from duban.core.planning.action_file import DeploymentAction
from duban.core.planning.plan import Initiative
from flows.initiatives import initiative_flow
from flows.patrol import patrol
from tasks.asking import deployed, deployment_name, plan_tag
from tasks.flow_runs import started_tag
from tasks.showing import MILESTONE_EVENT, resource

PATROL_NAME = "0.00 巡查"
ENDS = ("Completed", "Failed", "Crashed", "Cancelled", "TimedOut")
"""Prefect's own words for ended runs."""

PARAMETER_TITLES = {"report": "填报（签收、反馈、报送、审核等）"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A deployment as it should be; `triggers` are the events that start it, `every` seconds between scheduled runs."""

    name: str
    flow: Flow[Any, Any]
    tags: tuple[str, ...]
    description: str
    triggers: tuple[DeploymentEventTrigger, ...]
    every: int | None = None

    @property
    def command(self) -> str:
        """What a worker runs; the same Python as here, whatever characters its path has."""
        flow = f"{self.flow.__module__}.{self.flow.fn.__name__}"
        return shlex.join([sys.executable, "-m", "deployments.runner", flow])

    def fingerprint(self) -> str:
        """What tells this deployment from one made of anything else."""
        made_of = [
            self.name,
            self.flow.name,
            self.flow.parameters.model_dump(mode="json"),
            self.tags,
            self.description,
            [_of_trigger(trigger) for trigger in self.triggers],
            self.every,
            self.command,
        ]
        return sha256(json.dumps(made_of, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()[:16]


def _of_trigger(trigger: DeploymentEventTrigger) -> dict[str, Any]:
    """What a trigger is made of; the events it expects in an order, which sets do not have."""
    return {**trigger.model_dump(mode="json", exclude={"deployment_id"}), "expect": sorted(trigger.expect)}


@dataclass(frozen=True, slots=True)
class Difference:
    """What applying would do, by the names of deployments."""

    create: tuple[Wanted, ...]
    update: tuple[Wanted, ...]
    remove: tuple[DeploymentResponse, ...]
    same: int

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.create or self.update or self.remove)


def wanted(office: Office, *, patrol_every: int | None) -> tuple[Wanted, ...]:
    """The deployments of a plan; the patrol is scheduled every so many seconds, or not at all in a rehearsal."""
    watch = Wanted(
        PATROL_NAME, patrol, (plan_tag(office.plan), "巡查"), "每隔一段时间查找到点的举措并启动", (), patrol_every
    )
    return (watch, *(_of_initiative(office, initiative) for initiative in office.plan.initiatives.values()))


def _of_initiative(office: Office, initiative: Initiative) -> Wanted:
    section = next(s for s in office.plan.sections if s.id == initiative.section)
    return Wanted(
        name=deployment_name(initiative),
        flow=initiative_flow(office, initiative),
        tags=(plan_tag(office.plan), section.title),
        description=_description(office, initiative),
        triggers=_triggers(office, initiative),
    )


def _description(office: Office, initiative: Initiative) -> str:
    people = office.directory
    waits = "、".join(f"“{office.plan.step(ref).title}”" for ref in sorted(initiative.upstream)) or "无"
    return (
        f"{initiative.number} {initiative.title}\n\n牵头 {people.title(initiative.lead)}；"
        f"分管 {people.title(initiative.supervisor)}。等待：{waits}。"
        "办理：Run → Custom run → report → 填报。"
    )


def _triggers(office: Office, initiative: Initiative) -> tuple[DeploymentEventTrigger, ...]:
    return (*_milestones(office, initiative), *_started_runs(office, initiative))


def _milestones(office: Office, initiative: Initiative) -> Iterator[DeploymentEventTrigger]:
    if initiative.upstream:
        milestones = [resource(office.plan, ref) for ref in sorted(initiative.upstream)]
        yield DeploymentEventTrigger(
            name=f"{initiative.number} {initiative.title}：前置节点办结即启动",
            expect={MILESTONE_EVENT},
            match={"prefect.resource.id": milestones},
        )


def _started_runs(office: Office, initiative: Initiative) -> Iterator[DeploymentEventTrigger]:
    """The ends of runs that the initiative's actions have started. The patrol hears of those under other names."""
    if any(isinstance(step.action, DeploymentAction) for step in initiative.steps.values()):
        tag = started_tag(office.plan, initiative.id)
        yield DeploymentEventTrigger(
            name=f"{initiative.number} {initiative.title}：所启动的运行结束即查看",
            expect={f"prefect.flow-run.{state}" for state in ENDS},
            match={"prefect.resource.id": "prefect.flow-run.*"},
            match_related={"prefect.resource.id": f"prefect.tag.{tag}", "prefect.resource.role": "tag"},
        )


def difference(office: Office, *, patrol_every: int | None) -> Difference:
    """Compare the plan with the server; changes nothing."""
    with get_client(sync_client=True) as client:
        there = deployed(client, office.plan)
    want = wanted(office, patrol_every=patrol_every)
    changed = [item for item in want if item.name in there and there[item.name].version != item.fingerprint()]
    missing = [item for item in want if item.name not in there]
    names = {item.name for item in want}
    return Difference(
        create=tuple(missing),
        update=tuple(changed),
        remove=tuple(found for name, found in there.items() if name not in names),
        same=len(want) - len(missing) - len(changed),
    )


def make(changes: Difference, pool: str) -> None:
    """Carry out a difference. Interrupted, it is carried on by the next one."""
    for gone in changes.remove:
        _remove(gone.id)
    for item in (*changes.create, *changes.update):
        made = cast(UUID, _deployment(item, pool).apply())  # a coroutine only where an event loop runs
        with get_client(sync_client=True) as client:  # last of all: it says that everything else is there
            client.update_deployment(made, DeploymentUpdate(version=item.fingerprint()))


def _remove(deployment: UUID) -> None:
    with get_client(sync_client=True) as client:
        client.delete_resource_owned_automations(f"prefect.deployment.{deployment}")
        client.delete_deployment(deployment)


def _deployment(item: Wanted, pool: str) -> RunnerDeployment:
    schedules: list[Schedule] = [] if item.every is None else [Interval(item.every)]
    deployment = RunnerDeployment.from_flow(
        item.flow,
        name=item.name,
        schedules=schedules,
        triggers=list(item.triggers),
        description=item.description,
        tags=list(item.tags),
        work_pool_name=pool,
        job_variables={"command": item.command},
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    # Prefect labels the parameter with its English name, whatever title it is given.
    for name, shown in deployment._parameter_openapi_schema.properties.items():
        shown["title"] = PARAMETER_TITLES.get(name, name)
    return deployment
