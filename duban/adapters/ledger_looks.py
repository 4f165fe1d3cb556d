"""A ledger in a database as looks ask it: what they ask, said to the database's own driver.

A look at an initiative is over in a few milliseconds, while SQLAlchemy and the models of the tables take a quarter of a
second to load. So these few questions are asked without them. All others, and whatever stores, go to the whole ledger,
which is opened then; so does a ledger this one cannot take as it is: a new one, one of another version, one that
cannot be written. Tests hold the two to the same answers.
"""

import json
import os
import sqlite3
from collections import namedtuple
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from duban.adapters.ledger_rows import read_entries, read_ref, read_step, read_summary
from duban.adapters.ledger_version import LATEST, VERSION_TABLE
from duban.core.ledger.entries import Entry
from duban.core.ledger.keys import StepRef
from duban.core.ledger.summary import StepRow, Summary, Upstream
from duban.ports import Ledger, Mark, Round, Rounder, Stored

if TYPE_CHECKING:
    from duban.adapters.sql_ledger import SqlLedger

By = TypeVar("By", Rounder, Mark)

FILE, SERVER = "sqlite:///", "postgresql+psycopg://"

PATIENCE = 30
"""Seconds to wait for another one who holds the ledger, as elsewhere."""

PAGE = 1000
"""Entries fetched at a time when all are read."""

SUMMARY = ("initiative", "sequence", "light", "done", "total", "next_due", "look_again")


class Database(NamedTuple):
    """A connection, the error its driver raises, its mark for a value, and how what sees one moment begins."""

    connection: Any
    error: type[Exception]
    mark: str
    begin: str


def look_at(url: str, plan: str) -> Ledger | None:
    """The ledger of a plan to be looked at; None where only the whole one can open it, or say why nobody can."""
    try:
        database = _file(url) if url.startswith(FILE) else _server(url) if url.startswith(SERVER) else None
    except (OSError, sqlite3.Error):
        return None
    if database is None:
        return None
    looks = LedgerLooks(url, plan, database)
    with suppress(database.error):
        if database.connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone() == (LATEST,):  # noqa: S608  a constant
            return cast(Ledger, looks)
    looks.close()
    return None


def _file(url: str) -> Database | None:
    """A file that is there and may be written: whoever looks leaves marks beside it, too."""
    file = Path(url.removeprefix(FILE))
    if "?" in url or not (file.is_file() and os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)):
        return None
    connection = sqlite3.connect(file, PATIENCE, sqlite3.PARSE_DECLTYPES, isolation_level=None)
    connection.execute("PRAGMA query_only = ON")
    return Database(connection, sqlite3.Error, "?", "BEGIN")


@lru_cache(4096)
def _day(text: bytes) -> date:
    return date.fromisoformat(text.decode())


@lru_cache(4096)
def _moment(text: bytes) -> datetime:
    return datetime.fromisoformat(text.decode()).replace(tzinfo=UTC)


sqlite3.register_converter("date", _day)  # a ledger holds the same days, and moments, many times
sqlite3.register_converter("datetime", _moment)
sqlite3.register_converter("json", lambda text: json.loads(text.decode()))


def _server(url: str) -> Database | None:
    """A server that lets us in; None where it does not, for the whole ledger says why."""
    from duban.adapters import patient  # noqa: PLC0415  PostgreSQL's driver, which a ledger in a file does not need

    connection = patient.looking(url.replace("+psycopg", "", 1), PATIENCE)
    if connection is None:
        return None
    return Database(connection, patient.Error, "%s", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")


class LedgerLooks:
    """The memory of one plan, looked at; all of `Ledger` that is not here is asked of the whole one."""

    def __init__(self, url: str, plan: str, database: Database) -> None:
        self._url, self._plan, self._database = url, plan, database

    @cached_property
    def whole(self) -> "SqlLedger":
        """The same ledger, with all that it can do."""
        from duban.adapters.sql_ledger import open_ledger  # noqa: PLC0415  looks do without

        return open_ledger(self._url, self._plan)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.whole, name)

    def close(self) -> None:
        """Close all connections."""
        self._database.connection.close()
        if "whole" in self.__dict__:
            self.whole.close()

    def stored(self, initiative: str, steps: Collection[StepRef], since: int = 0) -> Stored:
        """An initiative at one moment, of its entries those from a number on."""
        with self._one_moment():
            return Stored(self.wakes(initiative), self._entries(initiative, since), self.upstream(steps))

    def entries(self, initiative: str) -> Sequence[Entry]:
        """All entries of an initiative, in sequence."""
        return self._entries(initiative, 0)

    def _entries(self, initiative: str, since: int) -> Sequence[Entry]:
        rest = "FROM entry WHERE plan = ? AND initiative = ? AND sequence >= ? ORDER BY sequence"
        return tuple(read_entries(self._read(Entry._fields, rest, self._plan, initiative, since)))

    def last(self, initiative: str) -> Entry | None:
        """The last entry of an initiative or chain; None when it has none."""
        rest = "FROM entry WHERE plan = ? AND initiative = ? ORDER BY sequence DESC LIMIT 1"
        return next(read_entries(self._read(Entry._fields, rest, self._plan, initiative)), None)

    @contextmanager
    def stream(self) -> Iterator[Iterator[Entry]]:
        """All entries of the plan, by initiative and sequence, as they were at one moment."""
        rest = "FROM entry WHERE plan = ? ORDER BY initiative, sequence"
        with self._one_moment(), closing(self._read(Entry._fields, rest, self._plan, paged=True)) as rows:
            yield read_entries(rows)

    def summaries(self) -> Sequence[Summary]:
        """All initiatives as they stand, sorted by id."""
        here, steps = "WHERE plan = ? ORDER BY initiative", ("initiative", *StepRow._fields)
        with self._one_moment():
            summaries = list(self._rows(SUMMARY, f"FROM initiative_summary {here}", self._plan))
            rows = list(self._rows(steps, f"FROM step_row {here}, position", self._plan))
        of = {name: tuple(map(read_step, some)) for name, some in groupby(rows, key=lambda row: row.initiative)}
        return [read_summary(row, of.get(row.initiative, ())) for row in summaries]

    def upstream(self, steps: Collection[StepRef]) -> Mapping[StepRef, Upstream]:
        """What is known of steps elsewhere, in one query."""
        if not steps:
            return {}
        columns = ("initiative", "step", "finished", "forecast", "held_by")
        names = sorted({ref.initiative for ref in steps})
        rest = f"FROM step_row WHERE plan = ? AND initiative IN ({', '.join('?' * len(names))})"
        rows = ((StepRef(row.initiative, row.step), row) for row in self._rows(columns, rest, self._plan, *names))
        wanted = frozenset(steps)
        return {ref: Upstream(row.finished, row.forecast, read_ref(row.held_by)) for ref, row in rows if ref in wanted}

    def wakes(self, initiative: str) -> tuple[int, ...]:
        """Ids of the wakes an initiative has not answered yet."""
        rest = "FROM wake WHERE plan = ? AND initiative = ? ORDER BY id"
        return tuple(row.id for row in self._rows(("id",), rest, self._plan, initiative))

    def rounds(self) -> Mapping[Rounder, Round]:
        """The last round of each of those who make them."""
        return self._made(Rounder)

    def marks(self) -> Mapping[Mark, Round]:
        """The last mark of each kind."""
        return self._made(Mark)

    def _made(self, by: type[By]) -> Mapping[By, Round]:
        rows, named = (
            self._rows(("by", "at", "said"), "FROM round WHERE plan = ?", self._plan),
            {one: one for one in by},
        )
        return {named[row.by]: Round(row.at, row.said) for row in rows if row.by in named}

    def last_at(self) -> datetime | None:
        """The moment of the last entry."""
        rows = self._rows(("at",), "FROM entry WHERE plan = ? ORDER BY at DESC LIMIT 1", self._plan)
        return next((row.at for row in rows), None)

    def horizon(self) -> date | None:
        """The last day of any step."""
        asked = "max(coalesce(finished, forecast)), max(due)"
        with self._explained():
            row = self._execute(f"SELECT {asked} FROM step_row WHERE plan = ?", self._plan).fetchone()  # noqa: S608  constants
        return max((date.fromisoformat(str(day)) for day in row if day), default=None)

    def clock(self) -> datetime | None:
        """PostgreSQL's own clock; SQLite has none but this process's."""
        if self._in_a_file:
            return None
        with self._explained():
            at: datetime = self._execute("SELECT clock_timestamp()").fetchone()[0]
        return at

    def _rows(self, columns: Sequence[str], rest: str, *values: str | int) -> Iterator[Any]:
        """Rows, their values by name."""
        row = namedtuple("row", columns)  # type: ignore[misc]
        return map(row._make, self._read(columns, rest, *values))

    def _read(
        self, columns: Sequence[str], rest: str, *values: str | int, paged: bool = False
    ) -> Generator[Any, None, None]:
        """Rows, read as they are asked for; `paged`, not all at once from a server."""
        asked = ", ".join(map('"{}"'.format, columns))
        with self._explained(), closing(self._execute(f"SELECT {asked} {rest}", *values, paged=paged)) as found:
            yield from found

    def _execute(self, asked: str, *values: str | int, paged: bool = False) -> Any:
        to = self._database.connection
        if paged and not self._in_a_file:
            to = to.cursor("entries")
            to.itersize = PAGE
        return to.execute(asked.replace("?", self._database.mark), values)

    @property
    def _in_a_file(self) -> bool:
        return self._database.error is sqlite3.Error

    @contextmanager
    def _one_moment(self) -> Iterator[None]:
        """See one and the same moment throughout."""
        with self._explained():
            self._execute(self._database.begin)
        try:
            yield
        finally:
            with suppress(self._database.error):  # what went wrong has been said
                self._execute("ROLLBACK")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say what goes wrong as the whole ledger does."""
        try:
            yield
        except self._database.error as error:
            from duban.adapters.ledger_engine import explain  # noqa: PLC0415  what goes well does without

            explain(self._url, error)
