"""`duban export`: the account and the breakdown of the plan as a workbook, its deadlines as a calendar."""

from pathlib import Path
from typing import Annotated

import typer

from duban.cli.opening import opened

app = typer.Typer(help="Write tables for offices to print and fill in, and calendars.", no_args_is_help=True)


@app.command("xlsx")
def xlsx(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the workbook goes.")],
    plan_only: Annotated[bool, typer.Option("--plan", help="Only 任务分解表: the plan, not how it stands.")] = False,
    unit: Annotated[
        str | None, typer.Option(metavar="UNIT", help="Only what is with this unit, group of units or post.")
    ] = None,
    fold: Annotated[bool, typer.Option("--fold", help="One row for the steps of all units of one kind.")] = False,
) -> None:
    """Write 督办台账 and 任务分解表 as a workbook; what is filled in comes back by `duban import xlsx` (导出)."""
    from duban.adapters.files import READABLE, write_bytes_atomically  # noqa: PLC0415  other commands start faster
    from duban.exchange.outward import plan_workbook  # noqa: PLC0415  as above

    with opened() as at:
        data = plan_workbook(at.service, unit, fold=fold, plan_only=plan_only)
    write_bytes_atomically(output, data, READABLE)
    typer.echo(f"已导出：{output}")


@app.command("ics")
def ics(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where the calendar goes.")],
    post: Annotated[str | None, typer.Option(metavar="POST", help="Only what is with this post and its units.")] = None,
    unit: Annotated[str | None, typer.Option(metavar="UNIT", help="Only what is with this unit, or group.")] = None,
) -> None:
    """Write deadlines with their lights as a calendar (.ics), closed ones as done (日程)."""
    from duban.adapters.files import READABLE, write_bytes_atomically  # noqa: PLC0415  as above
    from duban.exchange.calendars import deadlines_file  # noqa: PLC0415  as above

    if post and unit:
        raise typer.BadParameter("give --post or --unit, not both")
    with opened() as at:
        data = deadlines_file(at.service, post or unit)
    write_bytes_atomically(output, data, READABLE)
    typer.echo(f"已导出：{output}")
