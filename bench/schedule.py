"""Scheduling: a plan beside TaskJuggler and networkx, the passes beside a bare numpy pass, the forecast, the growth.

    python bench/schedule.py [--quick]

All figures of one line come from one run; functions that take turns give medians, so that whatever else the machine
does falls on all of them alike. The plan is made of initiatives of 12 steps; every third of them also waits for a step
of an earlier initiative. TaskJuggler (`tj3`; on Debian `apt-get install tj3`) is left out where it is not installed,
and ended where it takes longer than its bound: 100,000 steps it does not schedule within any time worth waiting for.
"""

import csv
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import networkx as nx  # type: ignore[import-untyped]  # it ships no types
import numpy as np
from numpy.typing import NDArray

from duban.core.days.workdays import DayUnit, WorkCalendar
from duban.core.forecasting.chances import chances
from duban.core.forecasting.forecast import forecast
from duban.core.forecasting.network import UNSET, Network, backward, compile_network, forward
from duban.core.forecasting.schedule import Schedule
from duban.core.forecasting.spans import Spans
from duban.core.planning.plan import Initiative, Plan, Step, StepRef
from duban.core.planning.plan_file import Kind
from duban.core.planning.when import Duration, OnDate

Ints = NDArray[np.int64]
Layer = tuple[int, int, Ints, Ints]  # first place, end, the places of the neighbours, where each step's begin
TARGET = 2.0  # times the bare pass at 100,000 steps
HORIZON = 10**9
BOUND = 150  # seconds TaskJuggler may take, which are enough for 10,000 steps and for no more
STARTS = date(2024, 1, 1)  # a Monday


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
    graph.add_weighted_edges_from((need, step, int(days[need])) for step, mine in enumerate(needs) for need in mine)
    graph.add_weighted_edges_from((step, len(needs), int(length)) for step, length in enumerate(days.tolist()))
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


def against_bare(size: int, rounds: int) -> None:
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
    plain, full, bare = medians(
        [
            partial(both_passes, network, days, deadlines),
            partial(both_passes, network, days, deadlines, begun),
            partial(bare_passes, up, down, sorted_days, HORIZON),
        ],
        rounds,
    )
    print(f"{size:,} steps, {len(up)} layers, forward + backward")
    print(f"  with deadlines                 {plain * 1e3:9.2f} ms  {plain / bare:6.2f} x bare (target <= {TARGET})")
    print(f"  with deadlines and what began  {full * 1e3:9.2f} ms  {full / bare:6.2f} x bare")
    print(f"  bare numpy by layers           {bare * 1e3:9.2f} ms")


# Beside other schedulers: from the needs as lists to the dates -------------------------------------------------------


def ours(needs: list[list[int]], days: Ints) -> int:
    """Make the network, both passes; the last finish."""
    network = compile_network(needs)
    end = int(forward(network, Spans(days)).finish.max())
    backward(network, Spans(days), None, end)
    return end


def of_networkx(needs: list[list[int]], days: Ints) -> int:
    """Make the graph, find its longest path, which is less than both passes; its length."""
    return int(nx.dag_longest_path_length(networkx_graph(needs, days)))


def of_taskjuggler(needs: list[list[int]], days: Ints, bound: float) -> tuple[float, date | None]:
    """Let TaskJuggler read a file, schedule it and write the ends: seconds, and the last end; None if it was ended."""
    lines = [f'project plan "plan" {STARTS} +60y {{ timezone "UTC" timeformat "%Y-%m-%d" }}']
    for step, (mine, length) in enumerate(zip(needs, days.tolist(), strict=True)):
        when = f"depends {', '.join(f't{need}' for need in mine)}" if mine else f"start {STARTS}"
        lines.append(f'task t{step} "t" {{ length {length}d {when} }}')
    lines.append('taskreport "ends" { formats csv columns end hideresource 1 }')
    with TemporaryDirectory() as folder:
        file = Path(folder) / "plan.tjp"
        file.write_text("\n".join(lines) + "\n")
        command = [str(shutil.which("tj3")), "--silent", "--no-color", "--output-dir", folder, str(file)]
        began = time.perf_counter()
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=bound)
        except subprocess.TimeoutExpired:
            return time.perf_counter() - began, None
        took = time.perf_counter() - began
        ends = list(csv.reader((Path(folder) / "ends.csv").open(), delimiter=";"))[1:]
        return took, max(date.fromisoformat(end) for (end,) in ends)


def against_schedulers(size: int, bound: float) -> None:
    needs = make_plan(size)
    days = np.random.default_rng(1).integers(1, 30, size)
    end = ours(needs, days)
    assert of_networkx(needs, days) == end
    mine, graph = medians([partial(ours, needs, days), partial(of_networkx, needs, days)], 5)
    print(f"{size:,} steps from needs to dates, network made")
    print(f"  ours, both passes      {mine * 1e3:11.1f} ms")
    print(f"  networkx, longest path {graph * 1e3:11.1f} ms  {graph / mine:8.1f} x ours")
    if shutil.which("tj3") is None:
        print("  TaskJuggler            not installed (Debian: apt-get install tj3)")
        return
    took, theirs = of_taskjuggler(needs, days, bound)
    if theirs is None:
        print(f"  TaskJuggler            ended after {took:.0f} s, unfinished: more than {took / mine:,.0f} x ours")
        return
    assert theirs == date.fromisoformat(str(np.busday_offset(STARTS - timedelta(days=3), end)))  # the last working day
    print(f"  TaskJuggler            {took * 1e3:11.1f} ms  {took / mine:8.0f} x ours")


# The forecast of a plan, on the days of a calendar -------------------------------------------------------------------


def plan_of(size: int) -> Plan:
    """The plan as a bureau has it: three estimates, a third of the steps with deadlines, periods in between."""
    lengths = np.random.default_rng(3).integers(3, 15, size).tolist()
    refs = [StepRef(f"i{step // 12}", f"s{step % 12}") for step in range(size)]
    steps: dict[str, dict[str, Step]] = {}
    for number, mine in enumerate(make_plan(size)):
        kind, length = (Kind.PERIOD if number % 6 == 4 else Kind.WORK), lengths[number]
        period = Duration(length, length, length, DayUnit.CALENDAR)
        days = period if kind is Kind.PERIOD else Duration(length - 2, length, length + 7)
        due = OnDate(STARTS + timedelta(days=20 * (number % 12 + 2))) if number % 3 == 2 else None
        needs = tuple(refs[need] for need in mine)
        step = Step(refs[number], "事项", kind, needs, days, "works", due=due)
        steps.setdefault(step.ref.initiative, {})[step.id] = step
    known = {name: Initiative(name, "举措", "1.1", "s", ("works",), (), "leader", own) for name, own in steps.items()}
    return Plan("p", "工作要点", "1号", STARTS, date(2024, 12, 31), "coordinator", (), known)


def whole_forecast(size: int, samples: int = 2000) -> None:
    calendar = WorkCalendar.build(date(2022, 1, 1), date(2060, 12, 31), lambda day: day.weekday() < 5)
    plan, today = plan_of(size), date(2024, 3, 1)
    schedule = Schedule(plan, calendar, {}, today)
    making, telling, drawing, passing = medians(
        [
            lambda: Schedule(plan, calendar, {}, today),
            lambda: forecast(schedule),
            lambda: chances(schedule, samples),
            lambda: schedule.late(schedule.early()),
        ],
        5,
    )
    late, alone = len(forecast(schedule).late), passing * samples
    print(f"the forecast of {size:,} steps, {late} of them late, on a calendar")
    print(f"  the plan as columns    {making * 1e3:11.1f} ms")
    print(f"  forecast with causes   {telling * 1e3:11.1f} ms")
    print(
        f"  chances, {samples:,} samples {drawing * 1e3:11.1f} ms  {drawing / alone:8.3f} x as many passes one by one"
    )


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
    for size, bound in ((700, BOUND), (10_000, BOUND), (100_000, BOUND / 5))[: 1 if quick else 3]:
        against_schedulers(size, bound)
    for size in (700, 7_000)[: 1 if quick else 2]:
        whole_forecast(size)
    small(200 if quick else 2000)
    against_bare(100_000, 20 if quick else 100)
    sizes = (1_000, 10_000, 100_000, 1_000_000)
    growth("initiatives", make_plan, sizes[: 3 if quick else 4], 3 if quick else 9)
    growth("one after the other", make_chain, sizes[: 2 if quick else 3], 3)


if __name__ == "__main__":
    main()
