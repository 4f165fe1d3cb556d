"""The critical path method on a graph of steps: earliest and latest times, slack, and the chain that makes a date.

Times are integers and read as ends of days (当日不计入): a step that starts at a time and takes `d` days finishes `d`
later, and a step that needs it may start then. A milestone has d = 0 and finish == start. What lies between two times
is for `spans` to say: bare numbers, or the days of a calendar.

Steps are the indices 0 … n-1. A column (deadlines, starts …) is an int64 array with one row per step, `UNSET` where a
step has no value. Durations may also have the shape (n, samples): each column of them is then a plan of its own, and
so is each column of the answer. The answer has the bits of the durations, 64 or fewer, which its times must fit.

Both passes go through the graph layer by layer, with a few array operations for each layer, in linear time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, pairwise
from typing import Final

import numpy as np

from duban.core.days.arrays import IntArray
from duban.core.forecasting.spans import BoolArray, Spans, check_rows

UNSET: Final = int(np.iinfo(np.int64).min)
_NONE: Final = np.empty(0, np.int64)
_LOOPS_TRIED: Final = 8  # each costs a search of the whole graph, which 100,000 steps in a circle must still bear


class Cycle(ValueError):
    """Steps need one another in a circle, so that none of them can ever start.

    `path` is a simple cycle: each step of it needs the next one, and the last needs the first, which has the lowest
    index. It is the shortest one through any of the first steps tried, which need not be the shortest of the graph.
    """

    def __init__(self, path: tuple[int, ...]) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        circle = " needs ".join(map(str, (*self.path, self.path[0])))
        return f"steps need one another in a circle: step {circle}; take out one of these needs"


@dataclass(frozen=True, slots=True, eq=False)
class Adjacency:
    """The neighbours of every step in CSR form: those of step i are `flat[first[i]:first[i + 1]]`."""

    first: IntArray
    flat: IntArray

    def of_all(self, steps: IntArray) -> IntArray:
        """Give the neighbours of all `steps`, those of one step after those of the other."""
        begins = self.first[steps]
        counts = self.first[steps + 1] - begins
        before = np.cumsum(counts) - counts
        at: IntArray = np.arange(counts.sum()) + np.repeat(begins - before, counts)
        return self.flat[at]


@dataclass(frozen=True, slots=True, eq=False)
class _Neighbours:
    """Where the steps look for their bound in a pass, in layer order; a neighbour is given by its place in that order.

    A step without neighbours looks at place n, beyond the steps, which holds a value that bounds nothing: so no layer
    and no step is a special case.
    """

    places: IntArray  # the neighbours of the first step, then of the second …
    segments: IntArray  # for each step, where its neighbours begin, counted from the first of its layer
    layers: tuple[tuple[slice, slice], ...]  # in the order of the pass: a layer's steps, and their part of `places`


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A graph of steps made ready by `compile_network` for any number of passes. Immutable: its arrays are read-only.

    The layer of a step is the length of the longest path of needs behind it. `order` lists the steps layer by layer,
    by index within a layer, and `place` is its inverse.
    """

    needs: Adjacency
    order: IntArray
    place: IntArray
    upstream: _Neighbours
    downstream: _Neighbours

    def __len__(self) -> int:
        """Give the number of steps."""
        return len(self.order)


@dataclass(frozen=True, eq=False)
class Pass:
    """The starts and finishes that a pass found: one row per step, of the shape of the durations.

    Either is brought from the order of layers into that of the steps when it is asked for.
    """

    _start: IntArray
    _finish: IntArray
    _place: IntArray

    @cached_property
    def start(self) -> IntArray:
        """The starts."""
        return self._start[self._place]

    @cached_property
    def finish(self) -> IntArray:
        """The finishes."""
        return self._finish[self._place]


def compile_network(needs: Sequence[Sequence[int]]) -> Network:
    """Sort the steps into layers; `needs[i]` holds the indices of the steps that step i needs, in any order.

    Time and memory grow linearly with steps and needs. Raises `Cycle` when steps need one another, and ValueError
    naming every need that is not a step.
    """
    size = len(needs)
    counts = np.fromiter(map(len, needs), np.int64, size)
    needed = np.fromiter(chain.from_iterable(needs), np.int64, int(counts.sum()))
    needing = np.repeat(np.arange(size), counts)
    _refuse_strangers(needing, needed, size)
    behind = Adjacency(_bounds(counts), needed)
    ahead = Adjacency(_bounds(np.bincount(needed, minlength=size)), needing[np.argsort(needed, kind="stable")])
    layers = list(_layers(counts, ahead))
    order = np.concatenate([needed[:0], *layers])
    if len(order) < size:
        raise Cycle(_find_cycle(needs, np.setdiff1d(np.arange(size), order).tolist()))
    place = np.empty_like(order)
    place[order] = np.arange(size)
    edges = _bounds(np.array([len(layer) for layer in layers], np.int64))
    for array in (behind.first, behind.flat, order, place):
        array.setflags(write=False)
    upstream, downstream = _links(behind, order, place, edges), _links(ahead, order, place, edges)
    return Network(behind, order, place, upstream, replace(downstream, layers=downstream.layers[::-1]))


def forward(
    network: Network,
    spans: Spans,
    *,
    data_date: int = 0,
    earliest: IntArray | None = None,
    fixed_start: IntArray | None = None,
    fixed_finish: IntArray | None = None,
    lasting: IntArray | None = None,
) -> Pass:
    """Find the earliest start and finish of every step.

    `data_date` is the time of today: nothing that has not started starts before it, and nothing that has not finished
    finishes before it. `earliest` is a time before which a step may not start. `fixed_start` and `fixed_finish` are
    what really happened and win over all else, also where a step began before what it needs was done. A step of which
    only the finish is known is given a start that is not after it. Before its time in `lasting` no step finishes.
    Raises ValueError for a column that has not one row per step.
    """
    spans.check(len(network))
    laid = spans.arranged(network.order)
    begun, begun_at = _known(network, fixed_start, spans)
    done, done_at = _known(network, fixed_finish, spans)
    bound, bound_at = _known(network, earliest, spans)
    floor = _floor(network, lasting, spans)

    def least(closed: IntArray, rows: slice | IntArray) -> IntArray:
        return closed if floor is None else np.maximum(closed, floor[rows])

    def close(opened: IntArray, rows: slice | IntArray) -> IntArray:
        return least(laid.finish(opened, rows), rows)

    start, finish = _blank(spans.days, opens=data_date, closes=np.iinfo(spans.days.dtype).min)
    start[bound] = np.maximum(bound_at, data_date)
    start[begun] = begun_at
    finish[begun] = least(laid.ended(np.maximum(laid.finish(start[begun], begun), data_date), begun), begun)
    finish[done] = done_at
    _sweep(network.upstream, np.maximum, start, finish, close=close, settled=(begun, done))
    start[done] = np.minimum(start[done], done_at)
    start[begun] = begun_at
    return Pass(start, finish, network.place)


def backward(
    network: Network,
    spans: Spans,
    deadlines: IntArray | None,
    horizon: int,
    *,
    fixed_start: IntArray | None = None,
    fixed_finish: IntArray | None = None,
) -> Pass:
    """Find the latest start and finish of every step with which every deadline is met.

    The latest finish is the least of the step's own deadline, or `horizon` where it has none, and the latest starts of
    the steps that need it; so let `horizon` not lie before any deadline. Deadlines of the shape (n, samples) are set
    for every step. The other arguments are those of `forward`. A step that has begun holds back nothing it needs, and
    its latest start is the one it had.
    Raises ValueError for a column that has not one row per step.
    """
    spans.check(len(network))
    laid = spans.arranged(network.order)
    begun, begun_at = _known(network, fixed_start, spans)
    done, done_at = _known(network, fixed_finish, spans)
    bound, bound_at = _known(network, deadlines, spans)
    finish, start = _blank(spans.days, opens=horizon, closes=np.iinfo(spans.days.dtype).max)
    finish[bound] = bound_at
    _sweep(network.downstream, np.minimum, finish, start, close=laid.start, settled=(begun, done))
    start[done] = done_at
    start[begun] = begun_at
    return Pass(start, finish, network.place)


def slack(early: Pass, late: Pass, grain: int = 1) -> IntArray:
    """Give the total slack in working days: how much later a step may finish with every deadline still met.

    Negative where a deadline cannot be met any more, if only by days off; of a step that is done, how much later it
    might have finished. `grain` is that of the spans' axis.
    """
    left = late.finish // grain - early.finish // grain
    return np.where(late.finish < early.finish, np.minimum(left, -1), left)


def holders(network: Network, early: Pass, held: BoolArray | None = None, holding: BoolArray | None = None) -> IntArray:
    """Give for each step the need that makes its earliest start what it is: the lowest that finishes then, -1 for none.

    Without one a step waits for its own earliest start, the data date, or has begun by itself. Only the steps `held`
    (n,) are held by others, and only those `holding` (n,) hold any. `early` is the answer of `forward` for durations of
    shape (n,).
    """
    needs = network.needs
    needing, needed = np.repeat(np.arange(len(network)), np.diff(needs.first)), needs.flat
    binds = early.finish[needed] == early.start[needing]
    if held is not None:
        binds &= held[needing]
    if holding is not None:
        binds &= holding[needed]
    lowest = np.full(len(network), len(network))
    np.minimum.at(lowest, needing[binds], needed[binds])
    return np.where(lowest < len(network), lowest, -1)


def critical_chain(holder: IntArray, step: int) -> tuple[int, ...]:
    """Give the chain of steps that makes the earliest start of `step` what it is, from its beginning to `step` itself.

    Each step starts exactly when the one before it finishes; `holder` is the answer of `holders`.
    """
    links = [step]
    while (before := int(holder[links[-1]])) >= 0:
        links.append(before)
    return tuple(reversed(links))


def _sweep(
    links: _Neighbours,
    best: np.ufunc,
    opens: IntArray,
    closes: IntArray,
    *,
    close: Callable[[IntArray, slice], IntArray],
    settled: tuple[IntArray, IntArray],
) -> None:
    """Carry bounds through the layers, in place: a step opens at the best of its own bound and its neighbours' closes.

    Forwards a step opens with its start and closes with its finish; backwards it is the reverse. The steps `settled`
    keep the close they have.
    """
    free = np.ones((len(opens),) + (1,) * (opens.ndim - 1), np.bool_)
    free[np.concatenate(settled)] = False
    for rows, neighbours in links.layers:
        opened = opens[rows]
        best(opened, best.reduceat(closes[links.places[neighbours]], links.segments[rows]), out=opened)
        np.copyto(closes[rows], close(opened, rows), where=free[rows])


def _blank(days: IntArray, opens: int, closes: int) -> tuple[IntArray, IntArray]:
    """Give the columns a pass begins with, the second with the row beyond the steps that bounds nothing."""
    rows, *samples = days.shape
    return np.full((rows, *samples), opens, days.dtype), np.full((rows + 1, *samples), closes, days.dtype)


def _known(network: Network, column: IntArray | None, spans: Spans) -> tuple[IntArray, IntArray]:
    """Give the places of the steps for which a column has a value, and the values, shaped to go with the durations."""
    upright = (-1,) + (1,) * (spans.days.ndim - 1)
    if column is None:
        return _NONE, _NONE.reshape(upright)
    check_rows(column, len(network))
    if column.ndim > 1:
        return network.place, column
    steps = np.flatnonzero(column != UNSET)
    return network.place[steps], column[steps].reshape(upright)


def _floor(network: Network, lasting: IntArray | None, spans: Spans) -> IntArray | None:
    """The times before which steps do not finish, in the order of the network; None where there are none."""
    if lasting is None or (lasting == UNSET).all():
        return None
    check_rows(lasting, len(network))
    kept = np.maximum(lasting[network.order], np.iinfo(spans.days.dtype).min).astype(spans.days.dtype)
    return kept.reshape((-1,) + (1,) * (spans.days.ndim - 1))


def _refuse_strangers(needing: IntArray, needed: IntArray, size: int) -> None:
    """Refuse needs that are not steps, for they would count from the end or break the passes."""
    strange = np.flatnonzero((needed < 0) | (needed >= size))
    if strange.size:
        named = ", ".join(f"step {needing[at]} needs {needed[at]}" for at in strange)
        raise ValueError(f"{named}: there are only the steps 0 to {size - 1}; correct these needs")


def _bounds(counts: IntArray) -> IntArray:
    """Give where each of consecutive groups begins, and after them the end of the last."""
    bounds = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=bounds[1:])
    return bounds


def _layers(counts: IntArray, ahead: Adjacency) -> Iterator[IntArray]:
    """Give the steps layer by layer, until those are left that need one another or what does."""
    waiting = counts.copy()
    ready = np.flatnonzero(waiting == 0)
    while ready.size:
        yield ready
        served = ahead.of_all(ready)
        np.subtract.at(waiting, served, 1)
        ready = np.unique(served[waiting[served] == 0])


def _links(adjacency: Adjacency, order: IntArray, place: IntArray, edges: IntArray) -> _Neighbours:
    """Bring neighbours into layer order, where layer k has the places from `edges[k]` to `edges[k + 1]`."""
    counts = np.diff(adjacency.first)[order]
    alone = _bounds(counts)[:-1][counts == 0]
    places = np.insert(place[adjacency.of_all(order)], alone, len(order))
    first = _bounds(np.maximum(counts, 1))
    segments = first[:-1] - np.repeat(first[edges[:-1]], np.diff(edges))
    for array in (places, segments):
        array.setflags(write=False)
    parts = zip(pairwise(edges.tolist()), pairwise(first[edges].tolist()), strict=True)
    return _Neighbours(places, segments, tuple((slice(*rows), slice(*part)) for rows, part in parts))


def _find_cycle(needs: Sequence[Sequence[int]], stuck: list[int]) -> tuple[int, ...]:
    """Give a short cycle among the steps `stuck`, each of which needs one of them."""
    among = set(stuck)
    needs_of = {step: [need for need in needs[step] if need in among] for step in stuck}
    walked: dict[int, int] = {}
    step = stuck[0]
    while step not in walked:
        walked[step] = len(walked)
        step = needs_of[step][0]
    loop = list(walked)[walked[step] :]
    shortest = min((_shortest_loop(needs_of, step) for step in loop[:_LOOPS_TRIED]), key=len)
    lowest = shortest.index(min(shortest))
    return (*shortest[lowest:], *shortest[:lowest])


def _shortest_loop(needs_of: Mapping[int, Sequence[int]], through: int) -> list[int]:
    """Give the shortest cycle through a step that is on one, each step needing the next."""
    needed_by: dict[int, int] = {}
    queue = deque([through])
    while through not in needed_by:
        step = queue.popleft()
        fresh = [need for need in needs_of[step] if need not in needed_by]
        needed_by.update(dict.fromkeys(fresh, step))
        queue.extend(fresh)
    path = [through]
    while (step := needed_by[path[-1]]) != through:
        path.append(step)
    return path[::-1]
