"""Notices that go in a digest, what their channels said, and indexes for what is dead and for what a day brought."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns and indexes to the notices; those already there go on their own, as they were queued to."""
    op.add_column("notice", sa.Column("immediate", sa.Boolean, nullable=False, server_default=sa.true()))
    op.add_column("notice", sa.Column("digest", sa.String, nullable=False, server_default=""))
    op.add_column("notice", sa.Column("channels", sa.JSON, nullable=False, server_default="[]"))
    op.drop_index("notice_pending", "notice")
    _partial_index("notice_pending", ["plan", "immediate", "next_try"], "next_try IS NOT NULL")
    _partial_index("notice_dead", ["plan", "delivery"], "delivery = 'dead'")
    op.create_index("notice_ended", "notice", ["plan", "ended_at"])


def _partial_index(name: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, "notice", columns, sqlite_where=condition, postgresql_where=condition)
