"""A whole plan as a network of columns: every step of every initiative, and what is known of it, on the axis of days.

A date that hangs on a step which is not over ("10 days after `draft`") is a row of its own: so a delay goes through it
as through any need.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

import numpy as np

from duban.core.days.arrays import IntArray
from duban.core.days.workdays import DayUnit, WorkCalendar
from duban.core.forecasting.facts import Fact, Facts
from duban.core.forecasting.network import UNSET, Pass, backward, compile_network, forward, holders, slack
from duban.core.forecasting.spans import Axis, BoolArray, Spans
from duban.core.ledger.summary import CLOSED, Status
from duban.core.planning.dates import Spells, earliest, resolve
from duban.core.planning.plan import ACTED_ON, Plan, Step, StepRef
from duban.core.planning.when import Relative

AS_IT_STANDS: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Distance:
    """A day from which the step at `place` may start, counted from the end of others."""

    place: int
    when: Relative
    anchors: list[int]


class Schedule:
    """The steps of a plan, in its order, with what is known of them on a day; made once, passed any number of times.

    Raises CalendarRange, as its methods do, for what lies beyond the calendar.
    """

    def __init__(self, plan: Plan, calendar: WorkCalendar, facts: Facts, today: date) -> None:
        self.plan, self.calendar, self.today = plan, calendar, today
        self.axis = Axis.of(calendar)
        self.steps = [step for initiative in plan.initiatives.values() for step in initiative.steps.values()]
        self.place = {step.ref: i for i, step in enumerate(self.steps)}
        self.facts = [facts.get(step.ref) for step in self.steps]
        self.now, self.soonest = self.time(today), self.time(calendar.next_working(today))
        self.open = np.array([fact is None or fact.row.status not in CLOSED for fact in self.facts], np.bool_)
        self._distances = [found for step in self.steps if (found := self._distance(step))]
        self._network = compile_network(self._needs())
        self._columns()

    def __len__(self) -> int:
        """Give the number of steps."""
        return len(self.steps)

    def ref(self, place: int) -> StepRef:
        """The name of a step by its place."""
        return self.steps[place].ref

    def time(self, day: date) -> int:
        """The time of a day."""
        return int(self.axis.times(np.array([day.toordinal()]))[0])

    def day(self, time: int) -> date:
        """The day of a time."""
        return date.fromordinal(int(self.axis.days(np.array([time]))[0]))

    def in_time(self, place: int, due: date) -> int:
        """The time at which a step ends that ends by its deadline, or as soon as it still may."""
        return max(self.soonest if self._worked[place] else self.now, self.time(due))

    def estimates(self, place: int) -> tuple[float, float, float]:
        """Optimistic, likely and pessimistic days of a step; under way, those that are left by the last report."""
        length, fact = self.steps[place].duration, self.facts[place]
        if fact is None or fact.left is None:
            return length.optimistic, length.likely, length.pessimistic
        share = fact.left / length.likely if length.likely else 0
        return share * length.optimistic, fact.left, max(fact.left, share * length.pessimistic)

    def rested(self, place: int) -> Spells:
        """The spells in which a step was suspended."""
        fact = self.facts[place]
        return fact.rested if fact else ()

    def days(self, times: IntArray) -> list[date]:
        """The days of times, shape (n,)."""
        return list(map(date.fromordinal, self.axis.days(times).tolist()))

    def early(self, durations: IntArray | None = None, finish: Mapping[int, int] = AS_IT_STANDS) -> Pass:
        """The forward pass from what really happened.

        `durations`, shape (n,) or (n, samples), stand instead of the likely ones; `finish` holds the times at which
        steps, by place, are taken to finish whatever their durations.
        """
        fixed = self._done.copy()
        for place, time in finish.items():
            fixed[place] = time
        return forward(
            self._network,
            self._spans(durations),
            data_date=self.now,
            earliest=self._first,
            fixed_start=self._since,
            fixed_finish=fixed,
            lasting=self._lasting,
        )

    def late(self, early: Pass, deadlines: IntArray | None = None, durations: IntArray | None = None) -> Pass:
        """The backward pass from the deadlines that are settled, or from others given for each step and sample."""
        limits = self._due if deadlines is None else deadlines
        horizon = max(self.time(self.plan.ends), int(early.finish.max(initial=0)), int(limits.max(initial=0)))
        if len(limits) < len(self._network):
            open_ended = horizon if limits.ndim > 1 else UNSET
            beyond = np.full((len(self._distances), *limits.shape[1:]), open_ended, limits.dtype)
            limits = np.concatenate([limits, beyond])
        return backward(
            self._network,
            self._spans(durations),
            limits,
            horizon,
            fixed_start=self._since,
            fixed_finish=self._done,
        )

    def slack(self, early: Pass, late: Pass) -> IntArray:
        """How many working days each step may be late, shape (n,) or (n, samples)."""
        return slack(early, late, self.axis.grain)[: len(self)]

    def holders(self, early: Pass) -> IntArray:
        """The step that is not over and decides when each step starts, shape (n,); -1 for none."""
        waiting = (self._since == UNSET) & (self._done == UNSET)
        holding = np.concatenate([self.open, np.ones(len(self._distances), np.bool_)])
        found = holders(self._network, early, waiting, holding)
        # A distance stands for the step it counts from.
        through = np.where(found >= len(self), found[found], found)
        return through[: len(self)]

    def limit(self, place: int, finish: IntArray) -> IntArray | None:
        """The deadline of a step, as a time or one for each sample; None where it has none.

        One that hangs on steps that are not over moves with their `finish`, of shape (n,) or (n, samples).
        """
        if self._due[place] != UNSET:
            return self._due[place : place + 1]
        step = self.steps[place]
        if not step.due_anchor or not isinstance(step.due, Relative):
            return None
        base = finish[[self.place[ref] for ref in step.due_anchor]].max(axis=0, keepdims=finish.ndim == 1)
        return self.axis.rolled(self.axis.counted(base, step.due.amount, step.due.unit), step.roll or step.due.roll)

    def _distance(self, step: Step) -> _Distance | None:
        anchors = [self.place[ref] for ref in step.earliest_anchor]
        if not isinstance(step.earliest, Relative) or not any(self.open[place] for place in anchors):
            return None
        return _Distance(self.place[step.ref], step.earliest, anchors)

    def _needs(self) -> list[list[int]]:
        needs = [[self.place[need] for need in step.needs] for step in self.steps]
        for row, distance in enumerate(self._distances, start=len(needs)):
            needs[distance.place].append(row)
        return needs + [distance.anchors for distance in self._distances]

    def _columns(self) -> None:
        """What is known, as columns of the network."""
        lengths = [self._length(step, fact) for step, fact in zip(self.steps, self.facts, strict=True)]
        self.likely = np.array([days for days, _ in lengths], np.int64)
        extra = len(self._distances)
        units = [unit for _, unit in lengths] + [one.when.unit for one in self._distances]
        self._elapsing: BoolArray = np.array([unit is DayUnit.CALENDAR for unit in units], np.bool_)
        self._months: BoolArray = np.array([unit is DayUnit.MONTH for unit in units], np.bool_)
        self._counting = (np.arange(len(units)) >= len(self)) & ~self._elapsing & ~self._months
        self._worked = np.array([step.kind in ACTED_ON for step in self.steps] + [False] * extra, np.bool_)
        rows = [fact.row if fact else None for fact in self.facts]
        self._since = self._times([*(fact.since if fact else None for fact in self.facts), *[None] * extra])
        self._done = self._times([row.finished if row else None for row in rows] + [None] * extra)
        for place, fact in enumerate(self.facts):
            if fact is not None and fact.submitted is not None and self.open[place]:
                self._done[place] = max(self.soonest, self.time(fact.submitted))  # but for the reviewer it is over
        self._first = self._times([*map(self._earliest, self.steps), *[None] * extra])
        for place, fact in enumerate(self.facts):
            if fact is not None and fact.since is None and fact.row.status is Status.SUSPENDED:
                self._first[place] = max(self.soonest, self._first[place])  # somebody must resume it
        self._due = self._times([row.due if row else self._written(s) for s, row in zip(self.steps, rows, strict=True)])
        self._lasting = np.full(len(units), UNSET)
        for place, step in enumerate(self.steps):
            if step.lasting:
                self._lasting[place] = self._due[place]

    def _length(self, step: Step, fact: Fact | None) -> tuple[int, DayUnit]:
        """How long a step takes, and in what; months are days once they have begun."""
        days, unit = step.duration.likely, step.duration.unit
        if fact is not None and fact.left is not None:
            return fact.left, unit.given_back
        begun = fact.row.opened if fact else None
        if unit is not DayUnit.MONTH or begun is None:
            return days, unit
        return (self.calendar.after(begun, days, unit) - begun).days, DayUnit.CALENDAR

    def _spans(self, durations: IntArray | None) -> Spans:
        days = self.likely if durations is None else durations
        if self._distances:
            amounts = np.array([one.when.amount for one in self._distances], days.dtype)
            shape = (len(amounts), *days.shape[1:])
            days = np.concatenate([days, np.broadcast_to(amounts.reshape(-1, *[1] * (days.ndim - 1)), shape)])
        return Spans(days, self.axis, self._elapsing, self._counting, self._worked, self._months)

    def _times(self, days: Iterable[date | None]) -> IntArray:
        numbers = np.array([day.toordinal() if day else 0 for day in days], np.int64)
        times = np.full(len(numbers), UNSET)
        times[numbers > 0] = self.axis.times(numbers[numbers > 0])
        return times

    def _earliest(self, step: Step) -> date | None:
        """The day before which a step may not start, where that is known."""
        ends = [fact.row.finished for ref in step.earliest_anchor if (fact := self.facts[self.place[ref]])]
        over = [day for day in ends if day is not None]
        return earliest(
            step.earliest,
            plan_start=self.plan.starts,
            span=step.span,
            anchor=max(over) if len(over) == len(step.earliest_anchor) > 0 else None,
            calendar=self.calendar,
        )

    def _written(self, step: Step) -> date | None:
        """The deadline of a step nobody has looked at yet, where it hangs on no other."""
        if step.due is None or step.due_anchor:
            return None
        return resolve(
            step.due,
            plan_start=self.plan.starts,
            span=step.span,
            anchor=None,
            calendar=self.calendar,
            roll=step.roll,
        )
