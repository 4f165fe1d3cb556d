"""The ledger in SQLite or PostgreSQL: entries that are only appended, and the tables derived from them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import (
    CTE,
    Select,
    and_,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
)

from duban.adapters.ledger_engine import alone, joining, ledger_engine, reading, undisturbed, writing
from duban.adapters.ledger_guards import amiss
from duban.adapters.ledger_lists import plans_in, rows_of
from duban.adapters.ledger_readings import LedgerReadings, waiting
from duban.adapters.ledger_roles import too_free
from duban.adapters.ledger_rows import read_entries
from duban.adapters.ledger_schema import upgrade
from duban.adapters.ledger_stored import LedgerStored
from duban.adapters.ledger_storing import store
from duban.adapters.ledger_tables import ENTRY, HEAD, NOTICE, ROSTER, SUMMARY, WAKE
from duban.adapters.ledger_visits import LedgerVisits
from duban.core.ledger.entries import Entry
from duban.core.ledger.keys import INSTEAD
from duban.core.ledger.notices import Delivery, NoticeRow
from duban.core.ledger.summary import RECIPIENT
from duban.core.texts import Text
from duban.ports import Commit, Head, Ledger

EPOCH = datetime.fromtimestamp(0, UTC)

PAGE = 1000
"""Entries fetched at a time when all are read."""


def open_ledger(url: str, plan: str) -> "SqlLedger":
    """Open the ledger of a plan, bringing an older schema up to date; close it when done.

    `url` is `sqlite:///folder/file` (made when missing) or `postgresql+psycopg://user@host/database`. Raises
    LedgerUnusable, saying what to do, when it cannot be reached, read or written, or when its schema is newer.
    """
    engine = ledger_engine(url)
    try:
        upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return SqlLedger(engine, plan)


_kept: dict[tuple[str, str], "SqlLedger"] = {}


def keep_ledger(url: str, plan: str) -> "SqlLedger":
    """As `open_ledger`, and kept open for the next time, when its schema is looked at anew: it may be newer by then.

    For processes that live long; the ledgers of one database are kept, and closed when another is asked for.
    """
    if (url, plan) in _kept:
        upgrade(_kept[url, plan].engine)
        return _kept[url, plan]
    for other, of in [kept for kept in _kept if kept[0] != url]:
        _kept.pop((other, of)).close()
    _kept[url, plan] = open_ledger(url, plan)
    return _kept[url, plan]


class SqlLedger(LedgerVisits, LedgerReadings, LedgerStored):
    """The memory of one plan in a database; several plans, processes and threads may share the database."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def initiatives(self) -> Sequence[str]:
        """Initiatives and chains that have entries, sorted."""
        every = _initiatives(self._plan)
        query = select(every.c.initiative).where(every.c.initiative.is_not(None)).order_by(every.c.initiative)
        with reading(self.engine) as connection:
            return connection.scalars(query).all()

    def whole(self) -> Mapping[str, Ledger]:
        """The ledgers of all plans in this database."""
        return {plan: SqlLedger(self.engine, plan) for plan in (*plans_in(self.engine), self._plan) if plan}

    def heads(self) -> Mapping[str, Head]:
        """The last entry of every chain that was ever seen."""
        with reading(self.engine) as connection:
            return {
                row.initiative: Head(row.sequence, row.hash) for row in connection.execute(rows_of(HEAD, self._plan))
            }

    def lasts(self) -> Mapping[str, Head]:
        """What is stored now in the place of the last entry that was ever seen of each chain."""
        same = (
            ENTRY.c.plan == HEAD.c.plan,
            ENTRY.c.initiative == HEAD.c.initiative,
            ENTRY.c.sequence == HEAD.c.sequence,
        )
        query = select(ENTRY.c.initiative, ENTRY.c.sequence, ENTRY.c.hash).join(HEAD, and_(*same))
        with reading(self.engine) as connection:
            rows = connection.execute(query.where(HEAD.c.plan == self._plan))
            return {row.initiative: Head(row.sequence, row.hash) for row in rows}

    def hashes(self, initiative: str, after: int) -> Sequence[Head]:
        """Numbers and hashes of the entries of a chain that follow a number."""
        query = rows_of(ENTRY, self._plan, initiative).with_only_columns(ENTRY.c.sequence, ENTRY.c.hash)
        with reading(self.engine) as connection:
            return [
                Head(*row)
                for row in connection.execute(query.where(ENTRY.c.sequence > after).order_by(ENTRY.c.sequence))
            ]

    def alone(self, what: str) -> AbstractContextManager[object]:
        """Keep others from doing the same, and from nothing else."""
        return alone(self.engine, what)

    def unguarded(self) -> Sequence[Text]:
        """What should keep entries from being changed and does not."""
        with reading(self.engine) as connection:
            return amiss(connection)

    def too_free(self) -> Sequence[Text]:
        """What this role could do to entries beside appending."""
        with reading(self.engine) as connection:
            return too_free(connection)

    @contextmanager
    def stream(self) -> Iterator[Iterator[Entry]]:
        """All entries of the plan, by initiative and sequence, as they were at one moment."""
        query = rows_of(ENTRY, self._plan).order_by(ENTRY.c.initiative, ENTRY.c.sequence)
        with (
            reading(self.engine) as connection,
            connection.execution_options(yield_per=PAGE).execute(query) as rows,  # closed though not all are read
        ):
            yield read_entries(rows)

    def commit(self, *commits: Commit) -> None:
        """Store transactions as one; raises Conflict or ValueError, and then stores nothing."""
        with joining(self.engine, *((self._plan, commit.initiative) for commit in commits)) as connection:
            store(connection, self._plan, commits)

    def in_turn(self, initiative: str) -> AbstractContextManager[None]:
        """Let nobody else store at an initiative meanwhile; SQLite has one lock for all, which is not taken."""
        return nullcontext() if self.engine.name == "sqlite" else self.undisturbed(initiative)

    def undisturbed(self, *initiatives: str) -> AbstractContextManager[None]:
        """Let nobody else store at these initiatives meanwhile; on SQLite, at any."""
        return undisturbed(self.engine, *((self._plan, name) for name in initiatives))

    def _wakes(self, initiatives: Iterable[str], at: datetime | None) -> list[dict[str, Any]]:
        return [{"plan": self._plan, "initiative": name, "at": at} for name in initiatives]

    def wake(self, initiatives: Iterable[str], at: datetime) -> None:
        """Ask for a look at initiatives at once."""
        if rows := self._wakes(initiatives, at):
            with writing(self.engine, (self._plan,)) as connection:
                connection.execute(insert(WAKE), rows)

    def due(self, now: datetime, limit: int) -> Sequence[str]:
        """Initiatives to look at now, longest waiting first."""
        late = waiting(self._plan, now)
        name = late.c.initiative
        query = select(name).group_by(name).order_by(func.min(late.c.since), name).limit(limit)
        with reading(self.engine) as connection:
            return connection.scalars(query).all()

    def pending_notices(self, now: datetime, limit: int, initiative: str | None = None) -> Sequence[NoticeRow]:
        """Notices to send on their own now, of one initiative or of the plan, earliest first."""
        query = rows_of(NOTICE, self._plan, initiative).where(NOTICE.c.immediate, NOTICE.c.next_try <= now)
        return self._notices(query.order_by(NOTICE.c.next_try, NOTICE.c.initiative, NOTICE.c.key).limit(limit))

    def waiting_notices(self, now: datetime, people: int) -> Sequence[NoticeRow]:
        """Notices to put into digests now: all of those of the people who wait longest."""
        waiting = (NOTICE.c.plan == self._plan, ~NOTICE.c.immediate, NOTICE.c.next_try <= now)
        longest = select(NOTICE.c.recipient, func.min(NOTICE.c.next_try).label("since")).where(*waiting)
        first = longest.group_by(NOTICE.c.recipient).order_by("since", NOTICE.c.recipient).limit(people).subquery()
        query = select(NOTICE).join(first, NOTICE.c.recipient == first.c.recipient).where(*waiting)
        order = (first.c.since, NOTICE.c.recipient, NOTICE.c.next_try, NOTICE.c.initiative, NOTICE.c.key)
        return self._notices(query.order_by(*order))

    def undelivered(self) -> Sequence[NoticeRow]:
        """Dead notices, and those to deputies in the place of one."""
        dead = NOTICE.alias()  # found by an index of its own, whose condition is written out as it is there
        where = select(dead.c.initiative).where(dead.c.plan == self._plan, dead.c.delivery == literal_column("'dead'"))
        of_line = or_(NOTICE.c.delivery == Delivery.DEAD, NOTICE.c.key.contains(INSTEAD))
        query = rows_of(NOTICE, self._plan).where(NOTICE.c.initiative.in_(where), of_line)
        return self._notices(query.order_by(NOTICE.c.queued_at, NOTICE.c.initiative, NOTICE.c.key))

    def outstanding(self) -> Sequence[NoticeRow]:
        """Notices and digests that are still to be sent."""
        query = rows_of(NOTICE, self._plan).where(NOTICE.c.next_try.is_not(None))
        return self._notices(query.order_by(NOTICE.c.next_try, NOTICE.c.initiative, NOTICE.c.key))

    def outcomes(self, since: datetime) -> Mapping[Delivery, int]:
        """How many notices have ended since a moment, and how."""
        query = select(NOTICE.c.delivery, func.count()).where(
            NOTICE.c.plan == self._plan, NOTICE.c.ended_at >= since, ~NOTICE.c.initiative.startswith(RECIPIENT)
        )
        with reading(self.engine) as connection:
            return {Delivery(name): count for name, count in connection.execute(query.group_by(NOTICE.c.delivery))}

    def notices(self, initiative: str | None = None) -> Sequence[NoticeRow]:
        """All notices, of one initiative or of the plan, by the time they were queued."""
        query = rows_of(NOTICE, self._plan, initiative)
        return self._notices(query.order_by(NOTICE.c.queued_at, NOTICE.c.initiative, NOTICE.c.key))

    def last_at(self) -> datetime | None:
        """The moment of the last entry."""
        return self._latest(select(func.max(ENTRY.c.at)).where(ENTRY.c.plan == self._plan))

    def roster(self) -> str:
        """The mark left last by `check_off`."""
        with reading(self.engine) as connection:
            return connection.scalar(select(ROSTER.c.mark).where(ROSTER.c.plan == self._plan)) or ""

    def check_off(self, mark: str) -> None:
        """Leave a mark."""
        with writing(self.engine, (self._plan,)) as connection:
            connection.execute(delete(ROSTER).filter_by(plan=self._plan))
            connection.execute(insert(ROSTER).values(plan=self._plan, mark=mark))

    def try_writing(self) -> None:
        """Write a row, and take it back before anybody sees it."""
        with writing(self.engine, (self._plan, "trial")) as connection:
            connection.execute(insert(WAKE), self._wakes(["trial"], EPOCH))
            connection.rollback()

    def clock(self) -> datetime | None:
        """PostgreSQL's own clock; SQLite has none but this process's."""
        if self.engine.name == "sqlite":
            return None
        with reading(self.engine) as connection:
            return connection.scalar(select(func.clock_timestamp()))

    def last_look(self) -> datetime | None:
        """The moment of the last look at any initiative."""
        return self._latest(select(func.max(SUMMARY.c.looked_at)).where(SUMMARY.c.plan == self._plan))

    def last_sent(self) -> datetime | None:
        """The moment at which a letter was last sent."""
        sent = (NOTICE.c.plan == self._plan, NOTICE.c.delivery == Delivery.SENT)
        return self._latest(select(func.max(NOTICE.c.ended_at)).where(*sent))

    def _latest(self, query: Select[tuple[datetime]]) -> datetime | None:
        with reading(self.engine) as connection:
            latest: datetime | None = connection.scalar(query)
        return latest

    def forget_derived(self) -> None:
        """Empty the derived tables, and ask for a look at every initiative, in one transaction."""
        last = select(ENTRY.c.plan, ENTRY.c.initiative, func.max(ENTRY.c.at)).where(
            ENTRY.c.plan == self._plan,
            ~ENTRY.c.initiative.startswith(RECIPIENT),  # nobody looks at digests and applications
        )
        with writing(self.engine, (self._plan,)) as connection:
            for table in (SUMMARY, NOTICE):  # in the order in which commits write, so that neither waits for the other
                connection.execute(delete(table).where(table.c.plan == self._plan))
            every = last.group_by(ENTRY.c.plan, ENTRY.c.initiative)
            connection.execute(insert(WAKE).from_select(["plan", "initiative", "at"], every))


def _initiatives(plan: str) -> CTE:
    """Names of a plan's initiatives, and a NULL at the end; each is found from the one before it by a look-up.

    DISTINCT would walk over all entries.
    """
    following = select(func.min(ENTRY.c.initiative)).where(ENTRY.c.plan == plan)
    found = following.with_only_columns(func.min(ENTRY.c.initiative).label("initiative")).cte("found", recursive=True)
    after = following.where(ENTRY.c.initiative > found.c.initiative).correlate(found).scalar_subquery()
    return found.union_all(select(after).where(found.c.initiative.is_not(None)))
