"""Mutations: what fingers, programs and enemies make of a file, a form or an address. The same for the same seed."""

import re
from collections.abc import Callable
from random import Random
from typing import Any

ODD = (
    *("", " ", "null", "~", "[]", "{}", "true", "-1", "0", "1e309", "nan", ".inf", "9" * 40, "1_000", "0x10", "٣"),
    *("0001-01-01", "9999-12-31", "0000-00-00", "2024-02-30", "2024-13", "9999-Q4", "0001-01", "99999-01-01"),
    *("9999 days after start", "9999 months after 9999-12-31", "999 months before 0001-01-01", "day 99 of period"),
    *("\x00", "\x1b[2J", "\u202e", "\u2028", "\ufeff", "\udcff", "😀", "文" * 3000, "a" * 70_000, "{{x}}", "<unit>"),
    *("../../etc/passwd", "/dev/zero", "${X}", "*a", "&a", "!!python/object:os.system", "- ", ": ", "\t", "'", '"'),
    *("a@b", "draft@begun", "draft/begun", "report@previous", "cosmetics/draft", "=1+1", "#REF!", "{" * 60, "[" * 3000),
)
WORDS = (*ODD, "draft", "protection", "coordinator", "2024-05-31", "5", "10 days", "quarterly", "districts", "work")
NUMBERS: tuple[Any, ...] = (-1, 0, 2**70, 1e308, float("nan"), float("inf"))
VALUES: tuple[Any, ...] = (*NUMBERS, None, True, [], {}, [[]], {"a": {}}, b"\xff")


def bytes_(draw: Random, text: bytes) -> bytes:
    """A file with its bytes, lines or words changed in a few places."""
    for _ in range(draw.choice((1, 1, 2, 5))):
        text = draw.choice(CHANGES)(draw, text)
    return draw.choice(CODINGS)(text) if draw.random() < 0.05 else text


def _lines(draw: Random, text: bytes) -> bytes:
    lines = text.split(b"\n")
    at = draw.randrange(len(lines))
    match draw.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[draw.randrange(len(lines))])
        case 2:
            lines[at] = b" " * draw.randrange(9) + lines[at].lstrip()
        case 3:
            lines[at] = lines[at].partition(b":")[0] + b":"
        case _:
            lines[at] = lines[at].partition(b":")[0] + b": " + _word(draw)
    return b"\n".join(lines)


def _words(draw: Random, text: bytes) -> bytes:
    words = text.split(b" ")
    words[draw.randrange(len(words))] = _word(draw)
    return b" ".join(words)


def _word(draw: Random) -> bytes:
    return draw.choice(WORDS).encode("utf-8", "surrogateescape")


def _cut(draw: Random, text: bytes) -> bytes:
    return text[: draw.randrange(len(text) + 1)]


def _flip(draw: Random, text: bytes) -> bytes:
    at = draw.randrange(len(text) + 1)
    return text[:at] + bytes([draw.randrange(256)]) + text[at + draw.randrange(2) :]


def _repeat(draw: Random, text: bytes) -> bytes:
    first, last = sorted(draw.randrange(len(text) + 1) for _ in range(2))
    return text[:last] + text[first:last] * draw.choice((1, 3)) + text[last:]


CHANGES: tuple[Callable[[Random, bytes], bytes], ...] = (_lines, _lines, _lines, _words, _words, _cut, _flip, _repeat)
CODINGS: tuple[Callable[[bytes], bytes], ...] = (
    lambda text: b"\xef\xbb\xbf" + text,
    lambda text: text.replace(b"\n", b"\r\n"),
    lambda text: text.replace(b"\n", b"\r"),
    lambda text: text.decode("utf-8", "replace").encode("utf-16"),
    lambda text: text.decode("utf-8", "replace").encode("gb18030"),
    lambda text: text.decode("utf-8", "replace").encode("latin-1", "replace"),
)


def cell(draw: Random, text: bytes) -> bytes:
    """A table or a tree, XML or CSV, in a few cells of which something else is written."""
    for _ in range(draw.choice((1, 1, 2, 5))):
        if cells := [*CELL.finditer(text)]:
            first, last = draw.choice(cells).span()
            said = draw.choice((*WORDS, *LINKS)) if draw.random() < 0.7 else text[first:last].decode("utf-8", "replace")
            text = text[:first] + said.encode("utf-8", "surrogateescape") * draw.choice((1, 1, 1, 2)) + text[last:]
    return text


CELL = re.compile(rb"(?<=[>,\n])[^<>,\n]*(?=[<,\r\n])")
LINKS = (
    "3FS+2d,5",
    "1SS-3ed",
    "2FF+50%",
    "4SF",
    "99999",
    "-1",
    "5FS+1e9d",
    "P9Y9M",
    "PT1E9H0M0S",
    "PT-8H0M0S",
    "2024-03-04T08:00:00",
)
"""What stands in a project's cells: tasks that come before, lengths of time, moments."""


def word(draw: Random, text: str) -> str:
    """A word as somebody else might have typed it."""
    if draw.random() < 0.4:
        return draw.choice(WORDS)
    changed = bytes_(draw, text.encode("utf-8", "surrogateescape"))
    return changed.decode("utf-8", "surrogateescape")


def value(draw: Random, given: Any) -> Any:
    """A value in the place of another, of any kind."""
    return draw.choice(VALUES) if draw.random() < 0.3 else word(draw, str(given))
