"""The ledger's rows as lines of JSON, the same whatever database holds them: written for a backup, put into another."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Date, Table, func, insert, select

from duban.adapters.ledger_engine import reading, writing
from duban.adapters.ledger_tables import HEAD, METADATA, Moment
from duban.adapters.sql_ledger import PAGE, SqlLedger
from duban.ports import LedgerUnusable

Row = dict[str, Any]


def write_rows(ledger: SqlLedger, folder: Path) -> Mapping[str, int]:
    """Write every table of all plans into a folder, as they are at one moment; how many rows each has."""
    with reading(ledger.engine) as connection:
        return {table.name: _write(connection, table, folder / f"{table.name}.jsonl") for table in _tables()}


def _tables() -> Sequence[Table]:
    """What others point to first."""
    return METADATA.sorted_tables


def _write(connection: Connection, table: Table, file: Path) -> int:
    count = 0
    query = select(table).order_by(*table.primary_key.columns)
    with file.open("w", encoding="utf-8") as out, connection.execution_options(yield_per=PAGE).execute(query) as rows:
        for row in rows:
            count += 1
            told = {name: _plain(value) for name, value in row._mapping.items()}
            out.write(json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n")
    return count


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def read_rows(ledger: SqlLedger, folder: Path) -> Sequence[str]:
    """Put the rows of a folder into an empty ledger, as one transaction; raises LedgerUnusable where it is not empty.

    What was seen of each chain is noted by the database itself as entries come in. Where the folder knows of more, the
    ledger had been cut before it was written: a line for each such chain.
    """
    with writing(ledger.engine, ("alone", "restore")) as connection:
        for table in _tables():
            if connection.scalar(select(func.count()).select_from(table)):
                raise LedgerUnusable(f"the ledger is not empty: {table.name} has rows. Restore into an empty one.")
        for table in (table for table in _tables() if table is not HEAD):
            for rows in _batches(_read(table, folder / f"{table.name}.jsonl")):
                connection.execute(insert(table), rows)
    there = {(plan, name): head.sequence for plan, one in ledger.whole().items() for name, head in one.heads().items()}
    seen = ((row["plan"], row["initiative"], row["sequence"]) for row in _read(HEAD, folder / "head.jsonl"))
    return [
        f"{plan}: {name} had {count} entries, and the backup has fewer: it was made of a ledger that had been cut"
        for plan, name, count in seen
        if there.get((plan, name), 0) < count
    ]


def _read(table: Table, file: Path) -> Iterator[Row]:
    """Rows as the table takes them; numbers the database gives are left to it."""
    given = {column.name for column in table.columns if column.primary_key and column.autoincrement is True}
    given |= {"id"} & set(table.columns.keys())
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            told = json.loads(line)
            yield {name: _typed(table, name, value) for name, value in told.items() if name not in given}


def _typed(table: Table, name: str, value: Any) -> Any:
    kind = table.columns[name].type
    if value is None:
        return None
    if isinstance(kind, Moment):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, PAGE)):
        yield batch
