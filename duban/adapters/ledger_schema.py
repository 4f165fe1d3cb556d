"""The version of the ledger's schema: found, raised by Alembic where older, refused where newer."""

from threading import Lock

from sqlalchemy import Connection, Engine, inspect, text

from duban.adapters.ledger_engine import ledger_engine, looked_at, reading, unhurried, writing
from duban.adapters.ledger_failures import named
from duban.adapters.ledger_roles import grant, grant_again, migrates
from duban.adapters.ledger_version import LATEST, VERSION_TABLE
from duban.core.texts import english
from duban.ports import LedgerUnusable

_ALEMBIC = Lock()
"""Alembic keeps the migration at work in its module, so one process migrates one ledger at a time."""


def upgrade(engine: Engine) -> None:
    """Bring a ledger's schema to LATEST, an empty database included; does nothing where it is there already.

    Raises LedgerUnusable when the schema is newer than LATEST, when the database is not a ledger's, or when this role
    does not own it.
    """
    with reading(engine) as connection:
        version = _version(connection, engine)
        if version == LATEST:
            return
        if engine.name == "sqlite" and looked_at(connection.connection):
            raise LedgerUnusable(
                english(
                    "ledger {ledger}: its schema is version {version}, this duban needs {latest}, and the file "
                    "cannot be written. Copy it to a folder where it can, and name that.",
                    ledger=named(engine),
                    version=version,
                    latest=LATEST,
                )
            )
        if not migrates(connection):
            raise LedgerUnusable(
                english(
                    "ledger {ledger}: its schema is version {version}, this duban needs {latest}, and this role "
                    "may not bring it up to date. Run duban ledger verify once with DUBAN_LEDGER_URL naming its owner.",
                    ledger=named(engine),
                    version=version,
                    latest=LATEST,
                )
            )
    with _ALEMBIC, writing(engine, ("schema",), begin="EXCLUSIVE") as connection, unhurried(connection):
        if _version(connection, engine) != LATEST:  # else somebody was quicker
            _migrate(connection)
            if engine.name == "postgresql":
                grant_again(connection)


def bring_up(owner: str, programs: str) -> None:
    """As its owner, bring a ledger on PostgreSQL up to date and give the programs' role its rights."""
    engine = ledger_engine(owner)
    try:
        upgrade(engine)
        with writing(engine, ("schema",)) as connection:
            grant(connection, programs)
    finally:
        engine.dispose()


def _version(connection: Connection, engine: Engine) -> str | None:
    """The schema's version, None in an empty database."""
    tables = inspect(connection).get_table_names()
    if VERSION_TABLE not in tables:
        if "entry" in tables:
            raise LedgerUnusable(
                english(
                    "ledger {ledger}: this database is another application's. Name one of its own.",
                    ledger=named(engine),
                )
            )
        return None
    version = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - a constant
    if version is not None and version > LATEST:
        raise LedgerUnusable(
            english(
                "ledger {ledger}: its schema is version {version}, and this duban knows versions up to {latest}. "
                "Upgrade duban here as it was upgraded where the ledger was last used.",
                ledger=named(engine),
                version=version,
                latest=LATEST,
            )
        )
    return str(version)


def _migrate(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - slow to import, and needed only once in a ledger's life
    from alembic.config import Config  # noqa: PLC0415 - the same

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "duban.adapters:migrations")
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
