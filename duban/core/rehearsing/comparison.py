"""Two rehearsals side by side: what a change of a plan does to finishes, deadlines, notices and busy days."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from duban.core.planning.plan import StepRef
from duban.core.rehearsing.report import BusyDay, Load, Overdue, Report, Track


@dataclass(frozen=True, slots=True)
class Total:
    """A figure of both rehearsals; `key` names it."""

    key: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Moved:
    """An initiative in both rehearsals, or in one of them; `days` later in the second (negative: sooner)."""

    id: str
    number: str
    title: str
    before: date | None
    after: date | None
    days: int | None


@dataclass(frozen=True, slots=True)
class Shifted:
    """A deadline missed in one of them, or by another number of days; None: met."""

    step: StepRef
    title: str
    initiative_title: str
    before: int | None
    after: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A person's notices in both: all, and on the day with most of them."""

    post: str
    title: str
    before: int
    after: int
    maximum_before: int
    maximum_after: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs comes first, the greatest difference before the smaller ones; what is the same is counted."""

    before: Report
    after: Report
    totals: tuple[Total, ...]
    moved: tuple[Moved, ...]
    unmoved: int
    missed: tuple[Shifted, ...]
    missed_alike: int
    people: tuple[Loaded, ...]
    people_alike: int
    busiest_before: tuple[BusyDay, ...]
    busiest_after: tuple[BusyDay, ...]


def compare(before: Report, after: Report) -> Comparison:
    """What the second rehearsal shows otherwise than the first."""
    moved, missed, people = list(_moved(before, after)), list(_missed(before, after)), list(_people(before, after))
    differing = [one for one in moved if one.before != one.after]
    shifted = [one for one in missed if one.before != one.after]
    loaded = [one for one in people if (one.before, one.maximum_before) != (one.after, one.maximum_after)]
    return Comparison(
        before=before,
        after=after,
        totals=tuple(_totals(before, after)),
        moved=tuple(sorted(differing, key=lambda one: (-_size(one.days), one.number))),
        unmoved=len(moved) - len(differing),
        missed=tuple(sorted(shifted, key=lambda one: (-abs((one.after or 0) - (one.before or 0)), one.step))),
        missed_alike=len(missed) - len(shifted),
        people=tuple(sorted(loaded, key=lambda one: (-abs(one.after - one.before), one.post))),
        people_alike=len(people) - len(loaded),
        busiest_before=before.busiest,
        busiest_after=after.busiest,
    )


def _size(days: int | None) -> float:
    """One that ends in one of the two only differs most."""
    return float("inf") if days is None else abs(days)


def _totals(before: Report, after: Report) -> Iterator[Total]:
    figures = {
        "initiatives": (before.initiatives, after.initiatives),
        "steps": (before.steps, after.steps),
        "done": (before.done, after.done),
        "missed": (len(before.missed), len(after.missed)),
        "notices": (before.notices, after.notices),
        "letters": (before.letters, after.letters),
        "average": (before.average, after.average),
        "maximum": (_maximum(before.people), _maximum(after.people)),
        "busiest": (_busiest(before.busiest), _busiest(after.busiest)),
    }
    for key, (old, new) in figures.items():
        yield Total(key, old, new)


def _maximum(people: Iterable[Load]) -> int:
    return max((one.maximum for one in people), default=0)


def _busiest(days: Iterable[BusyDay]) -> int:
    return max((one.notices for one in days), default=0)


def _moved(before: Report, after: Report) -> Iterator[Moved]:
    old, new = _tracks(before), _tracks(after)
    for name in dict.fromkeys((*old, *new)):
        one = new.get(name) or old[name]
        first, second = (tracks[name].ended if name in tracks else None for tracks in (old, new))
        days = (second - first).days if first and second else None
        yield Moved(name, one.number, one.title, first, second, days)


def _tracks(report: Report) -> dict[str, Track]:
    return {track.id: track for section in report.sections for track in section.tracks}


def _missed(before: Report, after: Report) -> Iterator[Shifted]:
    old, new = ({one.step: one for one in report.missed} for report in (before, after))
    for ref in dict.fromkeys((*old, *new)):
        one: Overdue = new.get(ref) or old[ref]
        first, second = (missed[ref].days if ref in missed else None for missed in (old, new))
        yield Shifted(ref, one.title, one.initiative_title, first, second, one.reason)


def _people(before: Report, after: Report) -> Iterator[Loaded]:
    old, new = ({one.post: one for one in report.people} for report in (before, after))
    for post in dict.fromkeys((*old, *new)):
        first, second = old.get(post), new.get(post)
        title = (second or old[post]).title
        yield Loaded(
            post,
            title,
            first.notices if first else 0,
            second.notices if second else 0,
            first.maximum if first else 0,
            second.maximum if second else 0,
        )
