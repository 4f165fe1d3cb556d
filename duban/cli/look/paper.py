"""`duban paper`: what an office keeps on paper, as a Word file by the templates of `config/papers`."""

from pathlib import Path
from typing import Annotated

import typer

from duban.cli.named import spell_named
from duban.cli.opening import Opened, opened
from duban.core.deciding.commands import Refused
from duban.core.telling.papers import MATTERS
from duban.core.telling.slips import Enclosure
from duban.core.titles import BULLETIN, perhaps

app = typer.Typer()

Output = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to; its own name, in this folder, without.")
]


@app.command()
def paper(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"One of {', '.join(MATTERS)}.")],
    subject: Annotated[
        str | None, typer.Argument(metavar="[SUBJECT]", help="A step as initiative/step; of closing an initiative too.")
    ] = None,
    month: Annotated[str | None, typer.Option(metavar="MONTH", help="The month of a bulletin, as 2024-05.")] = None,
    week: Annotated[str | None, typer.Option(metavar="DAY", help="The week of a bulletin, by a day of it.")] = None,
    output: Output = None,
) -> None:
    """Write a paper as a Word file, to be printed and filed: of a slip, of what is closed, a bulletin (文书)."""
    from duban.adapters.files import READABLE, write_bytes_atomically  # noqa: PLC0415  other commands start faster

    if kind not in MATTERS:
        raise Refused("unknown-paper", f"没有文书 {kind}：{perhaps(kind, MATTERS, '可用的有' + '、'.join(MATTERS))}")
    if kind == BULLETIN and (subject or (month and week)):
        raise typer.BadParameter("a bulletin takes --month or --week, and no subject")
    if kind != BULLETIN and (subject is None or month or week):
        raise typer.BadParameter(f"{kind} takes a subject, and neither --month nor --week")
    with opened(to_look=True) as at:
        made = _made(at, kind, subject, month, week)
    file = output or Path(made.name)
    write_bytes_atomically(file, made.content, READABLE)
    typer.echo(f"已写入 {file}")


def _made(at: Opened, kind: str, subject: str | None, month: str | None, week: str | None) -> Enclosure:
    from duban.exchange.papers import bulletin_file, paper_file  # noqa: PLC0415  as above

    if subject is not None:
        return paper_file(at.service, at.settings.papers, kind, subject)
    office = at.service.office
    today = office.day(at.service.clock.now())
    return bulletin_file(at.service, at.settings.papers, spell_named(office, month, week, today))
