"""Everybody at once on one ledger: reporters, workers, patrols and the desk, each with connections of its own.

    python -m tests.acceptance.at_once --acts 50 [--ledger postgresql+psycopg://…]

Prints how long acts took and what was found; ends 0 only where nothing was given up, lost or doubled.
"""

import argparse
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from duban.adapters.ledger_rules import verify
from duban.core.deciding.commands import Command, Refused, Verb
from duban.core.ledger.entries import EntryKind
from duban.core.ledger.notices import Delivery
from duban.core.planning.plan import StepRef
from duban.desk.engine import make_engine
from duban.desk.waking import no_waking
from duban.outbox import deliver_due
from duban.ports import Conflict, Round, Rounder
from duban.settings import Settings, load_settings
from duban.wiring import Gear, gear
from tests.bureau_folder import make_bureau

REPORTERS, WORKERS, PATROLS = 8, 4, 2
DRAFT = StepRef("new-road", "draft")
HANGS = 300.0
"""Seconds after which whoever is not back hangs."""


@dataclass
class Found:
    """What came of it: seconds of each act, acts given up, late answers told so, and what nobody foresaw."""

    seconds: list[float] = field(default_factory=list)
    given_up: int = 0
    late: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    told: dict[str, object] = field(default_factory=dict)

    @property
    def well(self) -> bool:
        """Whether nothing was given up, lost, doubled or broken."""
        return not self.given_up and not self.broken


def settings_of(folder: Path, ledger: str, plan: str) -> Settings:
    """A bureau of its own on a ledger, at its first morning; each of its notices is a letter."""
    bureau = make_bureau(folder, plan).all_at_once()
    bureau.file("toll-system").unlink()  # its action is a program that takes its time
    return replace(load_settings(bureau.settings, {}), ledger=ledger)


def report(at: Gear, who: int, number: int) -> None:
    """One act on the one initiative, said in words of its own: none is like another."""
    said = f"第{who}号第{number}次"
    at.service.act(Command(Verb.REPORT, DRAFT, "roads-officer", progress=50, reason=said, key=f"report/{who}/{number}"))


def alone(settings: Settings, do: Callable[[Gear], None]) -> None:
    """Do something with connections of one's own, as a process does."""
    with gear(settings) as at:
        do(at)


def writers(settings: Settings, many: int, acts: int) -> Found:
    """So many writers with so many acts each, all on one initiative."""
    found, ready = Found(), threading.Barrier(many)

    def write(who: int) -> Callable[[Gear], None]:
        def all_of_them(at: Gear) -> None:
            ready.wait(60)
            for number in range(acts):
                _timed(found, partial(report, at, who, number))

        return all_of_them

    _together(found, settings, [write(who) for who in range(many)])
    _counted(found, settings, many * acts)
    return found


@dataclass
class Everybody:
    """Reporters, workers, patrols and the desk at once; in the end all hand in the same, and one of them is first."""

    settings: Settings
    acts: int
    found: Found = field(default_factory=Found)
    done: threading.Event = field(default_factory=threading.Event)
    left: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    reported: threading.Barrier = field(default_factory=lambda: threading.Barrier(REPORTERS + 1, timeout=HANGS))

    def at_work(self) -> Found:
        """Begin them all, and wait until they have ended."""
        others = [self._until_done(_look)] * WORKERS + [self._until_done(_patrol)] * PATROLS
        acting = [self._acting(who) for who in range(REPORTERS)]
        _together(self.found, self.settings, [*acting, self._desk, *others, self._end])
        _counted(self.found, self.settings, (REPORTERS + 1) * self.acts)
        return self.found

    def _acting(self, who: int) -> Callable[[Gear], None]:
        def work(at: Gear) -> None:
            try:
                for number in range(self.acts):
                    _timed(self.found, partial(report, at, who, number))
                self.reported.wait()
                _told(self.found, partial(at.service.act, _hand_in(who)))
            finally:
                self.left.release()

        return work

    def _desk(self, at: Gear) -> None:
        """As the desk has its engine, which it keeps."""
        here = make_engine(self.settings, no_waking).main()
        self._acting(REPORTERS)(replace(at, service=here.service))

    def _until_done(self, do: Callable[[Gear], None]) -> Callable[[Gear], None]:
        def work(at: Gear) -> None:
            while not self.done.is_set():
                do(at)
            do(at)

        return work

    def _end(self, at: Gear) -> None:
        for _ in range(REPORTERS + 1):
            if not self.left.acquire(timeout=HANGS):
                self.found.broken.append("somebody hangs")
        self.done.set()


def _hand_in(who: int) -> Command:
    return Command(Verb.SUBMIT, DRAFT, "roads-officer", evidence=(f"建设方案第{who}稿",), key=f"submit/{who}")


def _look(at: Gear) -> None:
    for name in at.service.due():
        at.service.tick(name)
        deliver_due(at.service, at.carrier, at.wording, 10, name)


def _patrol(at: Gear) -> None:
    at.service.ledger.note_round(Rounder.PATROL, Round(at.service.clock.now()))
    at.service.ledger.wake(at.service.office.plan.initiatives, at.service.clock.now())
    deliver_due(at.service, at.carrier, at.wording, 1000, None)


def _timed(found: Found, act: Callable[[], None]) -> None:
    began = time.perf_counter()
    try:
        act()
    except Conflict:
        found.given_up += 1
    found.seconds.append(time.perf_counter() - began)


def _told(found: Found, act: Callable[[], object]) -> None:
    try:
        act()
    except Refused as late:
        found.late[late.code] += 1
    else:
        found.late["first"] += 1


def _together(found: Found, settings: Settings, all_of_them: list[Callable[[Gear], None]]) -> None:
    with ThreadPoolExecutor(len(all_of_them)) as pool:
        for future in [pool.submit(alone, settings, do) for do in all_of_them]:
            if (error := future.exception(HANGS)) is not None:
                found.broken.append(repr(error))


def _counted(found: Found, settings: Settings, acts: int) -> None:
    """Hold the ledger against what was done."""
    with gear(settings) as at:
        for _ in range(5):
            _look(at)
        entries = at.service.ledger.entries(DRAFT.initiative)
        found.broken += _amiss(at, [entry.key for entry in entries if entry.kind is EntryKind.REPORTED], acts)
    found.told = {"entries": len(entries), "p50": _percentile(found.seconds, 50), "p99": _percentile(found.seconds, 99)}


def _amiss(at: Gear, reported: list[str | None], acts: int) -> Iterator[str]:
    if len(set(reported)) != acts or len(reported) != acts:
        yield f"{len(reported)} reports, {len(set(reported))} of them different, where {acts} were made"
    if broken := verify(at.service.ledger):
        yield f"the chain is broken: {broken}"
    if due := at.service.due():
        yield f"still due: {due}"
    letters = [mail.name for mail in at.settings.mail.glob("*/*.eml")]
    sent = [row for row in at.service.ledger.notices() if row.delivery is Delivery.SENT]
    if len(letters) != len(sent):
        yield f"{len(letters)} letters for {len(sent)} notices that were sent"
    stored = {one.initiative: one for one in at.service.ledger.summaries()}
    for look, _ in at.service.everything():
        foreseen = at.service.foresee(at.service.view(look.initiative.id)).decision.summary
        kept = stored[look.initiative.id]
        if replace(foreseen, sequence=kept.sequence) != kept:
            yield f"{look.initiative.id} is not shown as its entries have it"


def _percentile(seconds: list[float], of: int) -> float:
    return statistics.quantiles(seconds, n=100)[of - 1] if len(seconds) > 1 else seconds[0]


DO: dict[str, Callable[[Settings, int], Found]] = {
    "writers": lambda settings, acts: writers(settings, REPORTERS, acts),
    "everybody": lambda settings, acts: Everybody(settings, acts).at_work(),
}


def main() -> None:
    """Do both, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--acts", type=int, default=50)
    parser.add_argument("--ledger", default="")
    asked, well = parser.parse_args(), True
    with TemporaryDirectory() as name:
        for what in DO:
            ledger = asked.ledger or f"sqlite:///{name}/{what}.sqlite"
            settings = settings_of(Path(name) / what, ledger, f"at-once-{what}")
            alone_on_one = what == "writers"
            found = (
                writers(settings, REPORTERS, asked.acts) if alone_on_one else Everybody(settings, asked.acts).at_work()
            )
            print(f"{what}: {len(found.seconds)} acts, given up {found.given_up}, {found.told}")  # noqa: T201
            print(f"    handed in at once: {dict(found.late)}; amiss: {found.broken or 'nothing'}")  # noqa: T201
            well = well and found.well
    sys.exit(not well)


if __name__ == "__main__":
    main()
