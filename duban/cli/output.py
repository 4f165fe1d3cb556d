"""What commands print: text for people, JSON for programs."""

import json
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum, IntEnum
from pathlib import Path

import typer
from rich.console import Console

from duban.core.planning.plan import StepRef

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
        typer.echo(message, err=True)


def print_json(value: object) -> None:
    """Print any of our values as JSON."""
    typer.echo(json.dumps(plain(value), ensure_ascii=False, indent=2))


def plain(value: object) -> object:
    """A value as JSON holds it: days and moments in ISO 8601, steps as `initiative/step`, lights by name."""
    match value:
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
