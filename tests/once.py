"""What is dear and comes to the same in every test is done once in a process: the first time for real.

The tables of an empty ledger are those that Alembic made the first time, by the same statements; a template that was
compiled is not compiled again for the copy of it in another bureau's folder.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from jinja2 import Environment
from sqlalchemy import Connection, event, inspect

from duban.adapters import ledger_schema

Statement = tuple[str, Any]


@contextmanager
def tables_worked_out_once() -> Iterator[None]:
    """Make the tables of an empty ledger by what Alembic said to the first one of its kind."""
    real, said = ledger_schema._migrate, dict[str, list[Statement]]()

    def migrate(connection: Connection) -> None:
        kind = connection.dialect.name
        if inspect(connection).get_table_names():
            real(connection)
        elif kind in said:
            for statement, parameters in said[kind]:
                connection.exec_driver_sql(statement, parameters)
        else:
            with heard(connection) as told:
                real(connection)
            said[kind] = told

    with patch.object(ledger_schema, "_migrate", migrate):
        yield


@contextmanager
def heard(connection: Connection) -> Iterator[list[Statement]]:
    """What changes a database, of all that is said to it meanwhile."""
    told: list[Statement] = []

    def hear(_: Any, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        assert not many
        if statement.lstrip().split()[0] not in {"SELECT", "PRAGMA"}:
            told.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", hear)
    try:
        yield told
    finally:
        event.remove(connection, "before_cursor_execute", hear)


@contextmanager
def templates_compiled_once() -> Iterator[None]:
    """Compile a template once for environments that read and compile it alike."""
    real: Callable[..., Any] = Environment.compile
    known: dict[Any, Any] = {}

    def compiled(self: Environment, source: Any, name: Any = None, filename: Any = None, *more: Any) -> Any:
        if more or not isinstance(source, str):
            return real(self, source, name, filename, *more)
        marks = (self.trim_blocks, self.lstrip_blocks, self.keep_trailing_newline, self.autoescape, self.undefined)
        key = (type(self), marks, *map(frozenset, (self.filters, self.tests, self.extensions)), source, name)
        if key not in known:
            known[key] = real(self, source, name, filename)
        return known[key]

    with patch.object(Environment, "compile", compiled):
        yield
