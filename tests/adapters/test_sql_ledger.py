"""The ledger in a database: what only a database can do well or badly."""

import logging
import multiprocessing
import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from duban.adapters import ledger_engine, migrations
from duban.adapters.ledger_engine import reading
from duban.adapters.ledger_rules import Broken, verify
from duban.adapters.ledger_tables import METADATA
from duban.adapters.ledger_version import LATEST, VERSION_TABLE
from duban.adapters.sql_ledger import SqlLedger, open_ledger
from duban.core.deciding.commands import Command, Verb
from duban.core.ledger.entries import Draft, Entry, EntryKind
from duban.core.ledger.readings import CONFLICTS
from duban.core.planning.plan import StepRef
from duban.ports import Commit, LedgerUnusable
from duban.service import Service
from tests.adapters.ledger_writers import commit_until_killed, open_once, write_against_others
from tests.adapters.older_ledger import migrate
from tests.bureau import Hands
from tests.contracts.samples import BRIDGES, NOW, PLAN, ROADS, append, notice, report, sealed, summary
from tests.core.builders import initiative, office, work

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.adapters.ledger_writers"])


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each sort."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def ledger(url: str) -> Iterator[SqlLedger]:
    with open_ledger(url, PLAN) as opened:
        yield opened


@pytest.fixture
def hand(ledger: SqlLedger, url: str) -> Iterator[Callable[[str], None]]:
    """Somebody with access to the database, who runs statements as they please."""
    engine = create_engine(url)

    def run(statement: str) -> None:
        with engine.begin() as connection:
            connection.exec_driver_sql(statement)

    yield run
    engine.dispose()


def disarm(hand: Callable[[str], None], url: str) -> None:
    """Take the triggers away, as somebody could who has every right on the database."""
    if url.startswith("sqlite"):
        hand("DROP TRIGGER entry_no_update")
        hand("DROP TRIGGER entry_no_delete")
    else:
        hand("ALTER TABLE entry DISABLE TRIGGER USER")


# The schema


def test_migrations_lead_to_the_tables_the_code_knows(ledger: SqlLedger, url: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_the_latest_version_is_the_last_migration() -> None:
    assert ScriptDirectory(Path(migrations.__path__[0])).get_heads() == [LATEST]


def test_opening_again_finds_what_was_stored(url: str) -> None:
    with open_ledger(url, PLAN) as ledger:
        stored = append(ledger, report())
    with open_ledger(url, PLAN) as ledger:
        assert tuple(ledger.entries(BRIDGES)) == stored


def test_opening_leaves_logging_and_the_folder_alone(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "cwd"
    folder.mkdir()
    (folder / "alembic.ini").write_text("not for us")
    monkeypatch.chdir(folder)
    root = logging.getLogger()
    before = root.level, list(root.handlers), logging.getLogger("alembic").level
    open_ledger(url, PLAN).close()
    assert (root.level, root.handlers, logging.getLogger("alembic").level) == before
    assert [path.name for path in folder.iterdir()] == ["alembic.ini"]
    assert capfd.readouterr() == ("", "")


def test_a_newer_schema_is_refused(hand: Callable[[str], None], url: str) -> None:
    hand(f"UPDATE {VERSION_TABLE} SET version_num = '0999'")  # noqa: S608 - a constant
    with pytest.raises(LedgerUnusable, match=rf"schema is version 0999, and .* up to {LATEST}\. Upgrade duban"):
        open_ledger(url, PLAN)


def test_another_application_s_database_is_refused(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE entry (id INTEGER)")
    engine.dispose()
    with pytest.raises(LedgerUnusable, match="another application's"):
        open_ledger(url, PLAN)


def test_notices_of_a_ledger_older_than_digests_go_on_their_own(url: str) -> None:
    """The notices as the first version had them; the columns added later are not named."""
    migrate(
        url,
        "0001",
        "INSERT INTO notice (plan, initiative, key, step, rung, slip, recipient, delivery, queued_at, next_try, "
        "tries, outcome) VALUES ('shanghai-2024', 'bridges', 'k', 's', 'r', 'remind', 'zhang', 'queued', "
        "'2024-03-01 00:00:00', '2024-03-01 00:00:00', 0, '')",
    )
    with open_ledger(url, PLAN) as ledger:
        (row,) = ledger.pending_notices(NOW, 10)
        assert (row.immediate, row.digest, row.channels) == (True, "", ())


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(url: str) -> None:
    """The last statement of the first migration cannot succeed here, and the first ones have."""
    blocker = "CREATE TABLE wake (id INTEGER)"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(blocker)
    with pytest.raises(DBAPIError, match="wake"):
        open_ledger(url, PLAN)
    with engine.connect() as connection:
        assert tables(connection) == ["wake"]
    engine.dispose()


def tables(connection: Any) -> list[str]:
    sqlite = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    postgres = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    query = sqlite if connection.dialect.name == "sqlite" else postgres
    return sorted(connection.scalars(text(query)))


def test_processes_may_open_a_new_ledger_at_once(url: str) -> None:
    start = PROCESSES.Barrier(4)
    run_all([PROCESSES.Process(target=open_once, args=(url, start)) for _ in range(4)])
    with open_ledger(url, PLAN) as ledger:
        assert len(ledger.wakes(BRIDGES)) == 4


def run_all(processes: list[Any]) -> None:
    """Run processes at once, to a good end."""
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * len(processes)


# Append-only


@pytest.mark.parametrize("change", ["UPDATE entry SET actor = 'li'", "DELETE FROM entry", "TRUNCATE entry"])
def test_the_database_itself_refuses_to_change_entries(
    ledger: SqlLedger, hand: Callable[[str], None], url: str, change: str
) -> None:
    if url.startswith("sqlite") and change.startswith("TRUNCATE"):
        pytest.skip("SQLite has no TRUNCATE")
    stored = append(ledger, report())
    with pytest.raises(DBAPIError, match="append-only: entries are neither changed nor deleted"):
        hand(change)
    assert tuple(ledger.entries(BRIDGES)) == stored


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'li'",
        "step = 'other'",
        "kind = 'signed'",
        "day = '2024-03-02'",
        "at = '2024-03-01 00:30:00.123457'",
        "data = '{\"value\": 2}'",
        "key = 'new'",
        "key = NULL",
        "previous = 'x'",
        "hash = substr(hash, 3)",
        "hash = '3:' || substr(hash, 3)",
    ],
)
def test_what_was_changed_behind_its_back_is_named(
    ledger: SqlLedger, hand: Callable[[str], None], url: str, change: str
) -> None:
    append(ledger, report(key="a"), report(key="b"), report(key="c"), initiative=ROADS)
    append(ledger, report(key="a"), report(key="b"), report(key="c"))
    disarm(hand, url)
    hand(f"UPDATE entry SET {change} WHERE initiative = '{ROADS}' AND sequence = 2")  # noqa: S608 - constants of this test
    broken = verify(ledger)
    assert broken is not None
    assert (broken.initiative, broken.sequence) == (ROADS, 2)


def test_a_deleted_entry_is_missed(ledger: SqlLedger, hand: Callable[[str], None], url: str) -> None:
    append(ledger, report(), report(), report())
    disarm(hand, url)
    hand("DELETE FROM entry WHERE sequence = 2")
    assert verify(ledger) == Broken(BRIDGES, 3, "sequence 3 where 2 was due: entries are missing or doubled")


def test_entries_cut_off_at_the_end_are_missed(ledger: SqlLedger, hand: Callable[[str], None], url: str) -> None:
    append(ledger, report(), report(), report())
    ledger.commit(Commit(BRIDGES, (), summary(sequence=3)))
    disarm(hand, url)
    hand("DELETE FROM entry WHERE sequence > 1")
    assert verify(ledger) == Broken(BRIDGES, 2, "the summary counts 3 entries: the last ones are missing")


def test_an_entry_that_cannot_be_read_is_said_to_be_so(
    ledger: SqlLedger, hand: Callable[[str], None], url: str
) -> None:
    append(ledger, report(), report(), report())
    disarm(hand, url)
    hand("UPDATE entry SET kind = 'forgotten' WHERE sequence = 3")
    with pytest.raises(LedgerUnusable, match=f"an entry after {BRIDGES} 2 cannot be read .*'forgotten'.* restore"):
        verify(ledger)


def test_only_a_key_that_is_there_already_is_a_conflict(ledger: SqlLedger) -> None:
    nameless = sealed(Draft(EntryKind.REPORTED, step=None))  # type: ignore[arg-type] # the defect under test
    with pytest.raises(IntegrityError, match="step"):
        ledger.commit(Commit(BRIDGES, nameless))


# Several at once


def test_plans_in_one_database_do_not_see_each_other(ledger: SqlLedger, url: str) -> None:
    append(ledger, report(key="key"))
    ledger.commit(Commit(BRIDGES, (), summary(sequence=1), (notice(),), wake=(BRIDGES,), at=NOW))
    with open_ledger(url, "next-year") as other:
        assert (other.initiatives(), other.entries(BRIDGES), other.summaries(), other.notices()) == ([], (), [], [])
        assert (other.due(NOW, 9), other.wakes(BRIDGES), other.pending_notices(NOW, 9)) == ([], (), [])
        assert other.upstream([StepRef(BRIDGES, "draft")]) == {}
        other.commit(Commit(BRIDGES, (), woken=ledger.wakes(BRIDGES)))
        other.forget_derived()
    assert len(ledger.summaries()) == len(ledger.notices()) == len(ledger.wakes(BRIDGES)) == 1


def test_a_stream_shows_one_moment_while_others_write(ledger: SqlLedger) -> None:
    stored = append(ledger, report(), report())
    with ledger.stream() as entries:
        first = next(entries)
        append(ledger, report())
        append(ledger, report(), initiative=ROADS)
        assert (first, *entries) == stored


def test_processes_racing_for_the_next_entry_share_a_whole_ledger(url: str) -> None:
    writers, times = 3, 20
    start = PROCESSES.Barrier(writers)
    run_all([PROCESSES.Process(target=write_against_others, args=(url, n, times, start)) for n in range(writers)])
    with open_ledger(url, PLAN) as ledger:
        entries = ledger.entries(BRIDGES)
        assert verify(ledger) is None
    assert [entry.sequence for entry in entries] == list(range(1, writers * times + 1))
    for writer in range(writers):
        assert said_by(writer, entries) == list(range(times))


def said_by(writer: int, entries: Sequence[Entry]) -> list[int]:
    return [value for who, value in (entry.data["value"] for entry in entries) if who == writer]


def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(url: str) -> None:
    chance = random.Random(20240301)  # noqa: S311 - the moments of death, not secrets
    known = 0
    for _ in range(10):
        known = max(known, acknowledged_before_death(url, chance.uniform(0, 0.2)))
        await_the_end_of_what_was_sent(url)
        with open_ledger(url, PLAN) as ledger:
            entries = ledger.entries(BRIDGES)
            assert verify(ledger) is None
            assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
            assert known <= len(entries) <= known + 2  # the last commit may have been stored and not acknowledged
            assert len(entries) % 2 == 0  # a commit is stored whole
            assert ledger.summaries()[0].sequence == ledger.notices()[0].tries == len(entries)
            assert len(ledger.wakes(BRIDGES)) == 1
        known = len(entries)


def await_the_end_of_what_was_sent(url: str) -> None:
    """A server carries out what a writer sent before its death, perhaps between two of our questions."""
    if url.startswith("sqlite"):
        return
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    engine, until = create_engine(url), time.monotonic() + 30
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while connection.execute(text(others)).scalar_one():
            assert time.monotonic() < until, "the session of a writer that was killed goes on"
            time.sleep(0.01)
    engine.dispose()


def acknowledged_before_death(url: str, seconds: float) -> int:
    """Let a process commit until it is killed, `seconds` after its first commit; the last one it told of."""
    told, tell = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=commit_until_killed, args=(url, tell))
    process.start()
    tell.close()
    last = int(told.recv())
    time.sleep(seconds)
    process.kill()
    process.join()
    with told:
        while told.poll():
            try:
                last = int(told.recv())
            except EOFError:
                return last
    return last


# How it is kept


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger in SQLite with one entry."""
    file = tmp_path / "ledger.db"
    with open_ledger(f"sqlite:///{file}", PLAN) as ledger:
        append(ledger, report())
    return file


def test_sqlite_keeps_every_commit_through_a_power_cut(path: Path) -> None:
    engine = ledger_engine.ledger_engine(f"sqlite:///{path}")
    with reading(engine) as connection:
        found = {name: pragma(connection, name) for name in ("journal_mode", "synchronous", "foreign_keys")}
        assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    engine.dispose()


def pragma(connection: Any, name: str) -> object:
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_what_the_patrol_and_the_lists_ask_for_is_looked_up(path: Path) -> None:
    """No query of the patrol walks over a table."""
    engine = ledger_engine.ledger_engine(f"sqlite:///{path}")
    asked = statements(engine)
    with SqlLedger(engine, PLAN) as ledger:
        ledger.due(NOW, 10)
        ledger.pending_notices(NOW, 10)
        ledger.waiting_notices(NOW, 10)
        ledger.undelivered()
        ledger.outstanding()
        ledger.outcomes(NOW)
        ledger.initiatives()
        ledger.wakes(BRIDGES)
        ledger.upstream([StepRef(BRIDGES, "draft"), StepRef(ROADS, "survey")])
        plans = [plan for statement, values in list(asked) for plan in explained(engine, statement, values)]
    assert [plan for plan in plans if plan.startswith(tuple(f"SCAN {table}" for table in METADATA.tables))] == []
    for index in (
        "wake_initiative (plan=? AND initiative=?)",
        "initiative_summary_look_again (plan=? AND look_again<?)",
        "notice_pending (plan=? AND immediate=? AND next_try<?)",
        "notice_dead (plan=? AND delivery=?)",
        "notice_ended (plan=? AND ended_at>?)",
        "entry_1 (plan=? AND initiative>?)",
        "step_row_1 (plan=? AND initiative=?)",
    ):
        assert any(index in plan for plan in plans), index


def statements(engine: Engine) -> list[tuple[str, Any]]:
    asked: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, values: object, *___: object) -> None:
        asked.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    return asked


def explained(engine: Engine, statement: str, values: Any) -> list[str]:
    with engine.connect() as connection:
        return [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]


# What an act costs


@pytest.fixture
def asked(ledger: SqlLedger) -> list[str]:
    """What was asked of the database, statement by statement, but for what only begins a transaction."""
    statements: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(ledger.engine, "before_cursor_execute", note)
    return statements


def acting(ledger: SqlLedger) -> Callable[[], object]:
    """One report on an initiative of twelve steps."""
    steps = (work(f"s{n}", *([f"s{n - 1}"] if n else []), home=BRIDGES, due="2024-06-28") for n in range(12))
    bureau = office(initiative(*steps, name=BRIDGES))
    service = Service(replace(bureau, plan=replace(bureau.plan, id=PLAN)), ledger, Hands(NOW))
    return lambda: service.act(Command(Verb.REPORT, StepRef(BRIDGES, "s0"), "officer", progress=50, reason="已起草"))


def test_an_act_asks_as_little_of_the_database_however_long_the_history_is(ledger: SqlLedger, asked: list[str]) -> None:
    act = acting(ledger)
    act()
    for many in (1, 10):
        for _ in range(many):
            act()
        asked.clear()
        act()
        assert len(asked) <= 9, asked
        assert not [one for one in asked if "DELETE" in one or ("step_row" in one and not one.startswith("SELECT"))]


def test_whoever_acts_at_an_initiative_waits_for_who_came_before_and_is_never_overtaken(url: str) -> None:
    if url.startswith("sqlite"):
        pytest.skip("SQLite has one lock for all initiatives")

    def reports(_: int) -> None:
        with open_ledger(url, PLAN) as ledger:
            act = acting(ledger)
            for _ in range(5):
                act()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(reports, range(8)))
    with open_ledger(url, PLAN) as ledger:
        told = [entry for entry in ledger.entries(BRIDGES) if entry.kind is EntryKind.REPORTED]
        assert len(told) == 40
        assert ledger.readings(NOW).counted.get(CONFLICTS, 0) == 0
        assert verify(ledger) is None
