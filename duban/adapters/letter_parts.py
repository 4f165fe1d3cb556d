"""What a letter says, part by part, and those parts laid out twice: as plain text, and as HTML that says the same.

A template calls `heading`, `row`, `listing`, `link_to` and `rule`; each leaves a mark where it stands, of which `parts`
makes what it was called with. Whatever else a template says is a paragraph, and an empty line ends one. Nothing is
found out from words, so that words may be any. In HTML all of them are escaped and nothing is fetched; styles stand in
the elements, because mail programs drop all others.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from itertools import groupby

from jinja2 import Environment, StrictUndefined, Template

from duban.core.telling.slips import Words

MARK = "\0"
"""What stands around a mark: no text of a slip holds it, for none has control characters, and no JSON does."""

RULE = "━" * 20

PAGE = """\
{% macro below(part, style) %}
<ul style="margin: 0; {{ style }}">
{% for line in part.lines %}
<li>{{ line }}</li>
{% endfor %}
</ul>{% endmacro %}
<!DOCTYPE html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>{{ subject }}</title></head>
<body style="max-width: 46em; margin: 1em; font-size: 16px; line-height: 1.7; color: #222">
{% for block in blocks %}
{% set part = block[0] %}
{% if part.kind == "rule" %}
<hr style="border: 0; border-top: 1px solid #bbb; margin: 1.5em 0">
{% elif part.kind == "heading" %}
<h{{ part.level }} style="font-size: {{ sizes.get(part.level, 16) }}px; margin: 0.5em 0">
{{- part.text -}}
</h{{ part.level }}>
{% elif part.kind == "row" %}
<table style="border-collapse: collapse; width: 100%">
{% for row in block %}
<tr><th style="{{ cell }}; width: 6em; text-align: left; background: #f5f5f5">{{ row.label }}</th>
<td style="{{ cell }}">{{ row.text }}{{ below(row, "padding-left: 1.2em") if row.lines }}</td></tr>
{% endfor %}
</table>
{% elif part.kind == "link" %}
<p style="margin: 0.9em 0"><a href="{{ part.label }}" style="{{ button }}">{{ part.text }}</a></p>
<p style="margin: 0.4em 0; font-size: 13px; word-break: break-all">{{ part.label }}</p>
{% elif part.kind == "listing" %}
<p style="margin: 0.7em 0 0">{{ part.text }}</p>{{ below(part, "padding-left: 1.2em; list-style: none") }}
{% else %}
<p style="margin: 0.7em 0">
{% for line in part.lines %}
{{ line }}{{ "<br>" | safe if not loop.last }}
{% endfor %}
</p>
{% endif %}
{% endfor %}
</body>
</html>
"""
CELL = "border: 1px solid #ccc; padding: 4px 8px; vertical-align: top"
BUTTON = "display: inline-block; padding: 8px 20px; background: #0b5cad; color: #fff; text-decoration: none"
SIZES = {1: 22, 2: 18}


class PartKind(StrEnum):
    """What a part of a letter is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ROW = "row"  # rows that follow one another are a table
    LISTING = "listing"
    RULE = "rule"
    LINK = "link"
    ITEM = "item"  # says nothing: the first words of an item of a digest follow


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a letter: a heading's text and level; a row's label, text and the lines below; a paragraph's lines.

    Of a link `label` is the address.
    """

    kind: PartKind
    text: str = ""
    label: str = ""
    lines: tuple[str, ...] = ()
    level: int = 1


def words(subject: str, told: Iterable[Part]) -> Words:
    """The words of a letter that has these parts."""
    all_ = list(told)
    seen = [part for part in all_ if part.kind is not PartKind.ITEM]
    html = _page().render(subject=subject, blocks=_blocks(seen), cell=CELL, sizes=SIZES, button=BUTTON)
    links = tuple((part.text, part.label) for part in seen if part.kind is PartKind.LINK)
    return Words(subject, _plain(seen) + "\n", html.lstrip() + "\n", tuple(_pieces(all_)), links=links)


def _plain(told: Iterable[Part]) -> str:
    return "\n\n".join("\n".join(map(_text, block)) for block in _blocks(told))


def _blocks(told: Iterable[Part]) -> list[list[Part]]:
    return [list(block) for kind, rows in groupby(told, key=_kind) for block in _parted(kind, rows)]


def _pieces(told: Sequence[Part]) -> list[str]:
    """The text between rules: what stands before the first item, then each item with what follows it.

    Nothing where a template has no items, or two of them with no rule between.
    """
    pieces: list[list[Part]] = [[]]
    for is_rule, between in groupby(told, key=lambda part: part.kind is PartKind.RULE):
        section = list(between)
        items = sum(part.kind is PartKind.ITEM for part in section)
        if items > 1:
            return []
        if items:
            pieces.append([part for part in section if part.kind is not PartKind.ITEM])
        elif not is_rule or pieces[-1]:
            pieces[-1] += section
    return [_plain(_unruled(piece)) for piece in pieces] if len(pieces) > 1 else []


def _unruled(piece: Sequence[Part]) -> Sequence[Part]:
    """Without the rule that parts it from the next."""
    return piece[:-1] if piece and piece[-1].kind is PartKind.RULE else piece


def _kind(part: Part) -> PartKind:
    return part.kind


def _parted(kind: PartKind, alike: Iterable[Part]) -> Iterable[Iterable[Part]]:
    """Rows together, all else by itself."""
    return [alike] if kind is PartKind.ROW else ([part] for part in alike)


def _text(part: Part) -> str:
    match part.kind:
        case PartKind.HEADING:
            return part.text
        case PartKind.PARAGRAPH:
            return "\n".join(part.lines)
        case PartKind.ROW:
            return "\n".join((f"{part.label}：{part.text}", *(f"　· {line}" for line in part.lines)))
        case PartKind.LINK:
            return f"{part.text}：{part.label}"
        case PartKind.LISTING:
            return "\n".join((part.text, *(f"　{line}" for line in part.lines)))
        case _:
            return RULE


@cache
def _page() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(PAGE)


# What templates call -------------------------------------------------------------------------------------------------


def heading(text: str, level: int = 1) -> str:
    """A heading; of level 1 there is one in a letter."""
    return _mark(Part(PartKind.HEADING, str(text), level=level))


def row(label: str, text: str = "", lines: Iterable[str] = ()) -> str:
    """A row of a table: a label, what is said to it, and lines below; nothing at all where nothing is said to it."""
    said = Part(PartKind.ROW, str(text), str(label), tuple(map(str, lines)))
    return _mark(said) if said.text or said.lines else ""


def listing(text: str, lines: Iterable[str]) -> str:
    """A line, and lines below it."""
    return _mark(Part(PartKind.LISTING, str(text), lines=tuple(map(str, lines))))


def link_to(text: str, address: str) -> str:
    """An address to go to, and what is done there; nothing where there is none."""
    return _mark(Part(PartKind.LINK, str(text), str(address))) if address else ""


def rule() -> str:
    """A line across the page."""
    return _mark(Part(PartKind.RULE))


def item(text: str) -> str:
    """An item of a digest: what it says, marked as such."""
    return f"{_mark(Part(PartKind.ITEM))}{text}"


def _mark(part: Part) -> str:
    return f"{MARK}{json.dumps(asdict(part))}{MARK}"


CALLED: Mapping[str, Callable[..., str]] = {one.__name__: one for one in (heading, row, listing, link_to, rule)}
"""The parts that templates call, by name."""


def parts(rendered: str) -> Iterator[Part]:
    """What a template said: the parts it called, and paragraphs of all else."""
    for place, piece in enumerate(rendered.split(MARK)):
        if place % 2:
            said = json.loads(piece)
            yield Part(**{**said, "kind": PartKind(said["kind"]), "lines": tuple(said["lines"])})
        else:
            yield from map(paragraph, filter(None, (lines.strip("\n") for lines in piece.split("\n\n"))))


def paragraph(text: str) -> Part:
    """A paragraph of a text's lines."""
    return Part(PartKind.PARAGRAPH, lines=tuple(text.split("\n")))
