"""The Gantt picture of one initiative, as SVG text: lines by date, each a bar or a diamond below its title.

Prefect shows a picture no wider than the page, so titles stand above their bars, in letters that a telephone's width
leaves readable. Lights differ by shape and word as well as by colour.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape

from duban.core.deciding.office import Look
from duban.core.ledger.summary import Light, Status
from duban.core.planning.plan import Plan
from duban.core.telling.lines import BoardLine
from duban.core.titles import LIGHT_TITLES
from duban.core.typed import one_line

ROW, MARGIN, WIDTH, HEAD, LETTERS = 35, 10, 600, 46, 36
MONTH = 38
"""The room that the name of a month needs."""

COLOURS = {
    Light.OFF: "#c7ccd4",
    Light.GREEN: "#3aa76d",
    Light.YELLOW: "#e5b93c",
    Light.ORANGE: "#e58a3c",
    Light.RED: "#d64545",
}
SHAPES = {
    Light.OFF: "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
    Light.GREEN: "m-6 -3h12v6h-12z",
    Light.YELLOW: "m-6 0a6 6 0 1 0 12 0a6 6 0 1 0 -12 0z",
    Light.ORANGE: "m0 -7l7 13h-14z",
    Light.RED: "m-6 -6h12v12h-12z",
}
"""The mark of a light, drawn from its middle."""

DONE = "#7fb89a"
CHECK = "m-6 0l4 5l8 -10"
LEGEND = (
    "图例：■红灯　▲橙灯　●黄灯　▬绿灯　○不亮灯　✓已办结　◆节点；红竖线为时限，蓝虚线为当日，空心为尚未启动、按预计画。"
)


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Days along the width of a picture, from `left` on, in pixels; `days` counts the first and the last."""

    first: date
    days: int
    left: float = MARGIN
    width: float = WIDTH - 2 * MARGIN

    def x(self, day: date) -> float:
        """Where a day lies, in pixels from the left edge."""
        share = (day - self.first).days / self.days
        return round(self.left + self.width * min(1.0, max(0.0, share)), 1)


def scale_of(plan: Plan, left: float = MARGIN, width: float = WIDTH - 2 * MARGIN) -> TimeScale:
    """The days of a plan along a picture."""
    return TimeScale(plan.starts, max(1, (plan.ends - plan.starts).days + 1), left, width)


def gantt(look: Look, lines: Sequence[BoardLine]) -> str:
    """The picture; its height grows with the lines."""
    plan = look.office.plan
    scale = scale_of(plan)
    height = HEAD + ROW * len(lines) + 8
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" font-family="Noto Sans CJK SC, sans-serif" font-size="15">',
        f'<rect width="100%" height="100%" fill="#ffffff"/><title>{escape(one_line(look.initiative.title))}</title>',
        *month_lines(scale, plan.ends, height),
        *today_line(scale, look.today, height),
    ]
    for place, line in enumerate(sorted(lines, key=lambda line: (line.starts, line.ends or look.today))):
        parts += _line(scale, look.today, line, HEAD + ROW * place)
    return "\n".join([*parts, "</svg>"])


def month_lines(scale: TimeScale, last: date, height: int) -> Iterator[str]:
    """A line and a name for each month."""
    day = scale.first
    while day <= last:
        x = scale.x(day)
        yield f'<line x1="{x}" y1="8" x2="{x}" y2="{height}" stroke="#dfe3e8"/>'
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        if scale.x(following) - x > MONTH:
            yield f'<text x="{x + 3}" y="20" fill="#58616c">{day.month}月</text>'
        day = following


def today_line(scale: TimeScale, today: date, height: int) -> Iterator[str]:
    """A dashed line for the day on which it is drawn."""
    x = scale.x(today)
    side = "end" if x > scale.left + scale.width / 2 else "start"
    yield f'<line x1="{x}" y1="26" x2="{x}" y2="{height}" stroke="#3b6fd6" stroke-dasharray="3 3"/>'
    yield f'<text x="{x}" y="40" fill="#3b6fd6" text-anchor="{side}">今日{today.month}月{today.day}日</text>'


def _line(scale: TimeScale, today: date, line: BoardLine, y: int) -> Iterator[str]:
    done = bool(line.done and not line.open)
    colour = DONE if done else COLOURS[line.light]
    mark, drawn = (
        (CHECK, f'fill="none" stroke="{colour}" stroke-width="3"')
        if done
        else (
            SHAPES[line.light],
            f'fill="{colour}"',
        )
    )
    yield f'<path d="M{MARGIN + 6} {y + 9}{mark}" {drawn}/>'
    yield f'<text x="{MARGIN + 20}" y="{y + 15}" fill="#232a33">{escape(one_line(_label(line)))}</text>'
    first, last = scale.x(line.starts), scale.x(line.ends or today)
    outline = ' stroke="#58616c"' if line.milestone or line.worst.status is Status.WAITING else ""
    fill = "#ffffff" if line.worst.status is Status.WAITING and line.light is Light.OFF else colour
    if line.milestone:
        yield f'<path d="M{last} {y + 19}l6 6l-6 6l-6 -6z" fill="{fill}"{outline}/>'
    else:
        width = max(3.0, round(last - first, 1))
        yield f'<rect x="{first}" y="{y + 20}" width="{width}" height="10" rx="3" fill="{fill}"{outline}/>'
    for due in sorted({row.due for row in line.rows if row.due}):
        x = scale.x(due)
        yield f'<line x1="{x}" y1="{y + 17}" x2="{x}" y2="{y + 33}" stroke="#b03030" stroke-width="2"/>'


def _label(line: BoardLine) -> str:
    """The title, cut to the width, between light and count."""
    light = f"{LIGHT_TITLES[line.light]} " if line.light > Light.GREEN and line.open else ""
    count = f" {line.done}/{len(line.rows)}" if line.folded else ""
    room = LETTERS - len(light) - len(count)
    title = line.title if len(line.title) <= room else line.title[: room - 1] + "…"
    return f"{light}{title}{count}"
