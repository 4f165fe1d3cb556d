"""A bureau's weeks, worked through in a process that is killed at one point, and again in one that goes on from there.

Every commit to the ledger and every change of a file is a point: between two of them nothing changes that outlives the
process, so that these are all there are. With `statements`, so is every statement to the ledger's database, before and
after. Prefect is not there: what a tick would tell it is left out; all else is the very code of a tick.

`python -m tests.acceptance.killed FOLDER LEDGER EVENTS STRIDE`, EVENTS being `commits` or `statements`, kills one
process at the first point, one STRIDE points later, and so on to the last, and prints a line of JSON for each: what
differs from the undisturbed weeks.
"""

import json
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Engine, event

import flows.tick
from duban import wiring
from duban.adapters.clock import FileClock
from duban.adapters.sql_ledger import open_ledger
from duban.core.deciding.office import Office
from duban.core.ledger.entries import EntryKind, first_broken
from duban.settings import CLOCK_FILE, Settings, load_settings
from duban.wiring import Gear, gear, load_office
from tests.acceptance.ticking import patrol, without_prefect
from tests.bureau_folder import SHANGHAI, make_bureau
from tests.processes import in_a_process

WEEKS: dict[datetime, dict[str, Any] | None] = {
    datetime(2024, 4, 1, 9, tzinfo=SHANGHAI): None,
    datetime(2024, 4, 1, 10, tzinfo=SHANGHAI): {"offer": "道路处联络员 签收：起草建设方案"},
    datetime(2024, 4, 2, 9, tzinfo=SHANGHAI): {
        "offer": "道路处联络员 报送办结：起草建设方案",
        "evidence": ["建设方案"],
    },
    datetime(2024, 4, 2, 10, tzinfo=SHANGHAI): {"offer": "副局长 审核通过：批准建设方案"},
    datetime(2024, 4, 3, 9, tzinfo=SHANGHAI): None,
    datetime(2024, 5, 20, 9, tzinfo=SHANGHAI): None,
}
"""Moments, and what somebody reports of the new road then. At nine, digests go out."""

LEASE = timedelta(minutes=11)
"""After as long what a dead sender had claimed is another's."""

EVENTS = {"commits": ("commit",), "statements": ("before_cursor_execute", "after_cursor_execute", "commit")}

PASSING = {EntryKind.NOTICE_CLAIMED, EntryKind.ACTION_STARTED, EntryKind.ACTION_FAILED}
"""Entries of tries, of which a process that is killed may leave some more."""


class Trap:
    """Kills this process at the point of that number; without one it only counts."""

    def __init__(self, fatal: int | None) -> None:
        self.passed = 0
        self.fatal = fatal

    def point(self, *given: Any, **named: Any) -> None:
        self.passed += 1
        if self.passed == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def file_point(self, name: str, given: tuple[Any, ...]) -> None:
        """An audit hook: files are about to change."""
        if name in ("os.rename", "os.remove", "os.mkdir") or (name == "open" and _writes(given)):
            self.point()

    def set(self, events: str) -> None:
        for moment in EVENTS[events]:
            event.listen(Engine, moment, self.point)
        sys.addaudithook(self.file_point)


def _writes(given: tuple[Any, ...]) -> bool:
    return isinstance(given[0], str) and bool(given[2] & (os.O_WRONLY | os.O_RDWR))


@dataclass(frozen=True)
class Bureau:
    """The bureau of one trial: a plan, a ledger and files of its own."""

    settings: Settings
    office: Office

    @property
    def clock(self) -> FileClock:
        return FileClock(self.settings.var / CLOCK_FILE)


def work(bureau: Bureau) -> None:
    """Work through the weeks from the moment the clock stands at."""
    begun = bureau.clock.now()
    with without_prefect(bureau.settings):
        for number, (moment, report) in enumerate(WEEKS.items()):
            if moment + LEASE < begun:
                continue
            if moment > bureau.clock.now():
                bureau.clock.set(moment)
            if report:
                flows.tick.tick(bureau.office, SimpleNamespace(id=number), "new-road", report)
            _patrol(bureau)
            bureau.clock.set(moment + LEASE)
            _patrol(bureau)


def _patrol(bureau: Bureau) -> None:
    with gear(bureau.settings, bureau.office) as at:
        patrol(at)


def outcome(bureau: Bureau) -> dict[str, Any]:
    """What the weeks came to, without what may differ."""
    with gear(bureau.settings, bureau.office) as at:
        return outcome_of(at)


def outcome_of(at: Gear) -> dict[str, Any]:
    """What a ledger and the files beside it hold, without what may differ."""
    ledgers = at.service.ledger.initiatives()  # those of digests as well
    entries = [entry for name in ledgers for entry in at.service.ledger.entries(name)]
    keys = Counter((entry.initiative, entry.key) for entry in entries if entry.key)
    lasting = [entry for entry in entries if entry.kind not in PASSING]
    return {
        "broken": first_broken(entries),
        "doubled": [key for key, times in keys.items() if times > 1],
        "entries": sorted((e.initiative, e.kind, e.step, str(e.day), e.actor, _key(e.key)) for e in lasting),
        "given up": sum(e.kind is EntryKind.ACTION_FAILED and e.data["final"] for e in entries),
        "standing": [repr(replace(summary, sequence=0)) for summary in at.service.ledger.summaries()],
        "notices": sorted(
            (n.initiative, _key(n.key), n.recipient, n.delivery, n.digest) for n in at.service.ledger.notices()
        ),
        "due": at.service.due(),
        "files": sorted(_named(file) for file in at.settings.var.rglob("*") if file.suffix in (".eml", ".md")),
    }


def _key(key: str | None) -> str:
    """A key, without the number of the last try."""
    return re.sub(r"/try-\d", "/try", key or "")


def _named(file: Path) -> str:
    """Folder and name of a file, without the letter's key, which begins with the plan's name."""
    return f"{file.parent.name}/{file.stem.rpartition('-')[0]}"


def bureau_of(common: Bureau, number: int) -> Bureau:
    """A bureau like the common one for one trial."""
    var = common.settings.var.parent / f"var-{number}"
    var.mkdir()
    settings = replace(common.settings, var=var, mail=var / "mail", clock=var / CLOCK_FILE)
    office = replace(common.office, plan=replace(common.office.plan, id=f"killed-{number}"))
    bureau = Bureau(settings, office)
    bureau.clock.set(next(iter(WEEKS)))
    return bureau


def undisturbed(bureau: Bureau, events: str) -> tuple[int, dict[str, Any]]:
    """The points passed in the weeks, and what they come to."""
    points = bureau.settings.var / "points"

    def counted() -> None:
        trap = Trap(None)
        trap.set(events)
        work(bureau)
        points.write_text(str(trap.passed))

    if in_a_process(counted):
        raise SystemExit("the weeks cannot be worked through")
    return int(points.read_text()), outcome(bureau)


def disturbed(bureau: Bureau, events: str, fatal: int) -> dict[str, Any]:
    """What the weeks come to with one death."""

    def killed() -> None:
        Trap(fatal).set(events)
        work(bureau)

    if (code := in_a_process(killed)) != -signal.SIGKILL:
        raise SystemExit(f"point {fatal}: the process ended with {code}")
    if in_a_process(lambda: work(bureau)):
        raise SystemExit(f"point {fatal}: the weeks cannot be gone on with")
    return outcome(bureau)


def differences(folder: Path, ledger: str, events: str, stride: int) -> Iterator[dict[str, Any]]:
    """The undisturbed weeks, then for each point what differs from them."""
    settings = replace(load_settings(make_bureau(folder / "bureau", "flows").settings, {}), ledger=ledger)
    wiring.Wording = cache(wiring.Wording)  # type: ignore[misc, assignment]  # templates are the same in all trials
    wiring.Wording(settings.notices)
    common = Bureau(settings, load_office(settings))
    open_ledger(ledger, "none").close()  # its tables are there before
    last, whole = undisturbed(bureau_of(common, 0), events)
    yield {"points": last, "undisturbed": whole}
    for fatal in range(1, last + 1, stride):
        found = disturbed(bureau_of(common, fatal), events, fatal)
        yield {"point": fatal, "differs": {name: value for name, value in found.items() if value != whole[name]}}


if __name__ == "__main__":
    for line in differences(Path(sys.argv[1]), *sys.argv[2:4], int(sys.argv[4])):
        print(json.dumps(line, ensure_ascii=False, default=str), flush=True)  # noqa: T201  the answer
