"""An office's own PostgreSQL: the owner migrates and gives rights, the programs append and can do no more."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import ProgrammingError

from duban.adapters.ledger_roles import grant, rights
from duban.adapters.ledger_version import LATEST, VERSION_TABLE
from duban.adapters.sql_ledger import open_ledger
from duban.ports import LedgerUnusable
from tests.adapters.older_ledger import migrate
from tests.contracts.samples import BRIDGES, PLAN, append, report

pytestmark = pytest.mark.postgres


@pytest.fixture
def programs(postgres_url: str, postgres_server: str) -> Iterator[str]:
    """The address by which programs come, whose role has no right on anything yet."""
    database = make_url(postgres_url).database
    role = f"{database}_programs"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN")
    yield make_url(postgres_url).set(username=role).render_as_string(hide_password=False)
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"DROP OWNED BY {role}")
        connection.execute(f"DROP ROLE {role}")


def given(owner: str, programs: str) -> None:
    engine = create_engine(owner)
    with engine.begin() as connection:
        grant(connection, str(make_url(programs).username))
    engine.dispose()


def test_programs_append_and_are_refused_all_else(postgres_url: str, programs: str) -> None:
    open_ledger(postgres_url, PLAN).close()
    given(postgres_url, programs)
    with open_ledger(programs, PLAN) as ledger:
        append(ledger, report())
        ledger.forget_derived()
        assert (ledger.unguarded(), ledger.too_free()) == ((), ())
        with pytest.raises(ProgrammingError, match="permission denied"), ledger.engine.begin() as connection:
            connection.execute(text("DELETE FROM entry"))


@pytest.mark.parametrize(
    ("right", "named"),
    [
        ("UPDATE ON entry", "may change or delete rows of entry"),
        ("UPDATE (actor) ON entry", "may change or delete rows of entry"),
        ("DELETE ON entry", "may change or delete rows of entry"),
        ("TRUNCATE ON entry", "may change or delete rows of entry"),
        ("INSERT ON head", "may change or delete rows of head"),
        ("UPDATE ON head", "may change or delete rows of head"),
    ],
)
def test_a_right_too_many_is_named(postgres_url: str, programs: str, right: str, named: str) -> None:
    open_ledger(postgres_url, PLAN).close()
    given(postgres_url, programs)
    role, engine = make_url(programs).username, create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text(f"GRANT {right} TO {role}"))
    engine.dispose()
    with open_ledger(programs, PLAN) as ledger:
        assert ledger.too_free() == (f"the role {role} {named}",)


def test_whoever_owns_the_tables_is_named(postgres_url: str) -> None:
    with open_ledger(postgres_url, PLAN) as ledger:
        assert [line for line in ledger.too_free() if line.endswith("owns entry and can take its triggers away")]


def test_an_older_schema_is_brought_up_to_date_by_its_owner_alone_who_keeps_the_rights_of_programs(
    postgres_url: str, programs: str
) -> None:
    role = make_url(programs).username
    migrate(
        postgres_url, "0006", f"GRANT SELECT, INSERT ON entry TO {role};\nGRANT SELECT ON {VERSION_TABLE} TO {role}"
    )
    with pytest.raises(LedgerUnusable, match=f"version 0006, this duban needs {LATEST}, and this role may not bring"):
        open_ledger(programs, PLAN)
    open_ledger(postgres_url, PLAN).close()
    with open_ledger(programs, PLAN) as ledger:
        append(ledger, report())
        assert ledger.heads()[BRIDGES].sequence == 1
        assert ledger.too_free() == ()


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(LedgerUnusable, match="no name of a role"):
        rights("duban; DROP TABLE entry")
