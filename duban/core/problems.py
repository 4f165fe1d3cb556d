"""What is wrong with input, as data: where, what, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem: the file, the place in it, a stable id, what is wrong, and the remedy.

    `location` is the path of keys and indices inside the file (`("steps", 3, "needs", 0)`); the reader of files turns
    it into a line, 1-based, or 0 when the file as a whole is meant.
    """

    file: str
    line: int
    id: str
    message: str
    remedy: str
    location: Location = ()

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.id}: {self.message}; {self.remedy}"


class BadInput(Exception):
    """Input that cannot be used, with every problem found in it at once. Nothing was changed."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


def nearest(word: str, known: Iterable[str], otherwise: str) -> str:
    """The remedy for an unknown name: the nearest known one, or `otherwise`."""
    close = get_close_matches(word, list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else otherwise
