"""A plan as it stands, in the document's order: sections, initiatives, steps, each with its light."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from duban.core.deciding.decide import Decision
from duban.core.deciding.indicators import Gauge
from duban.core.deciding.office import Look, Office
from duban.core.deciding.outlook import latest_start
from duban.core.ledger.summary import Light, StepRow
from duban.core.planning.plan import StepRef
from duban.core.planning.plan_file import Kind
from duban.core.telling import remarks
from duban.core.telling.gauges import gauge_of
from duban.core.telling.reasons import reason_of, reason_of_all


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step; `owner` is the unit or post that answers for it now, `starts` the day it opened or is expected to.

    `gauge` tells how an indicator stands, None for other steps; `entered` on which day a step was said to have ended
    before that, None for one whose end was said on its day; `remarks` are the 批示 and 意见 on record.
    """

    step: StepRef
    title: str
    kind: Kind
    owner: str
    owner_title: str
    starts: date
    row: StepRow
    reason: str
    gauge: Gauge | None
    entered: date | None = None
    remarks: tuple[str, ...] = ()


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
    starts: date
    ends: date
    steps: tuple[StepLine, ...]


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section of the document."""

    id: str
    number: int
    heading: str
    title: str
    initiatives: tuple[InitiativeLine, ...]


def outline(office: Office, seen: Iterable[tuple[Look, Decision]]) -> tuple[SectionLine, ...]:
    """The initiatives seen, by section; sections of which none was seen are left out."""
    lines: Mapping[str, list[InitiativeLine]] = {section.id: [] for section in office.plan.sections}
    for look, decision in seen:
        lines[look.initiative.section].append(initiative_line(look, decision))
    return tuple(
        SectionLine(section.id, section.number, section.heading, section.title, tuple(lines[section.id]))
        for section in office.plan.sections
        if lines[section.id]
    )


def initiative_line(look: Look, decision: Decision) -> InitiativeLine:
    """An initiative and its steps."""
    summary, initiative = decision.summary, look.initiative
    steps = tuple(_step_line(look, decision, row) for row in summary.steps)
    return InitiativeLine(
        id=initiative.id,
        number=initiative.number,
        title=initiative.title,
        lead_title=look.office.directory.titles(initiative.leads),
        light=summary.light,
        reason=reason_of_all(look.office, summary),
        done=summary.done,
        total=summary.total,
        next_due=summary.next_due,
        starts=min(line.starts for line in steps),
        ends=max(decision.outlook.forecast.values()),
        steps=steps,
    )


def _step_line(look: Look, decision: Decision, row: StepRow) -> StepLine:
    step, own = look.initiative.steps[row.step], decision.state.step(row.step)
    owners, late = look.office.owners(step, own), own.late[-1].entered if own.late else None
    return StepLine(
        step=step.ref,
        title=step.title,
        kind=step.kind,
        owner=owners[0],
        owner_title=look.office.directory.titles(owners),
        starts=row.opened or latest_start(look.calendar, step, decision.outlook.forecast[step.id]),
        row=row,
        reason=reason_of(look.office, look.initiative.id, row),
        gauge=gauge_of(look, decision, step),
        remarks=remarks.in_words(look.office.directory, own.remarks),
        entered=late if late and row.finished and row.finished < late else None,
    )


def only(sections: Iterable[SectionLine], step: StepRef) -> tuple[SectionLine, ...]:
    """The outline with a single step, its initiative and its section."""
    return tuple(
        replace(section, initiatives=(replace(line, steps=tuple(one for one in line.steps if one.step == step)),))
        for section in sections
        for line in section.initiatives
        if line.id == step.initiative
    )
