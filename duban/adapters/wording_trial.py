"""Templates tried before a letter is due: what they fail to say, and what they say to nobody.

Templates that an office has made its own stay as they are when a later version has more to tell.
"""

from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from traceback import walk_tb

from jinja2 import Environment, nodes

from duban.adapters.papers import sampled
from duban.adapters.wording import SUFFIX, Wording
from duban.core.problems import Problem
from duban.core.telling.bulletin_paper import BulletinPaper
from duban.core.telling.bulletin_text import BulletinLetter
from duban.core.telling.digest import GROUPS, Digest, Item
from duban.core.telling.papers import Writing
from duban.core.telling.phrases import CHANGES
from duban.core.telling.slips import Slip
from duban.core.texts import english
from duban.core.titles import DIGEST, SLIP_TITLES

SAMPLES = {str: "例", tuple[str, ...]: ("例",), int: 1, int | None: 1}
"""What stands for a variable of a letter, by its type."""

LATER = {
    "title": (
        "base",
        english("what a slip is called here, beside its whole number"),
        '{{ heading(title ~ "　" ~ number) }}',
    ),
    "still": (DIGEST, english("仍逾期: what its reader is still late with"), '{{ listing("仍逾期", still) if still }}'),
    "linked": (
        DIGEST,
        english("经函件链接办理: what was done in its reader's name by links of letters"),
        '{{ listing("经函件链接以您的岗位办理", linked) if linked }}',
    ),
    "seal": (DIGEST, english("台账存证: the last seal of the ledger, in the coordinator's"), "{{ seal if seal }}"),
    "remarks": (
        "base",
        english("批示、意见和催办: what leaders instructed and others advised"),
        '{{ row("批示、意见和催办", "", remarks) }}',
    ),
}
"""What templates did not always tell: the variable, with the template that does now, what it is, and how it does."""


def failing(wording: Wording, folder: Path) -> Iterator[Problem]:
    """Templates by which some letter could not be written, each with the letter and what is amiss."""
    for letter, what in _samples():
        try:
            wording(letter)
        except Exception as error:  # noqa: BLE001  whatever a template runs into is to be told
            file, line = _place(error, folder)
            message = english("the letter {what} cannot be written: {error}", what=what, error=error)
            yield Problem(
                file,
                line,
                "broken-template",
                message,
                english("add what is missing, or take the file as it is shipped"),
            )


def unsaid(folder: Path) -> Iterator[Problem]:
    """What no template of the folder tells."""
    trees = [Environment().parse(file.read_text("utf-8")) for file in folder.glob(f"*{SUFFIX}")]  # noqa: S701
    used = {name.name for tree in trees for name in tree.find_all(nodes.Name)}
    for variable, (template, what, line) in LATER.items():
        if variable not in used:
            file = f"{folder.name}/{template}{SUFFIX}"
            yield Problem(
                file, 0, "unsaid", english("no template tells {what}", what=what), english("add {rung}", rung=line)
            )


def _samples() -> Iterator[tuple[Writing, str]]:
    """A letter of every kind, and of every change."""
    values = {field.name: SAMPLES[field.type] for field in fields(Slip)}  # type: ignore[index]
    slip = Slip(**values)  # type: ignore[arg-type]
    for kind in SLIP_TITLES:
        for change in dict.fromkeys(CHANGES.values()) if kind == "change" else ("",):
            yield replace(slip, kind=kind, change=change), f"《{SLIP_TITLES[kind]}》{change}"
    one = Item(1, GROUPS[0], replace(slip, kind="assign"))
    yield Digest("例", "例", "例", "例", "例", "例", 1, (one,), 0, ("例",)), "《督办日报》"
    yield BulletinLetter(sampled(BulletinPaper), "例", "例", enclosed=False, sequence=1), "《督查通报》"


def _place(error: Exception, folder: Path) -> tuple[str, int]:
    """The template that an error came from, and the line there."""
    frames = [(Path(frame.f_code.co_filename), line) for frame, line in walk_tb(error.__traceback__)]
    file, line = next((one for one in reversed(frames) if one[0].parent == folder), (folder, 0))
    return f"{folder.name}/{file.name}" if line else folder.name, line
