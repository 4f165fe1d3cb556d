"""The real parts of an office on several machines, disturbed one after another: as faults like any others."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from tests.acceptance.disturbing import CUT
from tests.acceptance.topology import Lived, lived
from tests.faults.comparing import Difference
from tests.faults.points import Point
from tests.faults.trying import ITSELF, MACHINES, Fault

DAY = re.compile(r"\d{4}-\d\d-\d\d")
DID = {
    "entries lost": "lost",
    "entries doubled": "doubled",
    "letters lost": "letters_lost",
    "letters doubled": "letters_doubled",
    "repeated": "repeated",
}
"""What is told of the weeks, by the columns it is counted in."""


def disturbed(times: int, seed: int) -> Iterator[Fault]:
    """Each part so many times: killed, but for what is cut off."""
    before: Counter[str] = Counter()
    for one in lived(times, seed):
        repeated = Counter(one.seen.repeated)
        did = did_by_part(one, repeated - before)
        before = repeated
        for part, moment in one.befell.items():
            mode = ITSELF if part == CUT else "kill -9"
            yield Fault(mode, Point("part", part, ""), f"{moment:%m-%d %H:%M}", did[part], MACHINES)


def did_by_part(one: Lived, repeated: Counter[str]) -> dict[str, Difference]:
    """What is amiss, by the part that was disturbed last until the day it is of; what has no day by the last one."""
    did = {part: Difference() for part in one.befell}
    told = {**one.amiss, "repeated": [*repeated.elements()]}
    for what, which in told.items():
        for item in which if isinstance(which, list | tuple) else [which]:
            part, name = _by(one, item), DID.get(what, "otherwise")
            did[part] = replace(did[part], **{name: (*getattr(did[part], name), f"{what}: {item}")})
    return did


def _by(one: Lived, item: Any) -> str:
    day = max(chain(DAY.findall(str(item)), [""]))
    before = [part for part, moment in one.befell.items() if day and str(moment.date()) <= day]
    return (before or [*one.befell])[-1]
