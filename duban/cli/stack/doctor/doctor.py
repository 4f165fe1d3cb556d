"""`doctor`: what is configured, reachable or broken, and the remedy. For administrators."""

from collections.abc import Callable, Iterable, Iterator
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from deployments.stack.environment import Addresses
from duban.cli.exits import Exit, foreseen
from duban.cli.opening import engine, found
from duban.cli.output import console, print_json
from duban.cli.plan.check import read_files
from duban.cli.stack.doctor import channels, desk, health, outside, prefect, rounds
from duban.cli.stack.doctor.health import Finding, Level
from duban.core.deciding.office import Office
from duban.core.forecasting.schedule import Schedule
from duban.settings import Settings, load_settings

app = typer.Typer()

STYLES = {Level.OK: "green", Level.WARN: "yellow", Level.BAD: "bold red"}


@app.command()
def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Look at everything duban needs, and say what to do about what is wrong."""
    findings = list(examine())
    bad = sum(finding.level is Level.BAD for finding in findings)
    if as_json:
        print_json({"healthy": not bad, "findings": findings})
    else:
        console().print(_table(findings))
        typer.echo(f"{bad} bad, {sum(finding.level is Level.WARN for finding in findings)} to watch")
    raise typer.Exit(Exit.PROBLEMS if bad else Exit.FINE)


def _table(findings: list[Finding]) -> Table:
    table = Table("check", "", "found", "remedy", box=None, pad_edge=False)
    for one in findings:
        level = f"[{STYLES[one.level]}]{one.level}[/]"
        table.add_row(one.check, level, escape(one.found), escape(one.remedy))
    return table


def examine() -> Iterator[Finding]:
    """All findings; what cannot be looked at is itself a finding, and stops none of the others."""
    yield health.python()
    settings: list[Settings] = []
    yield from _safely("settings", lambda: _settings(settings))
    if settings:
        yield from _with(settings[0])


def _settings(read: list[Settings]) -> Iterator[Finding]:
    read.append(load_settings())
    yield Finding("settings", Level.OK, str(read[0].file))


def _with(settings: Settings) -> Iterator[Finding]:
    yield from _safely("disk", lambda: [health.disk(settings)])
    yield from _safely("private", lambda: [health.private(settings)])
    office, problems = read_files(settings)
    yield from health.plan(office, problems)
    if office is not None:
        yield from channels.channels(office, settings)
        yield from outside.outside(office, settings)
    yield from _safely("ledger", lambda: _opened(settings, office))


def _opened(settings: Settings, office: Office | None) -> Iterator[Finding]:
    """What shows once the ledger and the stack are found; the server is held against the plan in force."""
    from duban.wiring import unborn  # noqa: PLC0415  other commands start faster

    with found(settings) as (at, stack):
        yield prefect.stack(at, stack)
        yield from _safely("password", lambda: prefect.password(at))
        if unborn(at):
            yield from _safely("server", lambda: prefect.server(at, stack, None))
            if office is not None:
                planned = Schedule(office.plan, office.calendar, {}, office.plan.starts)
                yield from _safely("calendar", lambda: health.calendar(planned))
            yield Finding("ledger", Level.OK, "none yet; it begins with the first look at the plan")
        else:
            yield from _safely("ledger", lambda: _on_ledger(at, stack, office))


def _on_ledger(settings: Settings, stack: Addresses | None, office: Office | None) -> Iterator[Finding]:
    """What is read from the ledger, and the server beside it."""
    with engine(settings, stack) as at:
        yield from _safely("server", lambda: prefect.server(settings, stack, at.service))
        yield from _safely("calendar", lambda: health.calendar(at.service.schedule()))
        yield from _safely("applied", lambda: health.applied(at.service, office))
        yield from _safely("ledger", lambda: health.ledger(at.service, settings))
        yield from _safely("ledger", lambda: health.writable(at.service))
        yield from _safely("people", lambda: health.people(at.service))
        yield from _safely("notices", lambda: health.notices(at.service))
        yield from _safely("patrol", lambda: rounds.rounds(at, settings))
        yield from _safely("desk", lambda: desk.desk(at, settings))
        yield from _safely("clock", lambda: [health.clock(settings, at.service)])


def _safely(check: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """The findings of a look; a foreseeable error that ends it is a finding too."""
    try:
        yield from look()
    except Exception as error:
        end = foreseen(error)
        if end is None:
            raise
        yield Finding(check, Level.BAD, " / ".join(end[1].splitlines()))
