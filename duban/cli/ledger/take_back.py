"""`duban ledger take-back`: what the machine put down by a wrong clock counts no longer."""

from datetime import datetime
from typing import Annotated

import typer

from duban.cli.account import by_command
from duban.cli.ledger.show import plain_entry
from duban.cli.opening import opened
from duban.cli.output import print_json
from duban.core.deciding.disregarding import Undone, WrongTime
from duban.core.telling.undone import spelt, undone_lines
from duban.undoing import TakingBack, foreseen, take_back

app = typer.Typer()

FORMATS = ["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]


@app.command("take-back")
def take_back_command(
    *,
    since: Annotated[
        datetime, typer.Option(metavar="MOMENT", formats=FORMATS, help="From when on, by the wrong clock.")
    ],
    until: Annotated[datetime | None, typer.Option(metavar="MOMENT", formats=FORMATS, help="Up to when.")] = None,
    actor: Annotated[str, typer.Option("--as", metavar="POST", help="The post you act as: the administrator.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="What was wrong with the clock.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this it only lists.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Have what was put down by itself while the clock was wrong count no longer (不计错时记录)."""
    with opened() as at:
        service, zone = at.service, at.service.office.zone
        span = WrongTime(since.replace(tzinfo=zone), until and until.replace(tzinfo=zone))
        asked = TakingBack(span, actor, reason, by_command())
        found = take_back(service, asked) if yes else foreseen(service, asked)
    if as_json:
        print_json({"done": yes, "initiatives": {name: _plain(one) for name, one in found.items()}})
        return
    for name, one in found.items():
        for line in undone_lines(service.office, name, one):
            typer.echo(line)
    many, acts = (
        sum(map(len, every)) for every in ([o.entries for o in found.values()], [o.acts for o in found.values()])
    )
    what = f"{spelt(service.office, span)}的{many}条系统记录作为不计，须由人核对的办理记录{acts}条"
    typer.echo(f"{'已' if yes else '拟'}将{what}")
    if many and not yes:
        typer.echo("以上尚未办理；确认后加 --yes 再执行一次")


def _plain(one: Undone) -> dict[str, object]:
    acts = [plain_entry(act) for act in one.acts]
    return {"entries": [entry.sequence for entry in one.entries], "restated": len(one.restated), "acts": acts}
