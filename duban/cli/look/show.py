"""`duban show`: how the plan stands, as a tree, as bars, or as it is written."""

from typing import Annotated

import typer

from duban.cli.look.expanded import expanded_text
from duban.cli.look.trees import listing, tree
from duban.cli.look.weeks import gantt
from duban.cli.named import known, step_of
from duban.cli.opening import Opened, opened
from duban.cli.output import Csv, Xlsx, console, outlet, print_json, put_out
from duban.core.planning.plan import StepRef
from duban.core.telling.outline import SectionLine, only, outline

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def show(
    what: Annotated[
        str | None, typer.Argument(metavar="[INITIATIVE|STEP]", help="One initiative, or one step as initiative/step.")
    ] = None,
    *,
    all_steps: Annotated[bool, typer.Option("--all", help="Every step, not only those with a warning.")] = False,
    as_gantt: Annotated[bool, typer.Option("--gantt", help="Draw bars, one column for each week.")] = False,
    expanded: Annotated[
        bool, typer.Option("--expanded", help="Print the initiative as YAML with its pattern written out.")
    ] = False,
    as_json: Json = False,
    as_csv: Csv = False,
    xlsx: Xlsx = None,
) -> None:
    """Show how the plan stands: sections, initiatives and steps with their lights (看灯)."""
    to = outlet(as_json, as_csv, xlsx)
    if expanded:
        typer.echo(expanded_text(what))
        return
    with opened(to_look=True) as at:
        sections = _outline(at, what)
        now = at.service.clock.now()
    every = all_steps or what is not None
    if to.as_json:
        plan, guessed = at.service.office.plan, sorted(at.service.office.calendar.provisional_years)
        told = {"plan": plan.id, "title": plan.title, "as_of": now, "provisional_years": guessed}
        print_json({**told, "sections": sections})
    elif to.tabular:
        put_out(listing(at.service.office, sections, every=every), to)
    elif as_gantt:
        console().print(gantt(at.service.office, sections, at.service.office.day(now), steps=what is not None))
    else:
        console().print(tree(at.service.office, sections, every=every))


def _outline(at: Opened, what: str | None) -> tuple[SectionLine, ...]:
    if what is None:
        return outline(at.service.office, at.seen())
    initiative, _, step = what.partition("/")
    if step:
        known(at.service, step_of(what))
    lines = outline(at.service.office, at.seen([initiative]))
    return only(lines, StepRef(initiative, step)) if step else lines
