"""`duban ledger since`: what was put down from a moment on, by a wrong clock say, and how it is taken back."""

from collections import Counter
from datetime import datetime
from typing import Annotated

import typer

from duban.cli.ledger.show import NOTICES, plain_entry
from duban.cli.opening import opened
from duban.cli.output import print_json
from duban.core.ledger.entries import EntryKind, by_itself
from duban.core.telling.events import in_full, title_of
from duban.core.telling.revised import Names
from duban.core.telling.ways_back import way_back

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
FORMATS = ["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]


@app.command("since")
def since(
    moment: Annotated[datetime, typer.Argument(metavar="MOMENT", formats=FORMATS, help="By the office's time.")],
    as_json: Json = False,
) -> None:
    """List what was put down from a moment on, and the command that takes each back (清查)."""
    with opened() as at:
        office, plan = at.service.office, (at.service.office.plan,)
        found = at.service.ledger.of_kinds(tuple(EntryKind), moment.replace(tzinfo=office.zone))
    names = Names(office.directory, plan)
    acts = [(one, in_full(names, one), way_back(office, one)) for one in found if one.kind not in NOTICES]
    passing = Counter(one.kind.value for one in found if one.kind in NOTICES)
    if as_json:
        listed = [
            {"moment": one.at, "initiative": one.initiative, "said": said, "back": back, **plain_entry(one)}
            for one, said, back in acts
        ]
        print_json({"entries": listed, "notices": dict(sorted(passing.items()))})
        return
    for one, said, back in acts:
        title = title_of(names, one)
        typer.echo(f"{one.at.astimezone(office.zone):%Y-%m-%d %H:%M}　{one.initiative}　{title}　{said}")
        if back:
            typer.echo(f"    {back}")
    if any(map(by_itself, found)):
        typer.echo("系统记录可以一并作为不计：duban ledger take-back --since MOMENT --as POST --reason TEXT")
    told = "，".join(f"{kind} {count} 条" for kind, count in sorted(passing.items()))
    typer.echo(f"共 {len(acts)} 条，另有通知记录 {passing.total()} 条{f'（{told}）' if told else ''}")
