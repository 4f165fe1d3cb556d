"""A ledger as it was before hashes named their version and reasons were kept as figures: rows of schema 0004.

`tests/data/ledger-0004.sql` was written by that version: a bureau's first half of April, with its digests. One
initiative is late, one goes on quietly, one is over.
"""

from datetime import date, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

from duban.core.planning.when import OnDate
from tests.bureau import IN_DIGESTS, ZONE, initiative, office, step

MUSEUM = "museum"
PLAN = "bureau-2024"
LAST_LOOK = datetime(2024, 4, 17, 9, tzinfo=ZONE)
ROWS = Path(__file__).parents[1] / "data" / "ledger-0004.sql"

SITE = step("site", "选定馆址", initiative=MUSEUM, due=OnDate(date(2024, 9, 30)))
OFFICE = office(
    policy=IN_DIGESTS,
    initiatives={**office().plan.initiatives, MUSEUM: initiative(MUSEUM, "筹建知识产权展示馆", "6.3", SITE)},
)
"""The bureau whose ledger it is."""


def migrate(url: str, version: str, rows: str = "") -> None:
    """Bring an empty database to a version of the schema, and put rows into it."""
    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", "duban.adapters:migrations")
        config.set_main_option("path_separator", "os")
        command.upgrade(config, version)
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL TIME ZONE 'UTC'")
        for statement in filter(None, rows.split(";\n")):
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
    engine.dispose()


def older_ledger(url: str) -> None:
    """Put that ledger into an empty database."""
    migrate(url, "0004", ROWS.read_text(encoding="utf-8"))
