"""The forecast of a whole plan: both passes over every step of every initiative, from what really happened.

`outlook` looks at one initiative and takes others' forecasts as it finds them; here a delay goes through the whole
graph at once. What it needs stands in the derived tables.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from duban.core.days.workdays import DayUnit, WorkCalendar
from duban.core.deciding.network import (
    UNSET,
    Elapsed,
    IntArray,
    Network,
    Pass,
    backward,
    compile_network,
    critical_chain,
    forward,
)
from duban.core.deciding.network import slack as total_slack
from duban.core.ledger.summary import CLOSED, StepRow, Summary
from duban.core.planning.dates import earliest
from duban.core.planning.plan import Plan, Step, StepRef


@dataclass(frozen=True, slots=True)
class Late:
    """A step expected after its deadline, by working days; `chain` leads to it from the step where acting helps."""

    step: StepRef
    due: date
    finish: date
    days: int
    chain: tuple[StepRef, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """For every step that is not closed: its expected last day, and its slack in working days (negative: too late)."""

    finish: Mapping[StepRef, date]
    slack: Mapping[StepRef, int]
    late: tuple[Late, ...]


def forecast(plan: Plan, calendar: WorkCalendar, summaries: Iterable[Summary], today: date) -> Forecast:
    """Forecast from how the initiatives stand; steps of which nothing is known yet have not begun.

    Days are counted as ends of days: a step that follows another begins on the day the other ends. On a day off it is
    the forecast of the last working day. Raises CalendarRange when a step is expected beyond the calendar.
    """
    steps = [step for initiative in plan.initiatives.values() for step in initiative.steps.values()]
    rows = {StepRef(s.initiative, row.step): row for s in summaries for row in s.steps}
    table = _Table(plan, calendar, steps, [rows.get(step.ref) for step in steps])
    early, slacks = table.passes(today)
    last_days = [date.fromordinal(number) for number in calendar.day_numbers(early.finish - 1).tolist()]
    open_ = [i for i, row in enumerate(table.rows) if row is None or row.status not in CLOSED]
    return Forecast(
        finish={steps[i].ref: last_days[i] for i in open_},
        slack={steps[i].ref: int(slacks[i]) for i in open_},
        late=tuple(late for i in open_ if (late := table.late(i, early, last_days[i]))),
    )


class _Table:
    """The plan as columns, a row for each step; slots as `network` counts them."""

    def __init__(self, plan: Plan, calendar: WorkCalendar, steps: list[Step], rows: list[StepRow | None]) -> None:
        self.plan, self.calendar, self.steps, self.rows = plan, calendar, steps, rows
        self.place = {step.ref: i for i, step in enumerate(steps)}
        self.network: Network = compile_network([[self.place[need] for need in step.needs] for step in steps])

    def passes(self, today: date) -> tuple[Pass, IntArray]:
        """The forward pass, and the slack that the backward pass leaves."""
        durations = np.array([step.duration.likely for step in self.steps], np.int64)
        begun = self._slots([row.opened if row else None for row in self.rows])
        ended = self._slots([row.finished if row else None for row in self.rows])
        limits = self._slots([row.due if row else None for row in self.rows])
        first = self._slots([self._earliest(step) for step in self.steps])
        now, elapsed = self._slot(max(today, self.plan.starts)), self._elapsed()
        early = forward(
            self.network,
            durations,
            data_date=now,
            earliest=first,
            fixed_start=begun,
            fixed_finish=ended,
            elapsed=elapsed,
        )
        horizon = max(self._slot(self.plan.ends), int(early.finish.max()), int(limits.max()))
        late = backward(
            self.network, durations, limits, horizon, fixed_start=begun, fixed_finish=ended, elapsed=elapsed
        )
        return early, total_slack(early, late)

    def late(self, i: int, early: Pass, finish: date) -> Late | None:
        """What is to be said of step `i` when it is expected after its deadline."""
        row = self.rows[i]
        if row is None or row.due is None or finish <= row.due:
            return None
        chain = tuple(self.steps[link].ref for link in critical_chain(self.network, early, i) if self._open(link))
        return Late(self.steps[i].ref, row.due, finish, self.calendar.between(row.due, finish), chain)

    def _open(self, i: int) -> bool:
        row = self.rows[i]
        return row is None or row.status not in CLOSED

    def _slot(self, day: date) -> int:
        """The slot after a day: the first on which what waits for that day's end may be worked on."""
        return int(self.calendar.ordinals(np.array([day.toordinal()]))[0]) + 1

    def _slots(self, days: list[date | None]) -> IntArray:
        known = np.array([day is not None for day in days])
        numbers = np.array([day.toordinal() if day else self.plan.starts.toordinal() for day in days], np.int64)
        return np.where(known, self.calendar.ordinals(numbers) + 1, UNSET)

    def _earliest(self, step: Step) -> date | None:
        if step.earliest is None and step.span is None:
            return None
        rows = [self.rows[self.place[ref]] for ref in step.earliest_anchor]
        ends = [row.finished or row.forecast for row in rows if row is not None]
        known = [day for day in ends if day is not None]
        return earliest(
            step.earliest,
            plan_start=self.plan.starts,
            span=step.span,
            anchor=max(known, default=None),
            calendar=self.calendar,
        )

    def _elapsed(self) -> Elapsed:
        on_calendar = np.array([step.duration.unit is DayUnit.CALENDAR for step in self.steps])
        return Elapsed(on_calendar, self.calendar.day_numbers, self.calendar.ordinals)
