"""The order of steps that wait for one another, and the circles that make an order impossible."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from heapq import heappop, heappush
from typing import TypeVar

from duban.core.planning.plan import StepRef

S = TypeVar("S", StepRef, str)
Waits = Mapping[S, Iterable[S]]
"""For each step, in the order in which people read them, the steps it waits for; others than these are left aside."""


def ordered(waits: Waits[S]) -> list[S]:
    """The steps so that none comes before what it waits for; of several that could come next, the first as written.

    Steps in a circle, and those that wait for them, come last, as written.
    """
    steps: list[S] = list(waits)
    place = {step: number for number, step in enumerate(steps)}
    followers = _followers(waits)
    missing = {step: sum(other in place for other in before) for step, before in waits.items()}
    ready = [place[step] for step in steps if not missing[step]]
    found: dict[S, None] = {}
    while ready:
        step = steps[heappop(ready)]
        found[step] = None
        for follower in followers[step]:
            missing[follower] -= 1
            if not missing[follower]:
                heappush(ready, place[follower])
    return list(found) + [step for step in steps if step not in found]


def in_turn(waits: Waits[S]) -> list[tuple[S, ...]]:
    """As `ordered`, but steps in a circle are together, as written, and those that wait for them come after them."""
    place = {step: number for number, step in enumerate(waits)}
    knots = {knot[0]: tuple(knot) for knot in (sorted(knot, key=place.__getitem__) for knot in _knots(waits))}
    first = {step: name for name, knot in knots.items() for step in knot}
    before = {
        name: {first[other] for step in knots[name] for other in waits[step] if other in first} - {name}
        for name in sorted(knots, key=place.__getitem__)
    }
    return [knots[name] for name in ordered(before)]


def together(waits: Waits[S]) -> dict[S, S]:
    """For each step the first, as written, of all that hang together with it, whichever waits for which."""
    followers = _followers(waits)
    first: dict[S, S] = {}
    for root in waits:
        stack = [root]
        while stack:
            step = stack.pop()
            if step not in first:
                first[step] = root
                stack += followers[step]
                stack.extend(other for other in waits[step] if other in followers)
    return first


def circles(waits: Waits[S]) -> Iterator[tuple[S, ...]]:
    """One circle, as short as can be found, for each knot of steps that all wait for one another.

    Each step of a circle waits for the next and the last for the first, which is the first as written.
    """
    place = {step: number for number, step in enumerate(waits)}
    for knot in _knots(waits):
        first = min(knot, key=place.__getitem__)
        if len(knot) > 1 or first in waits[first]:
            yield _shortest_circle(waits, frozenset(knot), first)


def _knots(waits: Waits[S]) -> Iterator[list[S]]:
    """Strongly connected components (Kosaraju), without recursion, so that a chain may be as long as a plan."""
    followers = _followers(waits)
    taken: set[S] = set()
    for root in reversed(_finished(waits)):
        knot: list[S] = []
        stack = [root]
        while stack:
            step = stack.pop()
            if step not in taken:
                taken.add(step)
                knot.append(step)
                stack.extend(followers[step])
        if knot:
            yield knot


def _followers(waits: Waits[S]) -> dict[S, list[S]]:
    followers: dict[S, list[S]] = {step: [] for step in waits}
    for step, before in waits.items():
        for other in before:
            if other in followers:
                followers[other].append(step)
    return followers


def _finished(waits: Waits[S]) -> list[S]:
    """The steps in the order in which a depth-first walk along what they wait for leaves them."""
    entered: set[S] = set()
    left: list[S] = []
    stack = [(step, False) for step in waits]
    while stack:
        step, leaving = stack.pop()
        if leaving:
            left.append(step)
        elif step not in entered:
            entered.add(step)
            stack.append((step, True))
            stack.extend((other, False) for other in waits[step] if other in waits)
    return left


def _shortest_circle(waits: Waits[S], knot: frozenset[S], first: S) -> tuple[S, ...]:
    """The shortest circle through `first`, searched breadth first within its knot."""
    came_from: dict[S, S] = {}
    queue = deque([first])
    while first not in came_from:
        step = queue.popleft()
        for other in waits[step]:
            if other in knot and other not in came_from:
                came_from[other] = step
                queue.append(other)
    path = [came_from[first]]
    while path[-1] != first:
        path.append(came_from[path[-1]])
    return tuple(reversed(path))
