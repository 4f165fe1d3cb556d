"""The clock that is believed, over a clock that is set by hand: nothing is decided by a time in doubt."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from duban.adapters.memory_ledger import MemoryLedger
from duban.belief import AGAIN, BelievedClock
from duban.core.deciding.commands import Command, Refused, Verb
from duban.core.planning.plan import StepRef
from duban.ports import Mark, Round, Rounder
from duban.service import Service
from tests.core.builders import initiative as made
from tests.core.builders import milestone, moment, office, work
from tests.test_service import Hand

DRAFT = StepRef("rules", "draft")
MONDAY = moment("2024-06-03")


class Told(MemoryLedger):
    """A ledger whose database has a clock of its own, where it has one."""

    told: datetime | None = None

    def clock(self) -> datetime | None:
        return self.told


@dataclass
class Machine:
    """A machine: its clock, which may be set, and how long it has run, which may not."""

    clock: Hand = field(default_factory=lambda: Hand(MONDAY))
    ledger: Told = field(default_factory=lambda: Told("p"))
    started: str = "first"
    ran: float = 1000.0

    witness: Callable[[], datetime | None] | None = None

    def process(self) -> Service:
        """A process of duban's on it."""
        rules = made(work("draft", home="rules", due="2024-06-14"), milestone("issued", "draft", home="rules"))
        bureau = office(replace(rules, id="rules"))
        clock = BelievedClock(self.clock, self.ledger, bureau, lambda: (self.started, self.ran), lambda: self.ran)
        clock = replace(clock, another=self.witness, witness=self.witness is not None)
        return Service(bureau, self.ledger, clock, belief=clock)

    def pass_by(self, length: timedelta, *, wrong: timedelta = timedelta(0)) -> "Machine":
        """Time passes, and the clock is put wrong beside."""
        self.ran += length.total_seconds()
        self.clock.moment += length + wrong
        return self

    def off(self, length: timedelta) -> "Machine":
        """It is off for a while, and starts again."""
        self.started, self.ran = f"{self.started}+", 10.0
        self.clock.moment += length
        return self


def believe(service: Service) -> None:
    """As a round does."""
    assert service.belief is not None
    service.belief.believe()


YEAR, MINUTE = timedelta(days=365), timedelta(minutes=1)


@pytest.fixture
def machine() -> Machine:
    """One on which a round has just been made."""
    machine = Machine()
    service = machine.process()
    service.tick("rules")
    believe(service)
    return machine


@contextmanager
def unchanged(machine: Machine) -> Iterator[None]:
    before = list(machine.ledger.entries("rules"))
    yield
    assert list(machine.ledger.entries("rules")) == before


@pytest.mark.parametrize("wrong", [YEAR, -YEAR, timedelta(days=9), -timedelta(days=1)])
@pytest.mark.parametrize("told", [False, True])
def test_a_clock_put_wrong_decides_nothing_and_put_right_goes_on(
    machine: Machine, wrong: timedelta, told: bool
) -> None:
    living = machine.process()
    living.clock.now()
    machine.pass_by(MINUTE, wrong=wrong)
    machine.ledger.told = machine.clock.moment - wrong if told else None
    for service in (living, machine.process()):
        doubt = service.doubt()
        assert doubt is not None
        assert (doubt.now, doubt.last) == (machine.clock.moment, MONDAY)
        with unchanged(machine):
            service.tick("rules")
            believe(service)
            with pytest.raises(Refused, match="时间存疑") as refused:
                service.act(Command(Verb.SIGN, DRAFT, "officer"))
        assert refused.value.code == "time-in-doubt"
        assert service.clock.now() == MONDAY, "time stands still"
    machine.pass_by(timedelta(seconds=AGAIN), wrong=-wrong)
    for service in (living, machine.process()):
        assert service.doubt() is None
        assert service.clock.now() == machine.clock.moment


def test_a_machine_that_ran_on_without_us_is_believed_however_long(machine: Machine) -> None:
    machine.pass_by(timedelta(days=30))
    machine.ledger.told = machine.clock.moment + YEAR  # which is another machine's business
    assert machine.process().doubt() is None


def test_a_machine_that_was_off_is_believed_over_a_holiday_and_when_the_database_says_so(machine: Machine) -> None:
    machine.off(timedelta(days=3))
    assert machine.process().doubt() is None
    machine.off(timedelta(days=30))
    assert machine.process().doubt() is not None, "nothing bears it out"
    machine.ledger.told = machine.clock.moment
    assert machine.process().doubt() is None


def test_how_long_a_machine_ran_proves_nothing_where_its_clock_was_not_the_databases(machine: Machine) -> None:
    machine.ledger.told = machine.clock.moment + timedelta(days=20)
    believe(machine.process())
    machine.clock.moment = machine.ledger.told  # put right at last
    assert machine.process().doubt() is None


def test_off_linux_the_database_is_asked(machine: Machine) -> None:
    machine.pass_by(MINUTE, wrong=YEAR)
    service = machine.process()
    assert service.belief is not None
    blind = replace(service.belief, running=lambda: None)
    assert blind.doubt() is not None
    machine.ledger.told = machine.clock.moment
    assert replace(blind).doubt() is None


class TestAnAddressThatTellsTheTime:
    def test_a_machine_that_starts_with_a_wrong_clock_beside_its_own_database_is_not_believed(
        self, machine: Machine
    ) -> None:
        right = machine.clock.moment
        machine.off(YEAR)
        machine.ledger.told = machine.clock.moment  # the same machine's
        assert machine.process().doubt() is None, "there is nothing else to ask"
        machine.witness = lambda: right
        service = machine.process()
        doubt = service.doubt()
        assert doubt is not None
        assert (doubt.told, service.clock.now()) == (right, MONDAY)
        with unchanged(machine):
            service.tick("rules")
            believe(service)

    def test_nor_is_one_whose_clock_does_not_leap_but_is_not_right(self, machine: Machine) -> None:
        machine.off(timedelta(days=1))
        right, wrong = machine.clock.moment - timedelta(hours=20), machine.clock.moment
        machine.witness = lambda: right
        assert machine.process().doubt() is not None
        machine.clock.moment = right
        assert machine.process().doubt() is None
        machine.clock.moment = wrong
        machine.witness = lambda: None
        assert machine.process().doubt() is None, "it does not tell, and nothing leaps"

    def test_one_that_was_off_for_weeks_goes_on_by_itself(self, machine: Machine) -> None:
        machine.off(timedelta(days=30))
        machine.witness = lambda: machine.clock.moment
        assert machine.process().doubt() is None

    def test_while_it_does_not_tell_a_leap_stays_in_doubt_whatever_the_database_says(self, machine: Machine) -> None:
        machine.off(timedelta(days=30))
        machine.ledger.told = machine.clock.moment
        machine.witness = lambda: None
        assert machine.process().doubt() is not None

    def test_it_is_not_asked_while_the_machine_runs_on(self, machine: Machine) -> None:
        asked = list[int]()
        machine.witness = lambda: asked.append(1)
        machine.pass_by(timedelta(days=1)).process().doubt()
        assert asked == []


def test_acts_count_as_moments_that_were_believed(machine: Machine) -> None:
    for _ in range(4):
        machine.off(timedelta(days=2))
        service = machine.process()
        service.act(Command(Verb.REPORT, DRAFT, "officer", progress=machine.clock.moment.day))
    assert machine.clock.moment == MONDAY + timedelta(days=8)


def test_before_there_are_marks_the_last_patrol_counts() -> None:
    machine = Machine()
    machine.process().tick("rules")
    machine.pass_by(timedelta(days=20))
    machine.ledger.note_round(Rounder.PATROL, Round(machine.clock.moment))
    assert machine.process().doubt() is None


def test_what_a_person_confirms_is_believed_and_what_was_stored_under_a_wrong_clock_counts_no_more(
    machine: Machine,
) -> None:
    machine.off(YEAR)
    service = machine.process()
    assert service.belief is not None
    assert service.belief.confirm() == machine.clock.moment
    assert (service.doubt(), machine.process().doubt()) == (None, None)
    service.tick("rules")  # it was wrong all the same
    machine.off(-YEAR)
    service = machine.process()
    assert service.belief is not None
    assert service.doubt() is not None
    service.belief.confirm()
    for _ in range(3):
        machine.off(timedelta(days=1))
        later = machine.process()
        assert later.doubt() is None, "though the last entries are of a year later"
        believe(later)
    assert machine.ledger.marks()[Mark.BELIEVED].at == machine.clock.moment


def test_without_belief_every_moment_is(machine: Machine) -> None:
    service = replace(machine.process(), belief=None)
    assert service.doubt() is None
    service.trusted()
