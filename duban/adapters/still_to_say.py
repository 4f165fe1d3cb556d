"""What a bureau has still to say in its files: values as `duban init` or the shipped bureau has them, and addresses."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from duban.adapters.plan_folder import PLAN
from duban.adapters.yaml_models import file_name, read_model
from duban.adapters.yaml_text import Place, read_document
from duban.core.planning.directory import DirectoryFile
from duban.core.planning.values import UNSAID
from duban.core.problems import BadInput, Problem, shown
from duban.core.texts import english
from duban.unsaid import SHIPPED
from duban.written import Unreadable, written_bytes


class Found(NamedTuple):
    """A text in a file, with the keys that lead to it, and its line."""

    keys: str
    line: int
    text: str


def still_to_say(plan: Path, directory: Path, calendar: Path) -> Iterator[Problem]:
    """Each by its place; of files that cannot be read, which are told of elsewhere, nothing."""
    for file in (calendar, directory, plan / PLAN, *sorted(plan.glob("*/*.yaml"))):
        for one in _read(file, UNSAID):
            what = english("`{keys}` is as it is written for any bureau: {text}", keys=one.keys, text=shown(one.text))
            remedy = english("write your own in place of {unsaid}", unsaid=UNSAID)
            yield Problem(file_name(file), one.line, "unsaid", what, remedy)
    yield from _of_the_shipped(plan / PLAN, directory)
    yield from _without_address(directory)


def _of_the_shipped(plan: Path, directory: Path) -> Iterator[Problem]:
    """What names the shipped bureau in the files of another, whose plan is not called after it."""
    if any(one.keys == "title" for one in _read(plan, SHIPPED[0])):
        return
    for file in (directory, plan):
        for one in dict.fromkeys(found for word in SHIPPED for found in _read(file, word)):
            what = english("`{keys}` is the shipped bureau's: {text}", keys=one.keys, text=shown(one.text))
            yield Problem(file_name(file), one.line, "as-shipped", what, english("write your own"))


def _read(file: Path, word: str) -> Iterator[Found]:
    """The texts of a file that hold a word; of one that cannot be read nothing."""
    try:
        if word.encode() in written_bytes(file):
            texts = _texts(read_document(file, file_name(file)).place)
            yield from (found for found in texts if word in found.text)
    except (Unreadable, BadInput):
        return


def _texts(place: Place, keys: str = "") -> Iterator[Found]:
    if place.text is not None:
        yield Found(keys, place.line, place.text)
    for key, part in place.parts.items():
        yield from _texts(part, f"{keys}.{key}" if keys else str(key))


def _without_address(directory: Path) -> Iterator[Problem]:
    read = read_model(directory, DirectoryFile)
    for number, post in enumerate(read.value.posts if read.value else ()):
        if "channels" in post.model_fields_set and not post.channels:
            what = english("nowhere is said where {post!r} is written to: its letters lie in var/mail", post=post.id)
            name, line = read.place(("posts", number, "channels"))
            remedy = english("write an address, or take `channels` out to leave it so")
            yield Problem(name, line, "unsaid", what, remedy)
