"""A ledger's PostgreSQL in which weeks are lived: kept and returned to by template databases, and what befalls it.

It is killed outright and begun again, its connections are cut, it takes nothing for a while, or it stores and its
answer is lost on the way.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from tests.conftest import embedded

LIVED = "lived"
COPIED = "STRATEGY file_copy"
"""With checkpoints around it: copied by the log alone, sequences go back once PostgreSQL is killed, for they are copied
as if the log of the copy, too, had them some values ahead."""

CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'lived'"


@dataclass(frozen=True)
class Postgres:
    """A server of its own."""

    server: Any

    @property
    def url(self) -> str:
        """The ledger that is lived in."""
        address = make_url(self.server.get_uri())
        return address.set(drivername="postgresql+psycopg", database=LIVED).render_as_string(False)

    def say(self, statement: str) -> None:
        """Say something to it, as nobody else's server would let one."""
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)

    def keep(self, name: str) -> None:
        """Keep a copy; nobody may be connected."""
        self.cut()
        self.say(f"CREATE DATABASE kept_{name} TEMPLATE {LIVED} {COPIED}")

    def return_to(self, name: str) -> None:
        """Have it as it was kept."""
        self.say(f"DROP DATABASE {LIVED} WITH (FORCE)")
        self.say(f"CREATE DATABASE {LIVED} TEMPLATE kept_{name} {COPIED}")

    # What befalls it --------------------------------------------------------------------------------------------------

    def cut(self, _: Connection | None = None) -> None:
        """Every connection breaks off, in the midst of whatever is done."""
        self.say(CUT)

    def kill(self, _: Connection | None = None) -> None:
        """All its processes are killed; it is begun again at once."""
        postmaster = psutil.Process(self.server.get_pid())
        family = [*postmaster.children(recursive=True), postmaster]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, 30)
        self.server.ensure_postgres_running()

    def refuse(self, _: Connection | None = None) -> None:
        """It takes nothing, until it is mended."""
        self.say(f"ALTER DATABASE {LIVED} SET default_transaction_read_only = on")
        self.cut()

    def answer_not(self, connection: Connection | None) -> None:
        """What is being stored is stored, and whoever stores it is not told so."""
        if connection is None:
            self.cut()
            return
        wire = connection.connection.dbapi_connection
        wire.commit()
        wire.close()

    def mend(self) -> None:
        """It takes everything again."""
        self.say(f"ALTER DATABASE {LIVED} RESET default_transaction_read_only")


OWN: Mapping[str, Callable[[Postgres, Connection | None], None]] = {
    "cut off": Postgres.cut,
    "killed": Postgres.kill,
    "read-only": Postgres.refuse,
    "unanswered": Postgres.answer_not,
}
"""Ways in which PostgreSQL goes wrong around a commit; one that is under way has a connection."""


@contextmanager
def postgres(folder: Path) -> Iterator[Postgres]:
    """A PostgreSQL with a database to live in."""
    with embedded(folder) as server:
        store = Postgres(server)
        store.say(f"CREATE DATABASE {LIVED}")
        yield store
