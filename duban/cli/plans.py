"""Commands about files and days: `check`, `schema`, `workdays`. None of them opens the ledger."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from duban.cli.exits import Exit
from duban.cli.output import complain, console, print_json
from duban.core.checking.check_force import check_told
from duban.core.days.workdays import CalendarOverrides, WorkCalendar
from duban.core.deciding.office import Office
from duban.core.planning.coverage import Covered
from duban.core.planning.plan import Initiative
from duban.core.planning.when import parse_day
from duban.core.problems import BadInput, Invalid, Problem
from duban.settings import Settings, load_settings

ReadBureau = tuple[Office, Sequence[Covered]]
"""The bureau, and what of its document is covered."""

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

FEWEST_A_YEAR = 240
"""Fewer than the working days of any year: how many years a count of them may span."""


@app.command()
def check(
    plan: Annotated[
        Path | None, typer.Argument(metavar="[PLAN_FOLDER]", help="Folder of a plan instead of the settings' one.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read every file of a plan and name all problems, with file and line."""
    settings = load_settings()
    settings = replace(settings, plan=plan) if plan else settings
    read, problems = _read(settings)
    if as_json:
        print_json(_report(settings, read, problems))
    else:
        _show(read, problems)
    raise typer.Exit(Exit.BAD_INPUT if problems else Exit.FINE)


def read_files(settings: Settings) -> tuple[Office | None, list[Problem]]:
    """The bureau where its files can be used, and the problems of all files."""
    read, problems = _read(settings)
    return (read[0] if read else None), problems


def _read(settings: Settings) -> tuple[ReadBureau | None, list[Problem]]:
    from duban.adapters.wording import Wording  # noqa: PLC0415  other commands here need not load it
    from duban.wiring import load_bureau, load_profile  # noqa: PLC0415  as above

    def with_coverage() -> ReadBureau:
        office, loaded = load_bureau(settings)
        return office, loaded.coverage

    bureau: list[ReadBureau] = []
    readers: tuple[Callable[[], object], ...] = (
        lambda: bureau.append(with_coverage()),
        lambda: Wording(settings.notices),
        lambda: load_profile(settings),
    )
    problems: list[Problem] = []
    for read in readers:
        try:
            read()
        except BadInput as error:
            problems += error.problems
    if bureau:
        problems += check_told(bureau[0][0].policy)
    return (bureau[0] if bureau else None), problems


def _report(settings: Settings, read: ReadBureau | None, problems: list[Problem]) -> dict[str, object]:
    office = read[0] if read else None
    initiatives = list(office.plan.initiatives.values()) if office else []
    return {
        "plan": office.plan.id if office else settings.plan.name,
        "initiatives": len(initiatives) if office else None,
        "steps": sum(len(initiative.steps) for initiative in initiatives) if office else None,
        "cross_dependencies": sum(len(initiative.upstream) for initiative in initiatives) if office else None,
        **_covered(read[1] if read else ()),
        "provisional_years": provisional(office) if office else None,
        "problems": [
            {"file": p.file, "line": p.line or None, "id": p.id, "message": p.message, "remedy": p.remedy}
            for p in problems
        ],
    }


def _covered(sentences: Sequence[Covered]) -> dict[str, dict[str, int] | None]:
    """How many sentences and undertakings of the document are covered; null where there is none to judge by."""
    taken = [by for one in sentences for by in one.undertakings.values()]
    return {
        "sentences": _share([one.initiatives for one in sentences]) if sentences else None,
        "undertakings": _share(taken) if sentences else None,
    }


def _share(each: Sequence[Sequence[str]]) -> dict[str, int]:
    return {"covered": sum(map(bool, each)), "total": len(each)}


def provisional(office: Office) -> list[int]:
    """Years of the plan whose holidays are not announced yet."""
    years = range(office.plan.starts.year, office.plan.ends.year + 1)
    return [year for year in years if year in office.calendar.provisional_years]


def _show(read: ReadBureau | None, problems: list[Problem]) -> None:
    out = console()
    if read is not None:
        office, sentences = read
        out.print(_table(list(office.plan.initiatives.values())))
        if sentences:
            out.print("", _coverage_table(sentences))
        for year in provisional(office):
            out.print(f"holidays of {year} are not announced yet: its working days are provisional")
    for problem in problems:
        out.print(escape(str(problem)), soft_wrap=True)
    out.print(f"{len(problems)} problem{'' if len(problems) == 1 else 's'}")


def _table(initiatives: list[Initiative]) -> Table:
    """One row for each initiative; the last column counts steps of other initiatives it waits for."""
    steps, waits = sum(len(one.steps) for one in initiatives), sum(len(one.upstream) for one in initiatives)
    table = Table("number", "initiative", "id", box=None, show_footer=True, pad_edge=False)
    table.columns[1].footer = f"{len(initiatives)} initiatives"
    table.add_column("steps", str(steps), justify="right")
    table.add_column("waits for", str(waits), justify="right")
    for one in initiatives:
        table.add_row(one.number, escape(one.title), one.id, str(len(one.steps)), str(len(one.upstream) or ""))
    return table


def _coverage_table(sentences: Sequence[Covered]) -> Table:
    """One row for each sentence of the document; under it each undertaking that nobody covers."""
    counts = {name: share for name, share in _covered(sentences).items() if share}
    table = Table("sentence", "", "initiatives", box=None, show_footer=True, pad_edge=False)
    table.columns[1].footer = ", ".join("{} {covered}/{total}".format(name, **share) for name, share in counts.items())
    for one in sentences:
        table.add_row(one.number, escape(one.opening), ", ".join(one.initiatives) or "[yellow]none[/]")
        for phrase, by in one.undertakings.items() if one.initiatives else ():
            if not by:
                table.add_row("", f"[yellow]not covered: {escape(phrase)}[/]")
    return table


@app.command()
def schema(
    write: Annotated[Path | None, typer.Option(metavar="FOLDER", help="Write one file for each schema there.")] = None,
) -> None:
    """Print the JSON Schemas of the files of a plan, or write them for editors."""
    from duban.adapters.yaml_files import write_schemas  # noqa: PLC0415  other commands here need not load it
    from duban.core.planning.schema import schemas  # noqa: PLC0415  as above

    if write is None:
        typer.echo(json.dumps(schemas(), ensure_ascii=False, indent=2))
        return
    write_schemas(write)
    typer.echo(f"{len(schemas())} schemas written to {write}")


def day_of(text: str) -> date:
    """A day as 2024-03-25; raises BadParameter for anything else."""
    try:
        return parse_day(text)
    except Invalid as error:
        raise typer.BadParameter(str(error)) from None


# Negative numbers are no options; a mistyped option is then refused for not being a day.
@app.command(context_settings={"ignore_unknown_options": True})
def workdays(
    day: Annotated[
        str, typer.Argument(metavar="DAY", help="The day to count from, as 2024-03-25; not counted itself.")
    ],
    to: Annotated[
        str, typer.Argument(metavar="N|DAY", help="So many working days later (negative: earlier), or a day.")
    ],
    listed: Annotated[bool, typer.Option("--list", help="List the days, with the reasons of days off.")] = False,
    as_json: Json = False,
) -> None:
    """Count working days: the day N working days later, or the number of them between two days."""
    first = day_of(day)
    other = int(to) if re.fullmatch(r"[+-]?[0-9]{1,4}", to) else day_of(to)
    calendar = _calendar(first, other)
    count = _Count(calendar, first, other)
    if as_json:
        print_json(count.report(listed))
        return
    if listed:
        console().print(_listed(count))
    typer.echo(str(count.working_days) if isinstance(other, date) else count.last.isoformat())
    for year in count.provisional:
        complain(f"holidays of {year} are not announced yet: its working days are provisional")


def _calendar(first: date, other: int | date) -> WorkCalendar:
    """The calendar over the years a count may reach."""
    from duban.adapters.yaml_files import load_model  # noqa: PLC0415  other commands here need not load it
    from duban.wiring import load_calendar  # noqa: PLC0415  as above

    settings = load_settings()
    overrides = load_model(settings.calendar, CalendarOverrides)
    far = other.year if isinstance(other, date) else first.year + round(other / FEWEST_A_YEAR)
    years = [first.year, far, *(day.year for day in overrides.days_off() | overrides.days_worked())]
    return load_calendar(settings, max(date.min.year, min(years) - 1), min(date.max.year - 1, max(years) + 1))


@dataclass(frozen=True, slots=True)
class _Count:
    """A count of working days from a day, to another or over a distance."""

    calendar: WorkCalendar
    first: date
    other: int | date

    @property
    def last(self) -> date:
        return self.other if isinstance(self.other, date) else self.calendar.add(self.first, self.other)

    @property
    def working_days(self) -> int:
        return self.calendar.between(self.first, self.last)

    @property
    def provisional(self) -> list[int]:
        years = sorted((self.first.year, self.last.year))
        return [year for year in range(years[0], years[1] + 1) if year in self.calendar.provisional_years]

    def days(self) -> Iterator[date]:
        """Every day from the earlier to the later one."""
        start, end = sorted((self.first, self.last))
        yield from (start + timedelta(days=number) for number in range((end - start).days + 1))

    def report(self, listed: bool) -> dict[str, object]:
        calendar = self.calendar
        days = [
            {"day": day, "working": calendar.is_working(day), "note": calendar.note(day)}
            for day in (self.days() if listed else ())
        ]
        return {
            "from": self.first,
            "to": self.last,
            "working_days": self.working_days,
            "provisional_years": self.provisional,
            **({"days": days} if listed else {}),
        }


def _listed(count: _Count) -> Table:
    table = Table("day", "", "", "", box=None, pad_edge=False)
    for day in count.days():
        working = count.calendar.is_working(day)
        marks = [count.calendar.note(day), "provisional" if count.calendar.is_provisional(day) else ""]
        weekday = "一二三四五六日"[day.weekday()]
        style = None if working else "dim"
        table.add_row(day.isoformat(), weekday, "" if working else "off", "  ".join(filter(None, marks)), style=style)
    return table
