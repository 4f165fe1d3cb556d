"""What a wrong clock did is taken back: the weeks after it are those of a bureau whose clock was never wrong."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest

from duban.adapters.memory_ledger import MemoryLedger
from duban.carrying import Letter, Outcome
from duban.core.deciding.decide import decide
from duban.core.deciding.disregarding import WrongTime
from duban.core.deciding.office import Office
from duban.core.ledger.entries import first_broken
from duban.core.ledger.summary import Light
from duban.core.planning.plan import StepRef
from duban.core.rehearsing.day import turns
from duban.core.rehearsing.owners import Owners
from duban.core.rehearsing.profile import Profile
from duban.outbox import deliver_due
from duban.ports import Commit, Ledger, Rate
from duban.service import Service
from duban.undoing import TakingBack, take_back
from tests.bureau import plain
from tests.core.builders import action, initiative, period
from tests.core.test_rehearsing import bureau
from tests.test_rehearsal_service import PROFILE, Clock, office

YEAR, DAY = timedelta(days=365), timedelta(days=1)
WRONG = date.min
"""The day under which is kept what a wrong clock sent."""


class Died(BaseException):
    """The process was killed."""


class Dying(MemoryLedger):
    """A ledger whose process dies once it has stored so much."""

    left: int | None = None

    def commit(self, *commits: Commit) -> None:
        if self.left == 0:
            raise Died
        super().commit(*commits)
        if self.left:
            self.left -= 1


@dataclass
class Dated:
    """A carrier that keeps what it carried, by the day on which it really did."""

    today: date = WRONG
    letters: dict[date, list[tuple[str, str, str]]] = field(default_factory=lambda: defaultdict(list))

    def deliver(self, letter: Letter, now: datetime) -> Outcome:
        self.letters[self.today].append((letter.recipient, letter.subject, letter.text))
        return Outcome(True, "已入信箱")


@dataclass
class Living:
    """A bureau that lives from day to day: people act on working mornings, and the patrol looks on every day."""

    office: Office
    ledger: Ledger = field(default_factory=lambda: MemoryLedger("p"))
    carrier: Dated = field(default_factory=Dated)
    owners: Owners = field(default_factory=lambda: Owners(Profile.model_validate(PROFILE)))
    lights: dict[date, Mapping[str, Light]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = Clock(self.office.at(self.office.plan.starts, self.office.policy.hours.first))
        self.service = Service(self.office, self.ledger, self.clock)

    def live(self, until: date, *, acting: bool = True) -> "Living":
        """Live through days up to and including one."""
        while (today := self.clock.moment.date()) <= until:
            self.carrier.today = today
            if acting and self.office.calendar.is_working(today):
                self.act()
            self.round()
            rows = ((one.initiative, row) for one in self.ledger.summaries() for row in one.steps)
            self.lights[today] = {f"{name}/{row.step}": row.light for name, row in rows}
            self.clock.moment = self.office.at(today + DAY, self.office.policy.hours.first)
        return self

    def act(self) -> None:
        for name in turns(self.office.plan):
            view = self.service.view(name)
            decided = decide(view.look, view.state)
            for command in self.owners.conduct(view.look, decided.state, decided.deadlines):
                self.service.act(command)

    def round(self) -> None:
        """The patrols of a day: in the morning, and when digests go out."""
        today = self.clock.moment
        self.patrol()
        self.clock.moment = self.office.at(today.date(), self.office.policy.digest)
        self.patrol()

    def patrol(self) -> None:
        while names := self.service.due():
            for name in names:
                for ref in self.service.tick(name).decision.actions:
                    self.service.start_action(ref)
                    self.service.end_action(ref, "办理")
        if deliver_due(self.service, self.carrier, plain):
            self.patrol()

    def wrong(self, ahead: timedelta) -> "Living":
        """The patrols of a day by a clock that is wrong, on the evening before."""
        right = self.clock.moment
        self.clock.moment = self.office.morning(self.office.calendar.next_working((right + ahead).date()))
        self.carrier.today = WRONG
        self.round()
        self.clock.moment = right
        return self

    def taken_back(self, since: datetime) -> "Living":
        take_back(self.service, TakingBack(WrongTime(since), "administrator", "服务器时钟曾误为次年"))
        return self


DAYS = [date(2024, 6, 6), date(2024, 6, 20), date(2024, 7, 8)]


@pytest.fixture(scope="module")
def undisturbed() -> Living:
    """A summer whose clock was never wrong."""
    return Living(office()).live(DAYS[-1] + timedelta(days=30))


@pytest.fixture(scope="module")
def idle() -> Living:
    """The same if nobody does anything: letters come of time alone."""
    return Living(office()).live(DAYS[1] + timedelta(days=30), acting=False)


@pytest.mark.parametrize(("day", "ahead"), zip(DAYS, (YEAR, timedelta(days=20), 2 * YEAR), strict=True))
def test_the_weeks_after_it_are_those_of_a_clock_that_was_right(
    undisturbed: Living, day: date, ahead: timedelta
) -> None:
    disturbed = Living(office()).live(day)
    since = disturbed.clock.moment + timedelta(hours=1)
    disturbed.wrong(ahead).taken_back(since).live(day + timedelta(days=30))
    same(disturbed, undisturbed, day)


@pytest.mark.parametrize("gap", [0, 3])
@pytest.mark.parametrize("ahead", [YEAR, None])
def test_so_they_are_where_it_is_found_out_later_or_ran_ahead_to_a_day_on_which_people_are_written_to(
    idle: Living, ahead: timedelta | None, gap: int
) -> None:
    day, found_out = DAYS[0], DAYS[0] + gap * DAY
    following = min(written for written in idle.carrier.letters if written > found_out)
    disturbed = Living(office()).live(day, acting=False)
    since = disturbed.clock.moment + timedelta(minutes=1)
    disturbed.wrong(ahead or following - disturbed.clock.moment.date())
    disturbed.live(found_out, acting=False).taken_back(since).live(found_out + timedelta(days=30), acting=False)
    same(disturbed, idle, found_out)


def same(disturbed: Living, undisturbed: Living, since: date) -> None:
    """Lights after a day, and letters on each: those that a wrong clock sent are of no day."""
    assert disturbed.carrier.letters.pop(WRONG)
    last = max(disturbed.lights)
    assert {today: lights for today, lights in disturbed.lights.items() if today > since} == {
        today: lights for today, lights in undisturbed.lights.items() if since < today <= last
    }
    assert disturbed.carrier.letters == {
        today: letters for today, letters in undisturbed.carrier.letters.items() if today <= last
    }
    for name in disturbed.ledger.initiatives():
        assert first_broken(disturbed.ledger.entries(name)) is None


def test_left_as_it_is_the_weeks_after_it_are_others(undisturbed: Living) -> None:
    disturbed = Living(office()).live(DAYS[0]).wrong(YEAR).live(DAYS[0] + timedelta(days=10))
    assert disturbed.lights[DAYS[0] + timedelta(days=10)] != undisturbed.lights[DAYS[0] + timedelta(days=10)]


def test_cut_short_it_is_run_again_and_does_the_rest() -> None:
    """After each transaction in turn its process dies."""
    whole = Living(office()).live(DAYS[1])
    since = whole.clock.moment + timedelta(hours=1)
    whole.wrong(YEAR)
    cut = Living(office(), ledger=Dying("p")).live(DAYS[1]).wrong(YEAR)
    whole.taken_back(since)
    assert isinstance(cut.ledger, Dying)
    deaths = 0
    while True:
        cut.ledger.left = 1
        try:
            cut.taken_back(since)
        except Died:
            deaths += 1
        else:
            break
    assert deaths > 2
    for name in whole.ledger.initiatives():
        assert cut.ledger.entries(name) == whole.ledger.entries(name)
    assert sorted(cut.ledger.notices()) == sorted(whole.ledger.notices())


def test_what_was_held_against_somebody_by_that_clock_is_forgotten() -> None:
    living = Living(office()).live(DAYS[0])
    rate, since = Rate("rest", 1, timedelta(hours=1)), living.clock.moment + timedelta(hours=1)
    living.ledger.take(rate, "mail", living.clock.moment + YEAR)
    living.wrong(YEAR)
    assert not living.ledger.take(rate, "mail", living.clock.moment)
    living.taken_back(since)
    assert living.ledger.take(rate, "mail", living.clock.moment)


def test_an_action_that_ran_at_a_wrong_time_runs_once_more_on_its_day_under_another_key() -> None:
    plan = bureau(initiative(period("notice", days="10 days"), action("bulletin", "notice")))
    living, ref = Living(plan).live(DAYS[0], acting=False), StepRef("here", "bulletin")
    right, since = living.clock.moment, living.clock.moment + timedelta(hours=1)
    living.clock.moment += YEAR
    living.service.tick("here")
    wrong = living.service.start_action(ref)
    living.service.end_action(ref, "已发")
    living.clock.moment = right
    living.taken_back(since)
    assert living.service.tick("here").decision.actions == ()
    living.clock.moment = right + timedelta(days=14)
    assert living.service.tick("here").decision.actions == (ref,)
    again = living.service.start_action(ref)
    assert (again != wrong, living.service.start_action(ref)) == (True, again)
    assert living.service.end_action(ref, "已发") is not None
    assert living.service.end_action(ref, "已发") is None
