"""Connections to the ledger's database: how they are opened, and how transactions begin."""

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import random
from time import monotonic, sleep
from typing import Any, NoReturn
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from duban.adapters.delivery.addresses import located, parse
from duban.adapters.files import PRIVATE
from duban.adapters.ledger_failures import PATIENCE, SQLITE_CAUSES, code_of, explained, named
from duban.core.texts import english
from duban.ports import Conflict, LedgerUnusable

LOOKING = 0.004
"""Seconds at most until a writer of SQLite's looks again whether it is free."""

BEGIN = "duban_begin"
"""The execution option that says how a transaction begins on SQLite."""

SQLITE_SETTINGS = (
    f"PRAGMA busy_timeout = {PATIENCE * 1000}",
    "PRAGMA synchronous = FULL",  # with WAL, anything less may lose the last commits when the power fails
    "PRAGMA foreign_keys = ON",
)

DEADLOCK = "40P01"
"""How PostgreSQL names two that wait for each other, one of whom it ends."""


def ledger_engine(url: str) -> Engine:
    """Make an engine for a ledger's URL; nothing is opened yet.

    `sqlite:///folder/file` or `postgresql+psycopg://user@host/database`; raises LedgerUnusable for any other.
    """
    address = _address(url)
    engine = create_engine(
        address,
        json_serializer=_json,
        hide_parameters=True,  # what people wrote is none of a log's business, whatever goes wrong
        pool_pre_ping=address.get_backend_name() == "postgresql",  # the server may have been restarted
    )
    if engine.name == "sqlite":
        event.listen(engine, "do_connect", _sqlite_connect)
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begun)
    else:
        _have_patience(engine)
    return engine


def _have_patience(engine: Engine) -> None:
    from duban.adapters import patient  # noqa: PLC0415  PostgreSQL's driver, which a ledger in a file does not need

    event.listen(engine, "do_connect", patient.connect)
    event.listen(engine, "connect", partial(patient.connected, lock=PATIENCE))
    event.listen(engine, "handle_error", patient.refused)


def _address(url: str) -> URL:
    try:
        address = make_url(url)
    except ArgumentError:
        address = None
    if address and address.drivername == "sqlite" and address.database not in (None, "", ":memory:"):
        return address
    if address and address.drivername in ("postgresql", "postgresql+psycopg") and parse(url) is not None:
        return address.set(drivername="postgresql+psycopg")
    raise LedgerUnusable(
        english(
            "{url}: not an address of a ledger. Write sqlite:///folder/file or "
            "postgresql+psycopg://user@host/database; in a password %40 for @, %2F for /.",
            url=located(url) if address else english("the address of the ledger"),
        )
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _sqlite_connect(dialect: object, record: object, arguments: list[Any], options: dict[str, Any]) -> Any:
    """Make a new file for this account alone, as what SQLite puts beside it will be; one that cannot be written is
    opened to be looked at. None leaves the rest to SQLAlchemy.
    """
    file = Path(arguments[0])
    if not file.exists():
        with suppress(OSError):  # connecting says why
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
    if not file.exists() or (_writable(file) and _writable(file.parent)):
        return None
    wal = file.with_name(f"{file.name}-wal")
    still = "" if wal.exists() and wal.stat().st_size else "&immutable=1"  # without it SQLite wants to write beside it
    connection = sqlite3.connect(f"file:{quote(str(file.resolve()))}?mode=ro{still}", uri=True, **options)
    connection.execute("PRAGMA query_only = ON").close()
    return connection


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def looked_at(connection: Any) -> bool:
    """Whether a connection of SQLite's can only look."""
    return bool(connection.execute("PRAGMA query_only").fetchone()[0])


def _sqlite_connected(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the driver would begin transactions late; `_sqlite_begun` begins them
    if looked_at(connection):
        return
    _sqlite_to_wal(connection)
    for setting in SQLITE_SETTINGS:
        connection.execute(setting).close()


def _sqlite_to_wal(connection: Any) -> None:
    """Let readers and a writer work at once; a file already set so stays as it is.

    While another process does the same to a new file, SQLite refuses at once, whatever its busy timeout: so wait here.
    """
    connection.execute("PRAGMA busy_timeout = 0").close()
    for left in reversed(range(PATIENCE * 10 + 1)):
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except sqlite3.OperationalError as error:
            if left == 0 or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            sleep(0.1)
        else:
            return


def _sqlite_begun(connection: Connection) -> None:
    # A writer takes the lock at once: one that reads first and writes later is refused if others wrote in between.
    begin = connection.get_execution_options().get(BEGIN, "DEFERRED")
    if begin == "IMMEDIATE":
        _sqlite_in_turn(connection)
    else:
        connection.exec_driver_sql(f"BEGIN {begin}")


def _sqlite_in_turn(connection: Connection) -> None:
    """Begin to write once nobody else does, all who wait being as likely to be next.

    SQLite itself looks ever more seldom, ten times a second in the end: who came first would come last.
    """
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA busy_timeout = 0").close()
    until = monotonic() + PATIENCE
    try:
        while _held(driver) and monotonic() < until:
            sleep(random() * LOOKING)  # noqa: S311  nobody gains by guessing it
        if not driver.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # which says what is in the way
    finally:
        driver.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}").close()


def _held(connection: Any) -> bool:
    """Try to begin to write: whether somebody else writes now."""
    try:
        connection.execute("BEGIN IMMEDIATE").close()
    except sqlite3.OperationalError as error:
        return error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    return False


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a transaction that sees one and the same moment throughout; or the one under way, with what it wrote."""
    under_way = _UNDER_WAY.get()
    if under_way is not None and under_way[0] is engine:
        with explained(engine):
            yield under_way[1]
        return
    view = engine if engine.name == "sqlite" else engine.execution_options(isolation_level="REPEATABLE READ")
    with explained(engine), view.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine, *locks: tuple[str, ...], begin: str = "IMMEDIATE") -> Iterator[Connection]:
    """Yield a transaction that writes, alone among those with one of the same locks; on SQLite, alone among all."""
    with explained(engine), engine.execution_options(**{BEGIN: begin}).begin() as connection:
        _lock(connection, locks)
        yield connection


_UNDER_WAY: ContextVar[tuple[Engine, Connection, frozenset[tuple[str, ...]]] | None] = ContextVar(
    "under_way", default=None
)


@contextmanager
def undisturbed(engine: Engine, *locks: tuple[str, ...]) -> Iterator[None]:
    """As `writing`; what is written meanwhile by `joining` becomes part of it."""
    with writing(engine, *locks) as connection:
        before = _UNDER_WAY.set((engine, connection, frozenset(locks)))
        try:
            yield
        finally:
            _UNDER_WAY.reset(before)


@contextmanager
def joining(engine: Engine, *locks: tuple[str, ...]) -> Iterator[Connection]:
    """As `writing`, or a part of the transaction under way; raises Conflict when others wait for it and it for them."""
    under_way = _UNDER_WAY.get()
    try:
        if under_way is None or under_way[0] is not engine:
            with writing(engine, *locks) as connection:
                yield connection
        else:
            with explained(engine):
                _lock(under_way[1], set(locks) - under_way[2])
                yield under_way[1]
    except OperationalError as error:
        if code_of(error) != DEADLOCK:
            raise
        raise Conflict(english("others who store at the same initiatives were before this one")) from error


def _lock(connection: Connection, locks: Iterable[tuple[str, ...]]) -> None:
    if connection.dialect.name == "postgresql":
        for key in sorted(map(_lock_key, locks)):  # always in one order, so that two never wait for each other
            connection.execute(select(func.pg_advisory_xact_lock(key)))


@contextmanager
def alone(engine: Engine, what: str) -> Iterator[None]:
    """Keep all others from doing the same with this ledger: by a lock of the server's, or of a file beside SQLite's."""
    if engine.name == "postgresql":
        with writing(engine, ("alone", what)):
            yield
        return
    file = Path(f"{engine.url.database}.{what}-lock")
    try:
        handle = os.open(file, os.O_CREAT | os.O_RDWR, PRIVATE)
    except OSError as error:
        what, remedy = SQLITE_CAUSES[sqlite3.SQLITE_READONLY]
        raise LedgerUnusable(
            english(
                "ledger {ledger}: {what} ({why}). {remedy}", ledger=named(engine), what=what, why=error, remedy=remedy
            )
        ) from error
    with os.fdopen(handle) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def unhurried(connection: Connection) -> Iterator[None]:
    """Have what a transaction says no limit: what brings an older ledger up to date takes as long as it takes."""
    driver: Any = connection.connection.driver_connection
    if connection.engine.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        driver.limited = False
    try:
        yield
    finally:
        if connection.engine.name == "postgresql":
            driver.limited = True


def _lock_key(names: tuple[str, ...]) -> int:
    """A 64-bit number for a lock's names; two that collide only wait for each other."""
    return int.from_bytes(sha256("\0".join(names).encode()).digest()[:8], "big", signed=True)


def explain(url: str, error: Exception) -> NoReturn:
    """Raise what a failure of the driver means, which met somebody who asked it without an engine."""
    engine = ledger_engine(url)
    with explained(engine):
        base = engine.dialect.import_dbapi().Error
        raise DBAPIError.instance("", (), error, base, hide_parameters=True, dialect=engine.dialect) from error
    raise AssertionError(error)
