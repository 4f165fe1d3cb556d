"""Databases that indicators are measured from: one query, by an account that can do nothing but read.

A query stands in the plan, and whoever may write a plan must not thereby change, or run, anything. So it is not trusted
to read only: it is one statement, in a transaction that cannot write, by an account that has no right to.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from duban.adapters.delivery.addresses import Unset, fill
from duban.ports import Outside

PATIENCE = 20.0
"""Seconds that a database may take to answer; a server is told, and a file is read by whoever has no longer."""

POSTGRESQL: Mapping[str, Any] = {
    "connect_timeout": int(PATIENCE),
    "options": f"-c statement_timeout={int(PATIENCE * 1000)}",
    "prepare_threshold": 0,  # every statement is prepared, and PostgreSQL prepares no two at once
}

TOO_MUCH = text("""
SELECT '能管理数据库或者读写服务器上的文件（' || rolname || '）' FROM pg_roles
  WHERE pg_has_role(session_user, oid, 'MEMBER') AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication
    OR (starts_with(rolname, 'pg_') AND rolname NOT IN ('pg_read_all_data', 'pg_monitor', 'pg_read_all_settings',
        'pg_read_all_stats', 'pg_stat_scan_tables')))
UNION ALL
SELECT '能改数据（' || oid::regclass || '）' FROM pg_class
  WHERE relnamespace::regnamespace::text !~ '^(pg_|information_schema$)' AND CASE
    WHEN relkind = 'S' THEN has_sequence_privilege(session_user, oid, 'USAGE, UPDATE')
    WHEN relkind IN ('r', 'p', 'v', 'm', 'f') THEN has_table_privilege(session_user, oid, 'DELETE, TRUNCATE')
      OR has_any_column_privilege(session_user, oid, 'INSERT, UPDATE')
    END
LIMIT 1
""")
"""What the account can do beside reading: the first thing found, in words. PostgreSQL comes with the `pg_` roles."""

OWN_TABLES = text("""
SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname IN ('ledger_version', 'flow_run_state', 'block_document')
""")
"""Tables that the ledger's database has, and Prefect's."""

READS = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})


def ask_database(url: str, query: str, values: Mapping[str, Any], variables: Mapping[str, str], ledger: str) -> Any:
    """The one value that a query gives; raises Outside with the reason, in Chinese and without secrets.

    `url` names the variable with the address, `ledger` is the address of duban's own ledger, which is not asked.
    """
    try:
        address = fill(url, variables)
    except Unset as unset:
        raise Outside(f"没有设置环境变量：{unset}") from None
    try:
        with _connected(make_url(address.address), ledger) as connection:
            rows = connection.execute(text(query), dict(values)).fetchmany(2)
    except ArgumentError:
        raise Outside(f"{url}不是数据库地址") from None
    except (SQLAlchemyError, ImportError) as error:
        raise Outside(f"查询未成功：{address.hide(_said(error))}") from None
    if len(rows) != 1 or len(rows[0]) != 1:
        raise Outside("查询应当只得一个数")
    return rows[0][0]


def _said(error: Exception) -> str:
    said = str(error.orig if isinstance(error, DBAPIError) else error).strip().partition("\n")[0]
    several = "multiple commands" in said or "one statement at a time" in said
    return "只能是一条语句" if several else said


@contextmanager
def _connected(url: URL, ledger: str) -> Iterator[Connection]:
    """A connection that can only read, and is gone afterwards."""
    match url.get_backend_name():
        case "sqlite":
            engine = _sqlite(url, ledger)
        case "postgresql":
            engine = _postgresql(url)
        case _:
            engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    with engine.connect() as connection:
        if engine.name == "postgresql":
            _refuse_too_much(connection)
        elif engine.name == "sqlite":
            _authorise_reading(connection.connection.driver_connection)
        yield connection
        connection.rollback()


def _postgresql(url: URL) -> Engine:
    address = url.set(drivername="postgresql+psycopg")
    engine = create_engine(address, poolclass=NullPool, connect_args=dict(POSTGRESQL), hide_parameters=True)
    return engine.execution_options(postgresql_readonly=True)


def _refuse_too_much(connection: Connection) -> None:
    """Refuse an account that can do more than read, and duban's own databases."""
    if connection.execute(OWN_TABLES).scalar_one():
        raise Outside("这是督办系统自己的数据库，指标不从这里取数")
    able = connection.execute(TOO_MUCH).scalar()
    if able:
        raise Outside(f"数据库账户{able}：请另建一个只授 SELECT 的账户")


def _sqlite(url: URL, ledger: str) -> Engine:
    file = Path(url.database or "")
    if not file.is_file():
        raise Outside("数据库文件不存在")  # SQLite would make an empty one
    own = make_url(ledger)
    kept = Path(own.database or "") if own.get_backend_name() == "sqlite" else Path()
    if kept.is_file() and file.samefile(kept):
        raise Outside("这是督办系统自己的台账，指标不从这里取数")
    return create_engine("sqlite://", poolclass=NullPool, creator=lambda: _open(file))


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(file.resolve()))}?mode=ro", uri=True, timeout=PATIENCE)


def _authorise_reading(connection: Any) -> None:
    """Allow nothing but reading from now on."""
    connection.execute("PRAGMA query_only = ON").close()
    connection.set_authorizer(_authorise)


def _authorise(action: int, first: str | None, second: str | None, database: str | None, within: str | None) -> int:
    loads = action == sqlite3.SQLITE_FUNCTION and second == "load_extension"
    return sqlite3.SQLITE_OK if action in READS and not loads else sqlite3.SQLITE_DENY
