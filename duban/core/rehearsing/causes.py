"""Why a deadline is missed, told on the day after it: who is waited for, or what went wrong where the step stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from duban.core.deciding.deadlines import finished
from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.deciding.outlook import latest_start
from duban.core.ledger.summary import CLOSED, Status, StepRow
from duban.core.planning.plan import Step, StepRef
from duban.core.planning.plan_file import Kind


class Cause(StrEnum):
    """Why a deadline is missed."""

    WAITED = "waited"  # for another step, which is named
    SHORT = "short"  # the plan left too little time, though nobody was late
    UNSIGNED = "unsigned"  # nobody signed for it
    LATE = "late"  # its owner took longer
    REVIEW = "review"  # handed in in time, and not judged in time
    FAILED = "failed"  # an automatic step failed, and nobody mended it in time


@dataclass(frozen=True, slots=True)
class Missed:
    """A step that was not closed by its deadline; `because` is the step that held it up, where another one did."""

    step: StepRef
    due: date
    cause: Cause
    because: StepRef | None = None


@dataclass(frozen=True, slots=True)
class _Matter:
    """An initiative after a deadline; `standing` are all initiatives, `known` the deadlines missed before."""

    look: Look
    decision: Decision
    standing: Mapping[str, Decision]
    known: Mapping[StepRef, Missed]


def missed(
    look: Look, decision: Decision, standing: Mapping[str, Decision], known: Mapping[StepRef, Missed]
) -> Iterator[Missed]:
    """The steps of an initiative whose deadline has passed, but for those known; `standing` are all initiatives."""
    matter = _Matter(look, decision, {**standing, look.initiative.id: decision}, known)
    for row in decision.summary.steps:
        step = look.initiative.steps[row.step]
        if row.due is not None and row.due < look.today and row.status not in CLOSED and step.ref not in known:
            cause, because = _cause(matter, row, step, row.due)
            yield Missed(step.ref, row.due, cause, because)


def _cause(matter: _Matter, row: StepRow, step: Step, due: date) -> tuple[Cause, StepRef | None]:
    if row.opened is None:
        first = _first(step.ref, matter.standing)
        return (Cause.SHORT, None) if first == step.ref else (Cause.WAITED, first)
    if latest_start(matter.look.calendar, step, due) < row.opened:
        last = _last_need(matter, step)
        if last is None or last not in matter.known:
            return Cause.SHORT, None
        return Cause.WAITED, matter.known[last].because or last
    return _by_status(matter.decision, row, step, due), None


def _by_status(decision: Decision, row: StepRow, step: Step, due: date) -> Cause:
    """What went wrong with a step that had time enough."""
    if row.status is Status.FAILED:
        return Cause.FAILED
    if row.status is Status.OPEN:
        return Cause.UNSIGNED
    submitted = decision.state.step(step.id).submitted
    in_time = submitted is not None and submitted <= due
    return Cause.REVIEW if in_time or step.kind is Kind.REVIEW else Cause.LATE


def _first(ref: StepRef, standing: Mapping[str, Decision]) -> StepRef:
    """The first step of the chain to a step, through every initiative that was looked at."""
    before = None
    while ref != before and ref.initiative in standing:
        before, ref = ref, standing[ref.initiative].outlook.chain(ref.step, ref.initiative)[0]
    return ref


def _last_need(matter: _Matter, step: Step) -> StepRef | None:
    """The need that was closed last."""
    ends = {need: finished(matter.look, need, matter.decision.state) for need in step.needs}
    return max(ends, key=lambda need: ends[need] or date.min, default=None)
