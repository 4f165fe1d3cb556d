"""A ledger of every earlier schema, with all its data, is brought up to date: whole, and every figure the same."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, create_engine, insert, select

from duban.adapters import migrations
from duban.adapters.ledger_rules import verify
from duban.adapters.ledger_tables import METADATA
from duban.adapters.ledger_version import LATEST, VERSION_TABLE
from duban.adapters.sql_ledger import SqlLedger, open_ledger
from duban.cli.ledger.rebuild import rebuild_derived
from duban.core.deciding.decide import decide
from duban.core.ledger.entries import SECOND
from duban.ports import LedgerUnusable, RefusedVisit, Round, Rounder
from duban.service import Service
from tests.adapters.older_ledger import LAST_LOOK, OFFICE, PLAN, migrate, older_ledger
from tests.bureau import Hands

VERSIONS = sorted(one.revision for one in ScriptDirectory(Path(migrations.__path__[0])).walk_revisions())
GONE: Mapping[str, Mapping[str, Any]] = {"initiative_summary": {"reason": "逾期"}}
"""What tables had once and have no more, with what stood there."""

LATER = LAST_LOOK.replace(day=25)

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A ledger that an older version began and this one went on with."""
    address = f"sqlite:///{tmp_path_factory.mktemp('worked') / 'ledger.db'}"
    older_ledger(address)
    with open_ledger(address, PLAN) as ledger:
        service = service_on(ledger)
        for name in ledger.due(LAST_LOOK, 10):
            service.tick(name)
        ledger.note_round(Rounder.PATROL, Round(LATER, "已巡查"))
        ledger.note_refused(RefusedVisit(LATER, "unknown-link", "192.0.2.1", ""))
        rebuild_derived(service)
    return address


def service_on(ledger: SqlLedger) -> Service:
    return Service(OFFICE, ledger, Hands(LATER))


def rows_of(address: str) -> Rows:
    engine = create_engine(address)
    with engine.connect() as connection:
        rows = {
            table.name: [dict(row._mapping) for row in connection.execute(select(table))]
            for table in METADATA.sorted_tables
        }
    engine.dispose()
    return rows


def as_it_was(url: str, version: str, rows: Rows) -> None:
    """A database of a version that holds these rows, as far as it had places for them."""
    migrate(url, version)
    engine = create_engine(url)
    with engine.begin() as connection:
        there = MetaData()
        there.reflect(connection)
        for table in METADATA.sorted_tables:
            if table.name in there.tables and table.name != "head":  # the database keeps that itself
                put(connection, table, there.tables[table.name], rows[table.name])
    engine.dispose()


def put(connection: Connection, table: Table, then: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Values are written as they are today; the columns are those of then."""
    given = {"id"}  # by the database
    columns = [table.columns[one.name] for one in then.columns if one.name in table.columns and one.name not in given]
    gone = {name: value for name, value in GONE.get(table.name, {}).items() if name in then.columns}
    lean = Table(
        table.name, MetaData(), *(column._copy() for column in columns), *(then.columns[name]._copy() for name in gone)
    )
    for row in rows:
        connection.execute(insert(lean), {**{column.name: row[column.name] for column in columns}, **gone})


def figures(ledger: SqlLedger) -> Any:
    """What is told of the plan, and what its ledger keeps."""
    service = service_on(ledger)
    told = [decide(look, state).summary for look, state in service.everything()]
    with ledger.stream() as entries:
        kept = list(entries)
    return kept, told, ledger.heads(), ledger.notices(), ledger.summaries()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_ledger_of_that_version_is_brought_up_to_date(url: str, worked: str, version: str) -> None:
    with open_ledger(worked, PLAN) as ledger:
        had = figures(ledger)
    as_it_was(url, version, rows_of(worked))
    with open_ledger(url, PLAN) as ledger:
        assert verify(ledger) is None
        assert ledger.unguarded() == ()
        rebuild_derived(service_on(ledger))
        assert figures(ledger) == had
        assert {entry.hash.startswith(SECOND) for entry in had[0]} == {True, False}, "of both ways of hashing"
        service = Service(OFFICE, ledger, Hands(LATER.replace(day=28)))
        for name in OFFICE.plan.initiatives:
            service.tick(name)
        assert verify(ledger) is None


def test_every_version_is_tried() -> None:
    assert VERSIONS[0] == "0001"
    assert VERSIONS[-1] == LATEST


def test_a_newer_one_is_refused_in_a_sentence_and_left_as_it_is(url: str) -> None:
    open_ledger(url, PLAN).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")  # noqa: S608  a constant
    with pytest.raises(LedgerUnusable, match=rf"schema is version 9999, and .* up to {LATEST}\. Upgrade duban here"):
        open_ledger(url, PLAN)
    with engine.begin() as connection:
        assert connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar() == "9999"  # noqa: S608
    engine.dispose()
