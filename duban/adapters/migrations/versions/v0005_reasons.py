"""Why a step is lit is kept as rule and figures, from which words are made: what was kept as words is decided anew."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Drop the words, and let every initiative that goes on be looked at by the next patrol."""
    op.drop_column("initiative_summary", "reason")
    op.execute(sa.text("UPDATE step_row SET reason = ''"))
    anew = "UPDATE initiative_summary SET look_again = COALESCE(looked_at, look_again) WHERE look_again IS NOT NULL"
    op.execute(sa.text(anew))
