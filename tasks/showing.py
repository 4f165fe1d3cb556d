"""What a tick shows in Prefect: its steps as task runs, a page, a name, and the events others wait for.

Steps are recorded as task runs rather than run as tasks: a step that waits has not run, must not log an error, and may
be drawn in any state. They are reported by such events as Prefect's engine reports its own task runs with, and joined
by the same links that `wait_for` leaves. The events say no more than the server needs, and go in one request: as the
engine sends them they are five times as large, and each is stored.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from prefect import get_run_logger
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, State, StateType, TaskRun, TaskRunResult
from prefect.events import Event
from prefect.exceptions import ObjectNotFound

from duban.adapters.clock import SystemClock
from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look, Office
from duban.core.ledger.summary import Status, StepRow, Summary
from duban.core.planning.plan import Plan, StepRef
from duban.core.telling.board import described, page
from duban.core.telling.links import initiative_key
from duban.core.telling.reasons import reason_of
from duban.core.telling.shown import RUNS, STEPS, Shown, form_name, run_message, shown
from duban.core.telling.whens import in_digits
from tasks.server import missing, publish, report, server, shown_last, this_run

MILESTONE_EVENT = "duban.step.closed"
RANK = timedelta(milliseconds=200)
"""Least distance of two ranks of steps in the run graph, whose scale is the time the run takes."""


def resource(plan: Plan, ref: StepRef) -> str:
    """The name of a step in Prefect's events."""
    return f"duban.step.{plan.id}/{ref}"


def announce(plan: Plan, closed: Iterable[StepRef]) -> None:
    """Tell Prefect of closed steps that other initiatives wait for: the fast way to their next tick.

    In one request and as they are: Prefect's own way reads this run's flow and deployment for every such event.
    """
    now, by = SystemClock().now(), {"prefect.resource.id": f"prefect.flow-run.{this_run()}"}
    events = [
        Event(
            occurred=now,
            event=MILESTONE_EVENT,
            resource={"prefect.resource.id": resource(plan, ref), "prefect.resource.name": plan.step(ref).title},
            related=[{**by, "prefect.resource.role": "flow-run"}],
        )
        for ref in closed
        if ref in plan.downstream
    ]
    if events:
        report(events)


def record_steps(flow_run: FlowRun, look: Look, decision: Decision, now: datetime) -> None:
    """Record every step, and the steps elsewhere that it waits for, as a task run of this flow run.

    Bars stand by rank (the longest path of needs behind a step), spread over the time of the run, so that the graph
    reads from left to right: real dates, months apart, would shrink them to nothing. `now` is the real time.
    """
    drawn = {row.step: shown(row) for row in decision.summary.steps}
    ranks = _ranks(look)
    begun = flow_run.start_time or now
    distance = max(RANK, (now - begun) / (max(ranks.values()) + 1))
    runs: dict[StepRef, TaskRun] = {}
    events: list[Event] = []
    for ref in sorted(look.initiative.upstream):
        runs[ref] = _bar(flow_run, ref, _title(look, ref), (), (begun, distance))
        told = f"来自“{look.office.plan.initiatives[ref.initiative].title}”"
        events.append(_event(runs[ref], _elsewhere(look, ref), told, now))
    for row in decision.summary.steps:
        step = look.initiative.steps[row.step]
        needs = tuple(runs[need].id for need in step.needs)
        place = (begun + distance * ranks[step.ref], distance)
        runs[step.ref] = _bar(flow_run, step.ref, step.title, needs, place)
        events.append(_event(runs[step.ref], drawn[row.step], _message(look, row), now))
    report(events)


def _ranks(look: Look) -> dict[StepRef, int]:
    ranks = dict.fromkeys(look.initiative.upstream, 0)
    for step in look.initiative.steps.values():
        ranks[step.ref] = max((ranks[need] + 1 for need in step.needs), default=0)
    return ranks


def _bar(
    flow_run: FlowRun, ref: StepRef, title: str, needs: tuple[UUID, ...], place: tuple[datetime, timedelta]
) -> TaskRun:
    start, room = place
    return TaskRun(
        name=title,
        flow_run_id=flow_run.id,
        task_key="step",
        dynamic_key=str(ref),
        start_time=start,
        end_time=start + room * 0.75,
        task_inputs={"needs": [TaskRunResult(id=need) for need in needs]},
    )


def _event(run: TaskRun, drawn: Shown, message: str, now: datetime) -> Event:
    """That a task run is in a state, as the server's recorder of task runs reads it."""
    return Event(
        occurred=now,
        event=f"prefect.task-run.{drawn.name}",
        resource={
            "prefect.resource.id": f"prefect.task-run.{run.id}",
            "prefect.resource.name": run.name,
            "prefect.orchestration": "client",  # the recorder leaves others alone
        },
        related=[{"prefect.resource.id": f"prefect.flow-run.{run.flow_run_id}", "prefect.resource.role": "flow-run"}],
        payload={
            "validated_state": {"type": drawn.shape, "name": drawn.name, "message": message},
            "task_run": run.model_dump(mode="json", exclude_unset=True, exclude={"flow_run_id"}),
        },
    )


def _title(look: Look, ref: StepRef) -> str:
    return f"{look.office.plan.initiatives[ref.initiative].number} {look.office.plan.step(ref).title}"


def _elsewhere(look: Look, ref: StepRef) -> Shown:
    elsewhere = look.upstream.get(ref)
    return STEPS[Status.DONE if elsewhere is not None and elsewhere.finished is not None else Status.WAITING]


def _message(look: Look, row: StepRow) -> str:
    limit = f"时限{in_digits(row.due, look.calendar)}；" if row.due else ""
    reason = reason_of(look.office, look.initiative.id, row)
    return limit + (reason or (f"{row.finished}办结" if row.finished else ""))


def without_page(plan: Plan, initiatives: Sequence[str]) -> tuple[str, ...]:
    """Those of the initiatives whose page somebody has deleted."""
    keys = {initiative_key(plan, name): name for name in initiatives if name in plan.initiatives}
    return tuple(keys[key] for key in missing(tuple(keys)))


def show_page(look: Look, decision: Decision, *, news: bool) -> None:
    """Publish the initiative's page; its versions are its history. Without news, only when it is not as it was."""
    key, made = initiative_key(look.office.plan, look.initiative.id), page(look, decision)
    if news or shown_last(key) != made:
        publish(key, made, described(look, decision))


def name_run(flow_run: FlowRun, name: str) -> None:
    """Name a run by what is to be read first."""
    with server() as client:
        client.update_flow_run(flow_run.id, name=name)


def tell(flow_run: FlowRun, today: date, outcome: str, why: str) -> None:
    """Say what became of a form where it is looked for: in the name of its run and in its log."""
    name_run(flow_run, f"{form_name(outcome, why)} {today}")
    get_run_logger().info("%s%s", outcome, why)


_known: ContextVar[tuple[UUID, Mapping[str, Any]] | None] = ContextVar("form known", default=None)
"""The deployment of the run under way and the form it offers, as the worker has just read them."""


@contextmanager
def form_known(deployment: UUID | None, offered: Mapping[str, Any] | None) -> Iterator[None]:
    """Spare the run under way reading its deployment's form."""
    token = _known.set((deployment, offered) if deployment and offered is not None else None)
    try:
        yield
    finally:
        _known.reset(token)


def renew_form(flow_run: FlowRun, schema: dict[str, Any]) -> None:
    """Let the form of the run's deployment be this one, for whoever opens it next."""
    with server() as client:
        for deployment, offered in (known,) if (known := _known.get()) else _offered(client, flow_run):
            if offered != schema:
                with suppress(ObjectNotFound):  # deleted meanwhile: whoever makes it anew makes its form
                    client.update_deployment(deployment, DeploymentUpdate(parameter_openapi_schema=schema))


def _offered(client: SyncPrefectClient, flow_run: FlowRun) -> Iterator[tuple[UUID, Mapping[str, Any] | None]]:
    ours = FlowRunFilter(id=FlowRunFilterId(any_=[flow_run.id]))
    return ((found.id, found.parameter_openapi_schema) for found in client.read_deployments(flow_run_filter=ours))


def final_state(office: Office, summary: Summary, deed: str = "") -> State[None]:
    """The state a tick ends in: the initiative's light."""
    return as_state(RUNS[summary.light], run_message(office, summary, deed))


def as_state(word: Shown, message: str) -> State[None]:
    """A Prefect state of our vocabulary."""
    return State(type=StateType(word.shape), name=word.name, message=message)
