"""Long letters in sheets: as much at once as a service takes, whole matters each, and nothing left out.

A matter that is too long by itself is parted between lines, and a line that is too long, as a last resort, within it.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

from duban.adapters.delivery.mails import short_hash
from duban.carrying import Letter

BETWEEN = f"\n\n{'━' * 20}\n\n"
"""What parts matters on one sheet."""

MARK_LENGTH = 12

Fits = Callable[[str], bool]
"""Whether a service takes a text at once, with all that is sent around it."""


class Sheet(NamedTuple):
    """What is sent at once: its place among those of its letter, from 0; its text; the mark by which it is known to be
    gone; how many of the letter's matters are through with it; whether nothing is left then.
    """

    number: int
    text: str
    mark: str
    through: int
    last: bool


def next_sheet(letter: Letter, fits: Fits) -> Sheet:
    """The first sheet of a letter that is not gone; of one that is gone whole, the last again."""
    all_ = [
        Sheet(number, text, short_hash(f"{letter.key}/{number}/{text}", MARK_LENGTH), through, last=False)
        for number, (text, through) in enumerate(_sheets(letter, fits))
    ]
    left = [sheet for sheet in all_ if sheet.mark not in letter.gone] or all_[-1:]
    return left[0]._replace(last=len(left) == 1)


def _sheets(letter: Letter, fits: Fits) -> Iterator[tuple[str, int]]:
    """Texts that fit, each with how many matters end on it or before."""
    sheet, through = "", 0
    for text, ended in _units(letter, fits):
        joined = f"{sheet}{BETWEEN}{text}" if sheet else text
        if sheet and not fits(joined):
            yield sheet, through
            joined = text
        sheet, through = joined, ended
    yield sheet, through


def _units(letter: Letter, fits: Fits) -> Iterator[tuple[str, int]]:
    """What is not parted unless it must be: the beginning, then the matters."""
    for number, piece in enumerate(letter.pieces or (letter.text,)):
        *before, last = _parted(piece.strip("\n"), fits)
        yield from ((text, max(number - 1, 0)) for text in before)
        yield last, number


def _parted(text: str, fits: Fits) -> list[str]:
    if fits(text):
        return [text]
    parts = [""]
    for line in (piece for whole in text.split("\n") for piece in _broken(whole, fits)):
        joined = f"{parts[-1]}\n{line}" if parts[-1] else line
        if fits(joined):
            parts[-1] = joined
        else:
            parts.append(line)
    return parts if parts[0] else parts[1:]


def _broken(line: str, fits: Fits) -> Iterator[str]:
    """A line, or pieces of it that fit."""
    while line and not fits(line):
        length = max(1, bisect_right(range(1, len(line)), False, key=lambda much: not fits(line[:much])))
        yield line[:length]
        line = line[length:]
    yield line
