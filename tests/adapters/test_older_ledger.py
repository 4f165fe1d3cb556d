"""A ledger that an older version wrote is whole, and goes on."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from duban.adapters.ledger_rules import Broken, verify
from duban.adapters.sql_ledger import SqlLedger, open_ledger
from duban.core.ledger.entries import SECOND
from duban.core.planning.lights import Rule
from duban.ports import Rate, RefusedVisit
from duban.service import Service
from tests.adapters.older_ledger import LAST_LOOK, MUSEUM, OFFICE, PLAN, older_ledger
from tests.bureau import COSMETICS, Hands


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that holds the older ledger."""
    sqlite = f"sqlite:///{tmp_path / 'ledger.db'}"
    address = sqlite if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    older_ledger(address)
    return address


@pytest.fixture
def ledger(url: str) -> Iterator[SqlLedger]:
    with open_ledger(url, PLAN) as opened:
        yield opened


def test_what_was_sealed_before_hashes_named_their_version_is_whole(ledger: SqlLedger) -> None:
    with ledger.stream() as entries:
        hashes = [entry.hash for entry in entries]
    assert len(hashes) == 92
    assert not [one for one in hashes if ":" in one]
    assert verify(ledger) is None


def test_a_change_of_it_is_still_named(url: str, ledger: SqlLedger) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        sqlite = engine.dialect.name == "sqlite"
        connection.exec_driver_sql(
            "DROP TRIGGER entry_no_update" if sqlite else "ALTER TABLE entry DISABLE TRIGGER USER"
        )
        connection.exec_driver_sql("UPDATE entry SET actor = 'li' WHERE initiative = 'cosmetics' AND sequence = 9")
    engine.dispose()
    assert verify(ledger) == Broken(COSMETICS, 9, "its content does not match its hash")


def test_reasons_in_words_are_gone_and_all_that_goes_on_is_due_at_the_next_patrol(ledger: SqlLedger) -> None:
    assert [row.reason for summary in ledger.summaries() for row in summary.steps if row.reason] == []
    assert sorted(ledger.due(LAST_LOOK, 10)) == [COSMETICS, MUSEUM]


def test_it_goes_on_with_reasons_as_figures_and_hashes_that_name_their_version(ledger: SqlLedger) -> None:
    before = {name: len(ledger.entries(name)) for name in ledger.initiatives()}
    service = Service(OFFICE, ledger, Hands(LAST_LOOK.replace(day=25)))
    for name in ledger.due(LAST_LOOK, 10):
        service.tick(name)
    reasons = {row.step: row.reason for summary in ledger.summaries() for row in summary.steps if row.reason}
    assert (reasons["check"].rule, reasons["check"].days) == (Rule.LATE, 13)
    added = ledger.entries(COSMETICS)[before[COSMETICS] :]
    assert {entry.hash[: len(SECOND)] for entry in added} == {SECOND}
    assert verify(ledger) is None


def test_it_puts_down_whom_the_desk_turns_away_and_who_had_what(ledger: SqlLedger) -> None:
    assert ledger.refused(LAST_LOOK) == {}
    ledger.note_refused(RefusedVisit(LAST_LOOK, "unknown-link", "192.0.2.1", ""))
    assert ledger.refused(LAST_LOOK) == {"unknown-link": 1}
    assert ledger.take(Rate("pins", 5, timedelta(hours=1)), "li", LAST_LOOK) == 1
    assert verify(ledger) is None
