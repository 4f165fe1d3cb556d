"""What time alone will bring a step depends on this, and on nothing else: never on the moment."""

from datetime import date
from typing import NamedTuple

from duban.core.deciding.office import Office
from duban.core.ledger.keys import StepRef
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import Status
from duban.core.planning.plan import Initiative, Step


class Dates(NamedTuple):
    """The days of a step: its deadline, the one first set, and the first day on which it may open, where known.

    `forecast` is its expected last day, `latest` the last day on which it may end without making a deadline late (None:
    nothing binds it), `root` the first step of its critical chain that is not over (None: it is that itself).
    """

    due: date | None
    original_due: date | None
    opens: date | None
    forecast: date
    latest: date | None
    root: StepRef | None


class Given(NamedTuple):
    """A step with all that its timetable is made of. `adopted` is the day on which its ledger began."""

    office: Office
    initiative: Initiative
    step: Step
    own: StepState
    status: Status
    dates: Dates
    adopted: date
