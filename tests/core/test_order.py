"""The order of steps, and circles among them, against a straightforward search."""

from itertools import chain, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duban.core.planning.order import circles, in_turn, ordered, together

GRAPHS = st.integers(1, 9).flatmap(
    lambda size: st.lists(st.lists(st.integers(0, size - 1), max_size=4), min_size=size, max_size=size)
)


def named(numbers: list[list[int]]) -> dict[str, list[str]]:
    return {f"s{number}": [f"s{other}" for other in others] for number, others in enumerate(numbers)}


def reached(waits: dict[str, list[str]], start: str) -> set[str]:
    """Everything a step waits for, directly or not."""
    found: set[str] = set()
    stack = list(waits[start])
    while stack:
        step = stack.pop()
        if step not in found:
            found.add(step)
            stack.extend(waits[step])
    return found


def test_steps_come_as_written_where_they_may() -> None:
    waits = {"done": ["b", "a"], "b": [], "a": ["c"], "c": [], "free": ["elsewhere"]}
    assert ordered(waits) == ["b", "c", "a", "done", "free"]


def test_steps_in_a_circle_come_last() -> None:
    assert ordered({"after": ["a"], "a": ["b"], "b": ["a"], "free": []}) == ["free", "after", "a", "b"]


def test_a_need_that_is_written_twice_counts_as_one() -> None:
    assert ordered({"b": ["a", "a"], "a": []}) == ["a", "b"]


def test_each_knot_gives_its_shortest_circle_from_the_first_as_written() -> None:
    waits = {"a": ["b", "c"], "b": ["c"], "c": ["a"], "self": ["self"], "x": ["y", "a", "elsewhere"], "y": ["x"]}
    assert sorted(circles(waits)) == [("a", "c"), ("self",), ("x", "y")]


@pytest.mark.parametrize("length", [2, 30_000])
def test_a_chain_or_a_circle_may_be_long(length: int) -> None:
    chain = {f"s{n}": [f"s{n - 1}"] if n else [] for n in range(length)}
    assert ordered(chain) == list(chain)
    assert list(circles(chain)) == []
    (circle,) = circles(chain | {"s0": [f"s{length - 1}"]})
    assert len(circle) == length


def test_those_in_a_circle_stand_together_before_those_that_wait_for_them() -> None:
    waits = {"after": ["a"], "a": ["b", "elsewhere"], "free": [], "b": ["a", "first"], "first": []}
    assert in_turn(waits) == [("free",), ("first",), ("a", "b"), ("after",)]


@given(GRAPHS)
def test_in_turn_nothing_comes_before_what_it_waits_for_but_circles(numbers: list[list[int]]) -> None:
    waits = named(numbers)
    order = list(chain.from_iterable(in_turn(waits)))
    assert sorted(order) == sorted(waits)
    for step, before in waits.items():
        for other in before:
            assert order.index(other) <= order.index(step) or step in reached(waits, other)


@given(GRAPHS)
def test_nothing_comes_before_what_it_waits_for(numbers: list[list[int]]) -> None:
    waits = named(numbers)
    order = ordered(waits)
    assert sorted(order) == sorted(waits)
    free = [
        step for step in order if not any(other in reached(waits, other) for other in {step} | reached(waits, step))
    ]
    assert order[: len(free)] == free
    for step in free:
        assert all(order.index(other) < order.index(step) for other in waits[step])


@given(GRAPHS)
def test_every_knot_is_told_by_one_circle(numbers: list[list[int]]) -> None:
    waits = named(numbers)
    knots = {frozenset(a for a in waits if a in reached(waits, b) and b in reached(waits, a)) for b in waits} - {
        frozenset()
    }
    found = list(circles(waits))
    assert len(found) == len(knots)
    for circle in found:
        (knot,) = (knot for knot in knots if circle[0] in knot)
        assert set(circle) <= knot
        assert len(set(circle)) == len(circle)
        assert circle[0] == min(knot)
        assert all(other in waits[step] for step, other in pairwise((*circle, circle[0])))


def test_what_hangs_together_is_found_whichever_waits_for_which() -> None:
    waits = {"a": ["c"], "b": [], "c": [], "d": ["c", "elsewhere"], "e": ["b"], "f": []}
    assert together(waits) == {"a": "a", "c": "a", "d": "a", "b": "b", "e": "b", "f": "f"}


@given(GRAPHS)
def test_what_hangs_together_is_what_can_be_walked_to_either_way(numbers: list[list[int]]) -> None:
    waits = named(numbers)
    either = {step: [*others, *(one for one in waits if step in waits[one])] for step, others in waits.items()}
    found = together(waits)
    for step in waits:
        assert {other for other in waits if found[other] == found[step]} == reached(either, step) | {step}
