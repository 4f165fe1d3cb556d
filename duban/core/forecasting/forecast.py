"""The forecast of a whole plan: both passes over every step of every initiative, from what really happened.

`outlook` looks at one initiative and takes others' forecasts as it finds them; here a delay goes through the whole
graph at once. Both count days alike.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import zip_longest
from types import MappingProxyType

import numpy as np

from duban.core.days.arrays import IntArray
from duban.core.forecasting.network import Pass
from duban.core.forecasting.network import critical_chain as links_to
from duban.core.forecasting.schedule import AS_IT_STANDS, Schedule
from duban.core.planning.dates import days_late
from duban.core.planning.order import together
from duban.core.planning.plan import ACTED_ON, StepRef


@dataclass(frozen=True, slots=True)
class Late:
    """A step expected after its deadline, by working days (1 or more).

    `chain` leads to it from the first step that is not over; that one is the `cause`, None where it is the step itself.
    `act_on` is the first of the chain at which acting helps, if there is one. `moves` are the steps of other
    initiatives that end later because this one does not end by its deadline, and by how many working days.
    """

    step: StepRef
    due: date
    finish: date
    days: int
    cause: StepRef | None
    act_on: StepRef | None
    chain: tuple[StepRef, ...]
    moves: Mapping[StepRef, int]


@dataclass(frozen=True, slots=True)
class Forecast:
    """For every step that is not over its expected and its latest last day, and the working days from one to the other.

    These are its slack (negative: too late). The latest day is towards the deadlines that are settled, else towards the
    end of the plan. `due` holds the deadlines, those that hang on steps which are not over as they are expected;
    `held_by` the step that decides when a step starts; `ends` the expected last day of every initiative that is not
    over. `late` is in the order of the plan.
    """

    finish: Mapping[StepRef, date]
    latest: Mapping[StepRef, date]
    slack: Mapping[StepRef, int]
    due: Mapping[StepRef, date]
    held_by: Mapping[StepRef, StepRef]
    ends: Mapping[str, date]
    late: tuple[Late, ...]

    def chain(self, step: StepRef) -> tuple[StepRef, ...]:
        """The critical chain to a step: from the first step that is not over to the step itself."""
        links = [step]
        while (before := self.held_by.get(links[-1])) is not None:
            links.append(before)
        return tuple(reversed(links))


def forecast(
    schedule: Schedule,
    finish: Mapping[int, int] = AS_IT_STANDS,
    due: Mapping[StepRef, date] = MappingProxyType({}),
) -> Forecast:
    """Forecast from how the plan stands; steps of which nothing is known yet have not begun.

    `finish` and `due` say what is otherwise taken of single steps: times by place, deadlines by name.
    Raises CalendarRange when a step is expected beyond the calendar.
    """
    early = schedule.early(finish=finish)
    open_ = np.flatnonzero(schedule.open).tolist()
    late = schedule.late(early)
    slacks = schedule.slack(early, late)
    holder = schedule.holders(early)
    last = dict(zip(map(schedule.ref, open_), schedule.days(early.finish[open_]), strict=True))
    latest = dict(zip(map(schedule.ref, open_), schedule.days(late.finish[open_]), strict=True))
    limits = {**_limits(schedule, early, open_), **due}
    return Forecast(
        finish=last,
        latest=latest,
        slack={schedule.ref(i): _slack(schedule, i, int(slacks[i]), latest, last) for i in open_},
        due=limits,
        held_by={schedule.ref(i): schedule.ref(int(holder[i])) for i in open_ if holder[i] >= 0},
        ends=_ends(last),
        late=tuple(_late(schedule, early, holder, last, limits)),
    )


def _slack(
    schedule: Schedule, place: int, slack: int, latest: Mapping[StepRef, date], last: Mapping[StepRef, date]
) -> int:
    """The slack of a step; late, it has not lost the days on which it rested."""
    ref, rested = schedule.ref(place), schedule.rested(place)
    return -days_late(schedule.calendar, latest[ref], last[ref], rested) if rested and slack < 0 else slack


def _limits(schedule: Schedule, early: Pass, open_: list[int]) -> dict[StepRef, date]:
    found = ((i, schedule.limit(i, early.finish)) for i in open_)
    return {schedule.ref(i): schedule.day(int(limit[0])) for i, limit in found if limit is not None}


def _ends(last: Mapping[StepRef, date]) -> dict[str, date]:
    ends: dict[str, date] = {}
    for ref, day in last.items():
        ends[ref.initiative] = max(day, ends.get(ref.initiative, day))
    return ends


def _late(
    schedule: Schedule,
    early: Pass,
    holder: IntArray,
    last: Mapping[StepRef, date],
    limits: Mapping[StepRef, date],
) -> Iterator[Late]:
    late = {schedule.place[ref]: due for ref, due in limits.items() if last[ref] > due}
    leading = _leading_elsewhere(schedule, holder)
    moves = _moves(schedule, early, {place: due for place, due in late.items() if place in leading})
    for place, due in late.items():
        ref = schedule.ref(place)
        chain = tuple(map(schedule.ref, links_to(holder, place)))
        yield Late(
            step=ref,
            due=due,
            finish=last[ref],
            days=days_late(schedule.calendar, due, last[ref], schedule.rested(place)),
            cause=chain[0] if len(chain) > 1 else None,
            act_on=next((one for one in chain if schedule.plan.step(one).kind in ACTED_ON), None),
            chain=chain,
            moves=moves.get(place, {}),
        )


def _leading_elsewhere(schedule: Schedule, holder: IntArray) -> set[int]:
    """The steps from which a critical chain leads into another initiative."""
    leading: set[int] = set()
    for place, before in enumerate(holder.tolist()):
        if before >= 0 and schedule.ref(before).initiative != schedule.ref(place).initiative:
            leading.update(links_to(holder, before))
    return leading


def _moves(schedule: Schedule, early: Pass, late: Mapping[int, date]) -> dict[int, dict[StepRef, int]]:
    """For each late step those elsewhere that would end earlier if it ended by its deadline, and by how many days.

    One pass does for one step of all initiatives that hang together: none moves what does not hang together with it.
    """
    home = together({name: {ref.initiative for ref in one.upstream} for name, one in schedule.plan.initiatives.items()})
    of: dict[str, list[int]] = {}
    for place in late:
        of.setdefault(home[schedule.ref(place).initiative], []).append(place)
    found: dict[int, dict[StepRef, int]] = {place: {} for place in late}
    for some in zip_longest(*of.values()):
        turn = {home[schedule.ref(place).initiative]: place for place in some if place is not None}
        in_time = schedule.early(finish={place: schedule.in_time(place, late[place]) for place in turn.values()})
        days = schedule.axis.between(in_time.finish, early.finish)[: len(schedule)]
        for moved in np.flatnonzero(days).tolist():
            ref = schedule.ref(moved)
            place = turn[home[ref.initiative]]
            if ref.initiative != schedule.ref(place).initiative:
                found[place][ref] = int(days[moved])
    return found
