"""The flow of an initiative, and a tick: one short, repeatable run of it. The order of calls, and nothing else.

Deployments name their flow by `flows.initiatives`, which finds its initiative and has it made here.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from prefect import Flow, flow
from prefect.client.schemas.objects import FlowRun, State
from prefect.context import FlowRunContext

from duban.adapters.clock import SystemClock
from duban.core.deciding.commands import Refused
from duban.core.deciding.office import Office
from duban.core.ledger.steps import StepState
from duban.core.planning.action_file import DeploymentAction
from duban.core.planning.plan import Initiative, Step
from duban.core.telling.offered import deed
from duban.core.telling.shown import ACCEPTED, NOT_ACCEPTED, REFUSED, run_name
from duban.ports import LedgerUnusable, Outside
from duban.service import ACTION_TRIES
from duban.views import Result
from duban.wiring import Gear, kept_gear, plan_settings
from flows.forms import command_of, parameter_schema
from tasks.actions import Job, Waiting, run_action, timed
from tasks.asking import form_key
from tasks.flow_runs import ended_run
from tasks.measuring import measure_value
from tasks.naming import flow_name
from tasks.sending import send_due
from tasks.showing import announce, as_state, final_state, name_run, record_steps, renew_form, show_page, tell

DIED = "执行该事项的进程多次中断"
"""Why an action failed that never came to an end."""


def initiative_flow(office: Office, initiative: Initiative) -> Flow[..., State[None]]:
    """The flow of one initiative; its one parameter is what was filled in of that initiative's form."""

    @flow(name=flow_name(office.plan.id, initiative), description=initiative.title, persist_result=False)
    def run(report: Any = None) -> State[None]:
        context = FlowRunContext.get()
        if context is None or context.flow_run is None:
            raise RuntimeError("an initiative's flow runs as a Prefect flow run only")
        return tick(office, context.flow_run, initiative.id, report)

    return run


def tick(office: Office, flow_run: FlowRun, initiative: str, report: Any) -> State[None]:
    """Take in what was reported, decide, run what can be run, tell whom it concerns, and show it all."""
    at = kept_gear(plan_settings(office.plan.id), office)
    try:
        done = take_in(at, flow_run, initiative, report)
    except Refused as refusal:
        return turn_down(at, flow_run, str(refusal))
    with seen_to_its_end(at, initiative):
        result = look(at, initiative)
        news = bool(done or result.entries or result.called)
        if run_actions(at, result) + run_measures(at, result) + send_due(at, initiative):
            result, news = at.service.tick(initiative), True
        return show(flow_run, result, done, news=news)


@contextmanager
def seen_to_its_end(at: Gear, initiative: str) -> Iterator[None]:
    """Have a tick that breaks off made again: what it has stored is due no more, and is shown nowhere yet."""
    try:
        yield
    except Exception:
        with suppress(LedgerUnusable):
            at.service.ledger.wake((initiative,), at.service.clock.now())
        raise


def take_in(at: Gear, flow_run: FlowRun, initiative: str, report: Any) -> str:
    """Store what the form says, and say so at once; what somebody did, or nothing where only a look is asked for."""
    office = at.service.office
    command = command_of(office, at.service.initiative(initiative), report, form_key(flow_run.id))
    if command is None:
        return ""
    result = at.service.act(command)
    announce(office.plan, result.closed)
    tell(flow_run, result.look.today, ACCEPTED, deed(office, command))
    return deed(office, command)


def turn_down(at: Gear, flow_run: FlowRun, why: str) -> State[None]:
    """Say why a form was not accepted; it says nothing of how the initiative stands."""
    tell(flow_run, at.service.office.day(at.service.clock.now()), NOT_ACCEPTED, why)
    return as_state(REFUSED, f"{NOT_ACCEPTED}{why}")


def look(at: Gear, initiative: str) -> Result:
    """Store what follows from the ledger and the time."""
    result = at.service.tick(initiative)
    announce(at.service.office.plan, result.closed)
    return result


def run_actions(at: Gear, result: Result) -> int:
    """Run the actions that are due, each a task of its own; how many.

    A failure is stored and stops none of the others.
    """
    for ref in result.decision.actions:
        try:
            outcome = act(at, at.service.office.plan.step(ref), result.decision.state.step(ref.step))
        except Exception as error:  # noqa: BLE001  whatever an action raises is its failure, stored with its reason
            told = str(error) if isinstance(error, Outside) else f"{type(error).__name__}: {error}"
            at.service.fail_action(ref, told)
            continue
        if isinstance(outcome, Waiting):
            at.service.await_action(ref, outcome.run)
        elif outcome is not None:
            ended = at.service.end_action(ref, outcome)
            announce(at.service.office.plan, ended.closed if ended else ())
    return len(result.decision.actions)


def act(at: Gear, step: Step, own: StepState) -> str | Waiting | None:
    """Run an action, or look at the run elsewhere that it waits for; None while that goes on."""
    assert step.action is not None  # noqa: S101  the plan file refuses an action step without one
    if own.awaits and isinstance(step.action, DeploymentAction):
        return ended_run(own.awaits, step.action.parameters)
    if own.running and own.tries >= ACTION_TRIES:
        raise Outside(DIED)
    seconds = timed(step.action)
    job = Job(at, step.ref, at.service.start_action(step.ref), seconds)
    return run_action.with_options(timeout_seconds=seconds)(step.title, step.action, job)


def run_measures(at: Gear, result: Result) -> int:
    """Measure the indicators that are due, each a task of its own; how many.

    A failure is stored, stops nothing, and changes nothing about the indicator's step.
    """
    for ref, period in result.decision.measures:
        step = at.service.office.plan.step(ref)
        assert step.measure is not None  # noqa: S101  only such steps are measured
        try:
            value = measure_value(step.title, step.measure, at, ref)
        except Exception as error:  # noqa: BLE001  whatever goes wrong outside is a failed try, stored with its reason
            at.service.fail_measure(ref, period, str(error) or type(error).__name__)
            continue
        ended = at.service.end_measure(ref, period, value, step.measure.by)
        announce(at.service.office.plan, ended.closed if ended else ())
    return len(result.decision.measures)


def show(flow_run: FlowRun, result: Result, done: str, *, news: bool) -> State[None]:
    """Show how the initiative stands, and offer what may be done now; without `news` a page is not made anew."""
    seen, summary = result.look, result.decision.summary
    record_steps(flow_run, seen, result.decision, SystemClock().now())
    show_page(seen, result.decision, news=news)
    renew_form(flow_run, parameter_schema(seen, result.decision.state))
    name_run(flow_run, run_name(seen.today, summary, done))
    return final_state(seen.office, summary, done)
