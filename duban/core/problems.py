"""What is wrong with input, as data: where, what, and what to do about it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NamedTuple

from duban.core.texts import Text, english, joined

Location = tuple[str | int, ...]

_SHOWN = 60
ADDRESS = re.compile(r"(\w://)[^\s'\"]+")
"""An address, in which there may be a password."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem: the file, the place in it, a stable id, what is wrong, and the remedy.

    `location` is the path of keys and indices inside the file (`("steps", 3, "needs", 0)`); the reader of files turns
    it into a line, 1-based, or 0 when the file as a whole is meant.
    """

    file: str
    line: int
    id: str
    message: Text
    remedy: Text
    location: Location = field(default=(), compare=False)

    def __str__(self) -> str:
        return str(self.told)

    @property
    def told(self) -> Text:
        """The whole problem in a line."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        what, then = self.message, self.remedy
        return english("{place}: {id}: {message}; {remedy}", place=place, id=self.id, message=what, remedy=then)


class Fault(NamedTuple):
    """What is wrong with one value, told by the value itself, which does not know where it stands.

    `at` is the place of the fault within the value.
    """

    id: str
    message: Text
    remedy: Text
    at: Location = ()


class Invalid(ValueError):
    """A value that cannot be used, with all its faults."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__(" / ".join(f"{fault.message}; {fault.remedy}" for fault in faults))


class BadInput(Exception):
    """Input that cannot be used, with every problem found in it at once. Nothing was changed."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))

    @property
    def told(self) -> Text:
        """All of them, each in a line."""
        return joined("\n", *(problem.told for problem in self.problems))


def repeated(named: Iterable[tuple[str, Location]]) -> Iterator[tuple[str, Location]]:
    """The second and later occurrences of every name, each with its place."""
    seen: set[str] = set()
    for name, place in named:
        if name in seen:
            yield name, place
        seen.add(name)


def refuse_repeated(what: Text, named: Iterable[tuple[str, Location]]) -> None:
    """Raise Invalid when a name stands for two of `what`, with a fault at each later one."""
    faults = [
        Fault(
            "duplicate-id",
            english("{name!r} already names another {what}", name=name, what=what),
            english("rename one of them"),
            place,
        )
        for name, place in repeated(named)
    ]
    if faults:
        raise Invalid(*faults)


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known name that a word is most likely meant to be; None when none is near."""
    return next(iter(get_close_matches(word, list(known), n=1)), None)


def nearest(word: str, known: Iterable[str], otherwise: Text) -> Text:
    """The remedy for an unknown name: the nearest known one, or `otherwise`."""
    close = closest(word, known)
    return otherwise if close is None else english("did you mean {close!r}?", close=close)


class Suggestions:
    """Remedies for many unknown names.

    A search compares a name with every known one, some microseconds each. After `comparisons` of them there are no more
    suggestions: nobody reads so many, and a file full of mistakes is told of within seconds.
    """

    def __init__(self, comparisons: int = 300_000) -> None:
        self._left = comparisons

    def nearest(self, word: str, known: Sequence[str], otherwise: Text, prefix: str = "") -> Text:
        """The remedy for an unknown name: the nearest known one, with what stands before it, or `otherwise`."""
        if len(known) > self._left:
            return otherwise
        self._left -= len(known)
        close = closest(word, known)
        return otherwise if close is None else english("did you mean {close!r}?", close=prefix + close)


def shown(value: object) -> str:
    """A value as it is shown in a message: on one line, cut short when it is long, and of addresses the kind alone."""
    text = ADDRESS.sub(r"\1...", repr(value))
    text = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    if not isinstance(value, str):
        return text
    whole = ADDRESS.sub(r"\1...", value)
    return Text(text, "{text!r}", {"text": whole if len(whole) <= _SHOWN else f"{whole[:_SHOWN]}..."})


def shown_key(key: str) -> str:
    """A key as it is shown in a message: as written, unless it is long or cannot be seen."""
    return f"`{key}`" if key.isprintable() and len(key) <= _SHOWN else shown(key)
