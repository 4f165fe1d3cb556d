"""Text that people typed, or that came from outside, as one visible line: what it says is all that it does.

Line breaks would forge a heading in a letter, direction marks a file's name, characters nobody sees a reason that is
none. All of that is taken out here, when text comes in and, of ledgers older than this, when it is told.
"""

import re
from dataclasses import fields, replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from unicodedata import category, name, normalize

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

D = TypeVar("D", bound="DataclassInstance")

WIDE_SPACE = "\u3000"
"""The space between words of a Chinese line; it is as visible as they are."""

SPACING = frozenset({"Cc", "Zl", "Zp", "Zs"})
"""Categories of characters that lay text out: control characters and separators."""

HIDDEN = frozenset({"Cf", "Cs"})
"""Categories of characters that nobody sees: format characters, and halves of characters."""

BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
"""Letters and marks by their category that nobody sees either."""

LAYING_OUT = frozenset("\n\r\t\v\f\x85\u2028\u2029")
"""Characters that people know as line breaks and tabs."""

_SPACES = re.compile(r"\s{2,}")


def one_line(text: str) -> str:
    """The text in one line, composed (NFC), without what lays out, turns or hides text."""
    shown = text if text.isascii() and text.isprintable() else normalize("NFC", "".join(map(_shown, text)))
    return _SPACES.sub(" ", shown).strip()


@cache
def _shown(character: str) -> str:
    kind = category(character)
    if kind in HIDDEN or character in BLANK:
        return ""
    return " " if kind in SPACING and character != WIDE_SPACE else character


def unprintable(text: str) -> str | None:
    """The first character of a text that breaks a line, turns or hides text; None when there is none."""
    return next((one for one in text if category(one) != "Zs" and _shown(one) != one), None)


def called(character: str) -> str:
    """What a character that cannot be shown is called: `U+202E RIGHT-TO-LEFT OVERRIDE`."""
    known = name(character, {"\n": "LINE FEED", "\t": "TAB"}.get(character, ""))
    return f"U+{ord(character):04X} {known}".strip()


def in_lines(value: D) -> D:
    """A dataclass whose texts, and texts in tuples, are each one line."""
    return replace(value, **{field.name: _in_line(getattr(value, field.name)) for field in fields(value)})


def _in_line(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_in_line, value))
    return one_line(value) if isinstance(value, str) else value
