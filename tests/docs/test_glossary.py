"""Every noun a newcomer meets in a signature of the core stands in the glossary, and each entry has its Chinese."""

import re
from pathlib import Path

import pytest

from tests.core.test_names import CORE, types_of

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"

WRITTEN = re.compile("(?:File|Action|Parameters|Measure|Text)$")
"""Ends of the names of what stands in a file: the glossary says once what they mean, other documents the rest."""

EXCEPT = {
    "BoolArray": "an array of numpy, by what is in it",
    "FloatArray": "likewise",
    "IntArray": "likewise",
    "Json": "what the json module reads",
    "Name": "a variable of types",
    "Schema": "JSON Schema's own word",
}


def entries() -> list[list[str]]:
    text = GLOSSARY.read_text(encoding="utf-8")
    lines = (line.strip().strip("|").split("|") for line in text.splitlines() if line.startswith("| "))
    return [[cell.strip() for cell in line] for line in lines]


def together(words: str) -> str:
    """`Due rung` and `DueRung` alike."""
    return "".join(filter(str.isalpha, words.lower()))


def known() -> set[str]:
    return {together(word) for word, *_ in entries() for word in word.split(",")}


def public() -> list[str]:
    found = (name for path in sorted(CORE.rglob("*.py")) for name in types_of(path.read_text()))
    return [name for name in found if not name.startswith("_")]


def test_every_public_type_of_the_core_stands_in_the_glossary() -> None:
    missing = [name for name in public() if not WRITTEN.search(name) and together(name) not in known()]
    assert [name for name in missing if name not in EXCEPT] == []
    assert sorted(missing) == sorted(EXCEPT), "an exception that is none"


def test_every_entry_has_its_chinese_and_a_line() -> None:
    assert [entry for entry in entries() if len(entry) != 3 or not all(entry)] == []
    for word, chinese, _ in entries():
        assert word == "Word" or re.search("[\u4e00-\u9fff]", chinese), word


@pytest.mark.parametrize("gone", ["Stand", "Ground", "Mail", "Scene", "Bounds", "Prospect", "Standing"])
def test_what_is_gone_is_gone_from_the_glossary(gone: str) -> None:
    assert together(gone) not in known()
