"""Tries of each kind, each by a seed of its own, each within a time and all within a memory."""

import resource
import signal
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import FrameType

from tests.fuzz.kinds import KINDS, REFUSALS, Try, make_folder

LONGEST = 20.0
"""Seconds after which a try hangs, on a busy machine too."""

SHARES = {"links": 4, "addresses": 2, "settings": 2, "commands": 2}
"""How many tries more than others the kinds get that cost little."""

MEMORY = 3 * 2**30
"""Bytes of data this process may hold more than at the beginning."""


class Hang(BaseException):
    """A try that did not end."""


@dataclass
class Told:
    """What came of one kind; `met` are tracebacks and hangs, each after the seed it is met by."""

    kind: str
    tried: int = 0
    refused: int = 0
    accepted: int = 0
    hangs: int = 0
    met: list[str] = field(default_factory=list)


def fuzz(root: Path, tries: int, seed: int) -> list[Told]:
    """So many tries in all, spread over the kinds."""
    parts = sum(SHARES.get(kind, 1) for kind in KINDS)
    with _limited():
        return [
            run(kind, make(make_folder(root / kind)), -(-tries * SHARES.get(kind, 1) // parts), seed)
            for kind, make in KINDS.items()
        ]


def run(kind: str, try_: Try, tries: int, seed: int) -> Told:
    """So many tries of a kind."""
    told = Told(kind)
    for number in range(tries):
        one = f"{seed}/{kind}/{number}"
        told.tried += 1
        signal.setitimer(signal.ITIMER_REAL, LONGEST)
        try:
            try_(Random(one))  # noqa: S311  no secret
            told.accepted += 1
        except REFUSALS:
            told.refused += 1
        except Hang:
            told.hangs += 1
            told.met.append(f"{one}: hangs\n{traceback.format_exc(limit=-4)}")
        except BaseException:  # noqa: BLE001  that is what is looked for
            told.met.append(f"{one}:\n{traceback.format_exc(limit=-8)}")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return told


@contextmanager
def _limited() -> Iterator[None]:
    def late(number: int, frame: FrameType | None) -> None:
        raise Hang

    before, memory = signal.signal(signal.SIGALRM, late), resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, memory[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, memory)
        signal.signal(signal.SIGALRM, before)


def table(told: Sequence[Told], seed: int) -> str:
    """What came of it, by kind; then all that should not have."""
    rows = [f"{'kind':12}{'tried':>8}{'refused':>9}{'accepted':>10}{'tracebacks':>12}{'hangs':>7}   seed {seed}"]
    for one in told:
        counted = f"{one.kind:12}{one.tried:8}{one.refused:9}{one.accepted:10}"
        rows.append(f"{counted}{len(one.met) - one.hangs:12}{one.hangs:7}")
    rows += (met for one in told for met in one.met)
    return "\n".join(rows)
