"""`duban import xlsx`: what an office filled in, shown by cell address and, once wanted, put into the ledger."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duban.cli.account import by_workbook
from duban.cli.exits import Exit
from duban.cli.opening import opened
from duban.cli.output import complain, print_json
from duban.cli.prefect_server import wake
from duban.core.workbooks.comeback import CellChange, Comeback
from duban.core.workbooks.rows_back import CellNote
from duban.written import handed_in

if TYPE_CHECKING:
    from duban.exchange.inward import TakenIn

app = typer.Typer(help="Take in tables that offices have filled in.", no_args_is_help=True)


@app.command("xlsx")
def xlsx(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The workbook that came back.")],
    actor: Annotated[
        str | None,
        typer.Option("--as", metavar="POST", help="The post that asks for all of it; else each step's owner."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do what is shown; nothing is changed without.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Take in a workbook of `duban export xlsx` that was filled in; problems change nothing at all (导入)."""
    from duban.adapters.workbooks_back import MOST_BYTES  # noqa: PLC0415  as below
    from duban.exchange.inward import read_back, take_in  # noqa: PLC0415  other commands start faster

    with opened() as at:
        back = read_back(at.service, handed_in(file, MOST_BYTES), file.name, actor=actor, via=by_workbook())
        do = yes and bool(back.commands) and not back.problems
        taken = take_in(at.service, back.commands) if do else None
        if as_json:
            print_json({**_data(back), "done": do, "taken_in": taken})
        else:
            for line in (*_in_words(back), *_outcome(back, taken)):
                typer.echo(line)
            for refused in taken.refused if taken else ():
                complain(f"此后另有变动，未记入：{refused}")
        if taken and taken.woken:
            wake(at.settings, at.stack, at.service.office.plan, taken.woken)
    if back.problems:
        raise typer.Exit(Exit.BAD_INPUT)
    if taken and taken.refused:
        raise typer.Exit(Exit.PROBLEMS)


def _data(back: Comeback) -> dict[str, object]:
    return {
        "changes": back.changes,
        "problems": back.problems,
        "notes": back.notes,
        "taken": back.taken,
        "commands": len(back.commands),
    }


def _in_words(back: Comeback) -> Iterator[str]:
    yield from map(_change, back.changes)
    yield from _notes("说明", back.notes)
    yield from _notes("问题", back.problems)
    if back.commands:  # else all of it was taken in before, which is said once
        yield from _notes("已记入", back.taken)


def _outcome(back: Comeback, taken: "TakenIn | None") -> Iterator[str]:
    if back.problems:
        yield f"共{len(back.problems)}个问题，台账没有变动；改正后重新导入"
    elif not back.commands:
        yield "表中没有新的内容，台账没有变动"
    elif taken is None:
        yield f"共改动{len(back.changes)}格，办理{len(back.commands)}项；以上尚未办理，确认后加 --yes 再执行一次"
    else:
        yield f"共改动{len(back.changes)}格，已记入台账，新增记录{taken.entries}条"


def _change(one: CellChange) -> str:
    return f"{one.address} {one.column}：“{one.before}” → “{one.after}”　{one.step}"


def _notes(kind: str, notes: Iterable[CellNote]) -> Iterator[str]:
    for one in notes:
        yield f"{kind}　{' '.join(filter(None, (one.address, one.message)))}" + (
            f"；{one.remedy}" if one.remedy else ""
        )
