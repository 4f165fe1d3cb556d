"""How long somebody was late, or kept others waiting who were, and had no letter about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from duban.core.deciding.agenda import awaited
from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.ledger.state import State
from duban.core.planning.dates import worked
from duban.core.planning.plan import StepRef

WITHOUT_A_LETTER = 10
"""Working days of lateness after which nobody should be without a letter."""


@dataclass(frozen=True, slots=True)
class Unheard:
    """A late step, and the working days until a day for which those it waited for had no letter about it."""

    step: StepRef
    days: int
    until: date


def silences(look: Look, decision: Decision, state: State, step: str) -> Iterator[Unheard]:
    """How long those a late step waits for now have had no letter: since it was late, or since it was theirs to do."""
    row, own, due = decision.rows[step], state.step(step), decision.rows[step].due
    if due is None or due >= look.today:
        return
    for waited in awaited(look, look.initiative.steps[step], state, row.status):
        if waited.now:
            told = (s.day for s in own.history if look.office.acts_for(s.recipient, waited.posts, s.day) is not None)
            last = max([due, own.assigned or due, waited.asked or due, *told])
            days = worked(look.calendar, own.excluded, last, look.today)
            yield Unheard(look.initiative.steps[step].ref, days, look.today)
