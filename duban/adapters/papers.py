"""Papers as Word files: the templates of `config/papers`, which a bureau edits in Word, filled in.

A template asks for words as `{{ step_title }}`, repeats a row of a table between `{%tr for row in rows %}` and
`{%tr endfor %}`, and looks nothing up. What it is filled in with is text, never markup. The same paper is the same
file, to the byte.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from io import BytesIO
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints
from zipfile import BadZipFile, ZipFile, ZipInfo

from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import SandboxedEnvironment
from lxml.etree import XMLSyntaxError, fromstring

from duban.adapters.workbooks_back import MOST_UNPACKED, unpacked
from duban.adapters.yaml_models import file_name
from duban.core.problems import BadInput, Problem, nearest
from duban.core.telling.papers import MATTERS, Paper
from duban.core.telling.slips import Enclosure
from duban.core.texts import english, said_elsewhere
from duban.written import Unreadable, written_bytes

M = TypeVar("M")

SUFFIX = ".docx"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time that every part of a paper bears: the same paper is the same file."""

TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")
STRAY = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")
"""What a template asks by, and what is left of it where it is not whole."""

WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MEND = english("mend what stands in braces")

LOOP = frozenset({"index", "index0", "first", "last", "length", "revindex"})
"""What a template may ask of a loop."""

BROKEN = (BadZipFile, PackageNotFoundError, KeyError, ValueError, OSError, XMLSyntaxError)
"""How a file shows that it is no Word file."""


class Papers:
    """The templates of a folder, each checked when it is first used; called with a paper, it gives its file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._templates: dict[str, bytes] = {}

    def __call__(self, paper: Paper) -> Enclosure:
        """A paper as a Word file, named as it is called; raises BadInput with every fault in its template."""
        if paper.kind not in self._templates:
            if problems := list(_problems(self._folder, paper.kind)):
                raise BadInput(problems)
            self._templates[paper.kind] = (self._folder / f"{paper.kind}{SUFFIX}").read_bytes()
        told = {one.name: getattr(paper.matter, one.name) for one in fields(paper.matter)}
        return Enclosure(paper.file, _written(self._templates[paper.kind], told))


def paper_problems(folder: Path) -> list[Problem]:
    """What is wrong with the templates; nothing where a bureau has no such folder, and so no papers."""
    return [problem for kind in MATTERS for problem in _problems(folder, kind)] if folder.is_dir() else []


def _written(template: bytes, told: Mapping[str, Any]) -> bytes:
    document, written = DocxTemplate(BytesIO(template)), BytesIO()
    document.render(dict(told), _environment(), autoescape=True)
    document.save(written)
    return _undated(written)


def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(undefined=StrictUndefined, autoescape=True)


def _undated(file: BytesIO) -> bytes:
    """The same file whenever it was written."""
    again = BytesIO()
    with ZipFile(file) as old, ZipFile(again, "w") as new:
        for part in old.infolist():
            mark = ZipInfo(part.filename, LONG_AGO)
            mark.compress_type = part.compress_type
            new.writestr(mark, old.read(part))
    return again.getvalue()


# What is wrong with templates ----------------------------------------------------------------------------------------


def _problems(folder: Path, kind: str) -> Iterator[Problem]:
    file = folder / f"{kind}{SUFFIX}"
    where = file_name(file)
    if not file.is_file():
        yield Problem(
            where,
            0,
            "missing-template",
            english("there is no such template"),
            english("make it in Word, or restore it"),
        )
        return
    try:
        if unpacked(written_bytes(file)) > MOST_UNPACKED:
            yield Problem(
                where, 0, "too-large", english("what is packed in it is too large"), english("take pictures out")
            )
            return
        yield from _faults(file, MATTERS[kind], where)
    except Unreadable as error:
        yield error.problem(where)
    except TemplateSyntaxError as error:
        yield Problem(where, 0, "broken-template", said_elsewhere(str(error.message)), MEND)
    except BROKEN as error:
        message = english("it is no Word file: {kind}", kind=type(error).__name__)
        yield Problem(where, 0, "broken-template", message, english("save it in Word as .docx, or restore it"))


def _faults(file: Path, matter: type, where: str) -> Iterator[Problem]:
    """What is wrong inside a template; what shows only when it is filled in, where nothing else is."""
    document = DocxTemplate(file)
    document.init_docx()
    uris = (document.HEADER_URI, document.FOOTER_URI)
    parts = [document.get_xml(), *(part.blob.decode() for uri in uris for _, part in document.get_headers_footers(uri))]
    unclosed = [english("braces not closed: {told!r}", told=told) for told in _unclosed(parts)]
    faults = [Problem(where, 0, "broken-template", message, MEND) for message in unclosed]
    if not faults:  # else words and all between them are lost before anybody could miss them
        faults += _unknown(_environment().parse("".join(map(document.patch_xml, parts))), matter, where)
    yield from faults or _unfilled(file, matter, where)


def _unclosed(parts: Iterable[str]) -> Iterator[str]:
    """Paragraphs in which braces are opened and not closed, or closed and not opened."""
    for paragraph in (found for part in parts for found in fromstring(part.encode()).iter(f"{{{WORDS}}}p")):
        told = "".join(piece.text or "" for piece in paragraph.iter(f"{{{WORDS}}}t"))
        if STRAY.search(TAG.sub("", told)):
            yield told


def _unknown(tree: nodes.Template, matter: type, where: str) -> Iterator[Problem]:
    """Words that no such paper has, and parts that no row of it has."""
    known = {one.name for one in fields(matter)}
    for name in sorted(find_undeclared_variables(tree) - known - set(_environment().globals)):
        remedy = nearest(name, known, english("use one of: {known}", known=sorted(known)))
        yield Problem(where, 0, "unknown-word", english("this paper has no word {name!r}", name=name), remedy)
    parts = {one.name for row in _rows(matter) for one in fields(row)}
    for name in sorted({one.attr for one in tree.find_all(nodes.Getattr)} - parts - LOOP):
        otherwise = english("use one of: {known}", known=sorted(parts)) if parts else english("take it out")
        remedy = nearest(name, parts, otherwise)
        yield Problem(where, 0, "unknown-word", english("no row of this paper has a {name!r}", name=name), remedy)


def _rows(matter: type) -> Iterator[type]:
    """What a paper holds that has parts of its own, its lists above all."""
    for hint in get_type_hints(matter).values():
        yield from (one for one in (hint, *get_args(hint)) if is_dataclass(one) and isinstance(one, type))


def _unfilled(file: Path, matter: type, where: str) -> Iterator[Problem]:
    """What fails only when the template is filled in: a loop that crosses cells, say."""
    sample: object = sampled(matter)
    try:
        _written(file.read_bytes(), {one.name: getattr(sample, one.name) for one in fields(matter)})
    except TemplateError as error:
        yield Problem(where, 0, "broken-template", said_elsewhere(str(error)), MEND)
    except (*BROKEN, TypeError, AttributeError) as error:
        message = english("filled in it is no Word file: {why}", why=re.sub("<[^>]*>", "", str(error))[:200])
        yield Problem(
            where, 0, "broken-template", message, english("begin and end loops in rows or paragraphs of their own")
        )


def sampled(matter: type[M]) -> M:
    """A paper of a kind, to fill a template in with."""
    made: M = _sample(matter)
    return made


def _sample(hint: Any) -> Any:
    """A value of a type, to fill a template in with."""
    if get_origin(hint) is tuple:
        return (_sample(get_args(hint)[0]),)
    if get_origin(hint) is UnionType:
        return next(_sample(one) for one in get_args(hint) if one is not NoneType)
    if is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        return hint(**{one.name: _sample(hints[one.name]) for one in fields(hint)})
    return hint(1)
