"""`duban bulletin`: bulletins (督查通报) drafted, sent and filed, as at the desk."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duban.cli.account import by_command
from duban.cli.named import spell_named
from duban.cli.opening import opened
from duban.cli.output import Csv, Listing, Xlsx, as_table, console, outlet, print_json, put_out
from duban.core.problems import BadInput, Problem
from duban.core.telling.bulletin_text import BulletinText, filed_text, from_file, in_file, text_of
from duban.core.texts import english, said_elsewhere

if TYPE_CHECKING:
    from duban.exchange.bulletins import Issue

app = typer.Typer(help="Draft, send and file bulletins (通报).", no_args_is_help=True)

Month = Annotated[str | None, typer.Option(metavar="MONTH", help="The bulletin of a month, as 2024-05.")]
Week = Annotated[str | None, typer.Option(metavar="DAY", help="The bulletin of a week, by a day of it.")]
Correct = Annotated[str, typer.Option("--correct", metavar="NUMBER", help="A correction of that bulletin.")]
Actor = Annotated[str, typer.Option("--as", metavar="POST", help="The post you act as.")]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="Its number, or its place in the list.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@contextmanager
def _meant(month: str | None, week: str | None, correct: str) -> "Iterator[Issue]":
    """The bulletin that is meant."""
    from duban.exchange.bulletins import Issue, correction_of, filed_as  # noqa: PLC0415  other commands start faster

    if sum(map(bool, (month, week, correct))) != 1:
        raise typer.BadParameter("give one of --month, --week and --correct")
    with opened() as at:
        if correct:
            yield correction_of(at.service, filed_as(at.service, correct))
        else:
            today = at.service.office.day(at.service.clock.now())
            yield Issue(at.service, spell_named(at.service.office, month, week, today))


@app.command("text")
def text(month: Month = None, week: Week = None, correct: Correct = "") -> None:
    """Print the sections of the draft, to be edited in a file and sent by --text (通报草稿)."""
    from duban.exchange.bulletins import drafted  # noqa: PLC0415  as above

    with _meant(month, week, correct) as issue:
        typer.echo(in_file(text_of(drafted(issue))), nl=False)


@app.command("send")
def send(
    month: Month = None,
    week: Week = None,
    correct: Correct = "",
    *,
    actor: Actor,
    file: Annotated[
        Path | None, typer.Option("--text", metavar="FILE", help="Its sections, as `duban bulletin text` prints them.")
    ] = None,
) -> None:
    """Send a bulletin to all whom the directory names, and file it; the same again goes out once (发出通报)."""
    from duban.exchange.bulletins import Act  # noqa: PLC0415  as above
    from duban.exchange.bulletins import send as send_out  # noqa: PLC0415  as above

    said = _read(file) if file else None
    with _meant(month, week, correct) as issue:
        sent = send_out(issue, Act(actor, by_command()), text=said)
        titles = "、".join(map(issue.service.office.directory.title, sent.entry.data["to"]))
    typer.echo(f"已归档：{sent.number}　SHA-256：{sent.entry.data['sha256']}")
    typer.echo(f"发给：{titles}（由巡查在工作时间送出）")


def _read(file: Path) -> BulletinText:
    try:
        return from_file(file.read_text(encoding="utf-8"))
    except OSError as error:
        message = said_elsewhere(str(error.strerror))
        raise BadInput([Problem(str(file), 0, "unreadable", message, english("give another file"))]) from None
    except UnicodeError:
        message, remedy = english("it is not UTF-8"), english("save it as UTF-8")
        raise BadInput([Problem(str(file), 0, "not-utf-8", message, remedy)]) from None


@app.command("list")
def list_(as_json: Json = False, as_csv: Csv = False, xlsx: Xlsx = None) -> None:
    """List the bulletins that were sent, the last one first (已发出的通报)."""
    from duban.exchange.bulletins import filed  # noqa: PLC0415  as above

    way = outlet(as_json, as_csv, xlsx)
    with opened() as at:
        found, office = filed(at.service), at.service.office
    if way.as_json:
        print_json([{**one.entry.data, "at": one.entry.at, "actor": one.entry.actor} for one in found])
        return
    rows = tuple(
        (
            str(one.entry.sequence),
            one.number,
            one.entry.data["title"],
            f"{one.entry.at.astimezone(office.zone):%Y-%m-%d %H:%M}",
            office.directory.title(one.entry.actor),
            f"已由{one.replaced_by}代替" if one.replaced_by else "",
            one.entry.data["sha256"],
        )
        for one in found
    )
    listing = Listing("通报", ("序号", "编号", "时间范围", "发出", "发出人", "说明", "SHA-256"), rows)
    if way.tabular:
        put_out(listing, way)
    elif not rows:
        typer.echo("尚未发出通报")
    else:
        console().print(as_table(listing))


@app.command("show")
def show(number: Number) -> None:
    """Print what a bulletin says as it was filed; of this text the digest is taken (通报正文)."""
    from duban.exchange.bulletins import filed_as  # noqa: PLC0415  as above

    with opened() as at:
        typer.echo(filed_text(filed_as(at.service, number).paper), nl=False)


@app.command("paper")
def paper(
    number: Number,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Where to; its own name without."),
    ] = None,
) -> None:
    """Write a bulletin as a Word file, as it was filed (通报文书)."""
    from duban.adapters.files import READABLE, write_bytes_atomically  # noqa: PLC0415  as above
    from duban.exchange.bulletins import filed_as  # noqa: PLC0415  as above
    from duban.exchange.papers import bulletin_paper_file  # noqa: PLC0415  as above

    with opened() as at:
        made = bulletin_paper_file(at.settings.papers, filed_as(at.service, number).paper)
    file = output or Path(made.name)
    write_bytes_atomically(file, made.content, READABLE)
    typer.echo(f"已写入 {file}")
