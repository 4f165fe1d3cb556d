"""The page of a rehearsal: one file that needs no network, to be shown to leaders and printed on A3."""

from datetime import date
from itertools import zip_longest
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from duban.core.rehearsing.comparison import Comparison
from duban.core.rehearsing.picture import chart, gantt
from duban.core.rehearsing.report import Report
from duban.core.telling.whens import unannounced
from duban.core.titles import TOTAL_TITLES

TEMPLATES = Path(__file__).with_name("pages")
CARD = Markup('<div class="card{bad}"><b>{figure}</b><span>{words}</span></div>')


def page(told: Report, beside: Comparison | None = None) -> str:
    """The page of a rehearsal, and of what another plan would change."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    days = zip_longest(beside.busiest_before[:8], beside.busiest_after[:8]) if beside else ()
    return environment.get_template("rehearsal.html.j2").render(
        told=told,
        beside=beside,
        days=tuple(days),
        gantt=gantt(told),
        chart=chart(told.months),
        most=max((one.maximum for one in told.people), default=0),
        totals=TOTAL_TITLES,
        day=_day,
        unannounced=unannounced,
        card=_card,
        late=_late,
        difference=_difference,
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _card(figure: object, words: str, *, bad: object = False) -> Markup:
    return CARD.format(bad=" bad" if bad else "", figure=figure, words=words)


def _late(days: int | None) -> str:
    return "按期" if days is None else f"晚{days}天" if days else "未办结"


def _difference(value: float) -> str:
    return f"{round(value, 3):+g}" if value else ""
