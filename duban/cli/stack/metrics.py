"""`duban metrics`: figures for Prometheus, at an address of their own or once on the terminal."""

from contextlib import suppress
from dataclasses import replace
from typing import Annotated

import typer

from duban.adapters.log_lines import log_as_json
from duban.cli.exits import Exit, ServerUnreachable
from duban.cli.opening import found
from duban.settings import load_settings

app = typer.Typer()


@app.command("metrics")
def metrics(
    once: Annotated[bool, typer.Option("--once", help="Print them and end, in 1 if a source gave none.")] = False,
) -> None:
    """Serve figures for Prometheus at /metrics; Ctrl-C ends it. `duban up --clock real` does so beside its stack."""
    from deployments.metrics.serving import serve, sources_of, told  # noqa: PLC0415  slow to import
    from deployments.metrics.sources import API_VARIABLE  # noqa: PLC0415  as above
    from deployments.stack.server import free_port  # noqa: PLC0415  as above
    from duban.cli.prefect_server import address, connect  # noqa: PLC0415  as above

    with found(load_settings()) as (at, stack):
        api = address(at, stack)
        settings = replace(at, variables={**at.variables, API_VARIABLE: api or ""})
        if api is not None:
            with suppress(ServerUnreachable):  # the figures say so
                connect(at, stack)
        if once:
            sources = sources_of(settings, prefect=api is not None)
            typer.echo(told(sources).decode(), nl=False)
            raise typer.Exit(Exit.PROBLEMS if sources.failed else Exit.FINE)
        if part := settings.logs_as("metrics"):
            log_as_json(part, ["stderr"])
        port = free_port(settings.metrics.host, settings.metrics.port)
        typer.echo(f"http://{settings.metrics.host}:{port}/metrics")
        serve(settings, port)
