"""The critical path passes: rules that hold for every plan, a slow oracle, and networks with known answers."""

import graphlib
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from duban.core.days.workdays import WorkCalendar
from duban.core.forecasting.network import (
    UNSET,
    Cycle,
    Network,
    Pass,
    backward,
    compile_network,
    critical_chain,
    forward,
    holders,
    slack,
)
from duban.core.forecasting.spans import Axis, IntArray, Spans
from tests.psplib import read_network

T = TypeVar("T")
PSPLIB = Path(__file__).parents[1] / "data" / "psplib"
TODAY = 700  # with DAYS, far enough from both ends of the calendar for the longest chain of steps
DAYS = 2100
FIRST = date(2020, 1, 1)


@dataclass(frozen=True)
class Case:
    """A plan and what is known of it, as lists, with None where a step has no value."""

    needs: list[list[int]]
    days: list[int]
    earliest: list[int | None]
    began: list[int | None]
    done: list[int | None]
    due: list[int | None]
    lasting: list[int | None]
    on_calendar: list[bool]
    counting: list[bool]
    working: list[bool]

    @cached_property
    def network(self) -> Network:
        return compile_network(self.needs)

    @cached_property
    def axis(self) -> Axis:
        return Axis.of(WorkCalendar.build(FIRST, FIRST + timedelta(days=DAYS - 1), self.working))

    def spans(self, days: ArrayLike | None = None) -> Spans:
        flags = np.array(self.on_calendar, np.bool_), np.array(self.counting, np.bool_)
        return Spans(np.array(self.days if days is None else days, np.int64), self.axis, *flags)

    def early(self, days: ArrayLike | None = None) -> Pass:
        return forward(
            self.network,
            self.spans(days),
            data_date=self.time(TODAY),
            earliest=self.column(self.earliest),
            fixed_start=self.column(self.began),
            fixed_finish=self.column(self.done),
            lasting=self.column(self.lasting),
        )

    def late(self, due: list[int | None], horizon: int, days: ArrayLike | None = None) -> Pass:
        return backward(
            self.network,
            self.spans(days),
            self.column(due),
            self.time(horizon),
            fixed_start=self.column(self.began),
            fixed_finish=self.column(self.done),
        )

    def time(self, day: int) -> int:
        return int(self.axis.times(np.array([FIRST.toordinal() + day]))[0])

    def column(self, days: Sequence[int | None]) -> IntArray:
        return np.array([UNSET if day is None else self.time(day) for day in days], np.int64)

    def read(self, times: IntArray) -> list[int]:
        return (self.axis.days(times) - FIRST.toordinal()).tolist()


@st.composite
def graphs(draw: st.DrawFn) -> list[list[int]]:
    """Draw the needs of up to nine steps whose numbers say nothing about their order."""
    ranks = draw(st.permutations(range(draw(st.integers(0, 9)))))
    needs: list[list[int]] = [[] for _ in ranks]
    for at, step in enumerate(ranks[1:], start=1):
        needs[step] = draw(st.lists(st.sampled_from(ranks[:at]), max_size=4))
    return needs


@st.composite
def cases(draw: st.DrawFn, facts: bool = True) -> Case:
    needs = draw(graphs())
    size = len(needs)
    known = st.none() | st.none() | st.integers(TODAY - 20, TODAY + 20)
    facts_known = columns(size, known if facts else st.none())
    week = draw(st.lists(st.booleans(), min_size=1, max_size=7).filter(any))
    return Case(
        needs=needs,
        days=draw(columns(size, st.integers(0, 9))),
        earliest=draw(columns(size, known)),
        began=draw(facts_known),
        done=draw(facts_known),
        due=draw(columns(size, st.none() | st.integers(TODAY - 20, TODAY + 100))),
        lasting=draw(columns(size, known)),
        on_calendar=draw(columns(size, st.booleans())),
        counting=draw(columns(size, st.booleans())),
        working=(week * DAYS)[:DAYS],
    )


def columns(size: int, values: st.SearchStrategy[T]) -> st.SearchStrategy[list[T]]:
    return st.lists(values, min_size=size, max_size=size)


class Oracle:
    """The same rules one step at a time, by recursion, and one day at a time, by walking."""

    def __init__(self, case: Case, horizon: int) -> None:
        self.case, self.horizon = case, horizon
        self.finish, self.late_start = cache(self.find_finish), cache(self.find_late_start)

    def over(self, step: int, start: int) -> int:
        days, day = self.case.days[step], start
        if self.case.on_calendar[step]:
            return start + days
        if self.case.counting[step] and days == 0:
            while not self.case.working[day]:
                day += 1
        for _ in range(days):
            day += 1
            while not self.case.working[day]:
                day += 1
        return day

    def start(self, step: int) -> int:
        began, done = self.case.began[step], self.case.done[step]
        if began is not None:
            return began
        earliest = self.case.earliest[step]
        ready = max([TODAY, TODAY if earliest is None else earliest, *map(self.finish, self.case.needs[step])])
        return ready if done is None else min(ready, done)

    def find_finish(self, step: int) -> int:
        done = self.case.done[step]
        until = self.case.lasting[step]
        return max(TODAY, until or 0, self.over(step, self.start(step))) if done is None else done

    def late_finish(self, step: int) -> int:
        own = self.case.due[step]
        waiting = [after for after, needs in enumerate(self.case.needs) if step in needs and not self.has_begun(after)]
        return min([self.horizon if own is None else own, *map(self.late_start, waiting)])

    def find_late_start(self, step: int) -> int:
        began, done = self.case.began[step], self.case.done[step]
        if began is not None:
            return began
        if done is not None:
            return done
        finish = self.late_finish(step)
        return next(day for day in range(finish, -1, -1) if self.over(step, day) <= finish)

    def has_begun(self, step: int) -> bool:
        return self.case.began[step] is not None or self.case.done[step] is not None


@given(cases())
def test_both_passes_agree_with_the_rules_applied_step_by_step(case: Case) -> None:
    steps, oracle = range(len(case.needs)), Oracle(case, TODAY + 80)
    early, late = case.early(), case.late(case.due, TODAY + 80)
    assert case.read(early.start) == list(map(oracle.start, steps))
    assert case.read(early.finish) == list(map(oracle.finish, steps))
    assert case.read(late.start) == list(map(oracle.late_start, steps))
    assert case.read(late.finish) == list(map(oracle.late_finish, steps))


@given(cases())
def test_no_step_starts_before_today_or_before_what_it_needs_unless_it_really_did(case: Case) -> None:
    early = case.early()
    for step, needs in enumerate(case.needs):
        if case.began[step] is None and case.done[step] is None:
            assert early.start[step] >= max([case.time(TODAY), *early.finish[needs]])


@given(cases(), st.data())
def test_longer_durations_never_finish_earlier(case: Case, data: st.DataObject) -> None:
    extra = data.draw(columns(len(case.needs), st.integers(0, 5)))
    longer = case.early([days + more for days, more in zip(case.days, extra, strict=True)])
    assert (longer.finish >= case.early().finish).all()


@given(cases(), st.data())
def test_there_is_slack_when_no_deadline_is_before_the_forecast(case: Case, data: st.DataObject) -> None:
    early = case.early()
    spare = data.draw(columns(len(case.needs), st.none() | st.integers(0, 5)))
    last = case.read(early.finish)
    due = [None if more is None else at + more for at, more in zip(last, spare, strict=True)]
    horizon = max([TODAY, *(at + 5 for at in last)])
    assert (slack(early, case.late(due, horizon), case.axis.grain) >= 0).all()


@given(cases(), st.data())
def test_every_link_of_a_critical_chain_binds_and_nothing_binds_its_beginning(case: Case, data: st.DataObject) -> None:
    assume(case.needs)
    early = case.early()
    step = data.draw(st.integers(0, len(case.needs) - 1))
    links = critical_chain(holders(case.network, early), step)
    assert links[-1] == step
    for before, after in pairwise(links):
        binding = [need for need in case.needs[after] if early.finish[need] == early.start[after]]
        assert before == min(binding)
    assert all(early.finish[need] != early.start[links[0]] for need in case.needs[links[0]])


def test_of_several_steps_that_bind_the_lowest_is_named() -> None:
    network = compile_network([[], [], [1, 0], [2]])
    early = forward(network, Spans(np.array([4, 4, 1, 0])))
    assert critical_chain(holders(network, early), 3) == (0, 2, 3)


def test_what_holds_and_is_held_may_be_narrowed() -> None:
    network = compile_network([[], [], [1, 0], [2]])
    early = forward(network, Spans(np.array([4, 4, 1, 0])))
    assert holders(network, early, holding=np.array([False, True, True, True])).tolist() == [-1, -1, 1, 2]
    assert holders(network, early, held=np.array([True, True, False, True])).tolist() == [-1, -1, -1, 2]


def test_without_a_calendar_days_are_counted_back_as_they_are() -> None:
    network, spans = compile_network([[], [0]]), Spans(np.array([4, 2]))
    late = backward(network, spans, None, 10)
    assert (late.start.tolist(), late.finish.tolist()) == ([4, 8], [8, 10])


@given(cases(facts=False))
def test_the_chain_to_the_last_finish_has_no_slack(case: Case) -> None:
    assume(case.needs)
    spans = Spans(np.array(case.days))
    early = forward(case.network, spans)
    last = int(early.finish.argmax())
    late = backward(case.network, spans, None, int(early.finish[last]))
    links = critical_chain(holders(case.network, early), last)
    assert not slack(early, late)[list(links)].any()
    assert sum(case.days[step] for step in links) == early.finish[last]


@given(cases(), st.integers(1, 3), st.data())
def test_each_sample_of_durations_is_a_plan_of_its_own(case: Case, samples: int, data: st.DataObject) -> None:
    drawn = data.draw(st.lists(columns(len(case.needs), st.integers(0, 9)), min_size=samples, max_size=samples))
    together = np.array(drawn, np.int64).T
    early, late = case.early(together), case.late(case.due, TODAY + 130, together)
    for at, days in enumerate(drawn):
        alone_early, alone_late = case.early(days), case.late(case.due, TODAY + 130, days)
        assert early.start[:, at].tolist() == alone_early.start.tolist()
        assert early.finish[:, at].tolist() == alone_early.finish.tolist()
        assert late.start[:, at].tolist() == alone_late.start.tolist()
        assert late.finish[:, at].tolist() == alone_late.finish.tolist()


@given(graphs())
def test_steps_are_in_layers_of_the_longest_path_behind_them(needs: list[list[int]]) -> None:
    network = compile_network(needs)
    behind = forward(network, Spans(np.ones(len(needs), np.int64))).start
    assert network.order.tolist() == sorted(range(len(needs)), key=lambda step: (behind[step], step))
    assert network.order[network.place].tolist() == list(range(len(network)))


@given(st.lists(st.lists(st.integers(0, 7), max_size=2), min_size=8, max_size=8))
def test_a_cycle_is_reported_by_a_simple_path_and_nothing_else_is(needs: list[list[int]]) -> None:
    try:
        compile_network(needs)
    except Cycle as cycle:
        path = cycle.path
        assert path[0] == min(path)
        assert len(set(path)) == len(path)
        assert all(need in needs[step] for step, need in zip(path, path[1:] + path[:1], strict=True))
    else:
        graphlib.TopologicalSorter(dict(enumerate(needs))).prepare()  # raises when there is a cycle


@pytest.mark.parametrize(
    ("needs", "path"),
    [
        pytest.param([[0]], (0,), id="a step that needs itself"),
        pytest.param([[], [0, 2], [3], [1]], (1, 2, 3), id="each needs the next"),
        pytest.param([[1], [2], [3, 1], [0]], (1, 2), id="the short way round"),
        pytest.param([[1], [2], [1]], (1, 2), id="without the step that only leads there"),
    ],
)
def test_the_cycle_reported(needs: list[list[int]], path: tuple[int, ...]) -> None:
    with pytest.raises(Cycle) as caught:
        compile_network(needs)
    assert caught.value.path == path


def test_a_cycle_says_what_to_do_and_survives_a_change_of_process() -> None:
    cycle = pickle.loads(pickle.dumps(Cycle((1, 4))))  # noqa: S301  our own bytes of a line ago
    assert str(cycle) == "steps need one another in a circle: step 1 needs 4 needs 1; take out one of these needs"


def test_all_needs_that_are_not_steps_are_named_at_once() -> None:
    with pytest.raises(ValueError, match=r"^step 0 needs 2, step 1 needs -1: there are only the steps 0 to 1; correct"):
        compile_network([[2], [0, -1]])


NETWORK, FIT, SHORT = compile_network([[], [0]]), Spans(np.array([1, 2])), np.array([1])


@pytest.mark.parametrize(
    "refused",
    [
        pytest.param(lambda: forward(NETWORK, Spans(SHORT)), id="durations"),
        pytest.param(lambda: forward(NETWORK, FIT, earliest=SHORT), id="earliest"),
        pytest.param(lambda: forward(NETWORK, FIT, fixed_start=SHORT), id="fixed start"),
        pytest.param(lambda: forward(NETWORK, FIT, fixed_finish=SHORT), id="fixed finish"),
        pytest.param(lambda: backward(NETWORK, replace(FIT, elapsing=SHORT > 0), None, 9), id="elapsed"),
        pytest.param(lambda: backward(NETWORK, FIT, SHORT, 9), id="deadlines"),
    ],
)
def test_a_column_of_the_wrong_length_is_refused(refused: Callable[[], Pass]) -> None:
    with pytest.raises(ValueError, match="a column of 1 rows for 2 steps: give one row for each step"):
        refused()


def test_a_network_cannot_be_changed() -> None:
    network = compile_network([[], [0]])
    for array in (network.order, network.place, network.needs.flat, network.needs.first):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


def test_a_publicity_period_over_the_national_holiday() -> None:
    """Draft (5 working days), publicity (12 calendar days), approval (2 working days), from 17 September 2024."""
    rest = {date(2024, 9, 17), *(date(2024, 10, day) for day in range(1, 8))}
    made_up = {date(2024, 9, 29), date(2024, 10, 12)}
    calendar = WorkCalendar.build(
        date(2024, 9, 1), date(2024, 12, 31), lambda day: day in made_up or (day.weekday() < 5 and day not in rest)
    )
    axis = Axis.of(calendar)
    today, due = axis.times(np.array([date(2024, 9, 17).toordinal(), date(2024, 10, 12).toordinal()])).tolist()
    network = compile_network([[], [0], [1]])
    spans = Spans(np.array([5, 12, 2]), axis, np.array([False, True, False]))
    early = forward(network, spans, data_date=today)
    late = backward(network, spans, None, due)
    assert dates(axis, early.start) == ["2024-09-17", "2024-09-24", "2024-10-06"]
    assert dates(axis, early.finish) == ["2024-09-24", "2024-10-06", "2024-10-09"]
    assert dates(axis, late.start) == ["2024-09-22", "2024-09-28", "2024-10-10"]
    assert slack(early, late, axis.grain).tolist() == [3, 3, 3]


def dates(axis: Axis, times: IntArray) -> list[str]:
    return [date.fromordinal(number).isoformat() for number in axis.days(times).tolist()]


@pytest.mark.parametrize("path", sorted(PSPLIB.glob("*.sm")), ids=lambda path: path.stem)
def test_the_critical_path_of_a_published_network(path: Path) -> None:
    needs, days, known = read_network(path.read_text(encoding="ascii"))
    network = compile_network(needs)
    early = forward(network, Spans(days))
    assert early.finish.max() == early.finish[-1] == known
    assert days[list(critical_chain(holders(network, early), len(days) - 1))].sum() == known
