"""The same table read again: which row is which of those drafted before, so that only what changed is touched."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from hashlib import sha256
from json import dumps
from typing import Any

from duban.drafting.reading import TaskRow

ALIKE = 0.6
"""From which share of common letters on a title of the same section and number counts as reworded."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A row that was drafted: where its file lies, its place in the document, what was read of it and written."""

    path: str
    source: str
    section: str
    number: str
    title: str
    read: str
    written: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """Rows with what they were drafted as, in the order of the table; `gone` are in the table no more."""

    rows: tuple[tuple[TaskRow, Drafted | None], ...]
    gone: tuple[Drafted, ...]


def digest(text: str) -> str:
    """The SHA-256 of a text."""
    return sha256(text.encode()).hexdigest()


def as_read(row: TaskRow) -> str:
    """The digest of what was read of a row, wherever in the table it stands."""
    told = _told(asdict(row), ("cell", "places", "table"))
    told["tasks"] = [_told(task, ("cell",)) for task in told["tasks"]]
    told = {key: value for key, value in told.items() if key not in ADDED or value}
    return digest(dumps(told, default=str, ensure_ascii=False, sort_keys=True))


ADDED = ("tasks", "home")
"""What rows drafted by older versions lack."""


def _told(values: dict[str, Any], without: Sequence[str]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in without}


def paired(rows: Sequence[TaskRow], before: Sequence[Drafted]) -> Pairing:
    """Each row with what it was before: the same title, else the same number with a title alike."""
    left = list(before)
    found: dict[int, Drafted] = {}
    for same in (_same_title, _same_number):
        for place, row in enumerate(rows):
            match = next((one for one in left if place not in found and same(row, one)), None)
            if match is not None:
                found[place] = match
                left.remove(match)
    return Pairing(tuple((row, found.get(place)) for place, row in enumerate(rows)), tuple(left))


def _same_title(row: TaskRow, one: Drafted) -> bool:
    return (row.title, row.section or "") == (one.title, one.section)


def _same_number(row: TaskRow, one: Drafted) -> bool:
    if (row.number or "", row.section or "") != (one.number, one.section):
        return False
    return SequenceMatcher(None, row.title, one.title).ratio() >= ALIKE
