"""The shipped plan once and ten times over, and as many bureaus in one ledger: what looking, deciding and acting cost.

    python bench/growth.py [--hundred]

Initiatives: the plan rehearsed up to 14 June, each initiative so many times. Bureaus: that plan once, among so many
others in the same ledger. Every figure is of a process of its own: seconds on the wall, of the processor, megabytes at
most. Beside each stands how much dearer an initiative, or a look at one bureau, has become: 1.0 is flat. Wanted: a look
at one bureau costs no more among a hundred than alone. With `--hundred` 6,600 initiatives and a hundred bureaus are
measured as well, which takes a quarter of an hour of a core; no week is lived through with so many.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from many import configuration
from shared.year import mid_year

from duban.adapters.clock import FileClock
from duban.core.deciding.commands import Command, Verb
from duban.core.deciding.decide import decide
from duban.core.ledger.summary import Status
from duban.core.planning.plan import StepRef
from duban.outbox import deliver_due
from duban.service import Service
from duban.settings import Settings, load_settings
from duban.wiring import at_work, gear

ROOT = Path(__file__).parent.parent
UNTIL, MONDAY = date(2024, 6, 14), date(2024, 6, 17)
EARLY, MORNING = clock_time(0, 5), clock_time(9, 5)
INITIATIVES = 66
ONE, STEP, UNIT = "patent-rules-outreach", "patent-rules-outreach/materials", "protection"
FLAT = 1.5
"""Times dearer among many bureaus that is still taken for flat: other work on the machine counts as well."""

CHANCES, WEEK, SMALL_PLANS = "forecast --chances", "week", 10
"""Two thousand samples of more than ten times the plan take more memory than a laptop has, and a week half an hour."""

LOOKS: Mapping[str, tuple[str, ...]] = {
    "show": ("show",),
    "show, one initiative": ("show", ONE),
    "next, one unit": ("next", "--unit", UNIT),
    "why, one step": ("why", STEP),
    "forecast": ("forecast",),
    CHANCES: ("forecast", "--chances"),
}
WRITTEN: Mapping[str, tuple[str, ...]] = {
    "check": ("check", "config/plans/many"),
    "apply": ("apply", "--by", "supervision-officer", "--reason", "推演"),
}


@dataclass(frozen=True)
class Cost:
    """Seconds on the wall and of the processor, megabytes at most, and what else the process had to say."""

    wall: float
    cpu: float
    memory: float
    said: Mapping[str, float]

    def __str__(self) -> str:
        return f"{self.wall:7.2f} {self.cpu:7.2f} {self.memory:6.0f}"


def cost(command: list[str | Path], root: Path) -> Cost:
    """What a command costs in a folder; what it prints last may be JSON."""
    out, used = root / "out", root / "used"
    with out.open("wb") as to:
        bare = [sys.executable, "-S", "-c", SMALL, used, *command]
        subprocess.run(bare, cwd=root, stdout=to, stderr=subprocess.DEVNULL, env=told(root), check=False)
    code, *figures = json.loads(used.read_text())
    assert code == 0, f"{command}: {out.read_text()[-500:]}"
    last = (out.read_text().splitlines() or [""])[-1]
    found = Cost(*figures, json.loads(last) if last.startswith('{"') else {})
    print(f"{found} {' '.join(map(str, command))[-60:]}", file=sys.stderr, flush=True)
    return found


SMALL = """
import json, os, sys, time
began = time.perf_counter()
_, status, used = os.wait4(os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ), 0)
told = time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
json.dump([os.waitstatus_to_exitcode(status), *told], open(sys.argv[1], "w"))
"""
"""A process that starts another and is small itself, for a child's memory begins with its parent's."""


def told(root: Path) -> dict[str, str]:
    return {"PATH": os.defpath, "HOME": str(root), "PYTHONPATH": f"{ROOT}:{ROOT / 'bench'}"}


def duban(root: Path, words: tuple[str, ...]) -> Cost:
    return cost([Path(sys.executable).with_name("duban"), *words], root)


def own(root: Path, what: str) -> Cost:
    return cost([sys.executable, __file__, "--child", what], root)


# What a process of its own does -----------------------------------------------------------------------------------


def week(settings: Settings) -> dict[str, float]:
    """A week in which nobody does anything: patrols without Prefect, and what they have to say, as mail files."""
    ticks = sent = 0
    ticking = sending = 0.0
    assert settings.clock
    for day, hour in product(range(5), (EARLY, MORNING)):
        FileClock(settings.clock).set(datetime.combine(MONDAY + timedelta(days=day), hour, settings.zone))
        with gear(settings) as at:
            due, began = at.service.due(10_000), time.process_time()
            for name in due:
                at.service.tick(name)
            between = time.process_time()
            letters = deliver_due(at.service, at.carrier, at.wording)
            ticks, ticking = ticks + len(due), ticking + between - began
            sent, sending = sent + len(letters), sending + time.process_time() - between
    return {
        "ticks": ticks,
        "ticks a minute and core": 60 * ticks / ticking,
        "letters": sent,
        "letters a minute and core": 60 * sent / sending,
    }


def acts(settings: Settings) -> dict[str, float]:
    """Fifty reports, one after another, of one who works on one step."""
    with at_work(settings) as service:
        ref, actor = next(worked_on(service))
        seconds = list[float]()
        for number in range(50):
            said = Command(Verb.REPORT, ref, actor, progress=50, reason=f"{number}", key=f"growth/{number}")
            began = time.perf_counter()
            service.act(said)
            seconds.append(1000 * (time.perf_counter() - began))
    seconds.sort()
    size = sum(file.stat().st_size for file in settings.var.glob("ledger.sqlite*")) / 1e6
    return {"an act, p50 ms": seconds[25], "an act, p99 ms": seconds[49], "MB of the ledger by then": size}


def worked_on(service: Service) -> Iterator[tuple[StepRef, str]]:
    """Steps that somebody has signed for, and who."""
    for look, state in service.everything():
        for row in decide(look, state).summary.steps:
            if row.status is Status.WORKING:
                step = look.initiative.steps[row.step]
                yield step.ref, service.office.owner_side(step, state.step(row.step))[0]


WORK: Mapping[str, Callable[[Settings], dict[str, float]]] = {"acts": acts, "week": week}


# What is measured --------------------------------------------------------------------------------------------------


def initiatives(copies: int) -> dict[str, Cost]:
    """One bureau of so many times the initiatives."""
    with TemporaryDirectory(prefix="duban-") as name:
        root = Path(name)
        mid_year(root, UNTIL, copies)
        found = {what: duban(root, words) for what, words in LOOKS.items() if copies <= SMALL_PLANS or what != CHANCES}
        found |= {what: own(root, what) for what in WORK if copies <= SMALL_PLANS or what != WEEK}
    with TemporaryDirectory(prefix="duban-") as name:
        root = Path(name)
        configuration(root / "config", INITIATIVES * copies)
        return {**{what: duban(root, words) for what, words in WRITTEN.items()}, **found}


def bureaus(count: int) -> dict[str, Cost]:
    """One bureau among so many in one ledger."""
    with TemporaryDirectory(prefix="duban-") as name:
        root = Path(name)
        settings = mid_year(root, UNTIL)
        beside(settings, count - 1)
        return {what: duban(root, words) for what, words in LOOKS.items() if what != CHANCES}


def beside(settings: Settings, others: int) -> None:
    """The rows of the one bureau under so many other plans."""
    with sqlite3.connect(settings.var / "ledger.sqlite") as connection:
        for table in ("entry", "initiative_summary", "step_row", "notice"):
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "plan"]
            listed = ", ".join(f'"{column}"' for column in columns)
            for number in range(others):
                copied = f"SELECT ?, {listed} FROM {table} WHERE plan = ? ORDER BY rowid"  # noqa: S608
                names = f"other-{number}", plan_of(settings)
                connection.execute(f"INSERT INTO {table} (plan, {listed}) {copied}", names)


def plan_of(settings: Settings) -> str:
    return settings.plan.name


def print_growth(what: str, found: Mapping[int, Mapping[str, Cost]], *, whole: bool) -> float:
    """A line for each figure; the dearest of the last column."""
    first, worst = found[min(found)], 0.0
    print(f"{what:26}" + "".join(f"{f'{size:,}':>12}: wall s   cpu s    MB  ratio" for size in found))
    for name, cost in first.items():
        line = f"{name:26}"
        for size, others in found.items():
            if name not in others:
                continue
            times = others[name].cpu / cost.cpu / (size / min(found) if whole else 1)
            worst = max(worst, times)
            line += f"{'':6}{others[name]}{times:7.2f}"
        print(line)
        for said in cost.said:
            print(f"  {said:24}" + "".join(f"{each[name].said[said]:34.1f}" for each in found.values() if name in each))
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hundred", action="store_true")
    parser.add_argument("--child", choices=WORK)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(WORK[arguments.child](load_settings())))
        return
    sizes = (1, 10, 100) if arguments.hundred else (1, 10)
    many = {INITIATIVES * copies: initiatives(copies) for copies in sizes}
    print_growth("initiatives of a bureau", many, whole=True)
    among = {count: bureaus(count) for count in sizes}
    worst = print_growth("bureaus in a ledger", among, whole=False)
    print(f"a look at one bureau among {max(sizes)}: at most {worst:.2f} times what it costs alone (wanted: {FLAT})")
    sys.exit(worst > FLAT)


if __name__ == "__main__":
    main()
