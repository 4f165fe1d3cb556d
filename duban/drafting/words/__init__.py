"""The words by which tables are read, a file for each language: what an office writes, and no code.

They are read once, from the package itself; all languages hold at once, for tables are bilingual.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

CHINESE = re.compile("[\u4e00-\u9fff]")
LANGUAGES = ("zh", "en")
"""In the order of trying."""


@cache
def _files() -> tuple[Mapping[str, Any], ...]:
    here = files(__name__)
    return tuple(tomllib.loads(here.joinpath(f"{one}.toml").read_text(encoding="utf-8")) for one in LANGUAGES)


def entries(part: str) -> list[Mapping[str, Any]]:
    """The tables of a list of all languages, in the order of trying."""
    return [entry for file in _files() for entry in file.get(part, ())]


def filled(expression: str, parts: str = "parts") -> str:
    """An expression with the parts that stand in it as <name>, of all languages."""
    for key in keys(parts):
        expression = expression.replace(f"<{key}>", f"(?:{'|'.join(listed(parts, key))})")
    return expression


def text(key: str, about: str, **values: object) -> str:
    """What is written into a plan, in the language of what it is about: Chinese where that has a Chinese sign."""
    language = 0 if CHINESE.search(about) else 1
    return str(_files()[language]["texts"][key]).format(**values)


def listed(part: str, key: str) -> list[str]:
    """The words of all languages below a key of a part; none is no mistake, as a language may lack it."""
    found = (file.get(part, {}).get(key, ()) for file in _files())
    return [word for words in found for word in ([words] if isinstance(words, str) else words)]


def keys(part: str) -> tuple[str, ...]:
    """The keys of a part, in the order of the first file."""
    return tuple(dict.fromkeys(key for file in _files() for key in file.get(part, {})))


def expression(part: str, key: str) -> re.Pattern[str]:
    """One expression for all words below a key; small and large letters are the same."""
    words = "|".join(f"(?:{word})" for word in listed(part, key)) or "(?!)"
    return re.compile(words, re.IGNORECASE)
