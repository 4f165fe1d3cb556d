"""The ledger's tables. Dumb: no rule lives here but keys and indexes; values are made of rows in `sql_ledger`.

The entries are in `entry`. The other tables only speed up lists, lights and the patrol, and can be made anew from it.
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    text,
)
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Field, SQLModel


class Name(TypeDecorator[str]):
    """An id or key, ordered by code point on every database, as Python sorts.

    PostgreSQL's other collations change with the system's libraries, which silently breaks the indexes built on them.
    """

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """Give PostgreSQL the collation of bare bytes; SQLite has it by default."""
        return dialect.type_descriptor(String(collation="C") if dialect.name == "postgresql" else String())


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept to the microsecond in UTC and given back in UTC; a naive one raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn a moment into UTC; SQLite keeps it without its zone, so that text order is the order in time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone: the ledger keeps aware moments only")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give a stored moment back in UTC, whatever zone the session has."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Record(SQLModel):
    """What all tables share: metadata of their own, apart from any other application's in the same process."""

    metadata = MetaData()


class EntryRecord(Record, table=True):
    """One entry, as sealed. Triggers refuse to change or delete it; its key is unique in its initiative."""

    __tablename__ = "entry"
    __table_args__ = (
        Index(
            "entry_key",
            "plan",
            "initiative",
            "key",
            unique=True,
            sqlite_where=text("key IS NOT NULL"),
            postgresql_where=text("key IS NOT NULL"),
        ),
        Index("entry_at", "plan", "at"),
    )
    plan: str = Field(primary_key=True, sa_type=Name)
    initiative: str = Field(primary_key=True, sa_type=Name)
    sequence: int = Field(primary_key=True)
    kind: str
    step: str
    at: datetime = Field(sa_type=Moment)
    day: date
    actor: str
    data: dict[str, Any] = Field(sa_type=JSON)
    key: str | None = Field(sa_type=Name)
    previous: str
    hash: str


class HeadRecord(Record, table=True):
    """The last entry of a chain that was ever seen. Triggers write it, and refuse to lower or delete it."""

    __tablename__ = "head"
    plan: str = Field(primary_key=True, sa_type=Name)
    initiative: str = Field(primary_key=True, sa_type=Name)
    sequence: int
    hash: str


class SummaryRecord(Record, table=True):
    """One initiative as it stands; `look_again` is what the patrol asks for."""

    __tablename__ = "initiative_summary"
    __table_args__ = (Index("initiative_summary_look_again", "plan", "look_again"),)
    plan: str = Field(primary_key=True, sa_type=Name)
    initiative: str = Field(primary_key=True, sa_type=Name)
    sequence: int
    light: int
    done: int
    total: int
    next_due: date | None
    look_again: datetime | None = Field(sa_type=Moment)
    looked_at: datetime | None = Field(default=None, sa_type=Moment)


class StepRecord(Record, table=True):
    """One step as it stands; its primary key is the index for look-ups from other initiatives."""

    __tablename__ = "step_row"
    __table_args__ = (
        ForeignKeyConstraint(
            ["plan", "initiative"],
            ["initiative_summary.plan", "initiative_summary.initiative"],
            name="step_row_of_summary",
            ondelete="CASCADE",
        ),
    )
    plan: str = Field(primary_key=True, sa_type=Name)
    initiative: str = Field(primary_key=True, sa_type=Name)
    step: str = Field(primary_key=True, sa_type=Name)
    position: int
    status: str
    light: int
    reason: str
    due: date | None
    original_due: date | None
    opened: date | None
    finished: date | None
    forecast: date | None
    progress: int
    held_by: str = Field(default="", sa_column_kwargs={"server_default": ""})


class NoticeRecord(Record, table=True):
    """One notice to one recipient; `next_try` is empty once it is over."""

    __tablename__ = "notice"
    __table_args__ = (
        Index(
            "notice_pending",
            "plan",
            "immediate",
            "next_try",
            sqlite_where=text("next_try IS NOT NULL"),
            postgresql_where=text("next_try IS NOT NULL"),
        ),
        Index("notice_ended", "plan", "ended_at"),
        Index(
            "notice_dead",
            "plan",
            "delivery",
            sqlite_where=text("delivery = 'dead'"),
            postgresql_where=text("delivery = 'dead'"),
        ),
    )
    plan: str = Field(primary_key=True, sa_type=Name)
    initiative: str = Field(primary_key=True, sa_type=Name)
    key: str = Field(primary_key=True, sa_type=Name)
    step: str
    rung: str
    slip: str
    recipient: str
    delivery: str
    queued_at: datetime = Field(sa_type=Moment)
    next_try: datetime | None = Field(sa_type=Moment)
    tries: int
    outcome: str
    ended_at: datetime | None = Field(sa_type=Moment)
    immediate: bool
    digest: str
    channels: list[dict[str, Any]] = Field(sa_type=JSON)


class WakeRecord(Record, table=True):
    """Somebody asked for a look at an initiative, and it has not been taken yet."""

    __tablename__ = "wake"
    __table_args__ = (
        Index("wake_initiative", "plan", "initiative"),
        # An id used again would let a look answer a wake that came after it.
        {"sqlite_autoincrement": True},
    )
    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    plan: str = Field(sa_type=Name)
    initiative: str = Field(sa_type=Name)
    at: datetime = Field(sa_type=Moment)


class RosterRecord(Record, table=True):
    """The mark of the last plan all of whose initiatives have entries, so that the patrol need not compare names."""

    __tablename__ = "roster"
    plan: str = Field(primary_key=True, sa_type=Name)
    mark: str


class RoundRecord(Record, table=True):
    """The last round over the plan, of each of those who make them."""

    __tablename__ = "round"
    plan: str = Field(primary_key=True, sa_type=Name)
    by: str = Field(primary_key=True, sa_type=Name)
    at: datetime = Field(sa_type=Moment)
    said: str


class RefusalRecord(Record, table=True):
    """Somebody the desk turned away; outside the chain, and capped."""

    __tablename__ = "refusal"
    __table_args__ = (Index("refusal_at", "plan", "at"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    plan: str = Field(sa_type=Name)
    at: datetime = Field(sa_type=Moment)
    code: str
    host: str
    named: str


class RateRecord(Record, table=True):
    """How many of something somebody had at the desk; outside the chain, and nothing once `until` has come."""

    __tablename__ = "rate"
    plan: str = Field(primary_key=True, sa_type=Name)
    what: str = Field(primary_key=True, sa_type=Name)
    who: str = Field(primary_key=True, sa_type=Name)
    many: int
    until: datetime = Field(sa_type=Moment)


METADATA: MetaData = Record.metadata


def _table(name: str) -> Table:
    return METADATA.tables[name]


ENTRY, SUMMARY, STEP = _table("entry"), _table("initiative_summary"), _table("step_row")
NOTICE, WAKE, ROSTER, ROUND = _table("notice"), _table("wake"), _table("roster"), _table("round")
REFUSAL, RATE, HEAD = _table("refusal"), _table("rate"), _table("head")
