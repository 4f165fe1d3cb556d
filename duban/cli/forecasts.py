"""`duban forecast`: what will be late, through the whole plan, and where acting helps."""

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from duban.cli.opening import opened
from duban.cli.output import console, print_json
from duban.core.deciding.facts import facts_of
from duban.core.deciding.forecast import Forecast, Late, forecast
from duban.core.deciding.schedule import Schedule
from duban.core.planning.plan import Plan

app = typer.Typer()


@app.command("forecast")
def forecast_command(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Forecast the whole plan from how it stands: what will miss its deadline, and why (预计)."""
    with opened() as at:
        office, today = at.service.office, at.service.office.day(at.service.clock.now())
        told = forecast(Schedule(office.plan, office.calendar, facts_of(at.seen()), today))
    if as_json:
        print_json({"late": told.late, "finish": told.finish, "slack": told.slack})
    elif not told.late:
        typer.echo("预计全部事项都能按时办结")
    else:
        console().print(_table(office.plan, told))


def _table(plan: Plan, told: Forecast) -> Table:
    table = Table("晚", "时限", "预计", "事项", "先办", "编号", box=None, pad_edge=False)
    for late in sorted(told.late, key=lambda one: (-one.days, one.step)):
        table.add_row(
            f"{late.days}天",
            late.due.isoformat(),
            late.finish.isoformat(),
            escape(plan.step(late.step).title),
            escape(_where_to_act(plan, late)),
            str(late.step),
        )
    return table


def _where_to_act(plan: Plan, late: Late) -> str:
    first = late.chain[0]
    return "本事项" if first == late.step else plan.step(first).title
