"""Arrivals: somebody who came to one matter, by whichever way."""

from dataclasses import dataclass, replace

from duban.core.planning.plan import StepRef
from duban.desk.engine import Engine, Here
from duban.desk.matters import Matter, matter_of
from duban.desk.refusing import UNKNOWN
from duban.desk.visitors import Visitor
from duban.views import View


@dataclass(frozen=True, slots=True)
class Arrival:
    """To which plan and step, as whom, and the initiative as it stood then."""

    engine: Engine
    here: Here
    visitor: Visitor
    step: StepRef
    view: View

    @property
    def whose(self) -> str:
        """The post they come as, in Chinese."""
        return self.here.service.office.directory.title(self.visitor.post)

    def matter(self) -> Matter:
        """The matter as it stands for them; raises TurnedAway where the plan has it no more."""
        matter = matter_of(self.here.service, self.step, self.visitor, self.view)
        if matter is None:
            raise UNKNOWN
        return matter

    def again(self) -> "Arrival":
        """The same, with the initiative read anew."""
        return replace(self, view=self.here.service.view(self.step.initiative))
