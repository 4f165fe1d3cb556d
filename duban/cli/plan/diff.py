"""`duban diff`: the plan of the files beside the one in force."""

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from duban.applying import Author, propose
from duban.cli.exits import Exit
from duban.cli.opening import Opened, opened
from duban.cli.output import print_json
from duban.cli.plan.revisions import describe, report
from duban.core.deciding.office import Office
from duban.core.ledger.entries import PLAN
from duban.core.telling.revised import Names
from duban.core.telling.whens import chinese

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def diff(as_json: Json = False) -> None:
    """Compare the plan of the files with the one in force: what differs, what it touches, what moves (计划调整)."""
    with opened() as at:
        proposal = propose(at.service, written(at), Author(""))
        found = None if proposal.first or proposal.empty else proposal.consequences()
        if as_json:
            print_json(report(proposal, found))
        else:
            say((*_in_force(at), *describe(proposal, found)))
    raise typer.Exit(Exit.FINE if proposal.empty else Exit.PROBLEMS)


def written(at: Opened) -> Office:
    """The bureau with the plan of the files; raises BadInput."""
    from duban.wiring import load_office, under_way  # noqa: PLC0415  loaded with the engine anyway, not by `check`

    return load_office(at.settings, under_way(at.service))


def _in_force(at: Opened) -> Iterator[str]:
    """Which plan is in force, since when, by whom and why."""
    entry = at.service.ledger.last(PLAN)
    if entry is not None:
        by = Names(at.service.office.directory, ()).title(entry.actor)
        reason = f"：{entry.data['reason']}" if entry.data["reason"] else ""
        yield f"现行计划：第{entry.sequence}次应用（{chinese(entry.day)}，{by}{reason}）"


def say(lines: Iterable[str]) -> None:
    """Print lines."""
    for line in lines:
        typer.echo(line)
