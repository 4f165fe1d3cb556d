"""办结报告: what became of a step, or of a whole initiative, once it is closed; one matter, one paper."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from duban.core.deciding.commands import Refused
from duban.core.deciding.office import Look
from duban.core.deciding.settle import ENDING
from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.histories import about
from duban.core.ledger.state import State, fold
from duban.core.ledger.steps import StepState
from duban.core.planning.dates import days_late
from duban.core.planning.plan import Step
from duban.core.telling.events import event
from duban.core.telling.phrases import HISTORY
from duban.core.telling.revised import Names
from duban.core.telling.whens import chinese
from duban.core.typed import one_line

LETTERS = frozenset({EntryKind.NOTICE_SENT, EntryKind.NOTICE_DEAD})
TOLD = HISTORY - LETTERS | {EntryKind.APPROVED, EntryKind.COMPLETED}
"""What a report of one step tells of what happened."""

BRIEFLY = TOLD - {EntryKind.SIGNED, EntryKind.REPORTED, EntryKind.SUBMITTED, EntryKind.APPROVED, EntryKind.COMPLETED}
"""What one of many steps tells: what did not go as planned, and what leaders said."""


@dataclass(frozen=True, slots=True)
class ClosedStep:
    """A step of a report: by when it was to be done, when it was, and what was handed in."""

    place: int
    title: str
    owner_title: str
    due: str
    finished: str
    kept: str
    evidence: str


@dataclass(frozen=True, slots=True)
class ClosingPaper:
    """A report: `subject` is the step or the initiative, `late` how many of its `steps` were; all else in Chinese."""

    issuer: str
    title: str
    number: str
    date: str
    plan_title: str
    document: str
    cited: str
    subject: str
    initiative_title: str
    initiative_number: str
    lead_title: str
    supervisor_title: str
    late: int
    steps: tuple[ClosedStep, ...]
    history: tuple[str, ...]


def closing(look: Look, entries: Sequence[Entry], names: Mapping[str, str], only: str = "") -> ClosingPaper:
    """The report of an initiative, or of one of its steps; raises Refused while any of it goes on.

    It says how things stood when the last of it was closed, under the number of that entry.
    """
    office, initiative, people = look.office, look.initiative, look.office.directory
    steps = [initiative.steps[only]] if only else list(initiative.steps.values())
    state = fold(entries, names)
    if left := [step for step in steps if not state.step(step.id).closed]:
        told = "、".join(f"“{step.title}”" for step in left[:5]) + ("等" if len(left) > 5 else "")
        raise Refused("not-closed", f"尚未办结，不能出具《{people.name('closing')}》：{told}（共{len(left)}项）")
    last = max((_ended(entries, step) for step in steps), key=lambda entry: entry.sequence)
    until = [entry for entry in entries if entry.sequence <= last.sequence]
    state, head = fold(until, names), people.mailing.letterhead
    rows = tuple(_row(look, state, step, place) for place, step in enumerate(steps, start=1))
    return ClosingPaper(
        issuer=head.issuer or "",
        title=people.name("closing"),
        number=head.number.format(year=last.day.year, initiative=initiative.number, sequence=last.sequence),
        date=chinese(last.day),
        plan_title=office.plan.title,
        document=office.plan.document,
        cited=office.plan.cited(initiative),
        subject=steps[0].title if only else initiative.title,
        initiative_title=initiative.title,
        initiative_number=initiative.number,
        lead_title=people.titles(initiative.leads),
        supervisor_title=people.title(initiative.supervisor),
        late=sum(row.kept.startswith("逾期") for row in rows),
        steps=rows,
        history=tuple(_history(look, until, steps)),
    )


def _ended(entries: Sequence[Entry], step: Step) -> Entry:
    """The entry that closed a step."""
    return [entry for entry in about(entries, step.id, step.was) if entry.kind in ENDING][-1]


def _row(look: Look, state: State, step: Step, place: int) -> ClosedStep:
    own, people = state.step(step.id), look.office.directory
    due = chinese(own.judged[0]) if own.judged else ""
    evidence, owner = "、".join(own.evidence or step.evidence), people.titles(look.office.owners(step, own))
    return ClosedStep(
        place, one_line(step.title), owner, due, chinese(own.finished), kept(look, own), one_line(evidence)
    )


def kept(look: Look, own: StepState) -> str:
    """How a closed step kept its deadline: 按期, 按时报送, 逾期; nothing where it had none."""
    if own.cancelled or own.finished is None:
        return "已终止"
    if not own.judged:
        return ""
    due = own.judged[0]
    if own.finished <= due:
        return "按期办结"
    if own.submitted is not None and own.submitted <= due:
        return "按时报送，审核后办结"
    return f"逾期{days_late(look.calendar, due, own.finished, own.excluded)}个工作日办结"


def _history(look: Look, entries: Sequence[Entry], steps: Sequence[Step]) -> Iterator[str]:
    """What happened, oldest first; of several steps only what did not go as planned, by their titles."""
    told = TOLD if len(steps) == 1 else BRIEFLY
    names = Names(look.office.directory, (look.office.plan,), look.office.calendar)
    found = [(entry, step) for step in steps for entry in about(entries, step.id, step.was) if entry.kind in told]
    for entry, step in sorted(found, key=lambda pair: pair[0].sequence):
        what = event(names, entry, step.target.unit if step.target else "")
        title = f"“{step.title}”" if len(steps) > 1 else ""
        yield one_line(f"{chinese(entry.day)}　{title}{what}")
