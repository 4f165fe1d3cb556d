"""What a YAML parser stumbled over, in words that say what to do."""

import re
from typing import NamedTuple

import yaml

from duban.core.problems import Fault
from duban.core.texts import Text, english


class _Stumble(NamedTuple):
    """Words of the parser, what they mean, and whether the beginning of the construct is the place to look."""

    said: str
    message: Text
    remedy: Text
    at_beginning: bool = False


_ESCAPED = (english("a backslash in double quotes has a meaning of its own"), english("use single quotes"))
_BRACKET = (english("a bracket or brace is opened here and not closed"), english("close it, or put the text in quotes"))
_INDENTED = (
    english("this line does not fit the indentation of the lines above"),
    english("give the keys of one mapping, and the items of one list, the same indentation"),
)
_COLON = (
    english("a colon stands where none may"),
    english("put a text with a colon in quotes; give the keys of one mapping the same indentation"),
)
_KEY = (english("a key without a colon"), english("write `key: value`, with a space after the colon"))

# In this order: the first that the parser said counts.
_STUMBLES = (
    _Stumble("escape", *_ESCAPED),
    _Stumble("hexdecimal", *_ESCAPED),
    _Stumble(
        "quoted scalar",
        english("a quotation mark is opened here and not closed"),
        english("close it"),
        at_beginning=True,
    ),
    _Stumble("flow ", *_BRACKET, at_beginning=True),
    _Stumble("mapping values are not allowed", *_COLON),
    _Stumble("expected ':'", *_KEY, at_beginning=True),
    _Stumble(
        "cannot start any token", english("a text may not begin with this character"), english("put it in quotes")
    ),
    _Stumble("expected key", *_INDENTED),
    _Stumble("block", *_INDENTED),
    _Stumble("<document start>", *_INDENTED),
)
_OTHERWISE = _Stumble("", english("this cannot be read as YAML"), english("look at this line and at the one above"))
_WIDE_COLON = re.compile(r"^\s*(?:- )?\w+：")


def syntax_fault(error: yaml.MarkedYAMLError, lines: list[str]) -> tuple[int, Fault]:
    """The line to look at, and what is wrong there."""
    said = f"{error.context} {error.problem}"
    stumble = next((one for one in _STUMBLES if one.said in said), _OTHERWISE)
    mark = error.context_mark if stumble.at_beginning and error.context_mark else error.problem_mark
    line = min(mark.line if mark else 0, len(lines) - 1)
    if re.match(r" *\t", lines[line]):
        return line + 1, Fault("tab", english("a tab indents this line"), english("indent with spaces"))
    for at in (line, max(line - 1, 0)):
        if _WIDE_COLON.match(lines[at]):
            message = english("a full-width colon (：) follows a key")
            return at + 1, Fault("broken-yaml", message, english("write `: ` in its place"))
    return line + 1, Fault("broken-yaml", stumble.message, stumble.remedy)
