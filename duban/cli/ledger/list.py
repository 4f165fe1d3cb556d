"""`duban ledger list`: the entries of an initiative as they are stored."""

import json
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from duban.cli.opening import opened
from duban.cli.output import console, print_json
from duban.core.ledger.entries import standing
from duban.core.typed import one_line

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_entries(
    initiative: Annotated[str, typer.Argument(metavar="INITIATIVE", help="Whose entries.")],
    step: Annotated[str | None, typer.Option(metavar="STEP", help="Only those about this step.")] = None,
    as_json: Json = False,
) -> None:
    """List the entries of an initiative, oldest first."""
    with opened() as at:
        every = at.service.ledger.entries(initiative)
        if not every:
            at.service.initiative(initiative)  # refuses a name that is in neither the ledger nor the plan
        zone = at.service.office.zone
    entries = [entry for entry in every if step in (None, entry.step)]
    if as_json:
        print_json(entries)
        return
    counting = {entry.sequence for entry in standing(every)}
    table = Table("sequence", "moment", "kind", "step", "actor", "data", box=None, pad_edge=False)
    for entry in entries:
        moment = f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        said = one_line(json.dumps(entry.data, ensure_ascii=False)) if entry.data else ""
        kind = entry.kind if entry.sequence in counting else f"{entry.kind} (disregarded)"
        table.add_row(str(entry.sequence), moment, kind, entry.step, entry.actor, escape(said))
    console().print(table)
    typer.echo(f"{len(entries)} entries")
