"""Arrivals: somebody who came to one matter, by whichever way."""

from dataclasses import dataclass, replace

from duban.core.access.doors import FILE
from duban.core.access.marks import parted
from duban.core.ledger.histories import called_now
from duban.core.planning.plan import StepRef
from duban.desk.engine import Engine, Here
from duban.desk.matters import Matter, matter_of
from duban.desk.nonces import Nonce, read_nonce
from duban.desk.refusing import UNKNOWN, TurnedAway
from duban.desk.visitors import Visitor
from duban.views import View


def called(view: View, step: str) -> str | None:
    """What a step that an address names is called now: the plan may call it otherwise since. None where it is gone."""
    steps = view.look.initiative.steps
    if step in steps:
        return step
    told = next((entry for entry in reversed(view.entries) if entry.step == step), None)
    name = called_now(view.entries, told, view.names) if told else view.names.get(step, step)
    return name if name in steps else None


@dataclass(frozen=True, slots=True)
class Arrival:
    """To which plan and step, as whom, and the initiative as it stood then.

    Where they are `over`, what they came by opens nothing any more but what they did by it.
    """

    engine: Engine
    here: Here
    visitor: Visitor
    step: StepRef
    view: View
    over: TurnedAway | None = None

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

    def number(self, text: str) -> Nonce | None:
        """What the number of a form says; None for one that was not handed to them."""
        return read_nonce(text, self.here.door, self.visitor.post, self.visitor.form_secret)

    def sealed(self, line: str) -> str:
        """A line of evidence that they may send again as theirs."""
        return f"{line}-{self.here.door.pass_of(FILE, self.visitor.post, self.visitor.secret, line)}"

    def unsealed(self, text: str) -> str:
        """The line that was sealed for them; empty where it was not."""
        line, said = parted(text)
        return line if self.here.door.passes(said, FILE, self.visitor.post, self.visitor.secret, line) else ""

    def again(self) -> "Arrival":
        """The same, with the initiative read anew."""
        return replace(self, view=self.here.service.view(self.step.initiative))
