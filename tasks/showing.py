"""What a tick shows in Prefect: its steps as task runs, a page, a name, and the events others wait for.

Steps are recorded as task runs rather than run as tasks: a step that waits has not run, must not log an error, and may
be drawn in any state. They are reported by the very event Prefect's engine reports its own task runs with, and joined
by the same links that `wait_for` leaves.
"""

from collections.abc import Iterable
from datetime import timedelta

from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State, StateType, TaskRun, TaskRunResult
from prefect.events import emit_event
from prefect.utilities.engine import emit_task_run_state_change_event

from duban.core.board import LIGHT_MARKS, LIGHT_TITLES, page
from duban.core.decide import Decision
from duban.core.office import Look
from duban.core.plan import Plan, StepRef
from duban.core.shown import LIGHTS, STEPS, Shown, shown
from duban.core.summary import Status, StepRow, Summary

MILESTONE_EVENT = "duban.step.closed"
RANK, LENGTH = timedelta(milliseconds=200), timedelta(milliseconds=150)
"""Distance and length of the bars in the run graph: ranks of steps, not real time, so that it reads left to right."""


def resource(plan: Plan, ref: StepRef) -> str:
    """The name of a step in Prefect's events."""
    return f"duban.step.{plan.id}/{ref}"


def announce(plan: Plan, closed: Iterable[StepRef]) -> None:
    """Tell Prefect of closed steps that other initiatives wait for: the fast way to their next tick."""
    for ref in closed:
        if ref in plan.downstream:
            names = {"prefect.resource.id": resource(plan, ref), "prefect.resource.name": plan.step(ref).title}
            emit_event(MILESTONE_EVENT, resource=names)


def record_steps(flow_run: FlowRun, look: Look, decision: Decision) -> None:
    """Record every step, and the steps elsewhere that it waits for, as a task run of this flow run."""
    seen: dict[StepRef, tuple[TaskRun, int]] = {}
    for ref in sorted(look.initiative.upstream):
        _record(flow_run, ref, _elsewhere(look, ref), (), seen)
    rows = {row.step: row for row in decision.summary.steps}
    for step in look.initiative.steps.values():
        row = rows[step.id]
        _record(flow_run, step.ref, (step.title, shown(row), _message(row)), step.needs, seen)


def _record(
    flow_run: FlowRun,
    ref: StepRef,
    words: tuple[str, Shown, str],
    needs: tuple[StepRef, ...],
    seen: dict[StepRef, tuple[TaskRun, int]],
) -> None:
    title, look, message = words
    before = [seen[need] for need in needs if need in seen]
    rank = max((place + 1 for _, place in before), default=0)
    start = flow_run.start_time + RANK * rank if flow_run.start_time else None
    run = TaskRun(
        name=title,
        flow_run_id=flow_run.id,
        task_key="step",
        dynamic_key=str(ref),
        start_time=start,
        end_time=start + LENGTH if start else None,
        task_inputs={"needs": [TaskRunResult(id=task_run.id) for task_run, _ in before]},
    )
    emit_task_run_state_change_event(run, None, State(type=StateType(look.shape), name=look.name, message=message))
    seen[ref] = (run, rank)


def _elsewhere(look: Look, ref: StepRef) -> tuple[str, Shown, str]:
    other, fact = look.office.plan.initiatives[ref.initiative], look.facts.get(ref)
    done = fact is not None and fact.finished is not None
    title = f"{other.number} {other.steps[ref.step].title}"
    return title, STEPS[Status.DONE if done else Status.WAITING], f"来自“{other.title}”"


def _message(row: StepRow) -> str:
    limit = f"时限{row.due}；" if row.due else ""
    return limit + (row.reason or (f"{row.finished}办结" if row.finished else ""))


def show_page(look: Look, decision: Decision) -> None:
    """Publish the initiative's page; its versions are its history."""
    create_markdown_artifact(
        key=f"{look.office.plan.id}-{look.initiative.id}",
        markdown=page(look, decision),
        description=f"{look.initiative.number} {look.initiative.title}",
    )


def name_run(flow_run: FlowRun, look: Look, summary: Summary) -> None:
    """Let the run's name say date, progress and light."""
    light = f"{LIGHT_MARKS[summary.light]}{LIGHT_TITLES[summary.light]}"
    with get_client(sync_client=True) as client:
        client.update_flow_run(flow_run.id, name=f"{look.today} {summary.done}/{summary.total} {light}")


def final_state(summary: Summary) -> State[None]:
    """The state a tick ends in: the initiative's light."""
    return as_state(LIGHTS[summary.light], f"{summary.done}/{summary.total} {summary.reason}")


def as_state(word: Shown, message: str) -> State[None]:
    """A Prefect state of our vocabulary."""
    return State(type=StateType(word.shape), name=word.name, message=message)
