"""A small bureau's weeks, lived by the real service on a ledger of either database, a working day at a time.

People act in the morning: some by the form of an initiative, whose run a worker carries out, the others at once, as
the desk does. Then the patrol comes a few times. Whatever is cut short is gone on with from what is stored.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace

from httpx import HTTPError

import flows.patrol
import flows.tick
from duban import wiring
from duban.adapters import sql_ledger
from duban.adapters.clock import FileClock
from duban.applying import Author, apply
from duban.core.deciding.commands import Command
from duban.core.deciding.decide import decide
from duban.core.deciding.office import Office
from duban.core.ledger.entries import SYSTEM
from duban.core.rehearsing.day import turns, working_days
from duban.core.rehearsing.owners import Owners
from duban.core.rehearsing.profile import Profile
from duban.outbox import LEASE
from duban.ports import LedgerUnusable
from duban.settings import CLOCK_FILE, LEDGER_VARIABLE, Settings, load_settings
from duban.wiring import Gear, gear, kept_gear, load_office
from tasks.asking import LOOKING
from tests.bureau_folder import SHANGHAI, make_bureau
from tests.faults.points import around
from tests.faults.prefects_part import Server
from tests.faults.stores import Postgres
from tests.flows.test_collecting import MATERIALS

FIRST, LAST = date(2024, 4, 1), date(2024, 5, 17)
MORNING = time(8, 30)
PATROLS = (time(8, 40), time(9))
AGAIN = LEASE + timedelta(minutes=1)
"""After as long what a dead sender had claimed is another's, and what was refused is tried again."""

ROUNDS = 30
"""How often a patrol and its ticks lead to others before that is a defect."""

PEOPLE = {
    "seed": 3,
    "sign": {"days": [0, 2]},
    "owners": {"prompt": 0.4, "last_minute": 0.1, "late": 0.2, "extension": 0.2, "never_sign": 0.1},
    "late_by": [1, 4],
    "review": {"days": [1, 2], "send_back": 0.3},
    "answer": {"days": [1, 2]},
    "reports_every": 2,
    "indicator": {"reach": 1.0},
}

PASSES = (LedgerUnusable, HTTPError, OSError)
"""What passes by itself: it is tried again."""


@dataclass(frozen=True)
class Bureau:
    """A bureau that lives in `var`, which is copied to be lived in again."""

    settings: Settings
    office: Office
    store: Postgres | None = None
    """Where the ledger is, unless in `var`."""

    @property
    def var(self) -> Path:
        return self.settings.var

    @property
    def clock(self) -> FileClock:
        return FileClock(self.var / CLOCK_FILE)

    @property
    def received(self) -> Path:
        return self.var / "received"

    @cached_property
    def server(self) -> Server:
        return Server(self.var / "prefect.sqlite")

    @cached_property
    def days(self) -> tuple[date, ...]:
        return tuple(working_days(self.office, FIRST, LAST))


def found(folder: Path, store: Postgres | None = None) -> Bureau:
    """A bureau whose plan is in force, on its first morning."""
    made = make_bureau(folder, "flows")
    made.add("roads", "materials", MATERIALS)
    settings = load_settings(made.at("2024-04-01 08:00").settings, {LEDGER_VARIABLE: store.url} if store else {})
    with gear(settings) as at:
        apply(at.service, load_office(settings), Author(SYSTEM, "推演", everything=True))
        bureau = Bureau(settings, at.service.office, store)
    bureau.received.touch()
    return bureau


def leave(bureau: Bureau, at: Path) -> None:
    """Keep a copy of all that is stored."""
    forget()
    shutil.copytree(bureau.var, at)
    if bureau.store:
        bureau.store.keep(at.name)


def return_to(bureau: Bureau, at: Path) -> None:
    """Have all be as it was."""
    forget()
    shutil.rmtree(bureau.var)
    shutil.copytree(at, bureau.var)
    if bureau.store:
        bureau.store.return_to(at.name)


def forget() -> None:
    """Have nothing left of what this process holds in memory: the next thing done is built from what is stored."""
    while sql_ledger._kept:
        sql_ledger._kept.popitem()[1].close()
    for shelf in (wiring._services, wiring._differing, wiring._plan_files):
        shelf.clear()
    wiring._directories.clear()


def moments(bureau: Bureau) -> tuple[datetime, ...]:
    """The moments of the weeks at which something is done; the first of a day is its people's."""
    times = (MORNING, *PATROLS)
    every = (datetime.combine(day, one, SHANGHAI) for day in bureau.days for one in times)
    return tuple(now for one in every for now in ((one,) if one.time() == MORNING else (one, one + AGAIN)))


def live(bureau: Bureau, moment: datetime) -> None:
    """Live through a moment, or again through one that was cut short."""
    if bureau.clock.now() < moment:
        bureau.clock.set(moment)
    (_morning if moment.time() == MORNING else _round)(bureau)


def persistently(what: Callable[[], object], meanwhile: Callable[[], object] = lambda: None) -> None:
    """Do something again where what it needs was away, once that is mended."""
    try:
        what()
    except PASSES:
        meanwhile()
        what()


def _morning(bureau: Bureau) -> None:
    """What people do."""
    at, owners = kept_gear(bureau.settings), Owners(Profile.model_validate(PEOPLE))
    for name in turns(at.service.office.plan):
        view = at.service.view(name)
        decided = decide(view.look, view.state)
        for command in owners.conduct(view.look, decided.state, decided.deadlines):
            _do(bureau, at, command)


def _do(bureau: Bureau, at: Gear, command: Command) -> None:
    assert command.key is not None
    if sum(command.key.encode()) % 2:
        at.service.act(command)
    else:
        around("event", bureau.server.ask)(command.step.initiative, command)


def _round(bureau: Bureau) -> None:
    """A patrol and whatever it leads to, until nothing is due any more."""
    for _ in range(ROUNDS):
        persistently(lambda: flows.patrol.patrol(kept_gear(bureau.settings)))
        _work(bureau)
        if not kept_gear(bureau.settings).service.due():
            return
    raise RuntimeError(f"{bureau.clock.now()}: there is no end to what is due")


def _work(bureau: Bureau) -> None:
    """What a worker does: every run that waits, one after another."""
    while (run := bureau.server.take()) is not None:
        name, initiative, command = run
        flow_run = SimpleNamespace(id=name, initiative=initiative, start_time=None)
        try:
            ended = flows.tick.tick(bureau.office, flow_run, initiative, command or LOOKING["report"])  # type: ignore[arg-type]
        except PASSES as error:
            bureau.server.end(name, "failed", str(error))
        else:
            around("state", bureau.server.end)(name, "ended", f"{ended.name} {ended.message}")
