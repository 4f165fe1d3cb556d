"""What every ledger promises about its figures: they are what was stored, and what was counted with it."""

from datetime import timedelta

import pytest

from duban.core.ledger.notices import Delivery
from duban.core.ledger.readings import CONFLICTS, TICKS, WAITED
from duban.core.ledger.summary import Light
from duban.ports import Commit, Ledger, Mark, Round, Rounder
from tests.contracts.samples import BRIDGES, MINUTE, NOW, ROADS, SCHOOLS, append, notice, report, summary


def test_an_empty_ledger_has_none(ledger: Ledger) -> None:
    found = ledger.readings(NOW)
    assert (found.entries, found.chains, found.lights, found.waiting, found.unsent) == (0, 0, {}, 0, 0)
    assert (found.waiting_since, found.unsent_since, found.counted) == (None, None, {})
    assert found.size >= 0


def test_entries_chains_and_lights_are_those_there_are(ledger: Ledger) -> None:
    append(ledger, report(1), report(2), report(3))
    append(ledger, report(1), initiative=ROADS)
    for name, light in ((BRIDGES, Light.RED), (ROADS, Light.RED), (SCHOOLS, Light.GREEN)):
        ledger.commit(Commit(name, (), summary(name, sequence=len(ledger.entries(name)), light=light, look_again=None)))
    found = ledger.readings(NOW)
    assert (found.entries, found.chains) == (4, 2)
    assert found.lights == {Light.RED: 2, Light.GREEN: 1}


def test_who_waits_is_counted_once_since_the_first_moment(ledger: Ledger) -> None:
    ledger.commit(Commit(ROADS, (), summary(ROADS, look_again=NOW - 3 * MINUTE)))
    ledger.commit(Commit(SCHOOLS, (), summary(SCHOOLS, look_again=NOW + MINUTE)))
    ledger.wake([ROADS, BRIDGES], NOW - MINUTE)
    found = ledger.readings(NOW)
    assert (found.waiting, found.waiting_since) == (2, NOW - 3 * MINUTE)


def test_letters_that_are_due_are_counted(ledger: Ledger) -> None:
    rows = [notice("one", next_try=NOW - MINUTE), notice("two", next_try=NOW + MINUTE),
            notice("three", next_try=None, delivery=Delivery.SENT, ended_at=NOW)]  # fmt: skip
    ledger.commit(Commit(BRIDGES, (), notices=tuple(rows)))
    found = ledger.readings(NOW)
    assert (found.unsent, found.unsent_since) == (1, NOW - MINUTE)


def test_rounds_are_counted_and_marks_are_not(ledger: Ledger) -> None:
    for by in (Rounder.PATROL, Rounder.PATROL, Rounder.SEAL, Mark.BELIEVED):
        ledger.note_round(by, Round(NOW))
    assert ledger.readings(NOW).counted == {"rounds/patrol": 2, "rounds/seal": 1}


def test_what_a_transaction_names_is_counted_with_it_or_not_at_all(ledger: Ledger) -> None:
    ledger.commit(Commit(BRIDGES, (), counted=(TICKS,)), Commit(ROADS, (), counted=(TICKS, CONFLICTS, CONFLICTS)))
    with pytest.raises(ValueError, match="after the last one"):
        ledger.commit(Commit(BRIDGES, (), summary(BRIDGES, sequence=7), counted=(TICKS,)))
    assert ledger.readings(NOW).counted == {TICKS: 2, CONFLICTS: 2}


def test_how_long_a_wake_has_waited_is_counted_where_it_is_answered(ledger: Ledger) -> None:
    ledger.wake([BRIDGES], NOW)
    ledger.wake([BRIDGES], NOW + timedelta(seconds=3))
    answered = ledger.wakes(BRIDGES)
    ledger.wake([BRIDGES], NOW + MINUTE)
    ledger.commit(Commit(BRIDGES, (), woken=answered, at=NOW + timedelta(seconds=4)))
    assert ledger.readings(NOW).counted == {"waited/5": 1, WAITED: 40}
    assert ledger.readings(NOW + MINUTE).waiting_since == NOW + MINUTE


def test_what_is_counted_is_never_forgotten_with_rates(ledger: Ledger) -> None:
    ledger.commit(Commit(BRIDGES, (), counted=(TICKS,)))
    ledger.forget_taken(NOW + timedelta(days=36_500))
    assert ledger.readings(NOW).counted == {TICKS: 1}
