"""Run by Alembic inside the transaction that `duban.adapters.ledger_schema` hands over."""

from alembic import context

from duban.adapters.ledger_tables import METADATA
from duban.adapters.ledger_version import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
