"""What `doctor` says of what actions and measures ask outside: variables that they name and nobody has set."""

from collections.abc import Iterator

from duban.adapters.delivery.addresses import VARIABLE
from duban.cli.stack.doctor.health import Finding, Level
from duban.core.deciding.office import Office
from duban.core.planning.action_file import HttpAction
from duban.core.planning.measure_file import HttpMeasure, SqlMeasure
from duban.core.planning.plan import Step
from duban.core.texts import english
from duban.settings import Settings


def outside(office: Office, settings: Settings) -> Iterator[Finding]:
    """A finding for each variable that is missing; one that all is well where anything is named at all."""
    named: dict[str, list[str]] = {}
    for initiative in office.plan.initiatives.values():
        for step in initiative.steps.values():
            for name in dict.fromkeys(name for text in _texts(step) for name in VARIABLE.findall(text)):
                named.setdefault(name, []).append(str(step.ref))
    missing = sorted(name for name in named if not settings.variables.get(name))
    for name in missing:
        steps = named[name]
        more = english("{step} and {count} more", step=steps[0], count=len(steps) - 1)
        found = english("{name} of {whose} is not set", name=f"${{{name}}}", whose=more if len(steps) > 1 else steps[0])
        yield Finding("outside", Level.BAD, found, english("set it where the worker is started"))
    if named and not missing:
        yield Finding(
            "outside", Level.OK, english("{count} variables of actions and measures, all set", count=len(named))
        )


def _texts(step: Step) -> Iterator[str]:
    if isinstance(step.action, HttpAction):
        yield from step.action.parameters.headers.values()
    if isinstance(step.measure, HttpMeasure):
        yield from step.measure.headers.values()
    if isinstance(step.measure, SqlMeasure):
        yield step.measure.url
