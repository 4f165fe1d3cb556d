"""Time the critical path passes against a bare numpy pass and networkx, and how they grow.

    python bench/network.py [--quick]

All figures of one line come from one run: the functions take turns and each line gives medians, so that whatever else
the machine does falls on all of them alike. The plan is made of initiatives of 12 steps; every third of them also waits
for a step of an earlier initiative.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial

import networkx as nx  # type: ignore[import-untyped]  # it ships no types
import numpy as np
from numpy.typing import NDArray

from duban.core.deciding.network import UNSET, Network, backward, compile_network, forward
from duban.core.deciding.spans import Spans

Ints = NDArray[np.int64]
Layer = tuple[int, int, Ints, Ints]  # first place, end, the places of the neighbours, where each step's begin
TARGET = 2.0  # times the bare pass at 100,000 steps
HORIZON = 10**9


def make_plan(size: int) -> list[list[int]]:
    """Give the needs of `size` steps, the same ones every time."""
    random = np.random.default_rng(size)
    first, second, far = (random.random(size) for _ in range(3))
    needs: list[list[int]] = []
    for step in range(size):
        own = step % 12
        base = step - own
        mine = (
            [] if own == 0 else sorted({base + int(first[step] * own), base + max(0, own - 1 - int(second[step] * 3))})
        )
        if own == 0 and step % 36 == 0 and step:
            mine = [int(far[step] * step)]
        needs.append(mine)
    return needs


def make_chain(size: int) -> list[list[int]]:
    """Give steps that each need the one before: as many layers as steps, the worst shape for passes by layers."""
    return [[], *([step] for step in range(size - 1))]


def bare_layers(network: Network, needs: Sequence[Sequence[int]]) -> tuple[list[Layer], list[Layer]]:
    """Number the steps by layer once and for all, so that the bare pass need not rearrange anything."""
    place, order = network.place.tolist(), network.order.tolist()
    ahead: list[list[int]] = [[] for _ in needs]
    for step, mine in enumerate(needs):
        for need in mine:
            ahead[need].append(step)
    none = len(needs)
    bounds = [(rows.start, rows.stop) for rows, _ in network.upstream.layers]

    def layer(lo: int, hi: int, neighbours: Sequence[Sequence[int]]) -> Layer:
        groups = [[place[other] for other in neighbours[step]] or [none] for step in order[lo:hi]]
        starts = np.cumsum([0, *map(len, groups)][:-1])
        return lo, hi, np.array([other for group in groups for other in group]), starts

    return [layer(lo, hi, needs) for lo, hi in bounds], [layer(lo, hi, ahead) for lo, hi in reversed(bounds)]


def bare_passes(up: list[Layer], down: list[Layer], days: Ints, horizon: int) -> tuple[Ints, Ints]:
    """Forward and backward by layers, written by hand: no deadlines, nothing fixed, in and out in layer order."""
    start, finish = np.zeros_like(days), np.zeros(len(days) + 1, np.int64)
    for lo, hi, near, begins in up:
        start[lo:hi] = np.maximum.reduceat(finish[near], begins)
        np.add(start[lo:hi], days[lo:hi], out=finish[lo:hi])
    late_finish, late_start = np.zeros_like(days), np.full(len(days) + 1, horizon)
    for lo, hi, near, begins in down:
        late_finish[lo:hi] = np.minimum.reduceat(late_start[near], begins)
        np.subtract(late_finish[lo:hi], days[lo:hi], out=late_start[lo:hi])
    return finish[:-1], late_start[:-1]


def networkx_graph(needs: Sequence[Sequence[int]], days: Ints) -> "nx.DiGraph[int]":
    """Give the plan as networkx takes it: the duration of a step is the weight of what leads out of it."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(needs)))
    graph.add_weighted_edges_from((need, step, int(days[need])) for step, mine in enumerate(needs) for need in mine)
    return graph


def medians(functions: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Let the functions take turns, and give the median seconds of each."""
    times: list[list[float]] = [[] for _ in functions]
    for _ in range(rounds):
        for function, mine in zip(functions, times, strict=True):
            began = time.perf_counter()
            function()
            mine.append(time.perf_counter() - began)
    return [statistics.median(mine) for mine in times]


def both_passes(network: Network, days: Ints, deadlines: Ints | None = None, begun: Ints | None = None) -> None:
    forward(network, Spans(days), fixed_start=begun)
    backward(network, Spans(days), deadlines, HORIZON, fixed_start=begun)


def against_peers(size: int, rounds: int) -> None:
    needs = make_plan(size)
    network = compile_network(needs)
    random = np.random.default_rng(1)
    days = random.integers(0, 30, size)
    deadlines = np.where(random.random(size) < 0.2, random.integers(100, 10**6, size), UNSET)
    begun = np.where(random.random(size) < 0.1, 5, UNSET)
    up, down = bare_layers(network, needs)
    sorted_days = days[network.order]
    finish, late_start = bare_passes(up, down, sorted_days, HORIZON)
    assert (finish[network.place] == forward(network, Spans(days)).finish).all()
    assert (late_start[network.place] == backward(network, Spans(days), None, HORIZON).start).all()
    graph = networkx_graph(needs, days)
    plain, full, bare = medians(
        [
            partial(both_passes, network, days, deadlines),
            partial(both_passes, network, days, deadlines, begun),
            partial(bare_passes, up, down, sorted_days, HORIZON),
        ],
        rounds,
    )
    ours, longest = medians(
        [partial(both_passes, network, days, deadlines), partial(nx.dag_longest_path_length, graph)],
        max(3, rounds // 20),
    )
    print(f"{size:,} steps, {len(up)} layers, forward + backward")
    print(f"  with deadlines                 {plain * 1e3:9.2f} ms  {plain / bare:6.2f} x bare (target <= {TARGET})")
    print(f"  with deadlines and what began  {full * 1e3:9.2f} ms  {full / bare:6.2f} x bare")
    print(f"  bare numpy by layers           {bare * 1e3:9.2f} ms")
    print(f"  networkx longest path          {longest * 1e3:9.2f} ms  {longest / ours:6.0f} x ours")


def growth(shape: str, make: Callable[[int], list[list[int]]], sizes: Sequence[int], rounds: int) -> None:
    plans = {size: make(size) for size in sizes}
    networks = {size: compile_network(needs) for size, needs in plans.items()}
    days = {size: np.random.default_rng(2).integers(0, 30, size) for size in sizes}
    passes = medians([partial(both_passes, networks[size], days[size]) for size in sizes], rounds)
    compiled = medians([partial(compile_network, plans[size]) for size in sizes], 3)
    print(f"growth, {shape}: forward + backward, and making the network")
    for size, passing, making in zip(sizes, passes, compiled, strict=True):
        layers = len(networks[size].upstream.layers)
        each, made = passing / size * 1e9, making / size * 1e9
        print(f"  {size:9,} steps {layers:7,} layers {passing * 1e3:9.2f} ms {each:6.0f} ns a step", end="")
        print(f"   made in {making * 1e3:9.2f} ms {made:6.0f} ns a step")


def small(rounds: int) -> None:
    shapes = {"an initiative": make_plan(12), "one after the other": make_chain(12)}
    print("12 steps, forward + backward, and making the network")
    for name, needs in shapes.items():
        network, days = compile_network(needs), np.arange(12)
        begun = np.where(days < 3, 1, UNSET)
        passing, full, making = medians(
            [
                partial(both_passes, network, days),
                partial(both_passes, network, days, begun, begun),
                partial(compile_network, needs),
            ],
            rounds,
        )
        print(f"  {name:20} {len(network.upstream.layers):3} layers {passing * 1e3:7.3f} ms", end="")
        print(f"   with deadlines and what began {full * 1e3:7.3f} ms   made in {making * 1e3:7.3f} ms")


def main() -> None:
    quick = "--quick" in sys.argv[1:]
    small(200 if quick else 2000)
    against_peers(100_000, 20 if quick else 100)
    sizes = (1_000, 10_000, 100_000, 1_000_000)
    growth("initiatives", make_plan, sizes[: 3 if quick else 4], 3 if quick else 9)
    growth("one after the other", make_chain, sizes[: 2 if quick else 3], 3)


if __name__ == "__main__":
    main()
