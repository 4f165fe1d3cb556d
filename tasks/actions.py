"""Actions a plan may name, and the Prefect task that runs one.

An action is given its parameters and a key that is the same each time it is run again, so that it can do its work
once. What it returns is one line of text for the ledger; what it raises is the reason of its failure.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from prefect import task
from prefect.cache_policies import NO_CACHE

from duban.adapters.files import write_atomically
from duban.core.deciding.decide import decide
from duban.core.planning.plan import StepRef
from duban.core.telling.board import page
from duban.wiring import Desk

Parameters = Mapping[str, str | int | float | bool]


@dataclass(frozen=True, slots=True)
class Errand:
    """One action to run: where, for which step, with what; `key` is the same on every try."""

    desk: Desk
    step: StepRef
    parameters: Parameters
    key: str


def bulletin(errand: Errand) -> str:
    """Write a bulletin (通报) of how the initiative stands to `var/bulletins/`; parameter `title`."""
    view = errand.desk.service.view(errand.step.initiative)
    standing = page(view.look, decide(view.look, view.state))
    title = str(errand.parameters["title"])
    file = errand.desk.settings.var / "bulletins" / f"{errand.step.initiative}-{errand.step.step}.md"
    write_atomically(file, f"# {title}\n\n{standing}\n")
    return f"通报已生成：{file.relative_to(errand.desk.settings.root)}"


def python(errand: Errand) -> str:
    """Call a function of the office's own; `function` is `module:name`, other parameters are passed on."""
    module, _, name = str(errand.parameters["function"]).partition(":")
    function = getattr(importlib.import_module(module), name)
    others = {name: value for name, value in errand.parameters.items() if name != "function"}
    return str(function(key=errand.key, **others))


ACTIONS: Mapping[str, Callable[[Errand], str]] = {"bulletin": bulletin, "python": python}


@task(
    name="自动事项",
    task_run_name="执行：{title}",
    retries=2,
    retry_delay_seconds=[1, 5],
    timeout_seconds=60,  # what takes longer is a flow run of its own
    cache_policy=NO_CACHE,
)
def run_action(title: str, uses: str, errand: Errand) -> str:
    """Run one action; `title` names the task run."""
    return ACTIONS[uses](errand)
