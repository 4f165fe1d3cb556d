"""What a Prefect server should hold of a plan: a deployment for the patrol and one for every initiative."""

from collections.abc import Iterator, Mapping
from typing import Any

from prefect.events import DeploymentEventTrigger

from duban.core.deciding.office import Office
from duban.core.planning.action_file import DeploymentAction
from duban.core.planning.plan import Initiative
from duban.service import Service
from duban.settings import Settings
from flows.forms import Schema, parameter_schema
from tasks.asking import LOOKING
from tasks.deploying import Difference, Wanted, bring, difference
from tasks.flow_runs import started_tag
from tasks.naming import deployment_name, entrypoint, flow_name, patrol_name, plan_tag
from tasks.pools import Pool
from tasks.server import server
from tasks.showing import MILESTONE_EVENT, resource

ENDS = ("Completed", "Failed", "Crashed", "Cancelled", "TimedOut")
"""Prefect's own words for ended runs."""

NO_PARAMETERS = {"title": "Parameters", "type": "object", "properties": {}}


def pool_of(settings: Settings) -> Pool:
    """The work pool of the settings."""
    return Pool(settings.stack.pool, settings.stack.worker_type)


def amiss(service: Service, settings: Settings) -> Difference:
    """Hold the server against the plan; changes nothing."""
    want = wanted(service, patrol_every=settings.patrol_every, desk=settings.desk_address)
    with server() as client:
        return difference(client, service.office.plan, want, pool_of(settings))


def heal(service: Service, settings: Settings) -> Difference:
    """Bring the server to the plan; what that took."""
    found = amiss(service, settings)
    with server() as client:
        bring(client, found, pool_of(settings))
    return found


def wanted(service: Service, *, patrol_every: int | None, desk: str) -> tuple[Wanted, ...]:
    """The deployments of a plan; the patrol is scheduled every so many seconds, or not at all in a rehearsal.

    The form of an initiative that is due for a tick is left to that: what is offered may be about to change.
    """
    office, due, schemas = service.office, frozenset(service.due()), forms(service)
    initiatives = office.plan.initiatives.values()
    ours = (_of(office, one, schemas[one.id], one.id in due, desk) for one in initiatives)
    return (_patrol(office, patrol_every), *ours)


_forms: dict[str, tuple[Office, str, Mapping[str, Schema]]] = {}
"""The forms of a plan as this process made them last, with the bureau, and the day and moment they are made of."""


def forms(service: Service) -> Mapping[str, Schema]:
    """The form of every initiative; made anew when the bureau, the day or the ledger is another."""
    office, until = service.office, f"{service.office.day(service.clock.now())} {service.recorded_until()}"
    kept = _forms.get(office.plan.id)
    if kept is None or kept[0] is not office or kept[1] != until:
        made = {seen.initiative.id: parameter_schema(seen, state) for seen, state in service.everything()}
        kept = _forms[office.plan.id] = (office, until, made)
    return kept[2]


def _patrol(office: Office, every: int | None) -> Wanted:
    return Wanted(
        name=patrol_name(office.plan),
        flow=flow_name(office.plan.id),
        entrypoint=entrypoint(office.plan.id),
        tags=(plan_tag(office.plan), "巡查"),
        description=f"{office.plan.title}：每隔一段时间查找到点的举措并启动",
        schema=NO_PARAMETERS,
        every=every,
    )


def _of(office: Office, initiative: Initiative, form: Mapping[str, Any], moving: bool, desk: str) -> Wanted:
    plan = office.plan
    section = next(s for s in plan.sections if s.id == initiative.section)
    return Wanted(
        name=deployment_name(plan, initiative),
        flow=flow_name(plan.id, initiative),
        entrypoint=entrypoint(plan.id, initiative),
        tags=(plan_tag(plan), section.title),
        description=_description(office, initiative, desk),
        schema=form,
        moving=moving,
        triggers=(*_milestones(office, initiative), *_started_runs(office, initiative)),
    )


def _description(office: Office, initiative: Initiative, desk: str) -> str:
    people = office.directory
    waits = "、".join(f"“{office.plan.step(ref).title}”" for ref in sorted(initiative.upstream)) or "无"
    page = f"[在工作台查看]({desk}/i/{initiative.id})。" if desk else ""
    return (
        f"{initiative.number} {initiative.title}\n\n牵头 {people.titles(initiative.leads)}；"
        f"分管 {people.title(initiative.supervisor)}。等待：{waits}。"
        f"办理：Run → Custom run，选“办理事项”。{page}"
    )


def _milestones(office: Office, initiative: Initiative) -> Iterator[DeploymentEventTrigger]:
    if initiative.upstream:
        milestones = [resource(office.plan, ref) for ref in sorted(initiative.upstream)]
        yield DeploymentEventTrigger(
            name=f"{deployment_name(office.plan, initiative)}：前置节点办结即启动",
            expect={MILESTONE_EVENT},
            match={"prefect.resource.id": milestones},
            parameters=LOOKING,
        )


def _started_runs(office: Office, initiative: Initiative) -> Iterator[DeploymentEventTrigger]:
    """The ends of runs that the initiative's actions have started. The patrol hears of those under other names."""
    if any(isinstance(step.action, DeploymentAction) for step in initiative.steps.values()):
        tag = started_tag(office.plan, initiative.id)
        yield DeploymentEventTrigger(
            name=f"{deployment_name(office.plan, initiative)}：所启动的运行结束即查看",
            expect={f"prefect.flow-run.{state}" for state in ENDS},
            match={"prefect.resource.id": "prefect.flow-run.*"},
            match_related={"prefect.resource.id": f"prefect.tag.{tag}", "prefect.resource.role": "tag"},
            parameters=LOOKING,
        )
