"""What the ledger's database keeps outside the chain: whom the desk turned away, and who had how many of what."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, Table, case, delete, func, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from duban.adapters.ledger_engine import reading, writing
from duban.adapters.ledger_lists import rows_of
from duban.adapters.ledger_tables import RATE, REFUSAL, ROUND
from duban.ports import REFUSALS_KEPT, Rate, RefusedVisit, Round

HOST = "host/"
"""How the round of a host's own files is called."""

FORGOTTEN = timedelta(days=1)

INSERT: Mapping[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


class LedgerVisits:
    """The part of a ledger in a database that is no part of its chain."""

    engine: Engine
    _plan: str

    def note_refused(self, visit: RefusedVisit) -> None:
        """Note that somebody was turned away, and forget the oldest beyond REFUSALS_KEPT."""
        told = {"plan": self._plan, "at": visit.at, "code": visit.code, "host": visit.host, "named": visit.named}
        newest = select(REFUSAL.c.id).filter_by(plan=self._plan).order_by(REFUSAL.c.id.desc())
        with writing(self.engine, (self._plan, "refusal")) as connection:
            connection.execute(insert(REFUSAL).values(told))
            oldest = connection.scalar(newest.offset(REFUSALS_KEPT).limit(1))
            if oldest is not None:
                connection.execute(delete(REFUSAL).where(REFUSAL.c.plan == self._plan, REFUSAL.c.id <= oldest))

    def refused(self, since: datetime) -> Mapping[str, int]:
        """How many were turned away since a moment, by code."""
        query = select(REFUSAL.c.code, func.count().label("many")).where(
            REFUSAL.c.plan == self._plan, REFUSAL.c.at >= since
        )
        with reading(self.engine) as connection:
            return {row.code: row.many for row in connection.execute(query.group_by(REFUSAL.c.code))}

    def note_host(self, name: str, told: Round) -> None:
        """Note what a host tells of itself, and forget those of long ago."""
        row, by = ROUND.c, f"{HOST}{name}"
        gone = or_(row.by == by, row.by.startswith(HOST, autoescape=True) & (row.at < told.at - FORGOTTEN))
        with writing(self.engine, (self._plan, by)) as connection:
            connection.execute(delete(ROUND).where(row.plan == self._plan, gone))
            connection.execute(insert(ROUND).values(plan=self._plan, by=by, at=told.at, said=told.said))

    def hosts(self) -> Mapping[str, Round]:
        """What hosts told last, by name."""
        query = rows_of(ROUND, self._plan).where(ROUND.c.by.startswith(HOST, autoescape=True))
        with reading(self.engine) as connection:
            return {row.by.removeprefix(HOST): Round(row.at, row.said) for row in connection.execute(query)}

    def take(self, rate: Rate, who: str, now: datetime) -> int:
        """Count one more of something by somebody, where there may be one more."""
        ends = now + rate.length
        fresh = {"plan": self._plan, "what": rate.what, "who": who, "many": 1, "until": ends}
        row, over = RATE.c, RATE.c.until <= now
        last: ColumnElement[bool] = or_(over, row.many == rate.most - 1)
        statement = (
            INSERT[self.engine.name](RATE)
            .values(fresh)
            .on_conflict_do_update(
                index_elements=[row.plan, row.what, row.who],
                set_={"many": case((over, 1), else_=row.many + 1), "until": case((last, ends), else_=row.until)},
                where=or_(over, row.many < rate.most),
            )
            .returning(row.many)
        )
        with writing(self.engine) as connection:
            return connection.scalar(statement) or 0

    def full(self, what: str, who: str, now: datetime) -> datetime | None:
        """Until when somebody may have no more of something that is had once in a while."""
        had = select(RATE.c.until).where(RATE.c.plan == self._plan, RATE.c.what == what, RATE.c.who == who)
        with reading(self.engine) as connection:
            until: datetime | None = connection.scalar(had.where(RATE.c.until > now))
        return until

    def let_off(self, rate: Rate, who: str) -> None:
        """Forget what somebody had of something."""
        with writing(self.engine) as connection:
            connection.execute(delete(RATE).filter_by(plan=self._plan, what=rate.what, who=who))

    def forget_taken(self, now: datetime) -> None:
        """Forget whatever no longer counts."""
        with writing(self.engine) as connection:
            connection.execute(delete(RATE).where(RATE.c.plan == self._plan, RATE.c.until <= now))
