"""`duban ledger roles`: who may do what in an office's own PostgreSQL, as SQL to look at or to carry out."""

from typing import Annotated

import typer

from duban.cli.opening import opened
from duban.core.problems import BadInput, Problem
from duban.core.texts import english

app = typer.Typer()


@app.command("roles")
def roles(
    programs: Annotated[str, typer.Option(metavar="ROLE", help="As whom the programs come.")] = "duban",
    apply: Annotated[bool, typer.Option("--apply", help="Carry it out, as the owner that the address names.")] = False,
) -> None:
    """Print what gives the programs' role the right to append entries and no more, for the owner of the tables."""
    from duban.adapters.ledger_engine import writing  # noqa: PLC0415  as above
    from duban.adapters.ledger_roles import grant, rights  # noqa: PLC0415  other commands start faster
    from duban.adapters.sql_ledger import SqlLedger  # noqa: PLC0415  as above

    statements = rights(programs)
    if not apply:
        typer.echo("".join(f"{statement};\n" for statement in statements), nl=False)
        return
    with opened() as at:
        ledger = at.service.ledger
        if not isinstance(ledger, SqlLedger) or ledger.engine.name != "postgresql":
            message = english("the ledger is a file: its rights are those of the file")
            remedy = english("set DUBAN_LEDGER_URL")
            raise BadInput([Problem("DUBAN_LEDGER_URL", 0, "no-roles", message, remedy)])
        with writing(ledger.engine, ("schema",)) as connection:
            grant(connection, programs)
    typer.echo(f"{programs} may append entries, and change what is derived from them")
