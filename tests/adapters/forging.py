"""Forgeries of a ledger, by somebody with every right on its database and knowledge of how hashes are made."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import ColumnElement, Connection, create_engine, delete, func, insert, select, update

from duban.adapters.ledger_rows import as_columns
from duban.adapters.ledger_tables import ENTRY, HEAD, SUMMARY
from duban.core.ledger.entries import Draft, Entry, EntryKind, chained
from tests.contracts.samples import BRIDGES, NOW, PLAN, TODAY

Forgery = Callable[[Connection], None]


def forged(*reports: int) -> tuple[Entry, ...]:
    """A chain of bridges that follows in itself."""
    drafts = [Draft(EntryKind.REPORTED, "draft", "zhang", {"value": value}) for value in reports]
    return chained(drafts, plan=PLAN, initiative=BRIDGES, after=None, at=NOW, day=TODAY)


def flip(hand: Connection) -> None:
    hand.execute(update(ENTRY).where(*at(2)).values(actor="li"))


def delete_in_the_middle(hand: Connection) -> None:
    hand.execute(delete(ENTRY).where(*at(2)))


def cut_tail(hand: Connection) -> None:
    """The last entry goes, and all that the database counts is set back."""
    hand.execute(delete(ENTRY).where(*at(3)))
    set_back(hand)


def delete_chain(hand: Connection) -> None:
    for table in (ENTRY, SUMMARY, HEAD):
        hand.execute(delete(table).where(table.c.plan == PLAN, table.c.initiative == BRIDGES))


def hash_anew(hand: Connection) -> None:
    delete_chain(hand)
    put(hand, forged(1, 7, 3))


def reorder(hand: Connection) -> None:
    """Two entries change places, and all is hashed anew."""
    delete_chain(hand)
    put(hand, forged(2, 1, 3))


def nothing(hand: Connection) -> None:
    """Triggers are gone, and nothing is forged yet."""


FORGERIES: Mapping[str, tuple[Forgery, int]] = {
    "flip": (flip, 2),
    "delete-in-the-middle": (delete_in_the_middle, 3),
    "cut-tail": (cut_tail, 3),
    "delete-chain": (delete_chain, 1),
    "hash-anew": (hash_anew, 2),
    "reorder": (reorder, 1),
}
"""What each does, and the entry of bridges that is to be named."""


def at(sequence: int) -> tuple[ColumnElement[bool], ...]:
    return ENTRY.c.plan == PLAN, ENTRY.c.initiative == BRIDGES, ENTRY.c.sequence == sequence


def put(hand: Connection, entries: tuple[Entry, ...]) -> None:
    hand.execute(insert(ENTRY), [as_columns(entry) for entry in entries])
    set_back(hand)


def set_back(hand: Connection) -> None:
    """Have summary and head agree with what is there."""
    mine = (ENTRY.c.plan == PLAN, ENTRY.c.initiative == BRIDGES)
    count = hand.scalar(select(func.max(ENTRY.c.sequence)).where(*mine))
    last = hand.scalar(select(ENTRY.c.hash).where(*mine, ENTRY.c.sequence == count))
    hand.execute(update(SUMMARY).where(SUMMARY.c.initiative == BRIDGES).values(sequence=count))
    hand.execute(delete(HEAD).where(HEAD.c.plan == PLAN, HEAD.c.initiative == BRIDGES))
    hand.execute(insert(HEAD).values(plan=PLAN, initiative=BRIDGES, sequence=count, hash=last))


@contextmanager
def every_right(url: str, *, leave: bool) -> Iterator[Connection]:
    """The database without its triggers, which are put back where they shall `leave` no trace."""
    engine = create_engine(url)
    with engine.begin() as connection:
        put_back = without_triggers(connection)
        yield connection
        for statement in put_back if leave else ():
            connection.exec_driver_sql(statement)
    engine.dispose()


def without_triggers(connection: Connection) -> list[str]:
    if connection.dialect.name == "postgresql":
        for table in ("entry", "head"):
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        return [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in ("entry", "head")]
    found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    for name, _ in found:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    return [sql for _, sql in found]
