"""The year of a plan as SVG text: a row for each initiative, its bar in its light, which its mark tells as well."""

from collections.abc import Iterator, Mapping
from datetime import date
from html import escape

from duban.core.deciding.office import Office
from duban.core.ledger.summary import Light, Summary
from duban.core.planning.plan import Initiative
from duban.core.telling.chart import CHECK, COLOURS, DONE, TimeScale, month_lines, scale_of, today_line
from duban.core.telling.overview import Seen, seen_of
from duban.core.typed import one_line

LEFT, WIDTH, ROW, HEAD, LETTERS = 330, 800, 22, 46, 20

MARKS = {
    Light.OFF: "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0zm2 0a3 3 0 1 1 6 0a3 3 0 1 1 -6 0z",
    Light.GREEN: "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z",
    Light.YELLOW: "m0 -6l6 11h-12z",
    Light.ORANGE: "m0 -7l7 7l-7 7l-7 -7z",
    Light.RED: "m-5 -5h10v10h-10z",
}
"""The mark of a light as the desk writes it (○●▲◆■), drawn from its middle."""

Extents = Mapping[str, tuple[date | None, date | None]]
"""Of each initiative its first and its last day, known or expected."""


def year_chart(office: Office, summaries: list[Summary], days: Extents, today: date) -> str:
    """The picture; its height grows with the initiatives."""
    plan, seen = office.plan, seen_of(office, summaries)
    scale = scale_of(plan, LEFT, WIDTH)
    rows = list(_rows(office, seen, scale, days))
    height = HEAD + ROW * len(rows) + 8
    whole = LEFT + WIDTH + 10
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {height}" width="{whole}" height="{height}" '
            'font-family="Noto Sans CJK SC, Microsoft YaHei, sans-serif" font-size="14">',
            f'<rect width="100%" height="100%" fill="#ffffff"/><title>{escape(one_line(plan.title))}</title>',
            *month_lines(scale, plan.ends, height),
            *(f'<g transform="translate(0 {HEAD + ROW * place})">{row}</g>' for place, row in enumerate(rows)),
            *today_line(scale, today, height),
            "</svg>",
        ]
    )


def _rows(office: Office, seen: Seen, scale: TimeScale, days: Extents) -> Iterator[str]:
    for section in office.plan.sections:
        here = [pair for pair in seen if pair[0].section == section.id]
        if here:
            yield f'<text x="4" y="16" font-weight="bold" fill="#232a33">{escape(one_line(section.heading))}</text>'
            yield from (_row(scale, *pair, *days.get(pair[0].id, (None, None))) for pair in here)


def _row(scale: TimeScale, initiative: Initiative, summary: Summary, first: date | None, last: date | None) -> str:
    over = summary.done == summary.total
    colour = DONE if over else COLOURS[summary.light]
    drawn = f'fill="none" stroke="{colour}" stroke-width="3"' if over else f'fill="{colour}"'
    mark = f'<path d="M14 11{CHECK if over else MARKS[summary.light]}" {drawn}/>'
    title = one_line(f"{initiative.number} {initiative.title}")
    cut = title if len(title) <= LETTERS else title[: LETTERS - 1] + "…"
    label = f'<text x="28" y="16" fill="#232a33">{escape(cut)}　{summary.done}/{summary.total}</text>'
    if last is None:
        return mark + label
    begun = first is not None and (over or summary.light > Light.OFF)
    start, end = scale.x(first or last), scale.x(last)
    fill = colour if begun else "#ffffff"
    bar = f'<rect x="{start}" y="6" width="{max(3.0, round(end - start, 1))}" height="10" fill="{fill}"'
    return f'{mark}{label}{bar} stroke="#58616c"/>'
