"""What a suspension takes out of a limit, and that deadline and forecast say the same of it: by values, and day by day.

The year is 2026: spring festival from 15 to 23 February, the 14th and the 28th worked; 4 to 6 April a holiday.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from duban.core.days.workdays import DayUnit
from duban.core.deciding.commands import Refused
from duban.core.deciding.deadlines import days_left
from duban.core.forecasting.facts import facts_of
from duban.core.forecasting.forecast import forecast
from duban.core.forecasting.schedule import Schedule
from duban.core.ledger.entries import EntryKind
from duban.core.ledger.summary import CLOSED
from duban.core.planning.lights import Rule
from duban.core.planning.plan import HUMAN, Step
from duban.core.planning.when import OnDate, Relative
from tests.core.builders import Story, calendar, day, milestone, period, work

DAY = timedelta(days=1)


def due(story: Story, step: str = "x") -> str:
    return str(story.row(step).due)


def rested(story: Story, first: str, back: str, step: str = "x") -> Story:
    """The step rests from a day up to the day before another."""
    return story.on(first).act("head", "suspend", step, "等上级意见").on(back).act("head", "resume", step)


def after_a(when: str) -> Story:
    story = Story(work("a"), work("x", "a", due=when, days=60), on="2026-01-20")
    return story.on("2026-01-26").act("officer", "submit", "a")


# The unit of a limit -------------------------------------------------------------------------------------------------


def test_a_limit_in_calendar_days_grows_by_calendar_days() -> None:
    story = after_a("60 days after a")
    assert due(story) == "2026-03-27"
    assert due(rested(story, "2026-02-14", "2026-02-24")) == "2026-04-07"  # 6 April is a holiday


def test_a_limit_in_working_days_grows_by_working_days() -> None:
    story = after_a("40 working days after a")
    assert due(story) == "2026-03-27"
    assert due(rested(story, "2026-02-14", "2026-02-24")) == "2026-03-30"  # one of the ten days was worked


def test_a_persons_own_time_in_calendar_days_grows_by_calendar_days_and_is_forecast_so() -> None:
    story = rested(Story(work("x", days="60 days"), on="2026-01-26"), "2026-02-14", "2026-02-24")
    assert due(story) == "2026-04-07"
    assert story.row("x").forecast == day("2026-04-07")


def test_a_day_off_at_the_end_is_put_off_once_and_not_before_the_suspension() -> None:
    story = Story(work("x", days="5 days"), on="2026-03-02")
    assert due(story) == "2026-03-09"  # the 7th is a Saturday
    assert due(rested(story, "2026-03-04", "2026-03-05")) == "2026-03-09"  # the 8th is a Sunday


def test_nobody_is_due_on_a_day_on_which_nothing_may_be_done() -> None:
    story = Story(work("x", days="5 days"), on="2026-03-02")
    assert due(rested(story, "2026-03-08", "2026-03-11")) == "2026-03-11"
    nought = Story(work("x", days=0), on="2026-03-02").act("head", "suspend", "x", "等意见")
    assert due(nought.on("2026-03-04").act("head", "resume", "x")) == "2026-03-04"


def test_the_day_a_limit_begins_on_is_not_counted_and_so_not_given_back() -> None:
    story = Story(work("x", days=5), on="2026-03-02").act("head", "suspend", "x", "等意见")
    assert due(story.on("2026-03-04").act("head", "resume", "x")) == "2026-03-10"


def test_what_was_suspended_before_a_limit_began_to_run_takes_nothing_from_it() -> None:
    for when in ("10 working days after 2026-03-02", "14 days after 2026-03-02"):
        story = Story(work("x", due=when), on="2026-02-02")
        assert due(rested(story, "2026-02-05", "2026-02-10")) == "2026-03-16"


def test_a_day_written_out_grows_by_working_days_an_extension_as_the_limit_it_extends() -> None:
    assert due(rested(Story(work("x", due="2026-03-27"), on="2026-02-02"), "2026-02-14", "2026-02-24")) == "2026-03-30"
    for when, then in (("60 days after a", "2026-04-20"), ("40 working days after a", "2026-04-13")):
        story = after_a(when).act("officer", "extend", "x", "等批复", to="2026-04-10")
        assert due(rested(story.act("leader", "grant", "x"), "2026-02-14", "2026-02-24")) == then


def test_an_extension_to_a_day_off_stays_there_until_days_are_given_back() -> None:
    story = (
        after_a("60 days after a").act("officer", "extend", "x", "等批复", to="2026-04-11").act("leader", "grant", "x")
    )
    assert due(story) == "2026-04-11"
    assert due(rested(story, "2026-02-24", "2026-02-25")) == "2026-04-13"


# Credit --------------------------------------------------------------------------------------------------------------


def told_by_the_plan(story: Story, was: str, **said: object) -> Story:
    story.replanned(*[work("x", **said) if step.id == "x" else step for step in story.initiative.steps.values()])
    return story.happens(EntryKind.REPLANNED, "x", moved=was)


def test_what_was_given_back_stays_when_the_plan_gives_another_length() -> None:
    story = rested(Story(work("x", days=10), on="2026-03-02"), "2026-03-04", "2026-03-09")
    assert due(story) == "2026-03-19"
    assert due(told_by_the_plan(story, "2026-03-16", days=15)) == "2026-03-26"


def test_what_was_given_back_stays_when_the_plan_gives_another_unit_or_another_beginning() -> None:
    story = rested(Story(work("x", days=10), on="2026-03-02"), "2026-03-04", "2026-03-09")
    assert due(told_by_the_plan(story, "2026-03-16", days="20 days")) == "2026-03-27"  # 22 March and five days
    assert due(told_by_the_plan(story, "2026-03-22", due="15 working days after 2026-03-03")) == "2026-03-27"


def test_what_was_given_back_stays_beside_an_extension() -> None:
    story = Story(work("a"), work("x", "a", due="10 working days after a"), on="2026-02-27")
    story.on("2026-03-02").act("officer", "submit", "a")
    rested(story, "2026-03-04", "2026-03-09").act("officer", "extend", "x", "等批复", to="2026-03-20")
    assert due(story.act("leader", "grant", "x")) == "2026-03-20"
    story.write(*story.decision.drafts)
    story.replanned(work("a"), work("x", "a", due="12 working days after a"))  # not said to move: an older ledger
    assert due(story) == "2026-03-23"


def test_a_day_the_plan_writes_anew_is_taken_as_it_stands() -> None:
    story = rested(Story(work("x", due="2026-03-16"), on="2026-03-02"), "2026-03-04", "2026-03-09")
    assert due(story) == "2026-03-19"
    told_by_the_plan(story, "2026-03-16", due="2026-03-24")
    assert due(story) == "2026-03-24"
    assert due(rested(story, "2026-03-11", "2026-03-12")) == "2026-03-25"


# Day by day ----------------------------------------------------------------------------------------------------------


class Oracle:
    """What holds of a story, from its entries and the plan alone: one day after another is looked at and counted."""

    def __init__(self, story: Story) -> None:
        self.story, self.today = story, story.look.today
        self.opened, self.finished, self.submitted = {}, {}, {}
        self.rests: dict[str, set[date]] = {name: set() for name in story.initiative.steps}
        self.extended: dict[str, tuple[date, date]] = {}
        since: dict[str, date] = {}
        for entry in story.entries:
            match entry.kind:
                case EntryKind.OPENED:
                    self.opened[entry.step] = day(entry.data["day"])
                case EntryKind.COMPLETED:
                    self.finished[entry.step] = day(entry.data["day"])
                case EntryKind.SUBMITTED:
                    self.submitted[entry.step] = entry.day
                case EntryKind.SUSPENDED:
                    since[entry.step] = entry.day
                case EntryKind.RESUMED:
                    self.rests[entry.step] |= set(days(since.pop(entry.step), entry.day))
                case EntryKind.EXTENSION_GRANTED:
                    self.extended[entry.step] = entry.day, day(entry.data["to"])
        self.resting = set(since)
        for name, first in since.items():
            self.rests[name] |= set(days(first, self.working(self.today)))

    def known(self, other: str, to: str) -> date | None:
        """The last day of another step, as far as one had known it: of what is closed no more is learnt."""
        closed = list(self.finished)
        late = to in closed and other in closed and closed.index(other) > closed.index(to)
        return None if late else self.finished.get(other)

    def working(self, one: date) -> date:
        """The first working day from a day on."""
        while not calendar().is_working(one):
            one += DAY
        return one

    def counted(self, name: str, since: date, count: int, unit: DayUnit) -> date:
        """The day on which so many days have been counted, of those on which the step did not rest."""
        one = since
        while count:
            one += DAY
            if one not in self.rests[name] and (unit is DayUnit.CALENDAR or calendar().is_working(one)):
                count -= 1
        return one

    def free(self, name: str, one: date) -> date:
        """The first working day from a day on, on which the step did not rest."""
        while one in self.rests[name] or not calendar().is_working(one):
            one += DAY
        return one

    def pushed(self, name: str, limit: date, since: date, unit: DayUnit) -> date:
        """A day that was named, later by one day for each day of rest before it."""
        one = limit
        for rest in sorted(other for other in self.rests[name] if other >= since):
            if rest > one:
                break
            if unit is DayUnit.CALENDAR:
                one += DAY
            elif calendar().is_working(rest):
                one = self.working(self.working(one) + DAY)
        return limit if one == limit and one not in self.rests[name] else self.free(name, one)

    def due(self, step: Step) -> date | None:
        """The deadline of a step."""
        name, unit, limit = step.id, DayUnit.WORKING, None
        if isinstance(step.due, OnDate):
            limit = self.pushed(name, step.due.day, date.min, unit)
        elif isinstance(step.due, Relative):
            anchor = self.known(step.due_anchor[0].step, name)
            unit = step.due.unit
            limit = anchor and self.free(name, self.counted(name, anchor, step.due.amount, unit))
        elif step.kind in HUMAN and name in self.opened:
            unit = step.duration.unit
            limit = self.free(name, self.counted(name, self.opened[name], step.duration.likely, unit))
        if limit and name in self.extended:
            granted, to = self.extended[name]
            limit = max(limit, self.pushed(name, to, granted, unit))
        return limit

    def days_late(self, name: str, limit: date, until: date) -> int:
        """How many working days have passed since a deadline, of those on which the step did not rest."""
        passed = [one for one in days(limit + DAY, until + DAY) if calendar().is_working(one)]
        return max(1, len([one for one in passed if one not in self.rests[name]]))

    def ends(self) -> dict[str, date]:
        """When every step ends, or is expected to."""
        found: dict[str, date] = {}
        for name, step in self.story.initiative.steps.items():
            soonest, length = self.working(self.today), step.duration
            if name in self.finished:
                found[name] = self.finished[name]
            elif name in self.submitted:
                found[name] = soonest
            elif name in self.opened:
                last = self.counted(name, self.opened[name], length.likely, length.unit)
                found[name] = last if step.kind not in HUMAN else max(soonest, self.free(name, last))
            else:
                ready = max([found[need.step] for need in step.needs], default=self.today)
                ready = max(ready, soonest if name in self.resting else self.today)
                last = self.counted(name, ready, length.likely, length.unit)
                found[name] = self.working(last) if step.kind in HUMAN else last
        return found


def days(first: date, end: date) -> Iterator[date]:
    """The days from a first one up to but not including the end."""
    while first < end:
        yield first
        first += DAY


def random_graph(dice: random.Random) -> list[Step]:
    """Up to six steps, some periods and milestones, with dates and durations in both units."""
    made: list[Step] = []
    for place in range(dice.randint(1, 6)):
        name, before = f"s{place}", [step.id for step in made]
        needs = " ".join(dice.sample(before, min(len(before), dice.randint(0, 2))))
        build = dice.choice((work, work, work, period, milestone))
        said: dict[str, object] = {} if build is milestone else {"days": length(dice)}
        match dice.randint(0, 3):
            case 0:
                said["due"] = str(date(2026, 2, 1) + dice.randint(0, 120) * DAY)
            case 1 if before:
                unit = dice.choice(("days", "working days"))
                said["due"] = f"{dice.randint(0, 40)} {unit} after {dice.choice(before)}"
        if build is work and dice.random() < 0.3:
            said["review"] = "law"
        made.append(build(name, needs, **said))
    return made


def length(dice: random.Random) -> int | str:
    return f"{dice.randint(0, 40)} days" if dice.random() < 0.4 else dice.randint(0, 20)


OTHERS = ("officer", "submit"), ("officer", "extend"), ("judge", "approve")


def acts(story: Story, dice: random.Random) -> Iterator[Story]:
    """Days go by, and people do what they may: mostly they suspend and resume."""
    names = list(story.initiative.steps)
    for _ in range(dice.randint(3, 12)):
        story.on(story.now + timedelta(days=dice.choice((0, 1, 1, 2, 3, 5, 8, 13, 30))))
        name, status = dice.choice(names), story.status
        resting = [other for other in names if status[other] == "suspended"]
        who, verb = dice.choice((*[("head", "suspend")] * 2, *OTHERS))
        if resting and dice.random() < 0.6:
            name, who, verb = dice.choice(resting), "head", "resume"
        to = str(story.look.today + dice.randint(1, 60) * DAY) if verb == "extend" else ""
        try:
            story.act(who, verb, name, "情况", to=to)
            if verb == "extend":
                story.act("leader", "grant", name)
        except Refused:
            pass
        yield story.on(story.now + timedelta(days=dice.choice((0, 0, 1, 2))))


def agree(story: Story) -> None:
    """What is decided and what is forecast are what the oracle counts."""
    oracle, decision = Oracle(story), story.decision
    ends = oracle.ends()
    schedule = Schedule(story.office.plan, calendar(), facts_of([(story.look, decision)]), story.look.today)
    seen = forecast(schedule)
    late = {one.step.step: one.days for one in seen.late}
    for name, step in story.initiative.steps.items():
        row = decision.rows[name]
        if row.status not in CLOSED and row.due and row.due < story.look.today:
            today = oracle.working(story.look.today) if name in oracle.resting else story.look.today
            days = oracle.days_late(name, row.due, today)
            assert days_left(story.look, decision.state.step(name), row.due) == -days, name
            assert row.reason is None or row.reason.rule is not Rule.LATE or row.reason.days == days, name
        if row.due and name in late:
            assert late[name] == oracle.days_late(name, row.due, ends[name]), name
        judged = row.status in CLOSED and row.due is None  # it closed while what its limit runs from was open
        assert judged or row.due == oracle.due(step), name
        assert (row.finished or row.forecast) == ends[name], name
        if row.status not in CLOSED:
            assert seen.finish[step.ref] == ends[name], name
            assert row.due is None or seen.due[step.ref] == row.due, name


GRAPHS = 1000


@pytest.mark.long_story
@pytest.mark.parametrize("lot", [0, 1, 2, *(pytest.param(lot, marks=pytest.mark.slow) for lot in range(3, 10))])
def test_deadlines_and_forecasts_are_what_one_counts_day_by_day(lot: int) -> None:
    for seed in range(lot * GRAPHS // 10, (lot + 1) * GRAPHS // 10):
        dice = random.Random(seed)  # noqa: S311  the same graphs every time
        story = Story(*random_graph(dice), on=f"2026-01-{dice.randint(5, 31):02}", starts="2026-01-01")
        for _ in acts(story, dice):
            try:
                agree(story)
            except AssertionError as wrong:
                raise AssertionError(f"graph {seed} on {story.look.today}: {wrong}") from wrong
