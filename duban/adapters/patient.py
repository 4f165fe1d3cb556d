"""Connections to PostgreSQL that do not wait without end: a server that is frozen ends no wait by its own settings."""

from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.types.datetime import TimestamptzLoader

if TYPE_CHECKING:
    from sqlalchemy.engine import ExceptionContext

Error = psycopg.Error

CONNECTING = 10
"""Seconds a server may take to let somebody in."""

STATEMENT = 45
"""Seconds a statement may take: the largest of ours takes some, and another client's lock is waited for before."""

MARGIN = 5
"""Seconds beyond that in which a server that lives says so itself."""

READ_ONLY = "25006"


class Patient(psycopg.Connection[Any]):
    """A connection whose statements end in their time; one whose server does not say so is given up."""

    limited = True
    """Whether they do: what brings an older ledger up to date takes as long as it takes."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Go on with what is asked until it is answered; raises QueryCanceled."""
        limit, begun = STATEMENT + MARGIN, monotonic()
        try:
            return super().wait(gen, interval, limit if self.limited else timeout)
        except psycopg.OperationalError:
            if not self.limited or monotonic() - begun < limit:
                raise
            self.close()  # nothing more is asked of it, not even to roll back
            raise psycopg.errors.QueryCanceled(f"no answer within {limit} s") from None


def connect(dialect: object, record: object, given: list[Any], named: dict[str, Any]) -> Patient:
    """How SQLAlchemy gets a connection."""
    return Patient.connect(*given, **{"connect_timeout": CONNECTING, **named})


def connected(connection: Patient, record: object, lock: int) -> None:
    """Tell the server the limits of a new connection; `lock` are the seconds another client's lock is waited for."""
    connection.execute(f"SET lock_timeout = '{lock}s'; SET statement_timeout = '{STATEMENT}s'")
    connection.commit()


def refused(context: "ExceptionContext") -> None:
    """Give up a connection that may only read: so it stays, though its server, or another, is the primary again."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True


class _Universal(TimestamptzLoader):
    """Gives moments in UTC, whatever zone the session has."""

    def load(self, data: Any) -> datetime:
        return super().load(data).astimezone(UTC)


def looking(uri: str, lock: int) -> Patient | None:
    """A connection for looks, whose statements stand for themselves; None where the server does not let us in."""
    try:
        connection = Patient.connect(uri, connect_timeout=CONNECTING, autocommit=True)
    except Error:
        return None
    connected(connection, None, lock)
    connection.adapters.register_loader("timestamptz", _Universal)
    return connection
