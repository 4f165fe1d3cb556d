"""Pages: templates of this package, escaped throughout; styles and the few lines of script are files beside them."""

from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from duban.core.deciding.commands import VERB_TITLES
from duban.core.ledger.summary import Light
from duban.core.telling.whens import chinese, short
from duban.core.titles import LIGHT_TITLES, STATUS_TITLES
from duban.desk.answers import asked_of, field_name

HERE = Path(__file__).parent
STATIC = HERE / "static"

SHAPES = {Light.OFF: "○", Light.GREEN: "●", Light.YELLOW: "▲", Light.ORANGE: "◆", Light.RED: "■"}
"""A light by its shape, so that it is told in grey, and by whoever sees no red: with its word and its colour."""

UNLIT = "不亮灯"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "pages", encoding="utf-8"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "shape": lambda light: SHAPES[light],
        "word": lambda light: LIGHT_TITLES[light] or UNLIT,
        "colour": lambda light: Light(light).name.lower(),
        "verb_title": lambda verb: VERB_TITLES[verb],
        "day": short,
        "whole_day": chinese,
        "status": lambda status: STATUS_TITLES[status],
        "asked_of": asked_of,
        "field_name": field_name,
    }
    return environment


def rendered(template: str, **told: Any) -> str:
    """A page's text."""
    return _environment().get_template(f"{template}.html.j2").render(**told)


def page(template: str, status: int = 200, **told: Any) -> HTMLResponse:
    """A page as an answer."""
    return HTMLResponse(rendered(template, **told), status)
