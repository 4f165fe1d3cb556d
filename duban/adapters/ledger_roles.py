"""Who may do what with the ledger on PostgreSQL: an owner, which alone migrates, and the programs, which only append.

What is derived from the entries is replaced as it changes; entries are only added, heads only read.
"""

import re
from collections.abc import Sequence

from sqlalchemy import Connection, text

from duban.adapters.ledger_tables import ENTRY, HEAD, METADATA
from duban.core.texts import Text, english
from duban.ports import LedgerUnusable

ROLE = re.compile("[a-z_][a-z0-9_]{0,62}")

PROGRAMS = text("""
SELECT DISTINCT grantee::regrole::text FROM pg_class, aclexplode(relacl)
  WHERE pg_class.oid = to_regclass('entry') AND grantee NOT IN (0, relowner) AND privilege_type = 'INSERT'
""")
"""Roles that may append, other than the owner."""

OWNED = text("SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class WHERE oid = to_regclass('entry')")

TOO_FREE = text("""
SELECT pg_has_role(current_user, relowner, 'MEMBER'), current_user, relname FROM pg_class
  WHERE oid IN (to_regclass('entry'), to_regclass('head')) AND (pg_has_role(current_user, relowner, 'MEMBER')
    OR has_table_privilege(oid, 'DELETE, TRUNCATE, TRIGGER') OR has_any_column_privilege(oid, 'UPDATE')
    OR relname = 'head' AND has_any_column_privilege(oid, 'INSERT'))
ORDER BY 1, 3
""")


def rights(programs: str) -> Sequence[str]:
    """The statements that give the programs' role what it needs and no more, for the owner; raises LedgerUnusable."""
    if not ROLE.fullmatch(programs):
        raise LedgerUnusable(f"{programs!r} is no name of a role. Write small letters, digits and _ .")
    derived = sorted(set(METADATA.tables) - {ENTRY.name, HEAD.name})
    return (
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {programs}",
        f"GRANT USAGE ON SCHEMA public TO {programs}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {programs}",
        f"GRANT INSERT ON {ENTRY.name} TO {programs}",
        f"GRANT INSERT, UPDATE, DELETE ON {', '.join(derived)} TO {programs}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {programs}",
    )


def grant(connection: Connection, programs: str) -> None:
    """Give the programs' role its rights, as the owner."""
    for statement in rights(programs):
        connection.execute(text(statement))


def grant_again(connection: Connection) -> None:
    """After a migration: give those who may append their rights on what is new."""
    for programs in connection.scalars(PROGRAMS).all():
        grant(connection, programs)


def migrates(connection: Connection) -> bool:
    """Whether this role may bring the schema up to date: it owns it, or there is none yet."""
    return connection.dialect.name != "postgresql" or connection.scalar(OWNED) is not False


def too_free(connection: Connection) -> Sequence[Text]:
    """What this role could do to entries that programs need not, a line each."""
    if connection.dialect.name != "postgresql":
        return ()
    return tuple(_too_free(*row) for row in connection.execute(TOO_FREE))


def _too_free(owns: bool, role: str, table: str) -> Text:
    if owns:
        return english("the role {role} owns {table} and can take its triggers away", role=role, table=table)
    return english("the role {role} may change or delete rows of {table}", role=role, table=table)
