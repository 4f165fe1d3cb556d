"""What in the database itself keeps entries from being changed: whether it is as the migrations made it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, text

from duban.core.texts import Text, english

SQLITE: Mapping[str, str] = {
    "entry_no_update": "BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT,",
    "entry_no_delete": "BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT,",
    "entry_seen": "AFTER INSERT ON entry BEGIN SELECT RAISE(ABORT,",
    "head_only_rises": "BEFORE UPDATE ON head WHEN NEW.sequence <= OLD.sequence OR",
    "head_no_delete": "BEFORE DELETE ON head BEGIN SELECT RAISE(ABORT,",
}
"""Triggers, and how each begins after its name."""

POSTGRESQL: Mapping[str, str] = {
    "entry_append_only": "BEGIN RAISE EXCEPTION",
    "entry_no_truncate": "BEGIN RAISE EXCEPTION",
    "entry_seen": "BEGIN INSERT INTO head (plan, initiative, sequence, hash) VALUES (NEW.",
    "head_only_rises": "BEGIN IF TG_OP = 'UPDATE' AND NEW.sequence > OLD.sequence AND",
    "head_no_truncate": "BEGIN IF TG_OP = 'UPDATE' AND NEW.sequence > OLD.sequence AND",
}
"""Triggers, and how the function of each begins."""

SQLITE_TRIGGERS = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('entry', 'head')")
POSTGRESQL_TRIGGERS = text("""
SELECT tgname, CASE WHEN tgenabled IN ('O', 'A') THEN prosrc ELSE '' END FROM pg_trigger
  JOIN pg_proc ON pg_proc.oid = tgfoid
  WHERE tgrelid IN (to_regclass('entry'), to_regclass('head')) AND NOT tgisinternal
""")


def amiss(connection: Connection) -> Sequence[Text]:
    """What of it is gone, switched off or another, a line each."""
    sqlite = connection.dialect.name == "sqlite"
    wanted = SQLITE if sqlite else POSTGRESQL
    found = {
        name: " ".join(told.split())
        for name, told in connection.execute(SQLITE_TRIGGERS if sqlite else POSTGRESQL_TRIGGERS)
    }
    lines = []
    for name, begins in wanted.items():
        expected = f"CREATE TRIGGER {name} {begins}" if sqlite else begins
        if name not in found:
            lines.append(english("the trigger {name} is gone", name=name))
        elif not found[name].startswith(expected):
            lines.append(english("the trigger {name} is switched off, or another than it was", name=name))
    return tuple(lines)
