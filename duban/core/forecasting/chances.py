"""How likely each date is: the forecast of the whole plan over many samples of durations at once (Monte Carlo).

A duration of three estimates is drawn from the triangular distribution between the optimistic and the pessimistic one
with its peak at the likely one, rounded to whole days. (D. Johnson, "The triangular distribution as a proxy for the
beta distribution in risk analysis", The Statistician 46 (1997), pages 387–398.) Its inverse has a closed form, so that
the duration of a step under way is drawn exactly from what the time already spent leaves of it.

How often a step is critical is its criticality index. (R. M. Van Slyke, "Monte Carlo methods and the PERT problem",
Operations Research 11 (1963), pages 839–860.)
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import ceil

import numpy as np
from numpy.typing import NDArray

from duban.core.days.arrays import IntArray
from duban.core.days.workdays import DayUnit
from duban.core.forecasting.schedule import Schedule
from duban.core.forecasting.spans import BoolArray
from duban.core.planning.plan import StepRef

FloatArray = NDArray[np.float64]
_Bits = type[np.int32 | np.int64]

SAMPLES = 2000
"""Enough for probabilities to within two percentage points or so."""

AT_HAND = 500_000
"""Steps times samples that are gone through at once: a few columns of them lie close to the processor."""

SEED = 1
"""The same samples every time, so that what changes from one day to the next is the plan and not the dice."""


@dataclass(frozen=True, slots=True)
class Chance:
    """One step that is not over: it ends by `p50` in half of the samples and by `p80` in four of five.

    `kept` is the share of samples in which it ends by its deadline `due`; both are None where it has none. A deadline
    that hangs on steps which are not over is another in each sample; `due` is then the one half of them keep to.
    `critical` is the share of samples in which it has no slack towards the end of its initiative, or of one that waits
    for it.
    """

    step: StepRef
    p50: date
    p80: date
    due: date | None
    kept: float | None
    critical: float


@dataclass(frozen=True, slots=True)
class Ending:
    """The last step of an initiative, as `Chance` has it; `kept` is for all of its deadlines together."""

    initiative: str
    p50: date
    p80: date
    kept: float | None


@dataclass(frozen=True, slots=True)
class Chances:
    """The steps, most critical first and the earliest of equals; initiatives that are not over, in the plan's order."""

    samples: int
    seed: int
    steps: tuple[Chance, ...]
    initiatives: tuple[Ending, ...]

    @property
    def of(self) -> Mapping[StepRef, Chance]:
        """The steps by name."""
        return {chance.step: chance for chance in self.steps}


def chances(schedule: Schedule, samples: int = SAMPLES, seed: int = SEED) -> Chances:
    """Sample the whole plan from how it stands; what happened is fixed, and nothing ends before today.

    Raises CalendarRange when a step ends beyond the calendar in one of the samples.
    """
    firsts = _firsts(schedule)
    finish, ends, critical = _sampled(schedule, samples, np.random.default_rng(seed), firsts)
    kept = dict(_kept(schedule, finish))
    found = tuple(_chances(schedule, finish, kept, critical))
    return Chances(
        samples=samples,
        seed=seed,
        steps=tuple(sorted(found, key=lambda chance: (-chance.critical, chance.p50))),
        initiatives=tuple(_endings(schedule, ends, kept, firsts)),
    )


def _sampled(
    schedule: Schedule, samples: int, random: np.random.Generator, firsts: IntArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """The finishes of steps and initiatives in each sample, and the share of samples in which a step is critical.

    So many samples at a time as the processor has at hand: all at once it waits for memory most of the time.
    """
    bits = _bits(schedule)
    finish = np.empty((len(schedule), samples), bits)
    ends = np.empty((len(firsts), samples), bits)
    critical, sizes = np.zeros(len(schedule), np.int64), np.diff(firsts, append=len(schedule))
    first = 0
    for durations in _durations(schedule, samples, random, bits):
        some = slice(first, first := first + durations.shape[1])
        early = schedule.early(durations)
        finish[:, some] = early.finish[: len(schedule)]
        ends[:, some] = last = np.maximum.reduceat(early.finish[: len(schedule)], firsts, axis=0)
        late = schedule.late(early, np.repeat(last, sizes, axis=0), durations)
        critical += (schedule.slack(early, late) <= 0).sum(axis=1)
    return finish, ends, critical / samples


def _bits(schedule: Schedule) -> _Bits:
    """The type times fit in though all steps take their longest, one after another; 32 bits are gone through sooner."""
    longest = sum(max(schedule.estimates(place)) + step.duration.likely for place, step in enumerate(schedule.steps))
    last = schedule.time(schedule.calendar.last) + schedule.axis.grain * longest
    return np.int32 if 2 * last < np.iinfo(np.int32).max else np.int64


def _durations(schedule: Schedule, samples: int, random: np.random.Generator, bits: _Bits) -> Iterator[IntArray]:
    """Whole days for each step and some of the samples, shape (n, some), until there are all."""
    spread = [i for i, step in enumerate(schedule.steps) if schedule.open[i] and _spread(schedule, i)]
    low, peak, high = _estimates(schedule, spread)
    spent = np.array([_spent(schedule, i) for i in spread], np.float64)[:, np.newaxis]
    passed = _share_below(low, peak, high, spent - 0.5)  # from half a day below, a draw is rounded to what was spent
    shares = random.random((len(spread), samples))
    at_once = max(1, AT_HAND // max(1, len(schedule)))
    for first in range(0, samples, at_once):
        some = shares[:, first : first + at_once]
        days = np.repeat(schedule.likely.astype(bits)[:, np.newaxis], some.shape[1], axis=1)
        days[spread] = np.rint(_quantile(low, peak, high, passed + (1 - passed) * some))
        yield days


def _spread(schedule: Schedule, place: int) -> bool:
    low, _, high = schedule.estimates(place)
    return low < high


def _estimates(schedule: Schedule, places: list[int]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Optimistic, likely and pessimistic days, each of shape (places, 1)."""
    table = np.array([schedule.estimates(place) for place in places], np.float64).reshape(-1, 3)
    return table[:, 0:1], table[:, 1:2], table[:, 2:3]


def _spent(schedule: Schedule, place: int) -> int:
    """The least days a step can take, because it has been under way for so long; 0 or less when it has not."""
    fact, today = schedule.facts[place], schedule.day(schedule.soonest)
    if fact is None or fact.since is None:
        return 0
    if schedule.steps[place].duration.unit is DayUnit.CALENDAR:
        return (today - fact.since).days
    return schedule.calendar.between(fact.since, today)


def _share_below(low: FloatArray, peak: FloatArray, high: FloatArray, at: FloatArray) -> FloatArray:
    """The share of a triangular distribution below `at`."""
    width, at = high - low, np.clip(at, low, high)
    rising = (at - low) ** 2 / (width * np.maximum(peak - low, 1))
    falling = 1 - (high - at) ** 2 / (width * np.maximum(high - peak, 1))
    return np.where(at < peak, rising, falling)


def _quantile(low: FloatArray, peak: FloatArray, high: FloatArray, share: FloatArray) -> FloatArray:
    """The inverse of `_share_below`."""
    width = high - low
    above = share * width
    rises = above < peak - low
    above = np.where(rises, above * (peak - low), (width - above) * (high - peak))
    root = np.sqrt(above, out=above)
    return np.where(rises, low + root, high - root)


def _firsts(schedule: Schedule) -> IntArray:
    """Where the steps of each initiative begin."""
    sizes = [len(initiative.steps) for initiative in schedule.plan.initiatives.values() if initiative.steps]
    return np.cumsum([0, *sizes[:-1]], dtype=np.int64)[: len(sizes)]


def _kept(schedule: Schedule, finish: IntArray) -> Iterator[tuple[int, tuple[IntArray, BoolArray]]]:
    """The deadlines of steps that are not over, and in which samples they are kept."""
    for place in np.flatnonzero(schedule.open).tolist():
        limit = schedule.limit(place, finish)
        if limit is not None:
            yield place, (limit, finish[place] <= limit)


def _chances(
    schedule: Schedule, finish: IntArray, kept: Mapping[int, tuple[IntArray, BoolArray]], critical: FloatArray
) -> Iterator[Chance]:
    open_ = np.flatnonzero(schedule.open)
    halves, fifths = (schedule.days(times) for times in _percentiles(finish[open_]))
    for place, p50, p80 in zip(open_.tolist(), halves, fifths, strict=True):
        limit, in_time = kept.get(place, (None, None))
        yield Chance(
            step=schedule.ref(place),
            p50=p50,
            p80=p80,
            due=None if limit is None else schedule.day(int(_percentiles(limit[np.newaxis])[0][0])),
            kept=None if in_time is None else float(in_time.mean()),
            critical=float(critical[place]),
        )


def _endings(
    schedule: Schedule, ends: IntArray, kept: Mapping[int, tuple[IntArray, BoolArray]], firsts: IntArray
) -> Iterator[Ending]:
    halves, fifths = (schedule.days(times) for times in _percentiles(ends))
    for number, (first, last) in enumerate(pairwise([*firsts.tolist(), len(schedule)])):
        if schedule.open[first:last].any():
            in_time = [kept[place][1] for place in range(first, last) if place in kept]
            share = float(np.logical_and.reduce(in_time).mean()) if in_time else None
            yield Ending(schedule.ref(first).initiative, halves[number], fifths[number], share)


def _percentiles(times: IntArray) -> tuple[IntArray, IntArray]:
    """The least times that a half, and four fifths, of the samples in each row do not pass."""
    samples = times.shape[1]
    half, fifth = (ceil(samples * share) - 1 for share in (0.5, 0.8))
    parted = np.partition(times, (half, fifth), axis=1)
    return parted[:, half], parted[:, fifth]
