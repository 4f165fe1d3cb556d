"""`duban desk`: the desk alone, on whichever ledger lies in the settings' var folder."""

from dataclasses import replace

import typer

from duban.cli.opening import found
from duban.settings import DESK_VARIABLE, load_settings

app = typer.Typer(invoke_without_command=True)


@app.callback()
def desk(context: typer.Context) -> None:
    """Serve the desk (工作台) alone; Ctrl-C ends it. `duban up` starts one beside its stack."""
    if context.invoked_subcommand is not None:
        return
    from deployments.stack.server import free_port  # noqa: PLC0415  other commands need not load it
    from duban.cli.prefect_server import connect  # noqa: PLC0415  as above
    from duban.desk.serving import serve  # noqa: PLC0415  as above
    from duban.desk.waking import no_waking, wake_by_prefect  # noqa: PLC0415  as above

    with found(load_settings()) as (settings, stack):
        port = free_port(settings.desk.host, settings.desk.port)
        address = f"http://{settings.desk.host}:{port}"
        told = {DESK_VARIABLE: address, **settings.variables}
        if stack is not None:
            connect(settings, stack)
        typer.echo(f"工作台：{settings.desk.address or address}")
        waking = wake_by_prefect if stack is not None else no_waking
        serve(replace(settings, variables=told), waking, port)
