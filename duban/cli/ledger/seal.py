"""`duban ledger seal` and `duban ledger rotate-key`: what the ledger holds, signed, and put down outside of it."""

from typing import Annotated

import typer

from duban.cli.opening import opened
from duban.cli.output import print_json

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("seal")
def seal(as_json: Json = False) -> None:
    """Make a seal of all that the ledger holds now (存证), as the patrol does each working day."""
    from duban.wiring import seals_of  # noqa: PLC0415  other commands start faster

    with opened() as at:
        sealing = seals_of(at.settings)
        made = sealing.seal(at.service.ledger, at.service.clock.now())
    if as_json:
        told = {"number": made.number, "made": made.made, "key": made.key, "fingerprint": made.fingerprint}
        print_json({**told, "folder": sealing.folder.folder})
        return
    typer.echo(f"{made}, by {made.key}: fingerprint {made.fingerprint}, kept in {sealing.folder.folder}")


@app.command("rotate-key")
def rotate(
    lost: Annotated[bool, typer.Option("--lost", help="The key in use is gone: begin with a new one.")] = False,
) -> None:
    """Change the key: the old one seals once more and vouches for the new one; old seals are checked by their own."""
    from duban.wiring import seals_of  # noqa: PLC0415  as above

    with opened() as at:
        made, file = seals_of(at.settings).rotate(at.service.ledger, at.service.clock.now(), lost=lost)
    typer.echo(f"{made}, by {made.key}: fingerprint {made.fingerprint}")
    typer.echo(f"from now on seals are made with {file.name}, kept in {file}; keep a copy of it where no other copy is")
    if lost:
        typer.echo(f"no seal vouches for it: give {file}.pub to whoever checks seals, as their --key")
