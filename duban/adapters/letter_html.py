"""The HTML of a letter: its text laid out, escaped, and nothing else, so that the two never differ.

Empty lines part blocks. The first block is the heading; a line of ━ is a rule, and the block after it a heading of its
own. A block whose lines are labels with a colon is a table; lines that begin with a wide space are a list below the
line before them. Any other block is a paragraph. Styles stand in the elements: mail programs drop all others.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from jinja2 import Environment, StrictUndefined, Template

RULE = re.compile(r"━+")
LABEL = re.compile(r"([^：\s]{1,10})：(.*)")
INDENT = "　"
BULLET = re.compile(r"　(?:·\s*)?")

PAGE = """\
{% macro below(line) %}{% if line.below %}
<ul style="margin: 0; padding-left: 1.2em">
{% for item in line.below %}
<li>{{ item }}</li>
{% endfor %}
</ul>{% endif %}{% endmacro %}
<!DOCTYPE html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>{{ subject }}</title></head>
<body style="max-width: 46em; margin: 1em; font-size: 16px; line-height: 1.7; color: #222">
{% for block in blocks %}
{% if block.kind == "rule" %}
<hr style="border: 0; border-top: 1px solid #bbb; margin: 1.5em 0">
{% elif block.kind == "title" %}
<h1 style="font-size: 22px; margin: 0.5em 0">{{ block.lines[0].text }}</h1>
{% elif block.kind == "heading" %}
<h2 style="font-size: 18px; margin: 0.5em 0">{{ block.lines[0].text }}</h2>
{% elif block.kind == "table" %}
<table style="border-collapse: collapse; width: 100%">
{% for line in block.lines %}
<tr><th style="{{ cell }}; width: 6em; text-align: left; background: #f5f5f5">{{ line.label }}</th>
<td style="{{ cell }}">{{ line.text }}{{ below(line) }}</td></tr>
{% endfor %}
</table>
{% else %}
<p style="margin: 0.7em 0">
{% for line in block.lines %}
{{ line.text }}{{ below(line) }}{{ "<br>" | safe if not loop.last }}
{% endfor %}
</p>
{% endif %}
{% endfor %}
</body>
</html>
"""
CELL = "border: 1px solid #ccc; padding: 4px 8px; vertical-align: top"


@dataclass(slots=True)
class Line:
    """A line, its label where it has one, and the list below it."""

    text: str
    label: str = ""
    below: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines between two empty ones; `kind` is title, heading, rule, table or text."""

    kind: str
    lines: list[Line]


def html_of(subject: str, text: str) -> str:
    """The HTML of a letter's text."""
    return _page().render(subject=subject, blocks=list(blocks(text)), cell=CELL).lstrip() + "\n"


@cache
def _page() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(PAGE)


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a letter's text."""
    before = "start"
    for lines in (part.strip("\n").split("\n") for part in text.split("\n\n") if part.strip()):
        block = _block(lines, before)
        yield block
        before = block.kind


def _block(lines: list[str], before: str) -> Block:
    if RULE.fullmatch(lines[0].strip()):
        return Block("rule", [])
    if before in ("start", "rule") and len(lines) == 1:
        return Block("title" if before == "start" else "heading", [Line(lines[0])])
    labels = [LABEL.fullmatch(line) for line in lines if not line.startswith(INDENT)]
    if len(labels) > 1 and all(labels):
        return Block("table", list(_lines(lines, labelled=True)))
    return Block("text", list(_lines(lines, labelled=False)))


def _lines(lines: list[str], *, labelled: bool) -> Iterator[Line]:
    line: Line | None = None
    for text in lines:
        if line is not None and text.startswith(INDENT):
            line.below.append(BULLET.sub("", text, count=1))
            continue
        if line is not None:
            yield line
        label, _, said = text.partition("：") if labelled else ("", "", text)
        line = Line(said, label)
    if line is not None:
        yield line
