"""When the plan was last patrolled, and each initiative last looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add a table of rounds, and a column to the summaries."""
    op.add_column("initiative_summary", sa.Column("looked_at", sa.DateTime(timezone=True)))
    op.create_table(
        "round",
        sa.Column("plan", _name(), nullable=False),
        sa.Column("by", _name(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("plan", "by"),
    )


def _name() -> sa.String:
    return sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()
