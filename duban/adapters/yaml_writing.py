"""An initiative written out as YAML: all its steps, each with where it comes from."""

from collections.abc import Iterator
from typing import Any

import yaml

from duban.adapters.pattern_folder import Placed
from duban.core.planning.plain import plain_heading, plain_step
from duban.core.planning.plan import Initiative, Step

_WIDTH = 1000


class _Dumper(yaml.SafeDumper):
    """Writes days bare, as plans hold no YAML timestamps, and lists of plain values in one line."""


def _list(dumper: _Dumper, data: list[Any]) -> yaml.Node:
    plain = not any(isinstance(one, list | dict) for one in data)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", data, flow_style=plain)


_Dumper.add_representer(list, _list)
_Dumper.yaml_implicit_resolvers = {
    first: [one for one in resolvers if one[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
}


def written_out_text(initiative: Initiative, placed: Placed) -> str:
    """The initiative as a file without pattern, `each` and `repeat`.

    Every step is preceded by a comment: the pattern it comes from or `own`, the place it is written at, and, of a
    pattern's step, what the initiative changes.
    """
    covers = {"covers": list(placed.file.covers)} if placed.file and placed.file.covers else {}
    return "\n".join((plain_text(plain_heading(initiative) | covers), "steps:", *_steps(initiative, placed)))


def _steps(initiative: Initiative, placed: Placed) -> Iterator[str]:
    for step in initiative.steps.values():
        yield f"  # {_origin(step, placed)}"
        yield "".join(f"  {line}\n" for line in plain_text([plain_step(step)]).splitlines())


def _origin(step: Step, placed: Placed) -> str:
    origin = placed.origins[step.written]
    file, line = placed.place(("steps", step.written))
    changed = f"; here: {', '.join(sorted(origin.said))}" if origin.said else ""
    return f"{f'pattern {origin.pattern}' if origin.pattern else 'own'} ({file}:{line}){changed}"


def plain_text(value: Any) -> str:
    """Plain values as YAML, in their order."""
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH)
