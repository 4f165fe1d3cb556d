"""Faults drawn by a seed, each met in the midst of the undisturbed weeks, and what came of them."""

import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain, cycle, islice
from pathlib import Path
from random import Random

from tests.faults.comparing import Difference, Outcome, difference, outcome
from tests.faults.points import MODES, Death, Point, Trap, armed, wrapped
from tests.faults.prefects_part import playing
from tests.faults.stores import OWN, Postgres
from tests.faults.weeks import Bureau, forget, found, leave, live, moments, persistently, return_to
from tests.processes import in_a_process

SHARES = ("crash", "crash", "kill -9", "error")
"""Of four faults."""

SQLITE, POSTGRES, MACHINES = "SQLite", "PostgreSQL", "machines"
"""Where weeks are lived: in one process on a ledger of either database, or on several machines by the real parts."""

LIVES_ON = 100
"""One of so many is lived on with to the end of the weeks, whatever it has come to by then."""


@dataclass(frozen=True)
class Moment:
    """A moment of the undisturbed weeks: where all was kept before it, its points, and what it came to."""

    at: datetime
    before: Path
    points: tuple[Point, ...]
    whole: Outcome


@dataclass(frozen=True)
class Fault:
    """One fault and what it did."""

    mode: str
    point: Point
    where: str
    did: Difference
    on: str = SQLITE

    @property
    def row(self) -> str:
        """The row of the table it is counted in."""
        if self.on == MACHINES:
            return f"{self.on}: {self.point.place}"
        return f"{self.on} {self.mode}" if self.mode in OWN else f"{self.on}, {self.point.place} {self.point.kind}"


def undisturbed(bureau: Bureau, folder: Path, days: int | None) -> list[Moment]:
    """Live the weeks in peace, or so many days of them."""
    lived: list[Moment] = []
    last = bureau.days[: days or None][-1]
    for number, at in enumerate(one for one in moments(bureau) if one.date() <= last):
        before, trap = folder / str(number), Trap()
        leave(bureau, before)
        with armed(trap):
            live(bureau, at)
        lived.append(Moment(at, before, tuple(trap.passed), outcome(bureau)))
    return lived


def drawn(
    lived: Sequence[Moment], tries: int, seed: int, modes: Sequence[str] = SHARES
) -> Iterator[tuple[int, int, str]]:
    """Moments, the numbers of points in them, and modes: of every kind and place alike, in random order."""
    dice = Random(seed)  # noqa: S311  the same each time
    of_kind: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for place, moment in enumerate(lived):
        for number, point in enumerate(moment.points):
            if point.kind == "commit" or not OWN.keys() & set(modes):
                of_kind.setdefault((point.kind, point.place), []).append((place, number))
    for points in of_kind.values():
        dice.shuffle(points)
    every = [cycle(points) for _, points in sorted(of_kind.items())]
    for number, points in islice(enumerate(cycle(every)), tries):
        yield *next(points), modes[number // len(every) % len(modes)]


def met(bureau: Bureau, lived: Sequence[Moment], start: int, fatal: int, mode: str, *, to_the_end: bool) -> Fault:
    """Go back to a moment, have a fault at a point of it, and live on until all is as it was without."""
    point = lived[start].points[fatal]
    return_to(bureau, lived[start].before)
    trap = _trap(bureau, fatal, mode)
    _strike(bureau, lived[start].at, trap, point)
    did = Difference()
    for moment in lived[start:]:
        live(bureau, moment.at)
        did = difference(moment.whole, outcome(bureau), point.unnoted or trap.untold)
        if not did and not to_the_end:
            break
    where = f"{lived[start].at:%m-%d %H:%M} point {fatal}"
    return Fault(mode, point, where, did, POSTGRES if bureau.store else SQLITE)


def _trap(bureau: Bureau, fatal: int, mode: str) -> Trap:
    """One that kills, has a port fail, or has something befall the database."""
    if mode in MODES:
        return Trap(fatal, mode)
    assert bureau.store is not None
    return Trap(fatal, mode, partial(OWN[mode], bureau.store))


def _strike(bureau: Bureau, at: datetime, trap: Trap, point: Point) -> None:
    """Have it go wrong; whatever lived is gone after it, but for where a port failed once and its caller lives on."""
    if trap.mode == "kill -9":
        forget()
        code = in_a_process(lambda: _lived(bureau, at, trap))
        assert code == -signal.SIGKILL, f"it ended with {code}"
        return
    _lived(bureau, at, trap)
    assert trap.passed[-1][:2] == point[:2], "the weeks are not the same each time"
    if trap.mode == "crash":
        forget()


def _lived(bureau: Bureau, at: datetime, trap: Trap) -> None:
    mend = bureau.store.mend if bureau.store else lambda: None
    with armed(trap):
        try:
            persistently(lambda: live(bureau, at), mend)
        except Death:
            return
    mend()


@contextmanager
def weeks(
    folder: Path, days: int | None = None, store: Postgres | None = None
) -> Iterator[tuple[Bureau, list[Moment]]]:
    """A bureau and its undisturbed weeks, or so many days of them, while all its ports pass their points."""
    bureau = found(folder / "bureau", store)
    with wrapped(bureau.received), playing(bureau.server, bureau.settings):
        yield bureau, undisturbed(bureau, folder / "kept", days)
        forget()


def trials(
    bureau: Bureau, lived: Sequence[Moment], tries: int, seed: int, modes: Sequence[str] = SHARES
) -> list[Fault]:
    """So many faults, drawn by a seed."""
    return [
        met(bureau, lived, *one, to_the_end=number % LIVES_ON == LIVES_ON - 1)
        for number, one in enumerate(drawn(lived, tries, seed, modes))
    ]


def table(lived: Sequence[Moment], faults: Sequence[Fault], seed: int) -> str:
    """What was tried and what came of it, by kind, place and mode; then every fault that did harm."""
    rows = {
        name: [one for one in faults if one.row == name] for name in dict.fromkeys(sorted(one.row for one in faults))
    }
    head = f"{'fault':{FIRST}}" + "".join(f"{name:>{WIDTH}}" for name in (*MODES, ITSELF, *HARM))
    entries, letters = len(list(chain(*lived[-1].whole.chains.values()))), lived[-1].whole.letters.total()
    points = sum(len(one.points) for one in lived)
    return "\n".join(
        [
            head,
            *(_row(name, mine) for name, mine in (*rows.items(), ("all", faults))),
            f"{len(faults):,} faults, of {points:,} points of weeks with {entries:,} entries and {letters:,} letters;"
            f" seed {seed}",
            *(f"repeated with its key: {key}" for key in sorted({key for one in faults for key in one.did.repeated})),
            *(
                f"HARM {one.mode} {one.where} ({one.point.place} {one.point.kind}, {one.on}): {one.did}"
                for one in faults
                if one.did
            ),
        ]
    )


def _row(name: str, mine: Sequence[Fault]) -> str:
    tried = Counter(one.mode if one.mode in MODES else ITSELF for one in mine)
    harm = (sum(len(getattr(one.did, what)) for one in mine) for what in HARM.values())
    return f"{name:{FIRST}}" + "".join(
        f"{count:{WIDTH},}" for count in (*(tried[mode] for mode in (*MODES, ITSELF)), *harm)
    )


FIRST, WIDTH = 26, 10
ITSELF = "itself"
"""The column of what befalls a part itself: a database, a cable."""

HARM = {
    "lost": "lost",
    "doubled": "doubled",
    "letters -": "letters_lost",
    "letters +": "letters_doubled",
    "otherwise": "otherwise",
    "by key": "repeated",
    "unsaid": "unsaid",
}
"""Columns: entries lost and doubled, letters lost and doubled by us, what else is not as it should be; and letters that
came again by their key, for whoever sent them died between the receiver's yes and our record of it; and notices that
were written and dropped unsent, for somebody's answer was taken in later."""
