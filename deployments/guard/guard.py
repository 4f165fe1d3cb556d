"""The guard (值守): sees that patrols come, stands in for one that does not, and tells people.

`python -m duban.room deployments.guard.guard`. It needs the ledger alone. `duban up --clock real` keeps it alive;
where no stack runs, the worker does. When a patrol is overdue it makes the round itself: through Prefect, which
brings the server to the plan, so that the next one comes by itself, or, where Prefect does not answer, without it.
"""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from deployments.guard.alarming import tell, tell_without_ledger
from deployments.printing import console, lights_in_words
from deployments.stack.pulse import beat
from duban.adapters import host_files
from duban.adapters.clock import SystemClock
from duban.adapters.log_lines import log_as_json
from duban.core.deciding.rounds import Regularity, regularity
from duban.core.telling.alarm import Silence
from duban.ports import LedgerUnusable, Round, Rounder
from duban.settings import Settings, load_settings
from duban.wiring import Gear, kept_gear, not_in_force
from flows.patrol import patrol
from tasks.alarming import tell_of_doubt
from tasks.sending import send_due

log = logging.getLogger(__name__)

LONGEST_PAUSE = 5.0
"""Seconds between two looks at most."""

HOST_EVERY = timedelta(minutes=1)
"""Time between two times at which a host tells of its files."""

ROUNDS = 20
"""How often a plain round looks again at what its own looks have woken."""

BY = {Rounder.PATROL: "巡查", Rounder.GUARD: "值守代为巡查"}


@dataclass(slots=True)
class Guard:
    """The guard of one plan; `began` is since when it looks, `stood_in` when it last made a round itself.

    `gear` is the engine as it could last be had, `lost` since when it can not, `told` whom this process told of that.
    """

    settings: Settings
    began: datetime
    gear: Gear | None = None
    lost: datetime | None = None
    told: set[str] = field(default_factory=set)
    stood_in: datetime | None = None
    shown: dict[Rounder, datetime] | None = None
    host_told: datetime | None = None
    host_amiss: list[str] = field(default_factory=list)

    @property
    def every(self) -> timedelta:
        """The time between two patrols."""
        return timedelta(seconds=self.settings.patrol.every)

    def look(self, now: datetime) -> None:
        """One look: what was done is printed, what is overdue made up for, and people are told."""
        try:
            at = kept_gear(self.settings)
            made = at.service.ledger.rounds()
        except Exception as error:  # noqa: BLE001  whatever it is, patrols cannot be seen to come
            log.warning("the ledger cannot be read: %r", error)
            self._without_ledger(now)
            return
        try:
            self._on_ledger(at, made, now)
        except LedgerUnusable as error:
            log.warning("the ledger cannot be written: %r", error)
            self.gear = at
            self._without_ledger(now)

    def _on_ledger(self, at: Gear, made: Mapping[Rounder, Round], now: datetime) -> None:
        """What a look does on a ledger; raises LedgerUnusable where that can be read and not written."""
        if doubt := at.service.doubt():
            self.began = datetime.max.replace(tzinfo=UTC)  # by what clock patrols come, nobody can tell
            tell_of_doubt(at, doubt)
            self.gear, self.lost = at, None
            return
        self.began = min(self.began, now)
        self._print(at, made)
        last = made[Rounder.PATROL].at if Rounder.PATROL in made else None
        since = max(self.began, last) if last else self.began
        stands = regularity(since, now, self.every)
        trouble = self._stand_in(at, now) if stands is not Regularity.REGULAR else ""
        tell(at, stands, Silence(at.service.office, last or self.began, now, trouble))
        self._tell_of_this_host(at, now)
        self.gear, self.lost = at, None

    def _tell_of_this_host(self, at: Gear, now: datetime) -> None:
        """Have the ledger know what this host's files say, now and then; where another's differ, it is logged once."""
        if self.host_told and now - self.host_told < HOST_EVERY:
            return
        self.host_told, ledger = now, at.service.ledger
        waiting, marks = not_in_force(at.settings, at.service), host_files.marks_of(at.settings)
        host_files.tell(ledger, host_files.Host(host_files.this_host(), at.service.office.applied, waiting, marks), now)
        amiss = [f"not in force here: {', '.join(waiting)}"] if waiting else []
        amiss += host_files.apart(host_files.told(ledger, now))
        if amiss and amiss != self.host_amiss:
            log.warning("the files of hosts differ, see duban doctor: %s", "; ".join(amiss))
        self.host_amiss = amiss

    def _stand_in(self, at: Gear, now: datetime) -> str:
        """Make a round, at most once an interval; what kept it from that, in words."""
        if self.stood_in and now - self.stood_in < self.every:
            return ""
        self.stood_in = now
        try:
            patrol(at, by=Rounder.GUARD)
        except Exception as error:  # noqa: BLE001  with Prefect or without: that is what it is for
            log.warning("no round through Prefect: %r", error)
        else:
            return ""
        try:
            plain_round(at, now)
        except Exception as error:
            log.exception("no round at all")
            return f"{type(error).__name__}"
        return ""

    def _without_ledger(self, now: datetime) -> None:
        """People are told even so, by the directory as it was last read."""
        self.lost = self.lost or now
        if self.gear and regularity(self.lost, now, self.every) is Regularity.SILENT:
            seen = Silence(self.gear.service.office, self.lost, now, "台账数据库无法使用")
            tell_without_ledger(self.gear.carrier, seen, self.told)

    def _print(self, at: Gear, made: Mapping[Rounder, Round]) -> None:
        """A line for each round that did something since the last look; nothing of what was before the first."""
        before, self.shown = self.shown, {by: one.at for by, one in made.items()}
        for by, one in made.items():
            if before is not None and by in BY and one.said and before.get(by) != one.at:
                local = one.at.astimezone(at.service.office.zone)
                lights = lights_in_words(at.service.ledger.summaries())
                whose = f"{at.service.office.plan.id} " if len(self.settings.plans) > 1 else ""
                console.print(f"{local:%m-%d %H:%M:%S} {whose}{BY[by]}：{one.said}　{lights}")


def plain_round(at: Gear, now: datetime) -> None:
    """A round without Prefect: whatever is due is looked at, and letters go out. Actions and pictures wait for it."""
    looked = 0
    for due in takewhile(bool, (at.service.due() for _ in range(ROUNDS))):
        for name in due:
            at.service.tick(name)
        looked += len(due)
    sent = send_due(at)
    if at.service.belief:
        at.service.belief.believe()
    said = f"查看{looked}项举措，处理{sent}份通知（未经 Prefect）" if looked or sent else ""
    at.service.ledger.note_round(Rounder.GUARD, Round(now, said))


def main() -> None:
    """Look at every plan that goes on here, now and then, for as long as this process lives."""
    settings, clock = load_settings(), SystemClock()
    if part := settings.logs_as("guard"):
        log_as_json(part, ["stderr"])  # what it prints is for whoever watches the terminal
    else:
        logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    guards = [Guard(replace(settings, plan=folder), clock.now()) for folder in settings.plans]
    while True:
        for guard in guards:
            guard.look(clock.now())
        beat(settings.variables)
        time.sleep(min(LONGEST_PAUSE, settings.patrol.every / 2))


if __name__ == "__main__":
    main()
