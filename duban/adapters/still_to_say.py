"""What a bureau has still to say in its files: values left as `duban init` wrote them, posts without an address."""

from collections.abc import Iterator
from pathlib import Path

from duban.adapters.plan_folder import PLAN
from duban.adapters.yaml_models import file_name, read_model
from duban.adapters.yaml_text import Place, read_document
from duban.core.planning.directory import DirectoryFile
from duban.core.planning.values import UNSAID
from duban.core.problems import BadInput, Problem, shown
from duban.core.texts import english
from duban.written import Unreadable, written_bytes


def still_to_say(plan: Path, directory: Path, calendar: Path) -> Iterator[Problem]:
    """Each by its place; of files that cannot be read, which are told of elsewhere, nothing."""
    for file in (calendar, directory, plan / PLAN, *sorted(plan.glob("*/*.yaml"))):
        yield from _blanks(file)
    yield from _without_address(directory)


def _blanks(file: Path) -> Iterator[Problem]:
    name = file_name(file)
    try:
        if UNSAID.encode() in written_bytes(file):
            for keys, line, text in _texts(read_document(file, name).place):
                if UNSAID in text:
                    what = english("`{keys}` is as it is written for any bureau: {text}", keys=keys, text=shown(text))
                    remedy = english("write your own in place of {unsaid}", unsaid=UNSAID)
                    yield Problem(name, line, "unsaid", what, remedy)
    except (Unreadable, BadInput):
        return


def _texts(place: Place, keys: str = "") -> Iterator[tuple[str, int, str]]:
    """Every word that is written, with the keys that lead to it and its line."""
    if place.text is not None:
        yield keys, place.line, place.text
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
