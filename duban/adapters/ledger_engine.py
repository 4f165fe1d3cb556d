"""Connections to the ledger's database: how they are opened, how transactions begin, and what their failures mean."""

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import random
from shutil import disk_usage
from time import monotonic, sleep
from typing import Any, NoReturn
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneToSpare

from duban.adapters.delivery.addresses import located, parse
from duban.adapters.files import PRIVATE
from duban.core.texts import english
from duban.ports import Conflict, LedgerUnusable

PATIENCE = 30
"""Seconds a writer waits for another one before the ledger counts as unusable."""

LOOKING = 0.004
"""Seconds at most until a writer of SQLite's looks again whether it is free."""

BESIDE = 2**16
"""Bytes that SQLite wants beside a ledger, even to look at it."""

BEGIN = "duban_begin"
"""The execution option that says how a transaction begins on SQLite."""

SQLITE_SETTINGS = (
    f"PRAGMA busy_timeout = {PATIENCE * 1000}",
    "PRAGMA synchronous = FULL",  # with WAL, anything less may lose the last commits when the power fails
    "PRAGMA foreign_keys = ON",
)

DEADLOCK = "40P01"
"""How PostgreSQL names two that wait for each other, one of whom it ends."""

UNIQUE = ("SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE", "23505")
"""How SQLite and PostgreSQL name a row that is there already."""

Cause = tuple[str, str]
"""What a failure means, and what to do about it."""

SQLITE_CAUSES: Mapping[int, Cause] = {
    sqlite3.SQLITE_FULL: (english("its disk is full"), english("Free some space; nothing stored is lost.")),
    sqlite3.SQLITE_NOTADB: (
        english("the file is not a SQLite database"),
        english("Name another file, or restore this one."),
    ),
    sqlite3.SQLITE_CORRUPT: (english("the file is damaged"), english("Restore the last backup.")),
    sqlite3.SQLITE_READONLY: (english("it cannot be written"), english("Let this user write the file and its folder.")),
    sqlite3.SQLITE_CANTOPEN: (
        english("the file cannot be opened"),
        english("See that its folder exists and this user may write there."),
    ),
    sqlite3.SQLITE_PERM: (
        english("access is denied"),
        english("Let this user read and write the file and its folder."),
    ),
    sqlite3.SQLITE_IOERR: (english("its disk fails to read or write"), english("See to the disk; then try again.")),
    sqlite3.SQLITE_BUSY: (
        english("another process held it for {seconds} s", seconds=PATIENCE),
        english("End that process, or try again."),
    ),
}
"""By primary result code."""

POSTGRESQL_CAUSES: Mapping[str, Cause] = {
    "53100": (english("the server's disk is full"), english("Free some space there; nothing stored is lost.")),
    "53300": (english("the server has no connection to spare"), english("Raise max_connections, or end some clients.")),
    "25006": (english("the server does not let it be written"), english("Name the primary server, not a standby.")),
    "42501": (english("this user lacks a right on it"), english("Grant the user all rights on the database.")),
    "55P03": (
        english("another client held it for {seconds} s", seconds=PATIENCE),
        english("End that client, or try again."),
    ),
    "57014": (
        english("the server did not come to an answer in time"),
        english("See what keeps it busy, or whether it hangs."),
    ),
}
"""By SQLSTATE."""

UNREACHABLE: Cause = (
    english("the server cannot be used"),
    english("See that it runs, that the URL is right and the database exists."),
)


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


def named(engine: Engine) -> str:
    """The address of a ledger, for people: without any secret."""
    return located(engine.url.render_as_string(hide_password=False))


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
        with _explained(engine):
            yield under_way[1]
        return
    view = engine if engine.name == "sqlite" else engine.execution_options(isolation_level="REPEATABLE READ")
    with _explained(engine), view.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine, *locks: tuple[str, ...], begin: str = "IMMEDIATE") -> Iterator[Connection]:
    """Yield a transaction that writes, alone among those with one of the same locks; on SQLite, alone among all."""
    with _explained(engine), engine.execution_options(**{BEGIN: begin}).begin() as connection:
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
            with _explained(engine):
                _lock(under_way[1], set(locks) - under_way[2])
                yield under_way[1]
    except OperationalError as error:
        if _code(error) != DEADLOCK:
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


def is_collision(error: IntegrityError) -> bool:
    """Tell whether a row was refused because one with its key is there already."""
    return _code(error) in UNIQUE


@contextmanager
def _explained(engine: Engine) -> Iterator[None]:
    """Turn the failures that people can remedy into LedgerUnusable; others are defects and pass."""
    try:
        yield
    except NoneToSpare as error:
        raise LedgerUnusable(
            english(
                "ledger {ledger}: all connections to it wait for it. {remedy}",
                ledger=named(engine),
                remedy=UNREACHABLE[1],
            )
        ) from error
    except DBAPIError as error:
        cause = _cause(engine, error)
        if cause is None:
            raise
        what, remedy = cause
        detail = " ".join(str(error.orig).split())
        raise LedgerUnusable(
            english(
                "ledger {ledger}: {what} ({why}). {remedy}", ledger=named(engine), what=what, why=detail, remedy=remedy
            )
        ) from error


def explain(url: str, error: Exception) -> NoReturn:
    """Raise what a failure of the driver means, which met somebody who asked it without an engine."""
    engine = ledger_engine(url)
    with _explained(engine):
        base = engine.dialect.import_dbapi().Error
        raise DBAPIError.instance("", (), error, base, hide_parameters=True, dialect=engine.dialect) from error
    raise AssertionError(error)


def _cause(engine: Engine, error: DBAPIError) -> Cause | None:
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        return SQLITE_CAUSES.get(sqlite3.SQLITE_FULL if code == sqlite3.SQLITE_IOERR and _no_room(engine) else code)
    code = _code(error)
    if code in POSTGRESQL_CAUSES:
        return POSTGRESQL_CAUSES[code]
    lost = isinstance(error, OperationalError) and (not code or code.startswith(("08", "28", "3D", "57P")))
    return UNREACHABLE if lost else None


def _no_room(engine: Engine) -> bool:
    """Whether there is no room beside the file for what SQLite wants there, of which it says only that it failed."""
    with suppress(OSError):
        return disk_usage(Path(str(engine.url.database)).absolute().parent).free < BESIDE
    return False


def _code(error: DBAPIError) -> str:
    """SQLite's name of the failure, or PostgreSQL's SQLSTATE; empty when the server did not answer."""
    return getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or ""
