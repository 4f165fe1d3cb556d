"""The picture of one indicator, as SVG text: its values over time against what is planned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from html import escape

from duban.core.deciding.indicators import Gauge
from duban.core.typed import one_line

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 600, 150, 64, 16, 30
PLANNED, ACTUAL, TARGET, TODAY = "#9aa3af", "#3b6fd6", "#b03030", "#3b6fd6"


@dataclass(frozen=True, slots=True)
class _ValueScale:
    first: date
    last: date
    low: float
    high: float

    def x(self, day: date) -> float:
        share = (day - self.first).days / max(1, (self.last - self.first).days)
        return round(LEFT + (WIDTH - LEFT - 12) * min(1.0, max(0.0, share)), 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share, 1)


def trend(title: str, gauge: Gauge, today: date) -> str:
    """The picture: planned values dashed, actual ones as dots on a line, the target as a red line."""
    scale = _scale(gauge, today)
    target, x = scale.y(gauge.target), scale.x(today)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="Noto Sans CJK SC, sans-serif" font-size="16">',
        f'<rect width="100%" height="100%" fill="#ffffff"/><title>{escape(one_line(title))}</title>',
        f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{HEIGHT - BOTTOM}" stroke="{TODAY}" stroke-dasharray="3 3"/>',
        f'<line x1="{LEFT}" y1="{target}" x2="{WIDTH - 12}" y2="{target}" stroke="{TARGET}"/>',
        f'<text x="4" y="{target + 6}" fill="{TARGET}">{gauge.target:g}</text>',
        f'<text x="4" y="{scale.y(scale.low) + 6}" fill="#6b7480">{scale.low:g}</text>',
        f'<text x="{LEFT}" y="{HEIGHT - 10}" fill="#6b7480">{scale.first:%m-%d}</text>',
        f'<text x="{WIDTH - 56}" y="{HEIGHT - 10}" fill="#6b7480">{scale.last:%m-%d}</text>',
        f'<polyline points="{_points(scale, gauge.course)}" fill="none" stroke="{PLANNED}" stroke-dasharray="6 4"/>',
        f'<polyline points="{_points(scale, gauge.values)}" fill="none" stroke="{ACTUAL}" stroke-width="2"/>',
        *(f'<circle cx="{scale.x(day)}" cy="{scale.y(value)}" r="3" fill="{ACTUAL}"/>' for day, value in gauge.values),
    ]
    return "\n".join([*parts, "</svg>"])


def _scale(gauge: Gauge, today: date) -> _ValueScale:
    days = [today, *(day for day, _ in (*gauge.course, *gauge.values))]
    heights = [gauge.baseline, gauge.target, *(value for _, value in (*gauge.course, *gauge.values))]
    return _ValueScale(min(days), max(days), min(heights), max(heights))


def _points(scale: _ValueScale, knots: Iterable[tuple[date, float]]) -> str:
    return " ".join(f"{scale.x(day)},{scale.y(value)}" for day, value in knots)
