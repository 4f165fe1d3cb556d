"""`duban schema`: the JSON Schemas of the files of a plan, for editors."""

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def schema(
    write: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Write one file for each schema there.")] = None,
) -> None:
    """Print the JSON Schemas of the files of a plan, or write them for editors."""
    from duban.adapters.yaml_files import write_schemas  # noqa: PLC0415  other commands here need not load it
    from duban.core.planning.schema import schemas  # noqa: PLC0415  as above

    if write is None:
        typer.echo(json.dumps(schemas(), ensure_ascii=False, indent=2))
        return
    write_schemas(write)
    typer.echo(f"{len(schemas())} schemas written to {write}")
