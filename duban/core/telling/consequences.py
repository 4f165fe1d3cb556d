"""What another plan would come to, before it is applied: steps, notices that wait to be sent, and the forecast."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from duban.core.deciding.moves import Decisions, Move
from duban.core.deciding.recheck import recheck
from duban.core.forecasting.effects import Shift, shifts
from duban.core.forecasting.facts import facts_of
from duban.core.forecasting.forecast import Forecast, Late, forecast
from duban.core.forecasting.schedule import Schedule
from duban.core.ledger.notices import PENDING, NoticeRow
from duban.core.ledger.summary import Status, StepRow
from duban.core.planning.plan import StepRef
from duban.core.planning.revision import Revision, StepRevision
from duban.core.telling.lapses import why_lapsed


@dataclass(frozen=True, slots=True)
class WaitingNotice:
    """A notice that waits to be sent, and why it would not be; empty where it still would."""

    notice: NoticeRow
    lapses: str


@dataclass(frozen=True, slots=True)
class Touched:
    """A revised step as it stands, and as it would under the other plan; None where the plan does not have it.

    Days are those of `due` and of the forecast; of a step that is closed only the status is told.
    """

    revision: StepRevision
    status: Status | None
    before: StepRow | None
    after: StepRow | None
    waiting: tuple[WaitingNotice, ...]


@dataclass(frozen=True, slots=True)
class Consequences:
    """What another plan would come to. `ends` are initiatives expected to end on another day; `late` becomes late.

    `moves` is what other terms move besides.
    """

    touched: tuple[Touched, ...]
    ends: tuple[Shift, ...]
    late: tuple[Late, ...]
    in_time: tuple[StepRef, ...]
    moves: tuple[Move, ...] = ()


def consequences(revision: Revision, before: Decisions, after: Decisions, today: date) -> Consequences:
    """Compare how the whole plan stands with how it would stand.

    Raises CalendarRange when a step would end beyond the calendar.
    """
    names = {one.before.ref: one.ref for one in revision.steps() if one.before is not None and one.after is not None}
    then, now = _forecast(after, today), _forecast(before, today)
    were = {names.get(late.step, late.step) for late in now.late}
    still = {late.step for late in then.late}
    calendar = next(iter(after.values()))[0].calendar if after else None
    return Consequences(
        touched=tuple(_touched(one, before, after) for one in revision.steps()),
        ends=tuple(shifts(calendar, now.ends, then.ends)) if calendar else (),
        late=tuple(late for late in then.late if late.step not in were),
        in_time=tuple(ref for ref in then.finish if ref in were - still),
    )


def _forecast(seen: Decisions, today: date) -> Forecast:
    if not seen:
        return Forecast({}, {}, {}, {}, {}, {}, ())
    look = next(iter(seen.values()))[0]
    return forecast(Schedule(look.office.plan, look.calendar, facts_of(seen.values()), today))


def _touched(one: StepRevision, before: Decisions, after: Decisions) -> Touched:
    was = _row(before, one.before.ref) if one.before is not None else None
    return Touched(
        revision=one,
        status=was.status if was is not None else None,
        before=was,
        after=_row(after, one.after.ref) if one.after is not None else None,
        waiting=tuple(_waiting(one, before, after)),
    )


def _row(seen: Decisions, ref: StepRef) -> StepRow:
    return next(row for row in seen[ref.initiative][1].summary.steps if row.step == ref.step)


def _waiting(one: StepRevision, before: Decisions, after: Decisions) -> Iterator[WaitingNotice]:
    """The notices about a step that wait to be sent, decided on again under the other plan."""
    if one.before is None:
        return
    for notice in before[one.before.ref.initiative][1].state.notices.values():
        if notice.step == one.before.id and notice.delivery in PENDING:
            yield WaitingNotice(notice, _lapses(one, notice, after))


def _lapses(one: StepRevision, notice: NoticeRow, after: Decisions) -> str:
    if one.after is None:
        return "计划中已无此事项"
    look, decision = after[one.after.ref.initiative]
    again = recheck(look, decision.state, decision.state.notice(notice.key), decision)
    return why_lapsed(look.office, again.lapsed)
