"""Actions a plan may name, and the Prefect task that runs one.

An action is given its parameters and a key that is the same each time it is run again, so that it can do its work
once. What it returns is one line of text for the ledger; what it raises is the reason of its failure.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from prefect import task
from prefect.cache_policies import NO_CACHE

from duban.adapters.stored import keep
from duban.core.deciding.decide import decide
from duban.core.planning.action_file import (
    Action,
    AssignParameters,
    BulletinParameters,
    CollectParameters,
    DeploymentParameters,
    HttpParameters,
    PythonParameters,
)
from duban.core.planning.placeholders import filled, filled_in
from duban.core.planning.plan import StepRef
from duban.core.telling import board
from duban.core.telling.assignment import assignment
from duban.core.telling.collected import HEADER, collected, document
from duban.core.telling.tables import as_csv, escape
from duban.ports import Outside
from duban.views import View
from duban.wiring import Gear
from tasks.flow_runs import start_run, started_tag
from tasks.measuring import placeholder_values

REHEARSED = "推演：没有实际执行"
EXCERPT = 120
"""Characters of an answer that are kept."""


@dataclass(frozen=True, slots=True)
class Job:
    """One action to run: where, for which step, in how many seconds; `key` is the same on every try."""

    gear: Gear
    step: StepRef
    key: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """An action that has started a run elsewhere and waits for its end; `run` is the id of that run."""

    run: str


def bulletin(job: Job, asked: BulletinParameters) -> str:
    """Write a bulletin (通报) of how the initiative stands to `var/bulletins/`."""
    view = _view(job)
    standing = board.bulletin(view.look, decide(view.look, view.state))
    seal = job.gear.service.last_seal()
    text = f"# {escape(asked.title)}\n\n{standing}\n" + (f"\n{escape(seal)}\n" if seal else "")
    return f"通报已生成：{_kept(job, 'bulletins', text)}"


def collect(job: Job, asked: CollectParameters) -> str:
    """Compile what the units handed in to `var/collected/`, as Markdown and for spreadsheets."""
    view, entries = _view(job), job.gear.service.ledger.entries(job.step.initiative)
    table = collected(view.look, view.state, entries, view.look.initiative.steps[job.step.step])
    _kept(job, "collected", as_csv(HEADER, table.rows), "csv")
    file = _kept(job, "collected", document(view.look, table))
    return f"应报{len(table.rows)}家，已报{table.handed_in}家：{file}"


def assign(job: Job, asked: AssignParameters) -> str:
    """Write the 《工作交办单》 to `var/assigned/`; the steps of its units, which follow, are ended by signing."""
    view, entries = _view(job), job.gear.service.ledger.entries(job.step.initiative)
    step = view.look.initiative.steps[job.step.step]
    decision = decide(view.look, view.state)
    file = _kept(job, "assigned", assignment(view.look, decision, entries, step, asked.requirement))
    return f"工作交办单已生成，交{len(step.slots)}家签收：{file}"


def _view(job: Job) -> View:
    return job.gear.service.view(job.step.initiative)


def _kept(job: Job, folder: str, text: str, kind: str = "md") -> str:
    """Keep the document of a step where all hosts find it; how people are told of the place."""
    settings = job.gear.settings
    place = f"{settings.kept_at(folder)}/{job.step.initiative}-{job.step.step}.{kind}"
    keep(place, text.encode())
    return place.removeprefix(f"{settings.root}/")


def python(job: Job, asked: PythonParameters) -> str:
    """Call a function of the office's own."""
    module, _, name = asked.function.partition(":")
    function = getattr(importlib.import_module(module), name)
    return str(function(key=job.key, **asked.others))


def http(job: Job, asked: HttpParameters) -> str:
    """Ask an address; a status that is not expected is a failure."""
    if job.gear.settings.rehearsed:
        return REHEARSED
    from duban.adapters.outside import ask  # noqa: PLC0415  few actions ask anybody

    values = placeholder_values(job.gear, job.step)
    answer = ask(
        asked.method,
        filled(asked.url, values, lambda value: quote(value, safe="")),
        headers={"Idempotency-Key": job.key, **asked.headers},
        variables=job.gear.settings.variables,
        timeout=job.seconds,
        body=filled_in(asked.body, values),
    )
    excerpt = " ".join(answer.text.split())[:EXCERPT]
    told = f"对方答复{answer.status}" + (f"：{excerpt}" if excerpt else "")
    if answer.status not in (asked.expect or range(200, 300)):
        raise Outside(told)
    return told


def deployment(job: Job, asked: DeploymentParameters) -> str | Waiting:
    """Start a run of another deployment; a failed one is started anew, one whose start was cut off is not."""
    if job.gear.settings.rehearsed:
        return REHEARSED
    failures = _view(job).state.step(job.step.step).failures
    parameters = filled_in(asked.parameters, placeholder_values(job.gear, job.step))
    tag = started_tag(job.gear.service.office.plan, job.step.initiative)
    return Waiting(start_run(asked.deployment, parameters, f"{job.key}/{failures}", tag))


ACTIONS: Mapping[str, Callable[[Job, Any], str | Waiting]] = {
    "bulletin": bulletin,
    "collect": collect,
    "assign": assign,
    "http": http,
    "deployment": deployment,
    "python": python,
}
"""What each action of `duban.core.planning.action_file` does, given its own parameters."""


@task(
    name="自动事项",
    task_run_name="执行：{title}",
    retries=2,
    retry_delay_seconds=[1, 5],
    cache_policy=NO_CACHE,
)
def run_action(title: str, action: Action, job: Job) -> str | Waiting:
    """Run one action; `title` names the task run."""
    return ACTIONS[action.uses](job, action.parameters)


def timed(action: Action) -> float:
    """Seconds that one try of an action may take; what takes longer is a flow run of its own."""
    return action.timeout
