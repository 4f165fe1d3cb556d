"""A ledger that cannot be used says why, and what to do."""

import os
import signal
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from threading import Timer

import psutil
import psycopg
import pytest
from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError

from duban.adapters import patient
from duban.adapters.ledger_engine import ledger_engine, reading, unhurried, writing
from duban.adapters.ledger_rules import verify
from duban.adapters.sql_ledger import SqlLedger, open_ledger
from duban.ports import LedgerUnusable
from tests.contracts.samples import BRIDGES, PLAN, append, report

# Addresses and servers


def test_addresses_of_no_ledger_are_refused() -> None:
    for url in ("ledger.db", "mysql://host/db", "sqlite://", "sqlite:///:memory:", "postgresql+asyncpg://h/d"):
        with pytest.raises(LedgerUnusable, match=r"not an address of a ledger\. Write sqlite:///folder/file or"):
            open_ledger(url, PLAN)


def test_a_password_is_not_shown() -> None:
    with pytest.raises(LedgerUnusable) as caught:
        open_ledger("postgresql+psycopg://duban:secret@127.0.0.1:9/ledger", PLAN)
    assert "secret" not in str(caught.value)
    assert "***" in str(caught.value)


def test_a_server_that_does_not_answer() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    with pytest.raises(LedgerUnusable, match=rf"@127\.0\.0\.1:{port}/ledger: the server cannot be used .*refused"):
        open_ledger(f"postgresql+psycopg://duban@127.0.0.1:{port}/ledger", PLAN)


@pytest.mark.postgres
def test_a_database_that_is_not_there(postgres_url: str) -> None:
    nowhere = make_url(postgres_url).set(database="nowhere").render_as_string(hide_password=False)
    with pytest.raises(LedgerUnusable, match=r'the server cannot be used .*"nowhere" does not exist.* See that'):
        open_ledger(nowhere, PLAN)


@pytest.mark.postgres
def test_a_connection_lost_is_taken_up_again(postgres_url: str) -> None:
    with open_ledger(postgres_url, PLAN) as ledger:
        append(ledger, report())
        engine = create_engine(postgres_url)
        with engine.begin() as connection:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            connection.exec_driver_sql(f"{others} AND datname = current_database()")
        engine.dispose()
        assert len(append(ledger, report())) == 1


@pytest.mark.postgres
def test_a_server_that_may_not_be_written(postgres_url: str) -> None:
    with open_ledger(postgres_url, PLAN) as ledger:
        append(ledger, report())
    with (
        open_ledger(f"{postgres_url}&options=-cdefault_transaction_read_only%3Don", PLAN) as ledger,
        pytest.raises(LedgerUnusable, match=r"does not let it be written .* Name the primary server"),
    ):
        append(ledger, report())


@pytest.mark.postgres
def test_a_server_that_may_be_written_again_may_be_so_by_those_who_came_meanwhile(postgres_url: str) -> None:
    def writable(whether: str) -> None:
        with psycopg.connect(make_url(postgres_url).set(drivername="postgresql").render_as_string(False)) as connection:
            connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
            connection.commit()
            name = make_url(postgres_url).database
            connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {whether}")  # type: ignore[arg-type]

    with open_ledger(postgres_url, PLAN) as ledger:
        append(ledger, report())
    writable("on")
    with open_ledger(postgres_url, PLAN) as ledger:
        for _ in range(2):
            with pytest.raises(LedgerUnusable, match="does not let it be written"):
                append(ledger, report())
        writable("off")
        assert len(append(ledger, report())) == 1, "its connection was given up, though nobody cut it"


# Servers that hang


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("CONNECTING", 2), ("STATEMENT", 1), ("MARGIN", 0.5)):
        monkeypatch.setattr(patient, name, seconds)


@contextmanager
def stopped(*pids: int) -> Iterator[None]:
    """Processes that do nothing for a while."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def backend(ledger: SqlLedger) -> int:
    """The server's process for a connection of a ledger that has but one."""
    with reading(ledger.engine) as connection:
        return int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)


@pytest.mark.postgres
@pytest.mark.usefixtures("hasty")
def test_a_server_that_is_frozen_in_the_middle_is_given_up(postgres_url: str) -> None:
    with open_ledger(postgres_url, PLAN) as ledger:
        append(ledger, report())
        with (
            pytest.raises(LedgerUnusable, match=r"did not come to an answer in time \(no answer within 1\.5 s\)"),
            reading(ledger.engine) as connection,
            stopped(int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)),
        ):
            connection.execute(text("SELECT 1"))
        assert len(ledger.entries(BRIDGES)) == 1


@pytest.mark.postgres
@pytest.mark.usefixtures("hasty")
def test_a_connection_that_is_frozen_is_replaced(postgres_url: str) -> None:
    with open_ledger(postgres_url, PLAN) as ledger:
        append(ledger, report())
        with stopped(backend(ledger)):
            assert len(append(ledger, report())) == 1


@pytest.mark.postgres
@pytest.mark.usefixtures("hasty")
def test_a_server_that_lets_nobody_in(postgres_url: str) -> None:
    with open_ledger(postgres_url, PLAN) as ledger:
        postmaster = psutil.Process(backend(ledger)).ppid()
    with stopped(postmaster), pytest.raises(LedgerUnusable, match=r"the server cannot be used .*connection timeout"):
        open_ledger(postgres_url, PLAN)


@pytest.mark.postgres
@pytest.mark.usefixtures("hasty")
def test_a_statement_that_takes_too_long_is_ended_by_the_server(postgres_url: str) -> None:
    with (
        open_ledger(postgres_url, PLAN) as ledger,
        pytest.raises(LedgerUnusable, match=r"in time .*statement timeout.* See what keeps it busy"),
        reading(ledger.engine) as connection,
    ):
        connection.execute(text("SELECT pg_sleep(60)"))


@pytest.mark.postgres
@pytest.mark.parametrize("mode", ["ACCESS EXCLUSIVE", "SHARE"])
def test_a_lock_that_is_held_is_not_waited_for_without_end(
    postgres_url: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duban.adapters.ledger_engine.PATIENCE", 1)
    with open_ledger(postgres_url, PLAN) as ledger, psycopg.connect(_plain(postgres_url)) as other:
        other.execute(f"LOCK TABLE entry IN {mode} MODE")  # type: ignore[arg-type]  # of two we know
        with pytest.raises(LedgerUnusable, match=r"another client held it .* End that client"):
            append(ledger, report())
        other.rollback()
        assert len(append(ledger, report())) == 1


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(False)


@pytest.mark.postgres
@pytest.mark.usefixtures("hasty")
def test_what_brings_a_ledger_up_to_date_may_take_its_time(postgres_url: str) -> None:
    engine = ledger_engine(postgres_url)
    with writing(engine) as connection, unhurried(connection):
        connection.execute(text("SELECT pg_sleep(2)"))
    with pytest.raises(LedgerUnusable), reading(engine) as connection:
        connection.execute(text("SELECT pg_sleep(60)"))
    engine.dispose()


@pytest.mark.postgres
def test_connections_that_all_hang_are_not_waited_for(postgres_url: str) -> None:
    with open_ledger(postgres_url, PLAN) as ledger:
        ledger.engine.pool._timeout = 0.1  # type: ignore[attr-defined]
        ledger.engine.pool._max_overflow = 0  # type: ignore[attr-defined]
        with ExitStack() as held:
            for _ in range(5):
                held.enter_context(reading(ledger.engine))
            with pytest.raises(LedgerUnusable, match="all connections to it wait for it"):
                ledger.entries(BRIDGES)


# Files


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger in SQLite with one entry."""
    file = tmp_path / "ledger.db"
    with open_ledger(f"sqlite:///{file}", PLAN) as ledger:
        append(ledger, report())
    return file


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_text("minutes of the meeting" * 100)
    with pytest.raises(LedgerUnusable, match=r"ledger\.db: the file is not a SQLite database .* Name another file"):
        open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}", PLAN)


@pytest.mark.parametrize("place", ["missing/ledger.db", ""])
def test_a_file_that_cannot_be_opened(tmp_path: Path, place: str) -> None:
    with pytest.raises(LedgerUnusable, match=r"cannot be opened .* See that its folder exists"):
        open_ledger(f"sqlite:///{tmp_path / place}", PLAN)


def test_a_file_that_may_not_be_written(path: Path) -> None:
    with open_ledger(f"sqlite:///file:{path}?mode=ro&uri=true", PLAN) as ledger:
        assert len(ledger.entries(BRIDGES)) == 1
        with pytest.raises(LedgerUnusable, match=r"it cannot be written .* Let this user write"):
            append(ledger, report())


def test_a_full_disk_loses_nothing_stored(path: Path) -> None:
    with limited(path, "PRAGMA max_page_count = 1") as ledger:  # no page more than it has
        with pytest.raises(LedgerUnusable, match=r"its disk is full .* Free some space; nothing stored is lost"):
            append(ledger, report("文" * 100_000))
        assert len(ledger.entries(BRIDGES)) == 1
        assert verify(ledger) is None


@pytest.fixture
def held(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A new file that somebody else is just beginning to fill."""
    with closing(sqlite3.connect(tmp_path / "new.db", isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield other


def test_a_new_file_is_waited_for(held: sqlite3.Connection, tmp_path: Path) -> None:
    release = Timer(0.2, held.rollback)
    release.start()
    with open_ledger(f"sqlite:///{tmp_path / 'new.db'}", PLAN) as ledger:
        assert len(append(ledger, report())) == 1
    release.join()


@pytest.mark.usefixtures("held")
def test_a_new_file_is_not_waited_for_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duban.adapters.ledger_engine.PATIENCE", 0)
    with pytest.raises(LedgerUnusable, match=r"another process held it .* End that process"):
        open_ledger(f"sqlite:///{tmp_path / 'new.db'}", PLAN)


def test_another_that_holds_it_too_long(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with open_ledger(f"sqlite:///{path}", PLAN) as ledger:
        monkeypatch.setattr("duban.adapters.ledger_engine.PATIENCE", 0.1)
        assert len(ledger.entries(BRIDGES)) == 1  # readers do not wait
        with pytest.raises(LedgerUnusable, match=r"another process held it .* End that process"):
            append(ledger, report())
        other.close()
        assert len(append(ledger, report())) == 1


def limited(path: Path, setting: str) -> SqlLedger:
    """A ledger whose connections have one more setting."""
    engine = ledger_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", lambda connection, record: connection.execute(setting).close())
    return SqlLedger(engine, PLAN)


def test_a_failure_nobody_can_remedy_passes_as_it_is(path: Path) -> None:
    engine = ledger_engine(f"sqlite:///{path}")
    with pytest.raises(DBAPIError, match="no such table"), reading(engine) as connection:
        connection.exec_driver_sql("SELECT * FROM nowhere")
    engine.dispose()
