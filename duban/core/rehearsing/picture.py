"""Where things lie in the pictures of a rehearsal: bars of initiatives over the year, and lights by month. Pixels."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from duban.core.ledger.summary import Light
from duban.core.rehearsing.report import Report, Track
from duban.core.rehearsing.timeline import Tally, months

LABEL, WIDTH, MARGIN = 430, 1090, 20
"""Width of the titles, of the time axis, and of what is left free at the right."""

ROW, HEAD, SECTION = 22, 44, 30
"""Height of a row, of the heading with the months, and of the heading of a section."""

LONGEST = 30
"""Characters of a title that are shown."""

COLUMN, GAP, CHART = 84, 26, 200
"""Width of a month's column, the space between two, and the height of the chart of lights."""

LIGHTS = ("closed", "green", "yellow", "orange", "red")
"""What the columns of the chart of lights are made of, from the bottom."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time in one light: `x`, `width`."""

    x: float
    width: float
    light: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A day that is marked, and what it says when pointed at."""

    x: float
    title: str


@dataclass(frozen=True, slots=True)
class GanttRow:
    """One initiative."""

    y: int
    label: str
    title: str
    bars: tuple[Bar, ...]
    milestones: tuple[Mark, ...]
    missed: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section."""

    y: int
    title: str


@dataclass(frozen=True, slots=True)
class Gantt:
    """The whole picture; `months` are the first days of months, `end` is the last day of the plan."""

    width: int
    height: int
    months: tuple[Mark, ...]
    end: float
    headings: tuple[Heading, ...]
    rows: tuple[GanttRow, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a column: how many initiatives stood in one light."""

    y: float
    height: float
    light: str
    count: int


@dataclass(frozen=True, slots=True)
class Column:
    """A month."""

    x: int
    label: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Lights at the end of each month."""

    width: int
    height: int
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class _DayScale:
    first: date
    days: int

    def x(self, day: date) -> float:
        """Where the morning of a day lies; days outside go to the edges."""
        return round(LABEL + WIDTH * min(1.0, max(0.0, (day - self.first).days / self.days)), 1)


def gantt(told: Report) -> Gantt:
    """The initiatives by section, each bar in the lights it had."""
    last = max(told.last, told.ends)
    scale = _DayScale(told.starts, (last - told.starts).days + 1)
    headings, rows, bottom = [], [], HEAD
    for section in told.sections:
        headings.append(Heading(bottom + SECTION - 10, section.heading))
        bottom += SECTION
        for track in section.tracks:
            rows.append(_row(scale, track, bottom, told.last))
            bottom += ROW
    return Gantt(
        width=LABEL + WIDTH + MARGIN,
        height=bottom + 10,
        months=tuple(Mark(scale.x(first), f"{first.month}月") for first, _ in months(told.starts, last)),
        end=scale.x(told.ends + timedelta(days=1)),
        headings=tuple(headings),
        rows=tuple(rows),
    )


def _row(scale: _DayScale, track: Track, y: int, last: date) -> GanttRow:
    title = f"{track.number} {track.title}"
    return GanttRow(
        y=y,
        label=title if len(title) <= LONGEST else title[: LONGEST - 1] + "…",
        title=f"{title}（{track.lead_title}）{track.done}/{track.total}",
        bars=tuple(_bars(scale, track, track.ended or last)),
        milestones=tuple(Mark(scale.x(day), f"{day} {what}") for day, what in track.milestones),
        missed=tuple(Mark(scale.x(day), f"{day} 误期：{what}") for day, what in track.missed),
    )


def _bars(scale: _DayScale, track: Track, end: date) -> Iterator[Bar]:
    """The stretches between two turns of the light, from the day work began to the one it ended."""
    if track.began is None:
        return
    turns = [(max(day, track.began), light) for day, light in track.lights if day <= end]
    for place, (first, light) in enumerate(turns):
        until = turns[place + 1][0] if place + 1 < len(turns) else end + timedelta(days=1)
        if until > first:
            x = scale.x(first)
            yield Bar(x, round(scale.x(until) - x, 1), max(light, Light.GREEN).name.lower())


def chart(tallies: Iterable[Tally]) -> Chart:
    """The lights at the end of each month, one column beside the other."""
    columns = tuple(_column(place, tally) for place, tally in enumerate(tallies))
    return Chart(len(columns) * (COLUMN + GAP) + GAP, CHART + 30, columns)


def _column(place: int, tally: Tally) -> Column:
    whole = max(1, sum(tally.lights.values()))
    blocks, bottom = [], float(CHART)
    for light in LIGHTS:
        height = round(CHART * tally.lights[light] / whole, 1)
        bottom = round(bottom - height, 1)
        if height:
            blocks.append(Block(bottom, height, light, tally.lights[light]))
    return Column(GAP + place * (COLUMN + GAP), f"{tally.first.year}年{tally.first.month}月", tuple(blocks))
