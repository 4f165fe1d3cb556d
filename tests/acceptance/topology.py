"""A bureau's weeks on several machines, while each part in turn is killed, or cut off: held against undisturbed weeks.

    python -m tests.acceptance.topology [--times 10] [--seed 1]

Two API servers, the services, PostgreSQL, Redis and three workers, each with a folder and a cable of its own; whoever
acts does so by Prefect's forms. Prints what came of it; ends 0 only where nothing was lost or doubled and every run
has ended, in time. A letter that two hosts have written, because the first died before it could say so, is counted
apart: both bear the same key.
"""

import argparse
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED,
    PREFECT_SERVER_ALLOW_EPHEMERAL_MODE,
    temporary_settings,
)

from deployments.applying import put_in_force
from duban.core.planning.plan import Plan
from duban.settings import load_settings
from duban.wiring import Gear, gear, load_office
from flows.wanted import heal
from tasks.asking import deployed, of_plan
from tasks.naming import deployment_name, patrol_name
from tasks.server import every
from tests.acceptance import killed
from tests.acceptance.disturbing import DISTURBANCES
from tests.acceptance.machines import POOL, Host, Machines, bureau_on, machines
from tests.acceptance.waiting import DOWN, until

PARTS = tuple(DISTURBANCES)
MOMENTS = [moment + after for moment in killed.WEEKS for after in (killed.LEASE * 0, killed.LEASE)]
WITHIN = 2.0
"""Seconds after something was asked for, within which its disturbance comes: while it is done, that is."""

REST = 100.0
"""Seconds in which the servers answer, and a worker gives a sign of life."""

SIGNS, USUAL = 15, 8
"""Signs of life that a worker gives before what has not come to rest is told as hanging: so many, for after three that
are missing of another its runs are the others', and so many times those that it took where nothing had befallen. Not
seconds, of which a busy machine takes more for everything.
"""


@dataclass
class Seen:
    """What came of weeks: what the ledger holds, and letters by their files, each as often as a host has it."""

    outcome: dict[str, Any]
    letters: Counter[str]
    hanging: Sequence[str] = ()

    def amiss(self, whole: "Seen") -> dict[str, Any]:
        """What is lost, doubled or otherwise not as in the undisturbed weeks; nothing where all is well."""
        here, there = Counter(self.outcome["entries"]), Counter(whole.outcome["entries"])
        told: dict[str, Any] = {
            "entries lost": sorted((there - here).elements()),
            "entries doubled": sorted((here - there).elements()),
            "letters lost": sorted(whole.letters.keys() - self.letters.keys()),
            "letters doubled": sorted(self.letters.keys() - whole.letters.keys()),
            "hanging": self.hanging,
        }
        told |= {name: self.outcome[name] for name in ("broken", "doubled", "given up", "due") if self.outcome[name]}
        told |= {name: "differs" for name in ("standing", "notices") if self.outcome[name] != whole.outcome[name]}
        return {what: which for what, which in told.items() if which}

    @property
    def repeated(self) -> list[str]:
        """Letters that a second host has written again, under the same key."""
        return [letter for letter, times in self.letters.items() for _ in range(times - 1)]


@dataclass
class Lived:
    """Weeks that were lived: what came of them, and what is amiss.

    `rests` are the seconds they took to come to rest, by what had befallen; `befell` the moment of each.
    """

    seen: Seen
    amiss: Mapping[str, Any]
    rests: Mapping[str, Sequence[float]]
    befell: Mapping[str, datetime]


@dataclass
class Signs:
    """Signs of life that workers give, counted from the first look on."""

    client: SyncPrefectClient
    _last: dict[str, datetime | None] = field(default_factory=dict)
    _given: Counter[str] = field(default_factory=Counter)
    _well: float = field(default_factory=monotonic)

    def given(self) -> int:
        """How many the worker has given that has given most; raises AssertionError where all are silent."""
        assert monotonic() - self._well < REST, f"no worker has given a sign of life for {REST:.0f} s"
        with suppress(*DOWN):
            for one in self.client.read_workers_for_work_pool(POOL):
                if self._last.setdefault(one.name, one.last_heartbeat_time) != one.last_heartbeat_time:
                    self._last[one.name] = one.last_heartbeat_time
                    self._given[one.name] += 1
                    self._well = monotonic()
        return max(self._given.values(), default=0)


@dataclass
class Weeks:
    """The weeks of one bureau; whoever acts sits at a desk of his own, which is never cut off."""

    there: Machines
    desk: Host
    plan: Plan
    client: SyncPrefectClient
    chance: random.Random
    rests: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    befell: dict[str, datetime] = field(default_factory=dict)
    slow: list[str] = field(default_factory=list)
    patience: int = 50 * SIGNS

    def live(self, disturbances: Sequence[str]) -> Seen:
        """Live through them; at each moment after the first one of these befalls its part, until none is left."""
        befalling = iter(("", *disturbances))
        for number, moment in enumerate(MOMENTS):
            for host in (self.desk, *self.there.hosts.values()):
                host.set_clock(moment)
            if report := killed.WEEKS.get(moment):
                self.ask("new-road", f"act/{number}", {"report": report})
            for patrol in ("0", "beside"):  # two at once, on whichever hosts
                self.ask("", f"patrol/{number}/{patrol}", {})
            if part := next(befalling, ""):
                self.befell[part] = moment
            with self._disturbed(part):
                began = monotonic()
                taken = self._rest(number, part)
                self.patience = self.patience if number else SIGNS + USUAL * taken
                self.rests[part].append(monotonic() - began)
        with gear(self.desk.settings(self.plan.id)) as at:
            return Seen(outcome(at), letters(self.there), [*self.slow, *self.under_way()])

    @contextmanager
    def _disturbed(self, part: str) -> Iterator[None]:
        if not part:
            yield
            return
        sleep(self.chance.uniform(0, WITHIN))
        with DISTURBANCES[part](self):
            yield

    def ask(self, initiative: str, key: str, parameters: Mapping[str, Any]) -> FlowRun:
        """Ask for a run, of the patrol where it is of no initiative; as often as it takes, and once."""
        plan = self.plan
        name = deployment_name(plan, plan.initiatives[initiative]) if initiative else patrol_name(plan)

        def ask() -> FlowRun:
            found = deployed(self.client, plan)[name]
            return self.client.create_flow_run_from_deployment(
                found.id, parameters=dict(parameters), idempotency_key=f"{plan.id}/{key}"
            )

        return until(f"{key} is asked for", ask, REST)

    def _rest(self, number: int, part: str) -> int:
        """Patrol until nothing is due and nothing under way, as the conductor of a rehearsal does; signs it took."""
        signs, tries = Signs(self.client), count()
        while signs.given() <= self.patience:
            key = f"patrol/{number}/{next(tries)}"
            self.ask("", key, {})
            try:
                while self.under_way() and signs.given() <= self.patience:
                    sleep(0.2)
                if self._well(key) and not self._due():
                    return signs.given()
            except DOWN:
                sleep(0.2)
        what = "; ".join(until("the server answers", lambda: [*self.under_way(), "looks due"], REST))
        told = f"{MOMENTS[number]}, {part or 'nothing'}: not at rest within {self.patience} signs of life: {what}"
        self.slow.append(told)
        return self.patience

    def under_way(self) -> list[str]:
        return [f"{run.name}: {run.state}" for run in self._runs() if run.state is None or not run.state.is_final()]

    def _well(self, key: str) -> bool:
        """Whether a patrol has come to its end, whatever it found."""
        run = next(run for run in self._runs() if run.idempotency_key == f"{self.plan.id}/{key}")
        return run.state is not None and not run.state.is_crashed()

    def _due(self) -> bool:
        with gear(self.desk.settings(self.plan.id)) as at:
            return bool(at.service.due())

    def _runs(self) -> list[FlowRun]:
        return every(self.client.read_flow_runs, deployment_filter=of_plan(self.plan))


def outcome(at: Gear) -> dict[str, Any]:
    """What the ledger came to; forms are keyed by runs, which have other names each time."""
    found = killed.outcome_of(at)
    del found["files"]
    found["entries"] = sorted((*entry[:-1], re.sub(r"^form/.*", "form", entry[-1])) for entry in found["entries"])
    return found


def letters(there: Machines) -> Counter[str]:
    """The letters on all hosts."""
    return Counter(file.name for host in there.hosts.values() for file in host.bureau.mails)


def undisturbed(plan: str) -> Seen:
    """The same weeks of the same bureau on one machine, without Prefect, in which nothing happens."""
    with TemporaryDirectory() as name:
        bureau = bureau_on(Path(name) / "alone", [plan])
        settings = replace(load_settings(bureau.settings, {}), ledger=f"sqlite:///{name}/ledger.sqlite")
        with gear(settings) as at:
            put_in_force(at, rehearsal=True)
        killed.work(killed.Bureau(settings, load_office(settings)))
        with gear(settings) as at:
            return Seen(outcome(at), Counter(file.name for file in bureau.mails))


@contextmanager
def at_desk(there: Machines) -> Iterator[tuple[Host, SyncPrefectClient]]:
    """The host of whoever acts, and this process as a client there."""
    desk = there.hosts["desk"]
    told = {
        PREFECT_API_URL: desk.addresses().api,
        PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: False,
        PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED: False,
    }
    with temporary_settings(told), get_client(sync_client=True) as client:
        yield desk, client


def weeks_of(there: Machines, desk: Host, client: SyncPrefectClient, plan: str, chance: random.Random) -> Weeks:
    """A bureau's weeks about to begin: its plan in force, and the servers brought to it."""
    settings = desk.settings(plan)
    desk.set_clock(MOMENTS[0])
    with gear(settings) as at:
        put_in_force(at, rehearsal=True)
    with gear(settings) as at:
        heal(at.service, at.settings)
        return Weeks(there, desk, at.service.office.plan, client, chance)


def lived(times: int, seed: int) -> Iterator[Lived]:
    """So many bureaus' weeks, one after another, in each of which every part is disturbed once, in some order."""
    chance = random.Random(seed)  # noqa: S311  nobody gains by guessing it
    plans = [f"weeks-{number}" for number in range(1, times + 1)]
    written: Counter[str] = Counter()
    with machines(plans) as there, at_desk(there) as (desk, client):
        for plan in plans:
            weeks = weeks_of(there, desk, client, plan, chance)
            seen, whole = weeks.live(chance.sample(PARTS, len(PARTS))), undisturbed(plan)
            written |= whole.letters
            yield Lived(seen, seen.amiss(replace(whole, letters=written)), weeks.rests, weeks.befell)


def main() -> None:
    """Live through the weeks, and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rests: dict[str, list[float]] = defaultdict(list)
    faults: list[Mapping[str, Any]] = []
    for one in lived(asked.times, asked.seed):
        faults.append(one.amiss)
        for part, seconds in one.rests.items():
            rests[part] += seconds
        print(f"{len(faults)}: {len(one.seen.outcome['entries'])} entries; amiss: {one.amiss or 'nothing'}", flush=True)  # noqa: T201
    print(f"\n{'disturbed':12}{'times':>6}{'at rest after, s: longest':>28}")  # noqa: T201
    for part, seconds in rests.items():
        print(f"{part or 'nothing':12}{len(seconds):6}{max(seconds):28.1f}")  # noqa: T201
    named = ("entries lost", "entries doubled", "letters lost", "letters doubled", "hanging")
    print(", ".join(f"{what} {sum(len(one.get(what, ())) for one in faults)}" for what in named))  # noqa: T201
    print(f"letters written again under their key by a second host {len(one.seen.repeated)}; seed {asked.seed}")  # noqa: T201
    sys.exit(any(faults))


if __name__ == "__main__":
    main()
