"""A rehearsal week by week and month by month: what opened, closed and was missed, and how initiatives stood."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from duban.core.ledger.summary import Light
from duban.core.rehearsing.bureau import Trail

STANDS = ("green", "yellow", "orange", "red", "closed")
"""How an initiative may stand at the end of a day."""


@dataclass(frozen=True, slots=True)
class Tally:
    """A week or a month: steps opened and closed, deadlines missed, notices sent, and how initiatives stood at its end.

    `lights` has a number for each of `STANDS`.
    """

    first: date
    last: date
    opened: int
    closed: int
    missed: int
    notices: int
    lights: Mapping[str, int]


Stretch = tuple[date, date]
"""Two days, both included."""


def months(first: date, last: date) -> Iterator[Stretch]:
    """The months from one day to another, the first and the last of them cut off there."""
    while first <= last:
        end = (first.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        yield first, min(end, last)
        first = end + timedelta(days=1)


def weeks(first: date, last: date) -> Iterator[Stretch]:
    """The weeks, from Monday on, from one day to another, the first and the last of them cut off there."""
    while first <= last:
        end = first + timedelta(days=6 - first.weekday())
        yield first, min(end, last)
        first = end + timedelta(days=1)


class Timeline:
    """What happened on which days, ready to be counted; `missed` are deadlines, `sent` the days of notices."""

    def __init__(self, trails: Iterable[Trail], missed: Iterable[date], sent: Iterable[date]) -> None:
        self._trails = [(trail, ended(trail)) for trail in trails]
        steps = [step for trail, _ in self._trails for step in trail.state.steps.values()]
        self._opened = sorted(step.opened for step in steps if step.opened is not None)
        self._closed = sorted(step.finished for step in steps if step.finished is not None)
        self._missed, self._sent = sorted(missed), sorted(sent)

    def tallies(self, spans: Iterable[Stretch]) -> tuple[Tally, ...]:
        """One tally for each span."""
        return tuple(
            Tally(
                first=first,
                last=last,
                opened=_within(self._opened, first, last),
                closed=_within(self._closed, first, last),
                missed=_within(self._missed, first, last),
                notices=_within(self._sent, first, last),
                lights=self._lights(last),
            )
            for first, last in spans
        )

    def _lights(self, day: date) -> dict[str, int]:
        counted = Counter(_stands(trail, over, day) for trail, over in self._trails)
        return {name: counted[name] for name in STANDS}


def _within(days: list[date], first: date, last: date) -> int:
    return bisect_right(days, last) - bisect_left(days, first)


def _stands(trail: Trail, over: date | None, day: date) -> str:
    """The light of an initiative at the end of a day, or that it is closed."""
    if over is not None and over <= day:
        return "closed"
    turned = bisect_right(trail.lights, day, key=lambda pair: pair[0])
    return (trail.lights[turned - 1][1] if turned else Light.GREEN).name.lower()


def ended(trail: Trail) -> date | None:
    """The day on which the last step of an initiative was closed; None while one is not."""
    ends = [trail.state.step(name).finished for name in trail.initiative.steps]
    known = [day for day in ends if day is not None]
    return max(known) if len(known) == len(ends) else None
