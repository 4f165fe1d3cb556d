"""`duban patrol`: what is done through a Prefect server."""

import typer

from duban.cli.opening import opened
from duban.cli.output import console
from duban.cli.prefect_server import connect

app = typer.Typer()


@app.command()
def patrol() -> None:
    """Start what is due and send what is left to send, now; the stack does so by itself every few minutes."""
    with opened() as at:
        connect(at.settings, at.stack)
        plan = at.service.office.plan.id
    from flows.patrol import patrol_now  # noqa: PLC0415  Prefect reads its settings when imported

    console().print(patrol_now(plan).message)
