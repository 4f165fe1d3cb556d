"""Placeholders in what is sent outside and asked there: `<unit>` stands for the id of the step's unit."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from duban.core.problems import Fault, Location, nearest
from duban.core.texts import english

PLACEHOLDER = re.compile(r"<([a-z-]+)>")
NAMES = ("plan", "initiative", "initiative-title", "step", "step-title", "unit", "unit-title", "today")
"""What may stand between the brackets."""


def unknown_placeholders(text: str, place: Location = ()) -> list[Fault]:
    """What is wrong with the placeholders of a text."""
    unknown = [name for name in PLACEHOLDER.findall(text) if name not in NAMES]
    known = [f"<{name}>" for name in NAMES]
    return [
        Fault(
            "unknown-placeholder",
            english("<{name}> stands for nothing", name=name),
            nearest(name, NAMES, english("use one of: {known}", known=known)),
            place,
        )
        for name in unknown
    ]


def filled(text: str, values: Mapping[str, str], quoted: Callable[[str], str] = str) -> str:
    """A text with values in place of its placeholders, each written as `quoted` has it."""
    return PLACEHOLDER.sub(lambda found: quoted(values.get(found[1], found[0])), text)


def filled_in(value: Any, values: Mapping[str, str]) -> Any:
    """A JSON value with its texts filled in, however deep they stand; keys stay as they are."""
    if isinstance(value, str):
        return filled(value, values)
    if isinstance(value, Mapping):
        return {key: filled_in(item, values) for key, item in value.items()}
    return [filled_in(item, values) for item in value] if isinstance(value, list | tuple) else value


def texts_within(value: Any) -> Iterator[str]:
    """The texts of a JSON value that are filled in."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts_within(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts_within(item)
