"""The clock that is believed: time as the machine tells it, and the last believed moment while that is in doubt.

So nothing is decided by a time in doubt, by whatever way it is decided. The last believed moment is the last mark,
which the rounds leave in the ledger, or a later entry. A mark holds as well how long its machine had run: as long as it
runs on, that tells how much time has passed, whatever its clock says. Else another clock is asked: that of an address
the settings name, which a machine that was started anew is held against at once, or the database's.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from duban.core.deciding.doubt import APART, LEAP, Doubt, doubted
from duban.core.deciding.office import Office
from duban.ports import Clock, Ledger, Mark, Round, Rounder

AGAIN = 5.0
"""Seconds before a moment in doubt is held against everything anew."""

Running = Callable[[], tuple[str, float] | None]
"""Which start of the machine this is, and the seconds since; None where it does not tell."""


Other = Callable[[], datetime | None]
"""The present moment by another clock; None where none tells."""


@dataclass
class BelievedClock:
    """A clock over another one; `steady` are seconds that no setting of a clock moves, within this process."""

    clock: Clock
    ledger: Ledger
    office: Office
    running: Running
    steady: Callable[[], float]
    leap: int = LEAP
    another: Other | None = None
    """Asked in place of the database's clock."""
    witness: bool = False
    """Whether that is another machine's, and so asked as well once this one was started anew."""
    _seen: tuple[datetime, float] | None = field(default=None, init=False)
    _doubt: Doubt | None = field(default=None, init=False)

    def now(self) -> datetime:
        """The present moment, or the last believed one."""
        moment = self.clock.now()
        doubt = self._weigh(moment)
        return doubt.last if doubt else moment

    def doubt(self) -> Doubt | None:
        """Why the clock is not believed now; None when it is."""
        return self._weigh(self.clock.now())

    def believe(self) -> None:
        """Leave a mark of the present moment, which the next ones are held against; nothing while it is in doubt."""
        if self.doubt() is None:
            self._leave(self.clock.now(), _past(self.ledger.marks().get(Mark.BELIEVED)))

    def confirm(self) -> datetime:
        """Have the present moment believed because a person says so; it. Later entries say nothing any more."""
        moment = self.clock.now()
        self._leave(moment, self.ledger.last_at())
        self._seen = None
        return moment

    def _leave(self, moment: datetime, past: datetime | None) -> None:
        started, told = self.running(), self.ledger.clock()
        sound = told is None or abs(moment - told) <= APART  # else how long the machine has run since proves nothing
        held = {"past": past.isoformat() if past else None, "running": started if sound else None}
        self.ledger.note_round(Mark.BELIEVED, Round(moment, json.dumps(held)))

    def _weigh(self, moment: datetime) -> Doubt | None:
        steady = self.steady()
        if self._seen is None or not self._goes_on(moment, steady, *self._seen):
            self._doubt = self._doubted(moment)
            self._seen = (moment, steady)
        return self._doubt

    def other(self) -> datetime | None:
        """The present moment by another clock; None where none tells."""
        return self.another() if self.another else self.ledger.clock()

    def _doubted(self, moment: datetime) -> Doubt | None:
        """Why a moment is not believed; another clock is asked where it leaps, or this machine was started anew."""
        mark, last = self.ledger.marks().get(Mark.BELIEVED), self._last()
        doubt, ran = doubted(self.office, moment, last, None, self.leap), self._by_running(mark)
        if doubt is not None:
            return doubted(self.office, moment, last, ran or self.other(), self.leap)
        told = self.other() if self.witness and mark is not None and ran is None else None
        return Doubt(moment, last, told) if last and told and abs(moment - told) > APART else None

    def _goes_on(self, moment: datetime, steady: float, seen: datetime, then: float) -> bool:
        """Whether no more and no less time has passed than should have; what is in doubt is soon held up anew."""
        passed = timedelta(seconds=steady - then)
        return abs(moment - seen - passed) <= APART and (self._doubt is None or steady - then < AGAIN)

    def _last(self) -> datetime | None:
        """The last believed moment."""
        mark, last = self.ledger.marks().get(Mark.BELIEVED), self.ledger.last_at()
        if mark is None:
            patrolled = [one.at for by, one in self.ledger.rounds().items() if by is Rounder.PATROL]
            return max([*patrolled, *([last] if last else [])], default=None)
        past = _past(mark)
        counts = last is not None and last > max(mark.at, past or mark.at)
        return last if counts else mark.at

    def _by_running(self, mark: Round | None) -> datetime | None:
        """The present moment by how long this machine has run since the mark; None where it was started anew."""
        then, now = json.loads(mark.said)["running"] if mark else None, self.running()
        if mark is None or then is None or now is None or then[0] != now[0]:
            return None
        return mark.at + timedelta(seconds=now[1] - then[1])


def _past(mark: Round | None) -> datetime | None:
    """Up to when the entries of a mark's time were made by a clock that was wrong."""
    past = json.loads(mark.said)["past"] if mark else None
    return datetime.fromisoformat(past) if past else None
