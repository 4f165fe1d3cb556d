"""Whom the desk turned away."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add a table of refusals."""
    collation = "C" if op.get_bind().dialect.name == "postgresql" else None
    op.create_table(
        "refusal",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("plan", sa.String(collation=collation), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("host", sa.String, nullable=False),
        sa.Column("named", sa.String, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("refusal_at", "refusal", ["plan", "at"])
