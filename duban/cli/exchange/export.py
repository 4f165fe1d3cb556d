"""`duban export xlsx`: the account and the breakdown of the plan as a workbook for offices."""

from pathlib import Path
from typing import Annotated

import typer

from duban.cli.opening import opened

app = typer.Typer(help="Write tables for offices to print and fill in.", no_args_is_help=True)


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
    from duban.adapters.files import write_bytes_atomically  # noqa: PLC0415  other commands start faster
    from duban.exchange.outward import plan_workbook  # noqa: PLC0415  as above

    with opened() as at:
        data = plan_workbook(at.service, unit, fold=fold, plan_only=plan_only)
    write_bytes_atomically(output, data)
    typer.echo(f"已导出：{output}")
