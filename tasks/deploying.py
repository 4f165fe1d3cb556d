"""Holding a Prefect server against a plan as it is, field by field, and bringing it there.

Nothing stored says that all is well: what somebody clicked away is found by looking at it. What is as it should be is
left alone, so that bringing the server to the plan twice changes nothing.
"""

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import FlowFilter, FlowFilterId
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import IntervalSchedule
from prefect.events import DeploymentEventTrigger
from prefect.events.actions import RunDeployment
from prefect.events.schemas.automations import Automation
from prefect.exceptions import PrefectHTTPStatusError

from duban.core.planning.plan import Plan
from duban.core.texts import Text, mandarin
from duban.room import started
from tasks.asking import of_plan
from tasks.pools import Pool, faults_of, mend
from tasks.server import every

AT_ONCE = 4
"""Deployments made at a time: as many keep the server's one process busy."""

QUEUE = "default"
"""The queue Prefect gives to what names none."""

SETS = ("expect", "after", "for_each")
"""Fields of a trigger that have no order."""

NOBODY = UUID(int=0)
"""In place of a deployment that an event names as it comes."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A deployment as it should be; `triggers` are the events that start it, `every` seconds between scheduled runs.

    `schema` is what its form asks, as JSON Schema; while that is `moving`, what the server has is not held against it.
    """

    name: str
    flow: str
    entrypoint: str
    tags: tuple[str, ...]
    description: str
    schema: Mapping[str, Any] = field(default_factory=dict)
    triggers: tuple[DeploymentEventTrigger, ...] = ()
    every: int | None = None
    moving: bool = False

    @property
    def command(self) -> str:
        """What Prefect's own worker runs, with the Python on its `PATH`: the same words from whatever machine."""
        return shlex.join(["python", *started("deployments.runner", self.entrypoint)[1:]])


@dataclass(frozen=True, slots=True)
class Amiss:
    """A deployment that is there but not as it should be; `what` names the fields, in the words of `FIELDS`."""

    wanted: Wanted
    id: UUID
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What bringing the server to the plan would do. `pool` says in words what is wrong with the work pool."""

    create: tuple[Wanted, ...]
    update: tuple[Amiss, ...]
    remove: tuple[DeploymentResponse, ...]
    pool: tuple[Text, ...]
    same: int

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.create or self.update or self.remove or self.pool)

    @property
    def grave(self) -> tuple[Text, ...]:
        """What keeps work from being done, in words: what is missing, paused, or no longer started."""
        named = ((one.wanted.name, [name for name in one.what if name in GRAVE]) for one in self.update)
        stopped = (mandarin("{name}：{grave}", name=name, grave=grave) for name, grave in named if grave)
        return (*self.pool, *(mandarin("{name}：部署缺失", name=one.name) for one in self.create), *stopped)

    def told(self) -> Iterator[str]:
        """All of it in words, a line each, for whoever is told that it was mended."""
        yield from self.pool
        yield from (f"{one.name}：部署缺失" for one in self.create)
        for one in self.update:
            if what := "、".join(name for name in one.what if name != FORM):  # forms follow what may be done
                yield f"{one.wanted.name}：{what}与计划不符"
        yield from (f"{one.name}：计划中没有的部署" for one in self.remove)


PAUSED, SCHEDULE, LIMIT, FORM = mandarin("暂停"), mandarin("定时"), mandarin("并发上限"), mandarin("填报表")
AUTOMATION, ENTRY, POOL = mandarin("自动启动规则"), mandarin("入口"), mandarin("工作池")
GRAVE = frozenset({PAUSED, SCHEDULE, AUTOMATION, LIMIT, ENTRY, POOL})

FIELDS: Mapping[str, Callable[[Wanted, DeploymentResponse, str], bool]] = {
    PAUSED: lambda want, there, pool: not there.paused,
    SCHEDULE: lambda want, there, pool: _scheduled(there) == ([want.every] if want.every else []),
    LIMIT: lambda want, there, pool: there.global_concurrency_limit is None and there.concurrency_options is None,
    ENTRY: lambda want, there, pool: there.entrypoint == want.entrypoint and not there.pull_steps and not there.path,
    POOL: lambda want, there, pool: (there.work_pool_name, there.work_queue_name) == (pool, QUEUE),
    "标签": lambda want, there, pool: sorted(there.tags) == sorted(want.tags),
    "说明": lambda want, there, pool: there.description == want.description,
    FORM: lambda want, there, pool: want.moving or there.parameter_openapi_schema == want.schema,
    "参数": lambda want, there, pool: not there.parameters and bool(there.enforce_parameter_schema),
    "运行命令": lambda want, there, pool: there.job_variables == {"command": want.command},
}
"""Every field of a deployment, with what tells that it is as it should be."""


def _scheduled(there: DeploymentResponse) -> list[float | None]:
    """Seconds between runs of every schedule; None for one that is off, or of another kind, or with parameters."""
    return [
        one.schedule.interval.total_seconds()
        if isinstance(one.schedule, IntervalSchedule) and one.active and not one.parameters
        else None
        for one in there.schedules
    ]


def difference(client: SyncPrefectClient, plan: Plan, want: Sequence[Wanted], pool: Pool) -> Difference:
    """Compare the server with what is wanted of it; changes nothing."""
    there, foreign = _there(client, plan, want)
    automations = _automations(client)
    amiss = []
    for item in want:
        if (found := there.get(item.name)) is not None:
            what = tuple(name for name, right in FIELDS.items() if not right(item, found, pool.name))
            rules = () if _started_rightly(item, found.id, automations) else (AUTOMATION,)
            amiss += [Amiss(item, found.id, (*what, *rules))] if what or rules else []
    missing = tuple(item for item in want if item.name not in there)
    return Difference(
        create=missing,
        update=tuple(amiss),
        remove=foreign,
        pool=faults_of(client, pool),
        same=len(want) - len(missing) - len(amiss),
    )


def _there(
    client: SyncPrefectClient, plan: Plan, want: Sequence[Wanted]
) -> tuple[dict[str, DeploymentResponse], tuple[DeploymentResponse, ...]]:
    """The deployments that are wanted and there, by name; and those that bear the plan's tag and are not wanted."""
    found = every(client.read_deployments, deployment_filter=of_plan(plan))
    flows = {flow.id: flow.name for flow in _flows(client, {one.flow_id for one in found})}
    wanted = {(item.flow, item.name) for item in want}
    ours = {one.name: one for one in found if (flows.get(one.flow_id), one.name) in wanted}
    kept = {one.id for one in ours.values()}
    return ours, tuple(one for one in found if one.id not in kept)


def _flows(client: SyncPrefectClient, ids: set[UUID]) -> list[Any]:
    return every(client.read_flows, flow_filter=FlowFilter(id=FlowFilterId(any_=list(ids)))) if ids else []


def _automations(client: SyncPrefectClient) -> dict[UUID, list[Automation]]:
    """All automations by the deployments they run, whoever made them."""
    found: dict[UUID, list[Automation]] = {}
    for one in every(client.read_automations):
        for deployment in {action.deployment_id for action in one.actions if isinstance(action, RunDeployment)}:
            found.setdefault(deployment or NOBODY, []).append(one)
    return found


def _started_rightly(item: Wanted, deployment: UUID, automations: Mapping[UUID, Sequence[Automation]]) -> bool:
    """Whether a deployment is run by the automations of its triggers, switched on, and by no other."""
    there = automations.get(deployment, ())
    return sorted(map(_rule, there)) == sorted(_rule(_automation(trigger, deployment)) for trigger in item.triggers)


def _automation(trigger: DeploymentEventTrigger, deployment: UUID) -> Any:
    owned = trigger.model_copy()
    owned.set_deployment_id(deployment)
    return owned.as_automation()


def _rule(automation: Any) -> str:
    """What an automation does when, in an order that sets do not have."""
    said = automation.model_dump(mode="json", include={"name", "enabled", "trigger", "actions"})
    trigger = sorted((key, sorted(value) if key in SETS else value) for key, value in said["trigger"].items())
    return repr((said["name"], said["enabled"], [item for item in trigger if item[0] != "id"], said["actions"]))


# Bringing it there ---------------------------------------------------------------------------------------------------


def bring(client: SyncPrefectClient, changes: Difference, pool: Pool) -> None:
    """Carry out a difference, several deployments at a time. Interrupted, it is carried on by the next one."""
    if changes.pool:
        mend(client, pool)
    _each(changes.remove, lambda gone: _remove(client, gone.id))
    _each(changes.create, lambda item: _start(client, item, _store(client, item, pool.name)))
    rules = _automations(client) if any(AUTOMATION in one.what for one in changes.update) else {}
    _each(changes.update, lambda one: _mend(client, one, pool.name, rules.get(one.id, ())))


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


def _mend(client: SyncPrefectClient, one: Amiss, pool: str, rules: Iterable[Automation]) -> None:
    if set(one.what) - {AUTOMATION}:
        _store(client, one.wanted, pool)
    if AUTOMATION in one.what:
        for rule in rules:
            delete_rule(client, rule)
        _start(client, one.wanted, one.id)


def delete_rule(client: SyncPrefectClient, rule: Automation) -> None:
    """Delete an automation, unless another round was quicker: gone is what it is to be."""
    try:
        client.delete_automation(rule.id)
    except PrefectHTTPStatusError as error:
        if error.response.status_code != HTTPStatus.NOT_FOUND:
            raise


def _start(client: SyncPrefectClient, item: Wanted, deployment: UUID) -> None:
    """Have the events start a deployment that nothing starts yet."""
    for trigger in item.triggers:
        client.create_automation(_automation(trigger, deployment))


def _store(client: SyncPrefectClient, item: Wanted, pool: str) -> UUID:
    """Make a deployment, or put all of one right; its schedules are replaced."""
    schedule = DeploymentScheduleCreate(schedule=IntervalSchedule(interval=timedelta(seconds=item.every or 1)))
    return client.create_deployment(
        client.create_flow_from_name(item.flow),
        item.name,
        schedules=[schedule] if item.every else [],
        tags=list(item.tags),
        description=item.description,
        work_pool_name=pool,
        work_queue_name=QUEUE,
        job_variables={"command": item.command},
        entrypoint=item.entrypoint,
        parameter_openapi_schema=dict(item.schema),
        enforce_parameter_schema=True,
        paused=False,
        pull_steps=[],
    )
