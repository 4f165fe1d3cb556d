"""The entries, which the database itself refuses to change or delete, and the tables derived from them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

REFUSAL = "the ledger is append-only: entries are neither changed nor deleted"


def upgrade() -> None:
    """Create the first schema."""
    _entry()
    _summary()
    _step()
    _notice()
    _wake()
    if op.get_bind().dialect.name == "postgresql":
        _guard_on_postgresql()
    else:
        _guard_on_sqlite()


def _name() -> sa.String:
    return sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _place() -> tuple[sa.Column[str], sa.Column[str]]:
    return sa.Column("plan", _name(), nullable=False), sa.Column("initiative", _name(), nullable=False)


def _partial_index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _entry() -> None:
    op.create_table(
        "entry",
        *_place(),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("key", _name()),
        sa.Column("previous", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("plan", "initiative", "sequence"),
    )
    _partial_index("entry_key", "entry", ["plan", "initiative", "key"], "key IS NOT NULL", unique=True)


def _summary() -> None:
    op.create_table(
        "initiative_summary",
        *_place(),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("light", sa.Integer, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("next_due", sa.Date),
        sa.Column("look_again", _moment()),
        sa.PrimaryKeyConstraint("plan", "initiative"),
    )
    op.create_index("initiative_summary_look_again", "initiative_summary", ["plan", "look_again"])


def _step() -> None:
    op.create_table(
        "step_row",
        *_place(),
        sa.Column("step", _name(), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("light", sa.Integer, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("due", sa.Date),
        sa.Column("original_due", sa.Date),
        sa.Column("opened", sa.Date),
        sa.Column("finished", sa.Date),
        sa.Column("forecast", sa.Date),
        sa.Column("progress", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("plan", "initiative", "step"),
        sa.ForeignKeyConstraint(
            ["plan", "initiative"],
            ["initiative_summary.plan", "initiative_summary.initiative"],
            name="step_row_of_summary",
            ondelete="CASCADE",
        ),
    )


def _notice() -> None:
    op.create_table(
        "notice",
        *_place(),
        sa.Column("key", _name(), nullable=False),
        sa.Column("step", sa.String, nullable=False),
        sa.Column("rung", sa.String, nullable=False),
        sa.Column("slip", sa.String, nullable=False),
        sa.Column("recipient", sa.String, nullable=False),
        sa.Column("delivery", sa.String, nullable=False),
        sa.Column("queued_at", _moment(), nullable=False),
        sa.Column("next_try", _moment()),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("ended_at", _moment()),
        sa.PrimaryKeyConstraint("plan", "initiative", "key"),
    )
    _partial_index("notice_pending", "notice", ["plan", "next_try"], "next_try IS NOT NULL")


def _wake() -> None:
    op.create_table(
        "wake",
        sa.Column("id", sa.Integer, primary_key=True),
        *_place(),
        sa.Column("at", _moment(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("wake_initiative", "wake", ["plan", "initiative"])


def _guard_on_sqlite() -> None:
    for event in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER entry_no_{event.lower()} BEFORE {event} ON entry "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        )


def _guard_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION refuse_change_of_entry() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE ON entry "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_entry()"
    )
    op.execute(
        "CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_entry()"
    )
