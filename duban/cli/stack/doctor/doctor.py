"""`doctor`: what is configured, reachable or broken, and the remedy. For administrators."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from threading import Event
from time import monotonic
from typing import Annotated, TypeVar

import typer
from rich.markup import escape
from rich.table import Table

from deployments.stack.environment import Addresses
from duban.cli.exits import Exit, foreseen
from duban.cli.language import Lang, said
from duban.cli.opening import engine, found
from duban.cli.output import console, print_json
from duban.cli.plan.check import read_files
from duban.cli.stack.doctor import channels, desk, health, hosts, outside, prefect, rounds
from duban.cli.stack.doctor.health import Finding, Level
from duban.cli.waiting import Hangs, at_most
from duban.core.deciding.office import Office
from duban.core.forecasting.schedule import Schedule
from duban.core.problems import BadInput
from duban.core.texts import Text, english, joined, said_elsewhere
from duban.settings import Settings, load_settings

app = typer.Typer()
T = TypeVar("T")

LONGEST = 30.0
"""Seconds one look may take."""

ALTOGETHER = 90.0
"""Seconds after which each look that is left gets LEAST: whoever asks doctor has trouble, and wants an answer."""

LEAST = 1.0
UNKNOWN = english(
    "until then nothing is known of: {checks}",
    checks="deployments, calendar, applied, hosts, people, notices, patrol, desk, clock",
)

LEVELS = {Level.OK: english("ok"), Level.WARN: english("warn"), Level.BAD: english("bad")}
STYLES = {Level.OK: "green", Level.WARN: "yellow", Level.BAD: "bold red"}


@app.command()
def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False, lang: Lang = None) -> None:
    """Look at everything duban needs, and say what to do about what is wrong."""
    findings = list(examine())
    bad = sum(finding.level is Level.BAD for finding in findings)
    if as_json:
        print_json({"healthy": not bad, "findings": findings})
    else:
        console().print(_table(findings))
        watched = sum(finding.level is Level.WARN for finding in findings)
        typer.echo(said(english("{bad} bad, {watched} to watch", bad=bad, watched=watched)))
    raise typer.Exit(Exit.PROBLEMS if bad else Exit.FINE)


def _table(findings: list[Finding]) -> Table:
    heads = [said(head) for head in (english("check"), english("found"), english("remedy"))]
    table = Table(heads[0], "", *heads[1:], box=None, pad_edge=False)
    for one in findings:
        level = f"[{STYLES[one.level]}]{said(LEVELS[one.level])}[/]"
        table.add_row(one.check, level, escape(said(one.found)), escape(said(one.remedy)))
    return table


def examine() -> Iterator[Finding]:
    """All findings; what cannot be looked at is itself a finding, and stops none of the others."""
    look = Looking(monotonic() + ALTOGETHER)
    yield health.python()
    settings: list[Settings] = []
    yield from look.safely("settings", lambda: _settings(settings))
    if settings:
        yield from _with(settings[0], look)


@dataclass(frozen=True, slots=True)
class Looking:
    """Looks, each of which has its time, and all of them together until a moment of the monotonic clock."""

    until: float

    def safely(self, check: str, look: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
        """The findings of a look; a foreseeable error that ends it is a finding too, and so is that it did not end."""
        found: list[Finding] = []
        try:
            self._in_time(lambda: found.extend(look()))
        except Exception as error:  # noqa: BLE001  a defect is raised again
            yield from found
            yield self._ended(check, error)
        else:
            yield from found

    @contextmanager
    def opened(self, open_: AbstractContextManager[T]) -> Iterator[T]:
        """Something opened in its time; raises Hangs."""
        over = Event()
        with ExitStack() as held:
            held.callback(over.set)
            yield self._in_time(lambda: held.enter_context(open_), over)

    def around(self, check: str, looks: Iterator[Finding]) -> Iterator[Finding]:
        """Looks that need something opened first; that it cannot be is a finding, and so is what is unknown thereby."""
        try:
            yield from looks
        except Exception as error:  # noqa: BLE001  as above
            yield replace(self._ended(check, error), remedy=UNKNOWN)

    def _in_time(self, do: Callable[[], T], over: Event | None = None) -> T:
        return at_most(min(LONGEST, max(self.until - monotonic(), LEAST)), do, over)

    def _ended(self, check: str, error: Exception) -> Finding:
        if isinstance(error, Hangs):
            return Finding(
                check, Level.BAD, english("could not be found out in time"), english("see what it waits for")
            )
        end = foreseen(error)
        if end is None:
            raise error
        return Finding(check, Level.BAD, _in_a_line(error, end[1]))


def _in_a_line(error: Exception, message: str) -> Text:
    if isinstance(error, BadInput):
        return joined(" / ", *(problem.told for problem in error.problems))
    return message if isinstance(message, Text) else said_elsewhere(" / ".join(message.splitlines()))


def _settings(read: list[Settings]) -> Iterator[Finding]:
    read.append(load_settings())
    yield Finding("settings", Level.OK, said_elsewhere(str(read[0].file)))


def _with(settings: Settings, look: Looking) -> Iterator[Finding]:
    yield from look.safely("disk", lambda: [health.disk(settings)])
    yield from look.safely("private", lambda: [health.private(settings)])
    office: list[Office] = []
    yield from look.safely("plan", lambda: _files(settings, office))
    yield from look.around("ledger", _opened(settings, office[0] if office else None, look))


def _files(settings: Settings, read: list[Office]) -> Iterator[Finding]:
    """What the files say, and what they name outside."""
    office, problems = read_files(settings)
    yield from health.plan(office, problems)
    if office is not None:
        read.append(office)
        yield from channels.channels(office, settings)
        yield from outside.outside(office, settings)


def _opened(settings: Settings, office: Office | None, look: Looking) -> Iterator[Finding]:
    """What shows once the ledger and the stack are found; the server is held against the plan in force."""
    from duban.wiring import unborn  # noqa: PLC0415  other commands start faster

    with look.opened(found(settings)) as (at, stack):
        yield prefect.stack(at, stack)
        yield from look.safely("password", lambda: prefect.password(at))
        server = list(look.safely("server", lambda: prefect.server(at, stack)))
        yield from server
        reached = any(one.check == "worker" for one in server)  # it was asked to the end
        if reached:
            yield from look.safely("events", lambda: prefect.events(at, stack))
        if unborn(at):
            if office is not None:
                planned = Schedule(office.plan, office.calendar, {}, office.plan.starts)
                yield from look.safely("calendar", lambda: health.calendar(planned))
            yield Finding("ledger", Level.OK, english("none yet; it begins with the first look at the plan"))
        else:
            yield from look.around("ledger", _on_ledger(at, stack, office, look, reached))


def _on_ledger(
    settings: Settings, stack: Addresses | None, office: Office | None, look: Looking, reached: bool
) -> Iterator[Finding]:
    """What is read from the ledger, and whether the server, where it was `reached`, is as that has it."""
    with look.opened(engine(settings, stack)) as at:
        if reached:
            yield from look.safely("deployments", lambda: prefect.deployments(at.service, settings))
        yield from look.safely("calendar", lambda: health.calendar(at.service.schedule()))
        yield from look.safely("applied", lambda: health.applied(at.service, office))
        yield from look.safely("hosts", lambda: hosts.hosts(at, settings))
        yield from look.safely("ledger", lambda: health.ledger(at.service, settings))
        yield from look.safely("ledger", lambda: health.writable(at.service))
        yield from look.safely("people", lambda: health.people(at.service))
        yield from look.safely("notices", lambda: health.notices(at.service))
        yield from look.safely("patrol", lambda: rounds.rounds(at, settings))
        yield from look.safely("desk", lambda: desk.desk(at, settings))
        yield from look.safely("clock", lambda: [health.clock(settings, at.service)])
