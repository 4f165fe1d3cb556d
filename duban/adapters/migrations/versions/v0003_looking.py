"""What holds each step up; and what lets the patrol see at a glance that there is no news and nobody new."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add a column to the steps, an index to the entries, and the roster."""
    op.add_column("step_row", sa.Column("held_by", sa.String, nullable=False, server_default=""))
    op.create_index("entry_at", "entry", ["plan", "at"])
    op.create_table(
        "roster",
        sa.Column("plan", _name(), nullable=False),
        sa.Column("mark", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("plan"),
    )


def _name() -> sa.String:
    return sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()
