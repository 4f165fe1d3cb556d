"""`duban apply` and `duban patrol`: what is done to, and through, a Prefect server."""

from typing import TYPE_CHECKING, Annotated

import typer

from duban.cli.opening import opened
from duban.cli.output import console, print_json
from duban.cli.prefect_server import connect
from duban.cli.up import PATROL_EVERY

if TYPE_CHECKING:
    from deployments.apply import Difference

app = typer.Typer()


@app.command()
def apply(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the difference and change nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the difference as JSON.")] = False,
) -> None:
    """Bring the Prefect server to the plan: the difference is shown, then made; a second time there is none."""
    with opened() as at:
        connect(at.settings, at.stack)
        from deployments.apply import difference, make  # noqa: PLC0415  Prefect reads its settings when imported

        changes = difference(at.service.office, patrol_every=None if at.settings.clock else PATROL_EVERY)
        _show(changes, as_json=as_json)
        if not dry_run:
            make(changes, at.settings.stack.pool)


def _show(changes: "Difference", *, as_json: bool) -> None:
    create, update = [item.name for item in changes.create], [item.name for item in changes.update]
    remove = [item.name for item in changes.remove]
    if as_json:
        print_json({"create": create, "update": update, "remove": remove, "same": changes.same})
        return
    out = console()
    for mark, names in (("+", create), ("~", update), ("-", remove)):
        for name in names:
            out.print(f"{mark} {name}", markup=False)
    out.print("nothing to do" if changes.empty else f"{changes.same} unchanged")


@app.command()
def patrol() -> None:
    """Start what is due and send what is left to send, now; the stack does so by itself every few minutes."""
    with opened() as at:
        connect(at.settings, at.stack)
    from flows.patrol import patrol as run  # noqa: PLC0415  Prefect reads its settings when imported

    console().print(run(return_state=True).message)
