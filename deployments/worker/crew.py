"""The crew: a worker's warm processes, as many as it may have; who is free, who died, who is worn out.

One rule keeps it whole: for every hand that ends, however it ends, another is forked, which takes some milliseconds.
Should the parent itself die, or hang, its hands die with it, and all are started anew.
"""

import asyncio
import json
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from deployments.worker.lasting import Log, lasting
from deployments.worker.nursery import Nursery

INFANT = 2.0
"""Seconds before another hand is asked for in the place of one that died before it had done anything."""

LOST = 300.0
"""Seconds without a hand that works or stands ready, after which a worker is none."""

FAREWELL = 5.0
"""Seconds a hand has to tell the server what it has still to tell, once it is to go."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many hands, and when one is worn out: after so many runs, or above so many megabytes of memory."""

    hands: int
    runs: int
    memory: int


class HandDied(Exception):
    """A hand ended in the middle of a run. The message says how."""


class HandHung(HandDied):
    """A hand took longer than it may, and was killed."""


class CrewLost(Exception):
    """There has been no hand for so long that the worker had better begin anew."""


@dataclass(eq=False, slots=True)
class Hand:
    """One warm process; `runs` is how many it has carried out, `memory` its megabytes after the last."""

    pid: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    ended: "asyncio.Future[int]"
    runs: int = 0
    memory: int = 0

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    async def ask(self, order: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Give an order and wait for the answer; None when the hand died over it."""
        try:
            self.writer.write(json.dumps(order).encode() + b"\n")
            answer = await self.reader.readline()
        except ConnectionError:
            return None
        return json.loads(answer) if answer else None


@dataclass(eq=False)
class Crew:
    """All hands of one worker. `on_free` is called whenever a hand becomes free."""

    limits: Limits
    on_free: Callable[[], None]
    log: Log
    _free: deque[Hand] = field(default_factory=deque)
    _hands: dict[int, Hand] = field(default_factory=dict)
    _keeper: asyncio.Task[None] | None = None
    _well: float = field(default_factory=time.monotonic)

    def start(self) -> None:
        """Start the parent and its hands; they are there some seconds later."""
        self._keeper = asyncio.create_task(lasting(self._keep, "the warm processes", self.log))

    def stand(self) -> None:
        """Raise CrewLost where no hand has worked, or stood ready, for long: a worker without hands is none."""
        if time.monotonic() - self._well > LOST:
            raise CrewLost(f"no warm process for {LOST:.0f} s; the worker ends, to be started again")

    async def stop(self) -> None:
        """End all hands: the free ones in order, those at work at once."""
        for hand in self._hands.values():
            if hand in self._free:
                hand.writer.close()
            else:
                hand.kill()
        leaving = [hand.ended for hand in self._hands.values()]
        self._free.clear()
        if leaving:
            await asyncio.wait(leaving, timeout=FAREWELL)
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)

    @property
    def free(self) -> int:
        """How many hands have nothing to do."""
        return len(self._free)

    def take(self) -> Hand | None:
        """A free hand, which is the caller's until it is given back; None when all are at work."""
        return self._free.popleft() if self._free else None

    def give_back(self, hand: Hand) -> None:
        """A hand has done its work, or died of it."""
        if hand.ended.done():
            return
        if hand.runs >= self.limits.runs or hand.memory > self.limits.memory:
            hand.writer.close()
            return
        self._free.append(hand)
        self.on_free()

    async def carry_out(self, hand: Hand, order: Mapping[str, Any], longest: float) -> Mapping[str, Any]:
        """Have a hand carry out an order within so many seconds; its answer. Raises HandDied."""
        try:
            async with asyncio.timeout(longest):
                answer = await hand.ask(order)
        except TimeoutError:
            hand.kill()
            await hand.ended
            raise HandHung(f"took longer than {longest:.0f} s, and was ended") from None
        if answer is None:
            raise HandDied(_in_words(await hand.ended))
        self._well = time.monotonic()
        hand.runs += 1
        hand.memory = answer["memory"]
        return answer

    async def _keep(self) -> None:
        """One parent and its hands, from its start to its end."""
        try:
            async with Nursery() as nursery:
                await self._raise_hands(nursery)
        finally:
            self._all_ended()

    async def _raise_hands(self, nursery: Nursery) -> None:
        """Have as many hands as there may be, until their parent ends; raises ParentHung."""
        for _ in range(self.limits.hands):
            nursery.fork()
        async for told in nursery.tidings():
            if "born" in told:
                reader, writer = await nursery.newborn()
                hand = Hand(told["born"], reader, writer, asyncio.get_running_loop().create_future())
                self._hands[hand.pid] = hand
                self.give_back(hand)
            elif "died" in told:
                worked = self._has_ended(told["died"], told["code"]).runs
                asyncio.get_running_loop().call_later(0 if worked else INFANT, nursery.fork)
            elif self._hands:  # nothing but that it is there: hands live that had nothing to tell
                self._well = time.monotonic()

    def _has_ended(self, pid: int, code: int) -> Hand:
        hand = self._hands.pop(pid)
        hand.ended.set_result(code)
        if hand in self._free:
            self._free.remove(hand)
        hand.writer.close()
        return hand

    def _all_ended(self) -> None:
        for pid in list(self._hands):
            self._has_ended(pid, -signal.SIGKILL)


def _in_words(code: int) -> str:
    """How a process ended, for whoever reads a run's state."""
    if code < 0:
        return f"its process was ended by {signal.Signals(-code).name}"
    return f"its process ended with code {code}"
