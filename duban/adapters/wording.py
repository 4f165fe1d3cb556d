"""Wording: slips put into words by the templates of `config/notices`, one per slip.

A template gives a subject line, an empty line and the body, as plain text. The HTML is that same text, escaped, so
that the two never differ and nothing in them is fetched from anywhere.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, TemplateSyntaxError, nodes, select_autoescape
from jinja2.sandbox import SandboxedEnvironment

from duban.core.problems import BadInput, Problem, nearest
from duban.core.telling.notices import Slip, Words
from duban.core.titles import SLIP_TITLES

SUFFIX = ".txt.j2"
VARIABLES = frozenset(field.name for field in fields(Slip))

HTML = """\
<!DOCTYPE html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>{{ subject }}</title></head>
<body style="max-width: 42em; margin: 1em; font-size: 16px; line-height: 1.7">
{% for paragraph in paragraphs %}
<p>{{ paragraph | join("<br>\n" | safe) }}</p>
{% endfor %}
</body>
</html>
"""


class Wording:
    """The templates of a folder, checked and compiled once; called with a slip, it gives its words."""

    def __init__(self, folder: Path) -> None:
        """Read the templates; raises BadInput with every fault found in them."""
        self._environment = SandboxedEnvironment(
            loader=FileSystemLoader(folder, encoding="utf-8"),
            undefined=StrictUndefined,
            autoescape=select_autoescape(enabled_extensions=("html",), default_for_string=True),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        problems = [*_missing(folder), *_faults(self._environment, folder)]
        if problems:
            raise BadInput(problems)
        self._templates = {slip: self._environment.get_template(slip + SUFFIX) for slip in SLIP_TITLES}
        self._html = self._environment.from_string(HTML)

    def __call__(self, slip: Slip) -> Words:
        """The words of a slip."""
        rendered = self._templates[slip.kind].render(asdict(slip)).strip()
        subject, _, body = rendered.partition("\n")
        paragraphs = [block.split("\n") for block in body.strip().split("\n\n")]
        html = self._html.render(subject=subject, paragraphs=paragraphs)
        return Words(subject.strip(), body.strip() + "\n", html)


def _missing(folder: Path) -> Iterator[Problem]:
    for slip, title in SLIP_TITLES.items():
        if not (folder / (slip + SUFFIX)).is_file():
            name = f"{folder.name}/{slip}{SUFFIX}"
            yield Problem(name, 0, "missing-template", f"《{title}》 has no template", "write it, or restore it")


def _faults(environment: SandboxedEnvironment, folder: Path) -> Iterator[Problem]:
    """What is wrong inside the templates: syntax, frames that are not there, variables no slip has."""
    trees: dict[str, nodes.Template] = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        name, source = f"{folder.name}/{path.name}", path.read_text(encoding="utf-8")
        try:
            environment.compile(source)  # parsing alone misses unknown filters
            trees[name] = environment.parse(source)
        except TemplateSyntaxError as error:
            yield Problem(name, error.lineno, "broken-template", str(error.message), "mend the line")
    yield from _lost(trees, folder)
    yield from _unknown(trees, {*VARIABLES, *environment.globals, "loop"})


def _lost(trees: Mapping[str, nodes.Template], folder: Path) -> Iterator[Problem]:
    for file, tree in trees.items():
        wanted = [*(node.template for node in tree.find_all(nodes.Extends))]
        wanted += [node.template for node in tree.find_all(nodes.Include)]
        wanted += [node.template for node in tree.find_all(nodes.FromImport)]
        for name in wanted:
            if isinstance(name, nodes.Const) and not (folder / name.value).is_file():
                remedy = nearest(name.value, (path.name for path in folder.iterdir()), "write it, or remove the line")
                yield Problem(file, name.lineno, "missing-template", f"there is no {name.value}", remedy)


def _unknown(trees: Mapping[str, nodes.Template], known: set[str]) -> Iterator[Problem]:
    names = [(file, name) for file, tree in trees.items() for name in tree.find_all(nodes.Name)]
    # A template and the one it extends share what either sets.
    known = known | {name.name for _, name in names if name.ctx != "load"}
    known |= {macro.name for tree in trees.values() for macro in tree.find_all(nodes.Macro)}
    for file, name in names:
        if name.name not in known:
            remedy = nearest(name.name, VARIABLES, f"use one of {', '.join(sorted(VARIABLES))}")
            yield Problem(file, name.lineno, "unknown-variable", f"no slip has {name.name!r}", remedy)
