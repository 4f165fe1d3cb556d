"""One initiative of a rehearsed bureau, and when it need not be looked at."""

from dataclasses import dataclass, field
from datetime import date, datetime

from duban.core.deciding.commands import Command, Verb
from duban.core.deciding.decide import Decision
from duban.core.deciding.ground import Ground
from duban.core.deciding.indicators import share
from duban.core.deciding.pace import points
from duban.core.ledger.entries import Entry
from duban.core.ledger.state import EMPTY, State
from duban.core.ledger.summary import AWAITING_OWNER, Light
from duban.core.planning.plan import Initiative, StepRef


@dataclass(slots=True)
class Desk:
    """One initiative: what happened and what was decided last; `lights` are the days on which its light turned."""

    initiative: Initiative
    exported: tuple[StepRef, ...]
    state: State = EMPTY
    decided: Decision | None = None
    """What was decided last."""
    at: Ground | None = None
    """Where it stands since that was stored."""
    active: bool = True
    """Whether people may do something about a step."""
    entries: list[Entry] = field(default_factory=list)
    lights: list[tuple[date, Light]] = field(default_factory=list)
    drifting: bool = False
    """Whether others go by a forecast that moves with the days."""

    @property
    def closed(self) -> bool:
        """Whether every step is."""
        return self.at is not None and not self.at.going_on

    def due(self, now: datetime, *, working: bool) -> bool:
        """Whether time alone asks for a look; a forecast that drifts matters where others go by it, on working days."""
        if self.decided is None:
            return True
        again = self.decided.summary.look_again if self.drifting and working else self.decided.turning
        return again is not None and again <= now


def drifting(desk: Desk, decision: Decision, soonest: date) -> bool:
    """Whether a step under way is expected as soon as can be while somebody elsewhere waits for the initiative."""
    if all(decision.state.step(ref.step).closed for ref in desk.exported):
        return False
    rows = (decision.stands[step.id].row for step in decision.at.going_on)
    return any(row.opened and row.forecast == soonest for row in rows)


def changes_nothing(desk: Desk, command: Command) -> bool:
    """Whether a command leaves green what is green: work is signed for, or no less is done than was, and not all of it.

    Rungs that are no longer due are looked at when their moment comes.
    """
    step = desk.initiative.steps[command.step.step]
    row = desk.decided.stands[step.id].row if desk.decided else None
    if row is None or row.light is not Light.GREEN or row.status not in AWAITING_OWNER:
        return False
    if command.verb is Verb.SIGN:
        return not step.by_signing
    if command.verb is not Verb.REPORT:
        return False
    if step.target is None:
        return (command.progress or 0) >= row.progress
    return row.progress <= points(share(step.target, command.value or 0.0)) < 100
