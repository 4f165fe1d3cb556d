"""What time alone will bring a step depends on this, and on nothing else: never on the moment."""

from datetime import date
from typing import NamedTuple

from duban.core.deciding.deadlines import Deadline
from duban.core.deciding.office import Office
from duban.core.ledger.keys import StepRef
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import Status
from duban.core.planning.plan import Initiative, Step


class Dates(NamedTuple):
    """The days of a step: its deadline, and the first day on which it may open, where these are known.

    `forecast` is its expected last day, `latest` the last day on which it may end without making a deadline late (None:
    nothing binds it), `root` the first step of its critical chain that is not over (None: it is that itself).
    """

    deadline: Deadline | None
    opens: date | None
    forecast: date
    latest: date | None
    root: StepRef | None

    @property
    def due(self) -> date | None:
        """The last day on which the step is in time."""
        return self.deadline.day if self.deadline else None


class Given(NamedTuple):
    """A step with all that its timetable is made of. `adopted` is the day on which its ledger began."""

    office: Office
    initiative: Initiative
    step: Step
    own: StepState
    status: Status
    dates: Dates
    adopted: date

    @property
    def name(self) -> str:
        """What the keys of the step's notices begin with: a renamed step keeps its name there."""
        return self.own.name or self.step.was or self.step.id
