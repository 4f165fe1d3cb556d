"""`duban paper`: what an office keeps on paper, as a Word file by the templates of `config/papers`."""

from pathlib import Path
from typing import Annotated

import typer

from duban.cli.named import known, step_of
from duban.cli.opening import opened
from duban.core.deciding.commands import Refused
from duban.core.telling.papers import MATTERS
from duban.core.titles import perhaps

app = typer.Typer()

Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to; its own name, in this folder, without.")
]


@app.command()
def paper(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of {', '.join(MATTERS)}.")],
    subject: Annotated[str, typer.Argument(metavar="STEP", help="A step as initiative/step.")],
    output: Output = None,
) -> None:
    """Write the paper of a slip, as it was sent, to be printed and filed (文书)."""
    from duban.wiring import paper as written  # noqa: PLC0415  as other commands

    if kind not in MATTERS:
        raise Refused("unknown-paper", f"没有文书 {kind}：{perhaps(kind, MATTERS, '可用的有' + '、'.join(MATTERS))}")
    with opened() as at:
        made = written(at.settings, at.service, kind, known(at.service, step_of(subject)))
    file = output or Path(made.name)
    file.write_bytes(made.content)
    typer.echo(f"已写入 {file}")
