"""What time alone will bring a step depends on this, and on nothing else: never on the moment."""

from datetime import date
from typing import NamedTuple

from duban.core.deciding.office import Office
from duban.core.ledger.keys import StepRef
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import Status
from duban.core.planning.plan import Initiative, Step


class Given(NamedTuple):
    """A step with all that its timetable is made of. `adopted` is the day on which its ledger began.

    `due` is its deadline, `original_due` the one first set and `opens` the first day on which it may open, where these
    are known. `latest` is the last day on which it may end without making a deadline late (None: nothing binds it),
    `forecast` its expected last day, `root` the first step of its critical chain that is not over (None: it is that
    itself).
    """

    office: Office
    initiative: Initiative
    adopted: date
    step: Step
    own: StepState
    status: Status
    due: date | None
    original_due: date | None
    opens: date | None
    latest: date | None
    forecast: date
    root: StepRef | None

    @property
    def settled(self) -> tuple[object, ...]:
        """All but what is only expected, which moves with the days."""
        return self[:EXPECTED]


DATES, EXPECTED = map(Given._fields.index, ("due", "forecast"))
"""From where on there is what moves while nothing happens to the step, and what is only expected."""
