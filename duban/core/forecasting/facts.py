"""What the forecast of a whole plan knows of each step: how it stands, and since when its time counts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from duban.core.deciding.deadlines import Spells, counting, lasting, suspensions
from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import StepRow
from duban.core.planning.plan import Step, StepRef


@dataclass(frozen=True, slots=True)
class Fact:
    """One step. `since`: the day from which its duration counts, None while it has not opened; suspensions put it off.

    `submitted` is the day it was handed in, while nobody has answered; `owner` the unit or post that answers for it;
    `rested` are the spells in which it was suspended.
    """

    row: StepRow
    since: date | None
    submitted: date | None
    owner: str
    rested: Spells = ()


Facts = Mapping[StepRef, Fact]


def facts_of(seen: Iterable[tuple[Look, Decision]]) -> Facts:
    """What looks at initiatives say of their steps."""
    return {ref: fact for look, decision in seen for ref, fact in _facts(look, decision)}


def _facts(look: Look, decision: Decision) -> Iterator[tuple[StepRef, Fact]]:
    for row in decision.summary.steps:
        step, own = look.initiative.steps[row.step], decision.state.step(row.step)
        owner, rested = look.office.owner(step, own), suspensions(look, own)
        yield step.ref, Fact(row, _since(look, step, own), own.submitted, owner, rested)


def _since(look: Look, step: Step, own: StepState) -> date | None:
    if own.opened is None or own.closed:
        return own.opened
    limit = lasting(look.calendar, step, own.opened)
    lost = look.calendar.taken(limit.day, counting(limit, suspensions(look, own)), limit.unit)
    return look.calendar.after(own.opened, lost, limit.unit.given_back)
