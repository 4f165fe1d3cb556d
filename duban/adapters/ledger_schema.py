"""The version of the ledger's schema: found, raised by Alembic where older, refused where newer."""

from threading import Lock

from sqlalchemy import Connection, Engine, inspect, text

from duban.adapters.ledger_engine import named, reading, writing
from duban.ports import LedgerUnusable

LATEST = "0008"
"""The newest version these migrations lead to; versions are four digits and only rise."""

VERSION_TABLE = "ledger_version"
"""Alembic's table under a name of our own, so that no other application's is taken for it."""

_ALEMBIC = Lock()
"""Alembic keeps the migration at work in its module, so one process migrates one ledger at a time."""


def upgrade(engine: Engine) -> None:
    """Bring a ledger's schema to LATEST, an empty database included; does nothing where it is there already.

    Raises LedgerUnusable when the schema is newer than LATEST, or when the database is not a ledger's.
    """
    with reading(engine) as connection:
        if _version(connection, engine) == LATEST:
            return
    with _ALEMBIC, writing(engine, ("schema",), begin="EXCLUSIVE") as connection:
        if _version(connection, engine) != LATEST:  # else somebody was quicker
            _migrate(connection)


def _version(connection: Connection, engine: Engine) -> str | None:
    """The schema's version, None in an empty database."""
    tables = inspect(connection).get_table_names()
    if VERSION_TABLE not in tables:
        if "entry" in tables:
            raise LedgerUnusable(
                f"ledger {named(engine)}: this database is another application's. Name one of its own."
            )
        return None
    version = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - a constant
    if version is not None and version > LATEST:
        raise LedgerUnusable(
            f"ledger {named(engine)}: its schema is version {version}, and this duban knows versions up to {LATEST}. "
            "Upgrade duban here as it was upgraded where the ledger was last used."
        )
    return str(version)


def _migrate(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - slow to import, and needed only once in a ledger's life
    from alembic.config import Config  # noqa: PLC0415 - the same

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "duban.adapters:migrations")
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
