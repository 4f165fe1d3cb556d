"""`duban ledger verify`: whether every entry follows from the one before it."""

from typing import Annotated

import typer

from duban.adapters.ledger_rules import Broken, verify
from duban.cli.exits import Exit
from duban.cli.opening import opened
from duban.cli.output import print_json
from duban.ports import Ledger

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("verify")
def verify_command(as_json: Json = False) -> None:
    """Read every entry and name the first one that was changed or is missing."""
    with opened() as at:
        broken = verify(at.service.ledger)
        count = _count(at.service.ledger)
    if as_json:
        print_json({"whole": broken is None, "entries": count, "broken": broken})
    elif broken is None:
        typer.echo(f"the ledger is whole: {count} entries, each following from the one before it")
    else:
        typer.echo(f"{said(broken)}\nrestore the last backup, and find out who wrote to the database")
    raise typer.Exit(Exit.PROBLEMS if broken else Exit.FINE)


def said(broken: Broken) -> str:
    """Where the ledger is broken, and why."""
    return f"the ledger is broken at {broken.initiative}, entry {broken.sequence}: {broken.reason}"


def _count(ledger: Ledger) -> int:
    with ledger.stream() as entries:
        return sum(1 for _ in entries)
