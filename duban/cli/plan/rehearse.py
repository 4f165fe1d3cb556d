"""`duban rehearse`: a plan lived through in memory, shown as a timeline, and beside another plan."""

import gc
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from duban.cli.named import day_of
from duban.cli.output import complain, console, print_json
from duban.cli.plan.timelines import compared, told
from duban.core.rehearsing.comparison import Comparison, compare
from duban.core.rehearsing.profile import Profile
from duban.core.rehearsing.report import Report
from duban.settings import Settings, load_settings

app = typer.Typer()


@app.command("rehearse")
def rehearse_command(  # noqa: PLR0917  typer gives options by name
    plan: Annotated[
        Path | None, typer.Argument(metavar="[PLAN_FOLDER]", help="Folder of a plan instead of the settings' one.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", help="Where the draws begin, instead of the profile's.")
    ] = None,
    profile: Annotated[
        Path | None, typer.Option(metavar="FILE", help="How people behave, instead of config/rehearsal.yaml.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="Stop at the end of this day.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page to show and to print.")] = None,
    other: Annotated[
        Path | None, typer.Option("--compare", metavar="PLAN_FOLDER", help="Rehearse this plan too; say what differs.")
    ] = None,
) -> None:
    """Rehearse the whole plan in memory with simulated people, and show what a year of it brings (推演)."""
    from duban.wiring import load_profile  # noqa: PLC0415  other commands need not load it

    settings = load_settings()
    settings = replace(settings, plan=plan or settings.plan, rehearsal=profile or settings.rehearsal)
    people = load_profile(settings)
    people = people if seed is None else people.model_copy(update={"seed": seed})
    last = day_of(until) if until else None
    one = _rehearsed(settings, people, last)
    beside = compare(one, _rehearsed(replace(settings, plan=other), people, last)) if other else None
    if html:
        _write(html, one, beside)
    if as_json:
        print_json(beside or one)
    else:
        console().print(compared(beside) if beside else told(one))


def _rehearsed(settings: Settings, people: Profile, last: date | None) -> Report:
    from duban.core.rehearsing.rehearse import rehearse  # noqa: PLC0415  other commands need not load it
    from duban.wiring import load_office  # noqa: PLC0415  as above

    office = load_office(settings)
    gc.disable()  # what a rehearsal makes it keeps, or drops at once; nothing needs to be searched for garbage
    if last is not None and last < office.calendar.next_working(office.plan.starts):
        raise typer.BadParameter(f"{last} lies before the first working day of the plan, {office.plan.starts}")
    return rehearse(office, people, last).report


def _write(file: Path, one: Report, beside: Comparison | None) -> None:
    from duban.adapters.files import READABLE, write_atomically  # noqa: PLC0415  needed for a page only
    from duban.adapters.rehearsal_page import page  # noqa: PLC0415  as above

    write_atomically(file, page(one, beside), READABLE)
    complain(f"页面已写入 {file}")
