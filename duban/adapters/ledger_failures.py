"""What failures of the ledger's database mean, and what people can do about them."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import disk_usage

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneToSpare

from duban.adapters.delivery.addresses import located
from duban.core.texts import english
from duban.ports import LedgerUnusable

PATIENCE = 30
"""Seconds a writer waits for another one before the ledger counts as unusable."""

BESIDE = 2**16
"""Bytes that SQLite wants beside a ledger, even to look at it."""

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


def named(engine: Engine) -> str:
    """The address of a ledger, for people: without any secret."""
    return located(engine.url.render_as_string(hide_password=False))


def is_collision(error: IntegrityError) -> bool:
    """Tell whether a row was refused because one with its key is there already."""
    return code_of(error) in UNIQUE


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
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


def _cause(engine: Engine, error: DBAPIError) -> Cause | None:
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
        return SQLITE_CAUSES.get(sqlite3.SQLITE_FULL if code == sqlite3.SQLITE_IOERR and _no_room(engine) else code)
    code = code_of(error)
    if code in POSTGRESQL_CAUSES:
        return POSTGRESQL_CAUSES[code]
    lost = isinstance(error, OperationalError) and (not code or code.startswith(("08", "28", "3D", "57P")))
    return UNREACHABLE if lost else None


def _no_room(engine: Engine) -> bool:
    """Whether there is no room beside the file for what SQLite wants there, of which it says only that it failed."""
    with suppress(OSError):
        return disk_usage(Path(str(engine.url.database)).absolute().parent).free < BESIDE
    return False


def code_of(error: DBAPIError) -> str:
    """SQLite's name of the failure, or PostgreSQL's SQLSTATE; empty when the server did not answer."""
    return getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or ""
