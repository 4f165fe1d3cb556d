"""Pictures are those that `make pictures` takes: none is missing, none is left over, and each is small."""

import re
from pathlib import Path

import pytest

from docs.take_pictures import PICTURES, TAKEN

DOCS = Path(__file__).parents[2] / "docs"
TEXTS = {file: file.read_text(encoding="utf-8") for file in (DOCS.parent / "README.md", *DOCS.glob("*.md"))}
SHOWN = [(file, name) for file, text in TEXTS.items() for name in re.findall(r"\]\(((?!https?:)[^)#]+\.png)\)", text)]
PNG, SMALL, TOGETHER = b"\x89PNG\r\n\x1a\n", 120_000, 1_000_000


def test_the_pictures_are_those_that_the_script_takes() -> None:
    assert {file.name for file in PICTURES.iterdir()} == {f"{name}.png" for name in TAKEN}


@pytest.mark.parametrize(("file", "name"), SHOWN, ids=lambda one: getattr(one, "name", one))
def test_every_picture_shown_is_there(file: Path, name: str) -> None:
    assert (file.parent / name).is_file()


def test_every_picture_is_shown_somewhere() -> None:
    shown = {(file.parent / name).resolve() for file, name in SHOWN}
    there = {*PICTURES.glob("*"), *(DOCS / "images").glob("*")}
    assert sorted(there - shown) == []


def test_they_are_small() -> None:
    sizes = {file.name: file.stat().st_size for file in PICTURES.glob("*.png")}
    assert all(file.read_bytes().startswith(PNG) for file in PICTURES.glob("*.png"))
    assert {name: size for name, size in sizes.items() if size >= SMALL} == {}
    assert sum(sizes.values()) < TOGETHER
