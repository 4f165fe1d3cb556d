"""What all receivers have in common: what to do with a letter, and what was done."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from random import Random
from threading import Event, Lock
from time import monotonic
from types import TracebackType
from typing import Any, Self


class Do(Enum):
    """What becomes of a letter."""

    ACCEPT = auto()
    REFUSE = auto()
    """Refused in the service's own way: an error code in an answer of 200, a status, a 550."""
    BUSY = auto()
    """Refused as over the rate limit."""
    BREAK = auto()
    """The service is out of order: 503, or 421."""
    HANG = auto()
    """No answer, and nothing taken."""
    TAKE_AND_HANG = auto()
    """Taken, and no answer: the sender must try again, and the letter comes twice."""
    DRIP = auto()
    """An answer that comes byte by byte and has no end, and nothing taken."""
    DROP = auto()
    """The connection is closed without an answer, and nothing taken."""


DRIP_EVERY = 0.02
"""Seconds between two bytes of an answer that drips: far less than any patience with silence."""


@dataclass(frozen=True, slots=True)
class Got:
    """A letter that came in: its key, the number of this try of it from 1 on, its words, and all of it."""

    key: str
    try_: int
    text: str
    body: Any


Behaviour = Callable[[Got], Do]


def always(do: Do) -> Behaviour:
    """The same for every letter."""
    return lambda got: do


def share(refused: float = 0, hanging: float = 0, seed: int = 0) -> Behaviour:
    """So many of all tries refused, so many hanging; the same for the same seed, letter and try in whatever order."""

    def behave(got: Got) -> Do:
        drawn = Random(f"{seed}/{got.key}/{got.try_}").random()  # noqa: S311  no secret
        if drawn < refused:
            return Do.REFUSE
        return Do.HANG if drawn < refused + hanging else Do.ACCEPT

    return behave


@dataclass
class Receiver:
    """A service in a thread of its own. `behaviour` may be exchanged at any time.

    `address` is what a directory writes; `accepted` is what was taken, by key, the last of several; `times` how often
    each was taken; `asked` is every letter that passed the checks, in order.
    """

    behaviour: Behaviour
    per_minute: int | None = None
    accepted: dict[str, Got] = field(default_factory=dict)
    times: Counter[str] = field(default_factory=Counter)
    asked: list[Got] = field(default_factory=list)
    _taken: deque[float] = field(default_factory=deque)
    _tries: Counter[str] = field(default_factory=Counter)
    _guard: Any = field(default_factory=Lock)
    _closing: Event = field(default_factory=Event)

    @property
    def address(self) -> str:
        """What a directory writes."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin to listen, on a free port."""
        raise NotImplementedError

    def stop(self) -> None:
        """End, and let go of everybody who waits for an answer."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._closing.set()
        self.stop()

    def forget_rate(self) -> None:
        """As if a minute had passed."""
        self._taken.clear()

    def judge(self, key: str, text: str, body: Any) -> Do:
        """Decide what becomes of a letter that is well-formed, and remember it."""
        with self._guard:
            self._tries[key] += 1
            got = Got(key, self._tries[key], text, body)
            self.asked.append(got)
            do = Do.BUSY if self._over_rate() else self.behaviour(got)
            if do in (Do.ACCEPT, Do.TAKE_AND_HANG):
                self._taken.append(monotonic())
                self.accepted[key] = got
                self.times[key] += 1
        return do

    def drip(self, say: Callable[[bytes], object]) -> None:
        """Say the beginning of an answer, and then byte after byte, for as long as somebody listens."""
        say(b"HTTP/1.1 200 OK\r\nX: ")
        while not self._closing.wait(DRIP_EVERY):
            say(b".")

    def _over_rate(self) -> bool:
        while self._taken and self._taken[0] < monotonic() - 60:
            self._taken.popleft()
        return self.per_minute is not None and len(self._taken) >= self.per_minute
