"""Wording: slips put into words by the templates of `config/notices`, one per slip, and one for the digest.

A template gives a subject line, an empty line and the body, in which it calls the parts a letter is made of
(`letter_parts`). Text and HTML are made of the same parts, so that the two never differ.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from inspect import signature
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from duban.adapters.letter_parts import CALLED, parts, words
from duban.adapters.letter_parts import item as marked
from duban.core.problems import BadInput, Problem, nearest
from duban.core.telling.bulletin_text import BulletinLetter
from duban.core.telling.digest import GROUPS, Digest, Item
from duban.core.telling.papers import Writing
from duban.core.telling.slips import Slip, Words
from duban.core.texts import english, said_elsewhere
from duban.core.titles import BULLETIN, DIGEST, LETTER_TITLES
from duban.written import Unreadable, written_text

SUFFIX = ".txt.j2"
IN_DIGEST = "in_digest"
VARIABLES = frozenset(field.name for kind in (Slip, Digest, BulletinLetter) for field in fields(kind)) | {IN_DIGEST}


class Wording:
    """The templates of a folder, checked and compiled once; called with a slip or a digest, it gives its words."""

    def __init__(self, folder: Path) -> None:
        """Read the templates; raises BadInput with every fault found in them."""
        self._environment = SandboxedEnvironment(
            loader=FileSystemLoader(folder, encoding="utf-8"),
            undefined=StrictUndefined,
            autoescape=False,  # what it gives is parts and plain text; HTML is made of them later, and escaped there
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals |= CALLED
        problems = [*_missing(folder), *_faults(self._environment, folder)]
        if problems:
            raise BadInput(problems)
        self._templates = {slip: self._environment.get_template(slip + SUFFIX) for slip in LETTER_TITLES}

    def __call__(self, matter: Writing) -> Words:
        """The words of a slip, a digest or a bulletin."""
        subject, body = self._said(matter)
        return words(subject, parts(body))

    def _said(self, matter: Writing) -> tuple[str, str]:
        if isinstance(matter, BulletinLetter):
            told = {field.name: getattr(matter, field.name) for field in fields(matter)}
            return _parted(self._templates[BULLETIN].render(told))
        return self._in_digest(matter) if isinstance(matter, Digest) else self._rendered(matter)

    def _rendered(self, slip: Slip, *, in_digest: bool = False) -> tuple[str, str]:
        return _parted(self._templates[slip.kind].render({**asdict(slip), IN_DIGEST: in_digest}))

    def _in_digest(self, digest: Digest) -> tuple[str, str]:
        told = {name: getattr(digest, name) for name in VARIABLES if hasattr(digest, name)}
        return _parted(self._templates[DIGEST].render({**told, "items": [self._item(item) for item in digest.items]}))

    def _item(self, item: Item) -> dict[str, object]:
        subject, text = self._rendered(item.slip, in_digest=True)
        order = GROUPS.index(item.group)
        return {"place": item.place, "group": item.group, "order": order, "subject": subject, "text": marked(text)}


def _parted(rendered: str) -> tuple[str, str]:
    """Subject and body."""
    subject, _, body = rendered.strip().partition("\n")
    return subject.strip(), body.strip()


def _missing(folder: Path) -> Iterator[Problem]:
    for slip, title in LETTER_TITLES.items():
        if not (folder / (slip + SUFFIX)).is_file():
            name = f"{folder.name}/{slip}{SUFFIX}"
            message = english("《{title}》 has no template", title=title)
            yield Problem(name, 0, "missing-template", message, english("write it, or restore it"))


def _faults(environment: SandboxedEnvironment, folder: Path) -> Iterator[Problem]:
    """What is wrong inside the templates: syntax, frames that are not there, variables no slip has."""
    trees: dict[str, nodes.Template] = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        name = f"{folder.name}/{path.name}"
        try:
            source = written_text(path)
            environment.compile(source)  # parsing alone misses unknown filters
            trees[name] = environment.parse(source)
        except Unreadable as error:
            yield error.problem(name)
        except TemplateSyntaxError as error:
            message = said_elsewhere(str(error.message))
            yield Problem(name, error.lineno, "broken-template", message, english("mend the line"))
        except (RecursionError, SyntaxError, MemoryError):
            message = english("it is nested too deep")
            yield Problem(name, 0, "broken-template", message, english("take some of it out"))
    yield from _lost(trees, folder)
    yield from _miscalled(trees)
    yield from _unknown(trees, {*VARIABLES, *environment.globals, "loop"})


def _lost(trees: Mapping[str, nodes.Template], folder: Path) -> Iterator[Problem]:
    """Files that a template takes in and that are not there, or not named: what else one would meet in a letter."""
    there = {path.name for path in folder.glob("*") if path.is_file()}
    for file, tree in trees.items():
        taken_in: Iterator[Any] = tree.find_all((nodes.Extends, nodes.Include, nodes.FromImport, nodes.Import))
        for name in [one.template for one in taken_in]:
            if not (isinstance(name, nodes.Const) and isinstance(name.value, str)):
                message = english("the file that is taken in is not named")
                yield Problem(file, name.lineno, "broken-template", message, english("write its name, in quotes"))
            elif name.value not in there:
                remedy = nearest(name.value, there, english("write it, or remove the line"))
                message = english("there is no {file}", file=name.value)
                yield Problem(file, name.lineno, "missing-template", message, remedy)


def _miscalled(trees: Mapping[str, nodes.Template]) -> Iterator[Problem]:
    """Parts called with too little or too much, which else would show only when a letter is written."""
    for file, tree in trees.items():
        for call in tree.find_all(nodes.Call):
            name = call.node.name if isinstance(call.node, nodes.Name) else ""
            if name not in CALLED or call.dyn_args or call.dyn_kwargs:
                continue
            takes = signature(CALLED[name])
            try:
                takes.bind(*call.args, **{pair.key: pair.value for pair in call.kwargs})
            except TypeError as error:
                remedy = english("call it as {form}", form=f"{name}({', '.join(takes.parameters)})")
                message = said_elsewhere(f"{name}: {error}")
                yield Problem(file, call.lineno, "broken-template", message, remedy)


def _unknown(trees: Mapping[str, nodes.Template], known: set[str]) -> Iterator[Problem]:
    names = [(file, name) for file, tree in trees.items() for name in tree.find_all(nodes.Name)]
    # A template and the one it extends share what either sets.
    known = known | {name.name for _, name in names if name.ctx != "load"}
    known |= {macro.name for tree in trees.values() for macro in tree.find_all(nodes.Macro)}
    for file, name in names:
        if name.name not in known:
            otherwise = english("use one of: {known}", known=sorted(VARIABLES))
            remedy = nearest(name.name, VARIABLES | CALLED.keys(), otherwise)
            yield Problem(
                file, name.lineno, "unknown-variable", english("no slip has {name!r}", name=name.name), remedy
            )
