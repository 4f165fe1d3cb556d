"""What a look at one initiative reads of the ledger, in statements made once: most of what is asked at all."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, tuple_

from duban.adapters.ledger_engine import reading
from duban.adapters.ledger_lists import LedgerLists
from duban.adapters.ledger_rows import read_entries, read_ref
from duban.adapters.ledger_tables import ENTRY, STEP, WAKE
from duban.core.ledger.entries import Entry
from duban.core.ledger.summary import Upstream
from duban.core.planning.plan import StepRef
from duban.ports import Stored

HERE: Mapping[str, Any] = {"plan": bindparam("plan"), "initiative": bindparam("initiative")}
ENTRIES = select(ENTRY).filter_by(**HERE).order_by(ENTRY.c.sequence)
SINCE = ENTRIES.where(ENTRY.c.sequence >= bindparam("since"))
LAST = select(ENTRY).filter_by(**HERE).order_by(ENTRY.c.sequence.desc()).limit(1)
LENGTH = select(func.max(ENTRY.c.sequence)).filter_by(**HERE)
WAKES = select(WAKE.c.id).filter_by(**HERE).order_by(WAKE.c.id)
KNOWN = select(STEP.c.initiative, STEP.c.step, STEP.c.finished, STEP.c.forecast, STEP.c.held_by).where(
    STEP.c.plan == bindparam("plan"),
    STEP.c.initiative.in_(bindparam("names", expanding=True)),  # said twice: SQLite looks up no pairs
    tuple_(STEP.c.initiative, STEP.c.step).in_(bindparam("steps", expanding=True)),
)


class LedgerStored(LedgerLists):
    """The part of a ledger in a database that is read at every look at an initiative."""

    def stored(self, initiative: str, steps: Collection[StepRef], since: int = 0) -> Stored:
        """An initiative at one moment, of its entries those from a number on."""
        here = self._here(initiative)
        with reading(self.engine) as connection:
            # Within a transaction that writes, wakes before facts: one that comes later is answered by a later look.
            wakes = tuple(connection.scalars(WAKES, here))
            entries = tuple(read_entries(connection.execute(SINCE, {**here, "since": since})))
            return Stored(wakes, entries, self._known(connection, steps))

    def entries(self, initiative: str) -> Sequence[Entry]:
        """All entries of an initiative, in sequence."""
        return self._entries(ENTRIES, initiative)

    def last(self, initiative: str) -> Entry | None:
        """The last entry of an initiative or chain; None when it has none."""
        return next(iter(self._entries(LAST, initiative)), None)

    def length(self, initiative: str) -> int:
        """How many entries an initiative or chain has."""
        with reading(self.engine) as connection:
            return connection.scalar(LENGTH, self._here(initiative)) or 0

    def wakes(self, initiative: str) -> tuple[int, ...]:
        """Ids of the wakes an initiative has not answered yet."""
        with reading(self.engine) as connection:
            return tuple(connection.scalars(WAKES, self._here(initiative)))

    def upstream(self, steps: Collection[StepRef]) -> Mapping[StepRef, Upstream]:
        """What is known of steps elsewhere, in one query."""
        if not steps:
            return {}
        with reading(self.engine) as connection:
            return self._known(connection, steps)

    def _entries(self, query: Select[Any], initiative: str) -> Sequence[Entry]:
        with reading(self.engine) as connection:
            return tuple(read_entries(connection.execute(query, self._here(initiative))))

    def _known(self, connection: Connection, steps: Collection[StepRef]) -> Mapping[StepRef, Upstream]:
        if not steps:
            return {}
        asked = {"plan": self._plan, "names": list({ref.initiative for ref in steps}), "steps": [*map(tuple, steps)]}
        return {
            StepRef(row.initiative, row.step): Upstream(row.finished, row.forecast, read_ref(row.held_by))
            for row in connection.execute(KNOWN, asked)
        }

    def _here(self, initiative: str) -> dict[str, Any]:
        return {"plan": self._plan, "initiative": initiative}
