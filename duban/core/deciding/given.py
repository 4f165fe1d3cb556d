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
    are known. `forecast` is its expected last day, `latest` the last day on which it may end without making a deadline
    late (None: nothing binds it), `root` the first step of its critical chain that is not over (None: it is that
    itself).
    """

    office: Office
    initiative: Initiative
    step: Step
    adopted: date
    own: StepState
    status: Status
    due: date | None
    original_due: date | None
    opens: date | None
    forecast: date
    latest: date | None
    root: StepRef | None

    @property
    def settled(self) -> tuple[object, ...]:
        """What its ladder is made of: all but what is only expected, which moves with the days."""
        return self[:SETTLED]


SETTLED = Given._fields.index("original_due")
