"""What the ledger's database tells whoever watches it: rounds, marks, figures, and what is counted as it happens.

Nothing here grows with the ledger: heads are as many as chains, and all else is found by an index.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Subquery, delete, func, insert, select, text, union_all

from duban.adapters.ledger_engine import reading, writing
from duban.adapters.ledger_lists import rows_of
from duban.adapters.ledger_tables import HEAD, NOTICE, RATE, ROUND, SUMMARY, WAKE
from duban.adapters.ledger_visits import INSERT
from duban.core.ledger.readings import Readings, rounds_of
from duban.core.ledger.summary import Light
from duban.ports import Mark, Round, Rounder

By = TypeVar("By", Rounder, Mark)

COUNTED = "counted/"
"""How what is counted begins, among what is held against a rate."""

FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)
SHARES = 16
"""Rows of one count: processes that count the same wait for each other only where they have one in common."""

SIZE = {
    "sqlite": text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"),
    "postgresql": text("SELECT pg_database_size(current_database())"),
}


class LedgerReadings:
    """The part of a ledger in a database that says how things go."""

    engine: Engine
    _plan: str

    def note_round(self, by: Rounder | Mark, made: Round) -> None:
        """Note that a round over the plan was made, or a mark of the clock."""
        here = {"plan": self._plan, "by": by.value}
        with writing(self.engine, (self._plan, by)) as connection:
            connection.execute(delete(ROUND).filter_by(**here))
            connection.execute(insert(ROUND).values(**here, at=made.at, said=made.said))
            if isinstance(by, Rounder):
                add_up(connection, self._plan, {rounds_of(by): 1})

    def rounds(self) -> Mapping[Rounder, Round]:
        """The last round of each of those who make them."""
        return self._made(Rounder)

    def marks(self) -> Mapping[Mark, Round]:
        """The last mark of each kind."""
        return self._made(Mark)

    def _made(self, by: type[By]) -> Mapping[By, Round]:
        query = rows_of(ROUND, self._plan).where(ROUND.c.by.in_(list(by)))
        with reading(self.engine) as connection:
            return {by(row.by): Round(row.at, row.said) for row in connection.execute(query)}

    def readings(self, now: datetime) -> Readings:
        """How the ledger stands now, in six queries."""
        heads = select(func.count(), func.coalesce(func.sum(HEAD.c.sequence), 0)).where(HEAD.c.plan == self._plan)
        lights = select(SUMMARY.c.light, func.count()).where(SUMMARY.c.plan == self._plan).group_by(SUMMARY.c.light)
        late = waiting(self._plan, now)
        waits = select(func.count(late.c.initiative.distinct()), func.min(late.c.since))
        due = (NOTICE.c.plan == self._plan, NOTICE.c.next_try <= now)
        with reading(self.engine) as connection:
            chains, entries = connection.execute(heads).one()
            many, since = connection.execute(waits).one()
            unsent, first = connection.execute(select(func.count(), func.min(NOTICE.c.next_try)).where(*due)).one()
            return Readings(
                entries=int(entries),
                chains=chains,
                size=connection.scalar(SIZE[self.engine.name]) or 0,
                lights={Light(light): count for light, count in connection.execute(lights)},
                waiting=many,
                waiting_since=since,
                unsent=unsent,
                unsent_since=first,
                counted=_counted(connection, self._plan),
            )


def waiting(plan: str, now: datetime) -> Subquery:
    """Initiatives to look at now, and since when: once for each reason."""
    woken = select(WAKE.c.initiative, WAKE.c.at.label("since")).where(WAKE.c.plan == plan)
    ripe = select(SUMMARY.c.initiative, SUMMARY.c.look_again).where(SUMMARY.c.plan == plan, SUMMARY.c.look_again <= now)
    return union_all(woken, ripe).subquery()


def add_up(connection: Connection, plan: str, more: Mapping[str, int]) -> None:
    """Count so many more of each, in the transaction under way and last in it, so that nobody waits for long."""
    share = str(os.getpid() % SHARES)
    here: dict[str, Any] = {"plan": plan, "who": share, "until": FOR_GOOD}
    rows = [{**here, "what": f"{COUNTED}{name}", "many": many} for name, many in sorted(more.items())]
    statement = INSERT[connection.dialect.name](RATE).values(rows)
    row = RATE.c
    keys = [row.plan, row.what, row.who]
    connection.execute(
        statement.on_conflict_do_update(index_elements=keys, set_={"many": row.many + statement.excluded.many})
    )


def _counted(connection: Connection, plan: str) -> Mapping[str, int]:
    ours = (RATE.c.plan == plan, RATE.c.what >= COUNTED, RATE.c.what < COUNTED[:-1] + "0")  # "0" comes after "/"
    query = select(RATE.c.what, func.sum(RATE.c.many)).where(*ours).group_by(RATE.c.what)
    return {name.removeprefix(COUNTED): int(many) for name, many in connection.execute(query)}
