"""The Gantt picture of one initiative, as SVG text: bars by light, milestones as diamonds, deadlines as marks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.ledger.summary import Light, Status, StepRow
from duban.core.planning.plan import Step
from duban.core.planning.plan_file import Kind

ROW, LABEL, WIDTH, HEAD = 24, 300, 640, 34
COLOURS = {
    Light.OFF: "#c7ccd4",
    Light.GREEN: "#3aa76d",
    Light.YELLOW: "#e5b93c",
    Light.ORANGE: "#e58a3c",
    Light.RED: "#d64545",
}
DONE = "#7fb89a"


@dataclass(frozen=True, slots=True)
class _Scale:
    first: date
    days: int

    def x(self, day: date) -> float:
        """Where a day lies, in pixels from the left edge."""
        share = (day - self.first).days / self.days
        return round(LABEL + WIDTH * min(1.0, max(0.0, share)), 1)


def gantt(look: Look, decision: Decision) -> str:
    """The picture; its height grows with the steps."""
    plan = look.office.plan
    scale = _Scale(plan.starts, max(1, (plan.ends - plan.starts).days + 1))
    height = HEAD + ROW * len(decision.summary.steps) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LABEL + WIDTH + 20} {height}" '
        f'width="{LABEL + WIDTH + 20}" height="{height}" font-family="Noto Sans CJK SC, sans-serif" font-size="12">',
        f'<rect width="100%" height="100%" fill="#ffffff"/><title>{escape(look.initiative.title)}</title>',
        *_months(scale, plan.ends, height),
        *_today(scale, look.today, height),
    ]
    for place, row in enumerate(decision.summary.steps):
        parts += _bar(scale, look, look.initiative.steps[row.step], row, HEAD + ROW * place)
    return "\n".join([*parts, "</svg>"])


def _months(scale: _Scale, last: date, height: int) -> Iterator[str]:
    day = scale.first
    while day <= last:
        x = scale.x(day)
        yield f'<line x1="{x}" y1="{HEAD - 12}" x2="{x}" y2="{height}" stroke="#eceff3"/>'
        yield f'<text x="{x + 3}" y="{HEAD - 16}" fill="#6b7480">{day.month}月</text>'
        day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _today(scale: _Scale, today: date, height: int) -> Iterator[str]:
    x = scale.x(today)
    yield f'<line x1="{x}" y1="{HEAD - 12}" x2="{x}" y2="{height}" stroke="#3b6fd6" stroke-dasharray="3 3"/>'


def _bar(scale: _Scale, look: Look, step: Step, row: StepRow, y: int) -> Iterator[str]:
    title = step.title if len(step.title) <= 22 else step.title[:21] + "…"
    yield f'<text x="8" y="{y + 16}" fill="#232a33">{escape(title)}</text>'
    colour = DONE if row.status is Status.DONE else COLOURS[row.light]
    last = row.finished or row.forecast or look.today
    first = row.opened or _expected_start(look, step, last)
    if step.kind is Kind.MILESTONE:
        x = scale.x(last)
        yield f'<path d="M{x} {y + 5} l7 7 l-7 7 l-7 -7 z" fill="{colour}" stroke="#58616c"/>'
    else:
        start, end = scale.x(first), scale.x(last)
        faded = ' fill-opacity="0.45"' if row.status is Status.WAITING else ""
        width = max(3.0, round(end - start, 1))
        yield f'<rect x="{start}" y="{y + 5}" width="{width}" height="13" rx="3" fill="{colour}"{faded}/>'
    if row.due is not None:
        x = scale.x(row.due)
        yield f'<line x1="{x}" y1="{y + 3}" x2="{x}" y2="{y + 20}" stroke="#b03030" stroke-width="2"/>'


def _expected_start(look: Look, step: Step, last: date) -> date:
    return max(look.office.plan.starts, last - timedelta(days=round(step.duration.likely * 1.4)))
