"""How many of something somebody had at the desk."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add a table of rates."""
    name = sa.String(collation="C" if op.get_bind().dialect.name == "postgresql" else None)
    op.create_table(
        "rate",
        sa.Column("plan", name, primary_key=True),
        sa.Column("what", name, primary_key=True),
        sa.Column("who", name, primary_key=True),
        sa.Column("many", sa.Integer, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
