"""What the forecast of a whole plan knows of each step: how it stands, and since when its time counts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from duban.core.deciding.deadlines import goes_by_reports, lasting, still_takes, suspensions
from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import StepRow
from duban.core.planning.dates import Spells, counting
from duban.core.planning.plan import Step, StepRef


@dataclass(frozen=True, slots=True)
class Fact:
    """One step. `since`: the day from which its duration counts, None while it has not opened; suspensions put it off.

    `left` are the days it takes from then on by the last report, None where nobody reported.

    `submitted` is the day it was handed in, while nobody has answered; `owner` the unit or post that answers for it;
    `rested` are the spells in which it was suspended.
    """

    row: StepRow
    since: date | None
    submitted: date | None
    owner: str
    rested: Spells = ()
    left: int | None = None


Facts = Mapping[StepRef, Fact]


def facts_of(seen: Iterable[tuple[Look, Decision]]) -> Facts:
    """What looks at initiatives say of their steps."""
    return {ref: fact for look, decision in seen for ref, fact in _facts(look, decision)}


def _facts(look: Look, decision: Decision) -> Iterator[tuple[StepRef, Fact]]:
    for row in decision.summary.steps:
        step, own = look.initiative.steps[row.step], decision.state.step(row.step)
        owner, rested = look.office.owner(step, own), suspensions(look, own)
        since, left = _since(look, step, own)
        yield step.ref, Fact(row, since, own.submitted, owner, rested, left)


def _since(look: Look, step: Step, own: StepState) -> tuple[date | None, int | None]:
    if own.opened is None or own.closed:
        return own.opened, None
    since, left = still_takes(look, step, own) if goes_by_reports(step, own) else (own.opened, None)
    limit = lasting(look.calendar, step, since, left)
    until = max(limit.day, look.calendar.next_working(look.today))  # time stood still past the estimate, too
    lost = look.calendar.taken(until, counting(limit, suspensions(look, own)), limit.unit)
    return look.calendar.after(since, lost, limit.unit.given_back), left
