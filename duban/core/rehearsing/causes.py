"""Why a deadline is missed, told on the day after it: who is waited for, or what went wrong where the step stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from duban.core.deciding.deadlines import Limits, finished
from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.deciding.outlook import latest_start
from duban.core.ledger.state import State
from duban.core.ledger.steps import NOTHING
from duban.core.ledger.summary import Status, StepRow
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


_Known = Mapping[StepRef, Missed]


def passed(look: Look, state: State, limits: Limits, known: _Known) -> Iterator[tuple[Step, date]]:
    """The steps of an initiative whose deadline has passed, each with it, but for those `known`."""
    for name, limit in limits.items():
        if limit is not None and limit.day < look.today and state.steps.get(name, NOTHING).finished is None:
            step = look.initiative.steps[name]
            if step.ref not in known:
                yield step, limit.day


def missed(look: Look, decision: Decision, known: _Known) -> Iterator[Missed]:
    """Why deadlines were missed, but for those `known`, here or elsewhere."""
    for step, due in passed(look, decision.state, decision.deadlines, known):
        cause, because = _cause(look, decision, decision.rows[step.id], due, known)
        yield Missed(step.ref, due, cause, because)


def _cause(look: Look, decision: Decision, row: StepRow, due: date, known: _Known) -> tuple[Cause, StepRef | None]:
    if row.opened is None:
        return (Cause.WAITED, row.held_by) if row.held_by else (Cause.SHORT, None)
    step = look.initiative.steps[row.step]
    if latest_start(look.calendar, step, due) < row.opened:
        last = _last_need(look, decision, step)
        if last is None or last not in known:
            return Cause.SHORT, None
        return Cause.WAITED, known[last].because or last
    return _by_status(decision, row, step, due), None


def _by_status(decision: Decision, row: StepRow, step: Step, due: date) -> Cause:
    """What went wrong with a step that had time enough."""
    if row.status is Status.FAILED:
        return Cause.FAILED
    if row.status is Status.OPEN:
        return Cause.UNSIGNED
    submitted = decision.state.step(step.id).submitted
    in_time = submitted is not None and submitted <= due
    return Cause.REVIEW if in_time or step.kind is Kind.REVIEW else Cause.LATE


def _last_need(look: Look, decision: Decision, step: Step) -> StepRef | None:
    """The need that was closed last."""
    ends = {need: finished(look, need, decision.state) for need in step.needs}
    return max(ends, key=lambda need: ends[need] or date.min, default=None)
