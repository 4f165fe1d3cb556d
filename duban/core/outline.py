"""A plan as it stands, in the document's order: sections, initiatives, steps, each with its light."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from duban.core.decide import Decision
from duban.core.office import Look, Office
from duban.core.plan import StepRef
from duban.core.plan_file import Kind
from duban.core.summary import Light, StepRow


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step; `owner` is the unit or post that answers for it now."""

    step: StepRef
    title: str
    kind: Kind
    owner: str
    owner_title: str
    row: StepRow


@dataclass(frozen=True, slots=True)
class InitiativeLine:
    """One initiative; `starts` and `ends` are the first and last day on which work on it was or will be done."""

    id: str
    number: str
    title: str
    lead_title: str
    light: Light
    reason: str
    done: int
    total: int
    next_due: date | None
    starts: date | None
    ends: date | None
    steps: tuple[StepLine, ...]


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section of the document."""

    id: str
    number: int
    title: str
    initiatives: tuple[InitiativeLine, ...]


def outline(office: Office, seen: Iterable[tuple[Look, Decision]]) -> tuple[SectionLine, ...]:
    """The initiatives seen, by section; sections of which none was seen are left out."""
    lines: Mapping[str, list[InitiativeLine]] = {section.id: [] for section in office.plan.sections}
    for look, decision in seen:
        lines[look.initiative.section].append(initiative_line(look, decision))
    return tuple(
        SectionLine(section.id, section.number, section.title, tuple(lines[section.id]))
        for section in office.plan.sections
        if lines[section.id]
    )


def initiative_line(look: Look, decision: Decision) -> InitiativeLine:
    """An initiative and its steps."""
    summary, initiative = decision.summary, look.initiative
    days = [day for row in summary.steps for day in (row.opened, row.finished, row.forecast) if day]
    return InitiativeLine(
        id=initiative.id,
        number=initiative.number,
        title=initiative.title,
        lead_title=look.office.directory.title(initiative.lead),
        light=summary.light,
        reason=summary.reason,
        done=summary.done,
        total=summary.total,
        next_due=summary.next_due,
        starts=min(days, default=None),
        ends=max(days, default=None),
        steps=tuple(_step_line(look, decision, row) for row in summary.steps),
    )


def _step_line(look: Look, decision: Decision, row: StepRow) -> StepLine:
    step = look.initiative.steps[row.step]
    owner = look.office.owner(step, decision.state.step(step.id))
    return StepLine(step.ref, step.title, step.kind, owner, look.office.directory.title(owner), row)
