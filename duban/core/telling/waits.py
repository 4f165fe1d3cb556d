"""What waits for a step, by title."""

from collections.abc import Iterator

from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.planning.plan import Step
from duban.core.telling.lines import title_of_all


def waiting_for(look: Look, decision: Decision, step: Step) -> tuple[str, ...]:
    """Steps here and elsewhere that cannot begin, or have no date, before a step ends; those of units as one."""
    return tuple(dict.fromkeys((*_here(look, decision, step), *_elsewhere(look, step))))


def _here(look: Look, decision: Decision, step: Step) -> Iterator[str]:
    for other in look.initiative.steps.values():
        if step.ref in other.waits_for and not decision.state.step(other.id).closed:
            yield title_of_all(other, look.office.directory)


def _elsewhere(look: Look, step: Step) -> Iterator[str]:
    plan = look.office.plan
    for name in plan.downstream.get(step.ref, ()):
        initiative = plan.initiatives[name]
        for other in initiative.steps.values():
            if step.ref in other.waits_for:
                yield f"{title_of_all(other, look.office.directory)}（{initiative.title}）"
