"""What lists and boards read of the ledger's derived tables, each in a query or two."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Engine, Select, Table, func, or_, select

from duban.adapters.ledger_engine import reading
from duban.adapters.ledger_rows import read_entries, read_notice, read_step, read_summary
from duban.adapters.ledger_tables import ENTRY, HEAD, NOTICE, STEP, SUMMARY
from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.notices import NoticeRow
from duban.core.ledger.summary import CLOSED, Status, Summary
from duban.core.planning.plan import StepRef


class LedgerLists:
    """The part of a ledger in a database that only reads, and of many initiatives at once."""

    def __init__(self, engine: Engine, plan: str) -> None:
        self.engine = engine
        self._plan = plan

    def summaries(self) -> Sequence[Summary]:
        """All initiatives as they stand, sorted by id."""
        return self._summaries(rows_of(STEP, self._plan))

    def going_on(self, until: date) -> Sequence[Summary]:
        """The same, of the steps only those that make a board."""
        row = STEP.c
        begun = or_(row.status != Status.WAITING, row.light > 0, row.due <= until, row.forecast > row.due)
        return self._summaries(rows_of(STEP, self._plan).where(row.status.not_in(CLOSED), begun))

    def _summaries(self, steps: Select[Any]) -> Sequence[Summary]:
        with reading(self.engine) as connection:
            summaries = connection.execute(rows_of(SUMMARY, self._plan).order_by(SUMMARY.c.initiative)).all()
            rows = connection.execute(steps.order_by(STEP.c.initiative, STEP.c.position)).all()
        of = {name: tuple(map(read_step, some)) for name, some in groupby(rows, key=lambda row: row.initiative)}
        return [read_summary(row, of.get(row.initiative, ())) for row in summaries]

    def spans(self) -> Mapping[str, tuple[date | None, date | None]]:
        """First day and last one of every initiative."""
        last = func.max(func.coalesce(STEP.c.finished, STEP.c.forecast))
        query = select(STEP.c.initiative, func.min(STEP.c.opened), last).where(STEP.c.plan == self._plan)
        with reading(self.engine) as connection:
            return {name: (first, end) for name, first, end in connection.execute(query.group_by(STEP.c.initiative))}

    def horizon(self) -> date | None:
        """The last day of any step."""
        query = select(func.max(func.coalesce(STEP.c.finished, STEP.c.forecast)), func.max(STEP.c.due))
        with reading(self.engine) as connection:
            last = connection.execute(query.where(STEP.c.plan == self._plan)).one()
        return max((day for day in last if day), default=None)

    def closed(self) -> Mapping[StepRef, tuple[date, date]]:
        """Deadline and last day of what is done."""
        row = STEP.c
        query = select(row.initiative, row.step, row.due, row.finished).where(
            row.plan == self._plan, row.status == Status.DONE, row.due.is_not(None), row.finished.is_not(None)
        )
        with reading(self.engine) as connection:
            return {StepRef(name, step): (due, day) for name, step, due, day in connection.execute(query)}

    def letters_to(self, recipient: str, limit: int) -> Sequence[NoticeRow]:
        """The last notices to a recipient."""
        query = rows_of(NOTICE, self._plan).where(NOTICE.c.recipient == recipient)
        order = (NOTICE.c.queued_at.desc(), NOTICE.c.initiative.desc(), NOTICE.c.key.desc())
        return self._notices(query.order_by(*order).limit(limit))

    def of_kinds(
        self, kinds: Collection[EntryKind], since: datetime | None = None, actor: str | None = None
    ) -> Sequence[Entry]:
        """All entries of some kinds, from a moment on, by one actor or anybody."""
        query = rows_of(ENTRY, self._plan).where(ENTRY.c.kind.in_(kinds)).order_by(ENTRY.c.initiative, ENTRY.c.sequence)
        if since is not None:
            query = query.where(ENTRY.c.at >= since)
        if actor is not None:
            query = query.where(ENTRY.c.actor == actor)
        with reading(self.engine) as connection:
            return tuple(read_entries(connection.execute(query)))

    def _notices(self, query: Select[Any]) -> Sequence[NoticeRow]:
        with reading(self.engine) as connection:
            return [read_notice(row) for row in connection.execute(query)]


def rows_of(table: Table, plan: str, initiative: str | None = None) -> Select[Any]:
    """Rows of a plan, or of one of its initiatives."""
    query = select(table).where(table.c.plan == plan)
    return query if initiative is None else query.where(table.c.initiative == initiative)


def plans_in(engine: Engine) -> Sequence[str]:
    """The plans that a database has entries of, or had, sorted; found one from another, for DISTINCT walks over all."""
    found: list[str] = []
    with reading(engine) as connection:
        for table in (ENTRY, HEAD):
            last: str | None = ""
            while (last := connection.scalar(select(func.min(table.c.plan)).where(table.c.plan > last))) is not None:
                found.append(last)
    return sorted(set(found))
