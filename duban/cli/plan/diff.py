"""`duban diff`: the plan of the files beside the one in force."""

from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from duban.applying import Author, propose
from duban.cli.exits import Exit
from duban.cli.language import Lang, said
from duban.cli.opening import Opened, opened
from duban.cli.output import print_json
from duban.cli.plan.revisions import describe, report
from duban.core.deciding.office import Office
from duban.core.ledger.entries import PLAN
from duban.core.telling.revised import Names
from duban.core.telling.whens import day_in_words
from duban.core.texts import Text, mandarin

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def diff(as_json: Json = False, lang: Lang = None) -> None:
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


def _in_force(at: Opened) -> Iterator[Text]:
    """Which plan is in force, since when, by whom and why."""
    entry = at.service.ledger.last(PLAN)
    if entry is not None:
        by = Names(at.service.office.directory, ()).title(entry.actor)
        told = {"number": entry.sequence, "day": day_in_words(entry.day), "by": by}
        if reason := entry.data["reason"]:
            yield mandarin("现行计划：第{number}次应用（{day}，{by}：{reason}）", **told, reason=reason)
        else:
            yield mandarin("现行计划：第{number}次应用（{day}，{by}）", **told)


def say(lines: Iterable[str]) -> None:
    """Print lines."""
    for line in lines:
        typer.echo(said(line))
