"""`duban why`: the reasons of a step, followed through the whole plan. It only reads, and speaks Chinese."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Annotated

import typer
from rich.markup import escape

from duban.cli.look.sentences import paragraphs
from duban.cli.named import known, step_of
from duban.cli.opening import Opened, opened
from duban.cli.output import console, print_json
from duban.core.deciding.decide import decide
from duban.core.forecasting.effects import bearing_on
from duban.core.forecasting.facts import facts_of
from duban.core.forecasting.forecast import forecast
from duban.core.forecasting.schedule import Schedule
from duban.core.forecasting.why import Why, why
from duban.core.planning.plan import StepRef
from duban.core.telling.undone import disregarded_line
from duban.service import Service

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("why")
def why_command(
    step: Annotated[str, typer.Argument(metavar="STEP", help="The step, as initiative/step.")], as_json: Json = False
) -> None:
    """Say why a step stands as it does, and where acting helps (为什么)."""
    with opened(to_look=True) as at:
        reasons = reasons_of(at.service, known(at.service, step_of(step)))
        disregarded = _disregarded(at.service, reasons.step)
    if as_json:
        told = {field.name: getattr(reasons, field.name) for field in fields(reasons)}
        years = sorted(at.service.office.calendar.provisional_years)
        print_json({**told, "provisional_years": years, "disregarded": disregarded})
    else:
        for line in _lines(reasons, at):
            console().print(line, soft_wrap=True)
        if disregarded:
            console().print(f"  [dim]不计　　[/]{escape(disregarded)}", soft_wrap=True)


def _disregarded(service: Service, ref: StepRef) -> str:
    """That entries about a step count no longer; empty where all do."""
    entries, step = service.ledger.entries(ref.initiative), service.office.plan.step(ref)
    return disregarded_line(service.office, entries, step.id, step.was)


def reasons_of(service: Service, ref: StepRef) -> Why:
    """The reasons of a step, followed through all that bears on it; the plan ends when all of it does."""
    office, today = service.office, service.office.day(service.clock.now())
    part = bearing_on(office.plan, ref)
    seen = {look.initiative.id: (look, decide(look, state)) for look, state in service.everything(part.initiatives)}
    part = replace(part, ends=max(part.ends, service.ledger.horizon() or part.ends))
    told = forecast(Schedule(part, office.calendar, facts_of(seen.values()), today))
    look, _ = seen[ref.initiative]
    return why(look, look.initiative.steps[ref.step], lambda name: seen[name][1], told)


def _lines(reasons: Why, at: Opened) -> Iterator[str]:
    yield f"[bold]{escape(reasons.title)}[/]　{escape(reasons.initiative_title)}　{reasons.step}"
    for heading, lines in paragraphs(reasons, at.service.office):
        for number, line in enumerate(lines):
            label = heading if number == 0 else ""
            yield f"  [dim]{label}{'　' * (4 - len(label))}[/]{escape(line)}"
