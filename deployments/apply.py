"""Bringing a Prefect server to the plan: deployments and their automations, the difference shown before it is made.

Each deployment carries, as its version, a fingerprint of everything it is made of. What bears the right one is left
alone, so that applying twice changes nothing.
"""

import json
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, DeploymentUpdate
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.events import DeploymentEventTrigger

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

AT_ONCE = 4
"""Deployments made at a time: as many keep the server's one process busy."""

T = TypeVar("T")
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
    """Carry out a difference, several deployments at a time. Interrupted, it is carried on by the next one."""
    with get_client(sync_client=True) as client:
        _each(changes.remove, lambda gone: _remove(client, gone.id))
        _each(changes.create, lambda item: _make(client, item, pool, begun=False))
        _each(changes.update, lambda item: _make(client, item, pool, begun=True))


def _each(items: Sequence[T], do: Callable[[T], None]) -> None:
    """Do something with each, several at a time; what is not begun is left when one fails, or at Ctrl-C."""
    helpers = ThreadPoolExecutor(AT_ONCE)
    try:
        # Prefect keeps its settings in the context, which threads do not inherit.
        for done in [helpers.submit(copy_context().run, do, item) for item in items]:
            done.result()
    finally:
        helpers.shutdown(cancel_futures=True)


def _remove(client: SyncPrefectClient, deployment: UUID) -> None:
    client.delete_resource_owned_automations(f"prefect.deployment.{deployment}")
    client.delete_deployment(deployment)


def _make(client: SyncPrefectClient, item: Wanted, pool: str, *, begun: bool) -> None:
    """Make a deployment, or make it anew over the one that was `begun`; its fingerprint last of all.

    Because it says that everything else is there. Where nothing else is, it goes along.
    """
    alone = not (begun or item.triggers)
    made = _store(client, item, pool, version=item.fingerprint() if alone else None)
    if alone:
        return
    client.delete_resource_owned_automations(f"prefect.deployment.{made}")
    for trigger in item.triggers:
        trigger.set_deployment_id(made)
        client.create_automation(trigger.as_automation())
    client.update_deployment(made, DeploymentUpdate(version=item.fingerprint()))


def _store(client: SyncPrefectClient, item: Wanted, pool: str, version: str | None) -> UUID:
    schema = item.flow.parameters.model_dump(exclude_unset=True)
    # Prefect labels the parameter with its English name, whatever title it is given.
    for name, shown in schema["properties"].items():
        shown["title"] = PARAMETER_TITLES.get(name, name)
    schedule = DeploymentScheduleCreate(schedule=IntervalSchedule(interval=timedelta(seconds=item.every or 1)))
    return client.create_deployment(
        client.create_flow_from_name(item.flow.name),
        item.name,
        version=version,
        schedules=[schedule] if item.every else [],
        tags=list(item.tags),
        description=item.description,
        work_pool_name=pool,
        job_variables={"command": item.command},
        entrypoint=f"{item.flow.__module__}.{item.flow.fn.__name__}",
        parameter_openapi_schema=schema,
        enforce_parameter_schema=True,
        paused=False,
        pull_steps=[],
    )
