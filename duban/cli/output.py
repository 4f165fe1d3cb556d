"""What commands print: text for people, JSON for programs, and lists as tables for either and for office programs."""

import json
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum, IntEnum
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from duban.cli.language import said
from duban.core.ledger.summary import Light
from duban.core.planning.plan import StepRef
from duban.core.telling.tables import as_csv
from duban.core.texts import Text
from duban.core.titles import LIGHT_MARKS, LIGHT_SHAPES, LIGHT_TITLES

WIDE = 1000
"""Columns in a file or a pipe: what belongs together stays on one line."""


class _Console(Console):
    """A console that leaves a closed pipe to `Guarded`, which knows the exit code."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def console() -> Console:
    """A console on standard output as it is now."""
    return _Console(width=None if sys.stdout.isatty() else WIDE, highlight=False, emoji=False)


def complain(message: str) -> None:
    """Say on standard error what went wrong; nothing when there is nothing to say."""
    if message:
        typer.echo(said(message), err=True)


def print_json(value: object) -> None:
    """Print any of our values as JSON."""
    typer.echo(json.dumps(plain(value), ensure_ascii=False, indent=2))


def plain(value: object) -> object:
    """A value as JSON holds it: days and moments in ISO 8601, steps as `initiative/step`, lights by name.

    Messages are in the language of the command, as they are for people.
    """
    match value:
        case Text():
            return said(value)
        case StepRef() | Path():
            return str(value)
        case IntEnum():
            return value.name.lower()
        case Enum():
            return value.value
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case tuple() if hasattr(value, "_asdict"):
            return plain(value._asdict())
        case tuple() | list() | frozenset() | set():
            return [plain(item) for item in value]
        case _ if is_dataclass(value):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            return value


# Lists ---------------------------------------------------------------------------------------------------------------


class Listing(NamedTuple):
    """A list as its command prints it: its name, the headings, and rows of texts and lights."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str | Light, ...], ...]


class Outlet(NamedTuple):
    """How a list is wanted: printed, or as JSON, CSV or a workbook."""

    as_json: bool
    as_csv: bool
    xlsx: Path | None

    @property
    def tabular(self) -> bool:
        """Whether a file for office programs is wanted."""
        return self.as_csv or self.xlsx is not None


Csv = Annotated[bool, typer.Option("--csv", help="Print a table for spreadsheets (CSV).")]
Xlsx = Annotated[Path | None, typer.Option("--xlsx", metavar="FILE", help="Write the table into a workbook.")]


def outlet(as_json: bool, as_csv: bool, xlsx: Path | None) -> Outlet:
    """The one way in which a list is wanted; raises BadParameter for several."""
    if sum((as_json, as_csv, xlsx is not None)) > 1:
        raise typer.BadParameter("give one of --json, --csv and --xlsx")
    return Outlet(as_json, as_csv, xlsx)


def as_table(listing: Listing) -> Table:
    """A list for the terminal."""
    table = Table(*listing.header, box=None, pad_edge=False)
    for column in table.columns:
        column.overflow = "fold"
    for row in listing.rows:
        table.add_row(*(LIGHT_MARKS[cell] if isinstance(cell, Light) else escape(cell) for cell in row))
    return table


def put_out(listing: Listing, to: Outlet) -> None:
    """Print a list as CSV, or write it into a workbook: the columns that are printed, lights in words."""
    if to.as_csv:
        typer.echo(as_csv(listing.header, [list(map(_in_words, row)) for row in listing.rows]).encode(), nl=False)
    if to.xlsx is not None:
        from duban.adapters.files import READABLE, write_bytes_atomically  # noqa: PLC0415  other lists start faster
        from duban.adapters.workbooks import list_workbook  # noqa: PLC0415  as above

        rows = [tuple(map(_in_words, row)) for row in listing.rows]
        write_bytes_atomically(to.xlsx, list_workbook(listing.name, listing.header, rows), READABLE)
        complain(f"已写入：{to.xlsx}")


def _in_words(cell: str | Light) -> str:
    return f"{LIGHT_SHAPES[cell]} {LIGHT_TITLES[cell] or '不亮灯'}" if isinstance(cell, Light) else cell
