"""Where the values of a YAML text stand, by character, so that single ones can be replaced and all else be kept."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

KeyPath = tuple[str | int, ...]
"""Keys and places in lists, from the outside in."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A word: its value, where it stands (`start` to `end`, quotes included), and whether it is a key."""

    path: KeyPath
    value: str
    start: int
    end: int
    line: int
    quote: str
    key: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list of words: where it stands as a whole, and its items."""

    path: KeyPath
    start: int
    end: int
    flow: bool
    items: tuple[Scalar, ...]


Part = Scalar | Items


def parts(text: str) -> list[Part]:
    """Every word of a text, and every list that holds nothing but words, in the order in which they stand."""
    events = yaml.parse(text, Loader=yaml.SafeLoader)
    found: list[Part] = []
    for event in events:
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent | yaml.ScalarEvent):
            _node(event, events, (), found)
    return found


def _node(event: Any, events: Iterator[Any], path: KeyPath, found: list[Part]) -> Scalar | None:
    """Read one value; gives it back when it is a word."""
    if isinstance(event, yaml.MappingStartEvent):
        _mapping(events, path, found)
    elif isinstance(event, yaml.SequenceStartEvent):
        _sequence(event, events, path, found)
    elif isinstance(event, yaml.ScalarEvent):
        found.append(_scalar(event, path))
        return _scalar(event, path)
    return None


def _mapping(events: Iterator[Any], path: KeyPath, found: list[Part]) -> None:
    while isinstance(key := next(events), yaml.ScalarEvent):
        found.append(_scalar(key, path, key=True))
        _node(next(events), events, (*path, key.value), found)


def _sequence(start: Any, events: Iterator[Any], path: KeyPath, found: list[Part]) -> None:
    items: list[Scalar | None] = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        items.append(_node(event, events, (*path, len(items)), found))
    words = tuple(item for item in items if item is not None)
    if words and len(words) == len(items):
        end = _after(event) if start.flow_style else words[-1].end
        found.append(Items(path, start.start_mark.index, end, bool(start.flow_style), words))


def _after(event: Any) -> int:
    """Where what an event ends is over."""
    return int(event.end_mark.index)


def _scalar(event: Any, path: KeyPath, *, key: bool = False) -> Scalar:
    mark = event.start_mark
    quote = event.style if event.style in ("'", '"') else ""
    return Scalar(path, event.value, mark.index, event.end_mark.index, mark.line + 1, quote, key)


@dataclass(frozen=True, slots=True)
class Splice:
    """What is to stand in place of a part of a text."""

    start: int
    end: int
    text: str


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """The text with its parts replaced, none of which overlaps another."""
    for splice in sorted(splices, key=lambda one: one.start, reverse=True):
        text = text[: splice.start] + splice.text + text[splice.end :]
    return text
