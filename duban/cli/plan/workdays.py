"""`duban workdays`: counting working days by the bureau's calendar. It opens no ledger."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated

import typer
from rich.table import Table

from duban.cli.named import day_of
from duban.cli.output import complain, console, print_json
from duban.core.days.workdays import WorkCalendar
from duban.settings import load_settings

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

FEWEST_A_YEAR = 240
"""Fewer than the working days of any year: how many years a count of them may span."""


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
    from duban.adapters.public_calendar import CalendarFile  # noqa: PLC0415  as below
    from duban.adapters.yaml_models import load_model  # noqa: PLC0415  other commands here need not load it
    from duban.wiring import load_calendar  # noqa: PLC0415  as above

    settings = load_settings()
    overrides = load_model(settings.calendar, CalendarFile)
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
