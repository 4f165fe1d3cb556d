"""YAML as the files of a plan use it: plain values, with the line of every one of them.

Read from libyaml's events, so that values and lines come out of one fast pass. Words are YAML 1.2's (`yes` is a text),
and days stay texts: what they mean is for the plan to say. Anchors, tags and several documents are refused, so that
nothing can refer to itself, blow up or become an object.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from duban.adapters.yaml_syntax import syntax_fault
from duban.core.problems import BadInput, Fault, Location, Problem, shown_key
from duban.core.texts import Text, english
from duban.written import Unreadable, written_text

Event = Any  # the stubs of PyYAML do not tell one kind of event from another
Events = Iterator[Event]
Duplicates = list[tuple[int, Fault]]

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML may have been built without libyaml
_DEEPEST = 20
_INVISIBLE = re.compile("[^\\t\\n -~\\xa0-\\u2027\\u202a-\\ud7ff\\ue000-\\ufefe\\uff00-\\ufffd\\U00010000-\\U0010ffff]")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,4})?")
_WORDS: dict[str, bool | None] = dict.fromkeys(("", "~", "null", "Null", "NULL"))
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True) | dict.fromkeys(("false", "False", "FALSE"), False)


@dataclass(slots=True)
class Place:
    """Where a value stands: its line (1-based), what is written there if it is one word, and the places within it."""

    line: int
    text: str | None = None
    parts: dict[str | int, "Place"] = field(default_factory=dict)


Composed = tuple[Any, Place]


@dataclass(frozen=True, slots=True)
class Document:
    """A file that could be read: a mapping of plain values, the places of these, and what is wrong already."""

    data: dict[str, Any]
    place: Place
    problems: tuple[Problem, ...]

    def line(self, location: Location) -> int:
        """The line of a value: of its key, or of the item of a list; of what encloses it when it is missing."""
        return self._place(location).line

    def written(self, location: Location) -> str | None:
        """What is written there, when it is one word."""
        return self._place(location).text

    def _place(self, location: Location) -> Place:
        place = self.place
        for part in location:
            place = place.parts.get(part, place)
        return place


def read_document(path: Path, name: str) -> Document:
    """Read a YAML file; `name` is what messages call it. Raises BadInput when nothing can be made of the file."""
    try:
        text = _visible(written_text(path))
        data, place, duplicates = _compose(text)
        if data is None:
            fault = Fault("empty-file", english("there is nothing in the file"), english("fill it in, or delete it"))
            raise Unreadable(0, fault)
        if not isinstance(data, dict):
            fault = Fault("not-a-mapping", english("the file is not a mapping"), english("begin with `key: value`"))
            raise Unreadable(place.line, fault)
    except Unreadable as refused:
        raise BadInput([refused.problem(name)]) from None
    return Document(data, place, tuple(Problem(name, line, *fault[:3]) for line, fault in duplicates))


def _visible(text: str) -> str:
    if found := _INVISIBLE.search(text):
        line = text[: found.start()].count("\n") + 1
        what = english("an invisible character (U+{code:04X}) stands in this line", code=ord(found[0]))
        raise Unreadable(line, Fault("invisible-character", what, english("delete it")))
    return text


def _value(event: Event) -> object:
    """What a scalar means: quoted it is a text, bare it may be a number, true, false or nothing."""
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _compose(text: str) -> tuple[Any, Place, Duplicates]:
    """The value of a text, its place, and the keys that are written twice; None when there is no value."""
    duplicates: Duplicates = []
    try:
        events: Events = yaml.parse(text, Loader=_LOADER)
        next(events)  # the start of the stream
        if isinstance(next(events), yaml.StreamEndEvent):
            return None, Place(0), duplicates
        value, place = _node(next(events), events, 0, duplicates)
        next(events)  # the end of the document
        after = next(events)
    except yaml.MarkedYAMLError as error:
        raise Unreadable(*syntax_fault(error, text.split("\n"))) from None
    if not isinstance(after, yaml.StreamEndEvent):
        message = english("a second document begins here")
        raise _refused(after, "several-documents", message, english("write one document in a file"))
    return value, place, duplicates


def _node(event: Event, events: Events, depth: int, duplicates: Duplicates) -> Composed:
    if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
        message = english("anchors (&) and aliases (*) are not used in plans")
        raise _refused(event, "anchor", message, english("write the value out"))
    if event.tag is not None:
        remedy = english("put a text that begins with {sign} in quotes", sign="!")
        raise _refused(event, "tag", english("tags (!) are not used in plans"), remedy)
    if depth == _DEEPEST:
        message = english("values are nested more than {deepest} deep", deepest=_DEEPEST)
        raise _refused(event, "too-deep", message, english("take some of them out"))
    if isinstance(event, yaml.ScalarEvent):
        return _value(event), Place(_line(event), event.value)
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(event, events, depth, duplicates)
    return _mapping(event, events, depth, duplicates)


def _sequence(start: Event, events: Events, depth: int, duplicates: Duplicates) -> Composed:
    items: list[Any] = []
    place = Place(_line(start))
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        value, place.parts[len(items)] = _node(event, events, depth + 1, duplicates)
        items.append(value)
    return items, place


def _mapping(start: Event, events: Events, depth: int, duplicates: Duplicates) -> Composed:
    items: dict[str, Any] = {}
    place = Place(_line(start))
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        if not isinstance(event, yaml.ScalarEvent):
            remedy = english("put a text that begins with {sign} or {other} in quotes", sign="[", other="{")
            raise _refused(event, "not-a-key", english("a key must be one word"), remedy)
        value, where = _node(next(events), events, depth + 1, duplicates)
        where.line, key = _line(event), event.value
        if key in items:
            what = english("{key} is there twice, first in line {line}", key=shown_key(key), line=place.parts[key].line)
            duplicates.append((where.line, Fault("duplicate-key", what, english("remove one"))))
        else:
            items[key], place.parts[key] = value, where
    return items, place


def _line(event: Event) -> int:
    return int(event.start_mark.line) + 1


def _refused(event: Event, kind: str, message: Text, remedy: Text) -> Unreadable:
    return Unreadable(_line(event), Fault(kind, message, remedy))
