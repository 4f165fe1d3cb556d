"""What waits for a step, by title."""

from collections.abc import Iterator

from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.planning.plan import Step


def waiting_for(look: Look, decision: Decision, step: Step) -> Iterator[str]:
    """Steps here and elsewhere that cannot begin, or have no date, before a step ends."""
    ref, plan = step.ref, look.office.plan
    for other in look.initiative.steps.values():
        if ref in other.waits_for and not decision.state.step(other.id).closed:
            yield other.title
    for name in plan.downstream.get(ref, ()):
        initiative = plan.initiatives[name]
        yield from (f"{s.title}（{initiative.title}）" for s in initiative.steps.values() if ref in s.waits_for)
