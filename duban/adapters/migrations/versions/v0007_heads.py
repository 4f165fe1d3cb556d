"""The last entry of every chain that was ever seen, kept by the database itself and never lowered."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

REFUSAL = "the ledger is append-only: what was seen of a chain is neither lowered nor forgotten"


def upgrade() -> None:
    """Add the table, filled with what there is, and the triggers that keep it."""
    op.create_table(
        "head",
        sa.Column("plan", _name(), nullable=False),
        sa.Column("initiative", _name(), nullable=False),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("plan", "initiative"),
    )
    op.execute(
        "INSERT INTO head (plan, initiative, sequence, hash) SELECT plan, initiative, sequence, hash FROM entry AS one "
        "WHERE NOT EXISTS (SELECT 1 FROM entry AS later WHERE later.plan = one.plan "
        "AND later.initiative = one.initiative AND later.sequence > one.sequence)"
    )
    statements = POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE
    for statement in statements:
        op.execute(statement.replace("REFUSAL", REFUSAL))


def _name() -> sa.String:
    return sa.String(collation="C") if op.get_bind().dialect.name == "postgresql" else sa.String()


SQLITE = (
    # INSERT OR REPLACE takes a row away without asking the trigger against deleting.
    "CREATE TRIGGER entry_seen AFTER INSERT ON entry BEGIN "
    "SELECT RAISE(ABORT, 'REFUSAL') WHERE NEW.sequence <= "
    "(SELECT sequence FROM head WHERE plan = NEW.plan AND initiative = NEW.initiative); "
    "INSERT INTO head (plan, initiative, sequence, hash) "
    "VALUES (NEW.plan, NEW.initiative, NEW.sequence, NEW.hash) "
    "ON CONFLICT (plan, initiative) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash; END",
    "CREATE TRIGGER head_only_rises BEFORE UPDATE ON head WHEN NEW.sequence <= OLD.sequence OR NEW.plan <> OLD.plan "
    "OR NEW.initiative <> OLD.initiative BEGIN SELECT RAISE(ABORT, 'REFUSAL'); END",
    "CREATE TRIGGER head_no_delete BEFORE DELETE ON head BEGIN SELECT RAISE(ABORT, 'REFUSAL'); END",
)

POSTGRESQL = (
    # As the owner, whoever appends: no other role needs a right to write the table.
    "CREATE FUNCTION note_head() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$ "
    "BEGIN INSERT INTO head (plan, initiative, sequence, hash) "
    "VALUES (NEW.plan, NEW.initiative, NEW.sequence, NEW.hash) "
    "ON CONFLICT (plan, initiative) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash; "
    "RETURN NULL; END $$",
    "CREATE FUNCTION refuse_lower_head() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF TG_OP = 'UPDATE' AND NEW.sequence > OLD.sequence AND NEW.plan = OLD.plan AND NEW.initiative = OLD.initiative "
    "THEN RETURN NEW; END IF; RAISE EXCEPTION 'REFUSAL'; END $$",
    "CREATE TRIGGER entry_seen AFTER INSERT ON entry FOR EACH ROW EXECUTE FUNCTION note_head()",
    "CREATE TRIGGER head_only_rises BEFORE UPDATE OR DELETE ON head FOR EACH ROW EXECUTE FUNCTION refuse_lower_head()",
    "CREATE TRIGGER head_no_truncate BEFORE TRUNCATE ON head FOR EACH STATEMENT EXECUTE FUNCTION refuse_lower_head()",
)
