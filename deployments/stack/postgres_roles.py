"""Who may do what in the embedded PostgreSQL: each database has a role of its own, which can enter no other.

It owns it, or, where `OWNERS` names another for that, is only what the programs come as.

Over the socket nobody is a superuser. What takes one is done in single-user mode, while the cluster takes no
connections; the access rules are written last, so that a cluster that has them is set up. One made by an earlier duban,
where all was done as superuser, is brought over in the same way: its tables change hands and nothing else does.
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from deployments.stack import postgres_folder
from deployments.stack.children import Ended, StackError

OWNERS: Mapping[str, str] = {"ledger": "ledger_owner"}
"""Roles that own a database, where it is not the one of its name."""

DATNAME = re.compile(r'datname = "([^"]*)"')

ROLE = """
DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN CREATE ROLE {name}; END IF; END $$;

ALTER ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;

"""

DATABASE = """
CREATE DATABASE {name} OWNER {owner};

"""

OWNED = """
ALTER DATABASE {name} OWNER TO {owner};

REVOKE ALL ON DATABASE {name} FROM PUBLIC;

GRANT CONNECT ON DATABASE {name} TO {name};

REASSIGN OWNED BY {name} TO {owner};

DO $$
DECLARE thing record;
BEGIN
  FOR thing IN
    SELECT kind, name FROM (
      SELECT 'TABLE', oid::regclass::text, tableoid, oid, relnamespace::regnamespace::text FROM pg_class
        WHERE relowner = 10 AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
      UNION ALL SELECT 'TYPE', oid::regtype::text, tableoid, oid, typnamespace::regnamespace::text FROM pg_type
        WHERE typowner = 10 AND typtype IN ('e', 'd', 'r')
      UNION ALL SELECT 'ROUTINE', oid::regprocedure::text, tableoid, oid, pronamespace::regnamespace::text FROM pg_proc
        WHERE proowner = 10
    ) AS found (kind, name, class, id, space)
    WHERE space !~ '^(pg_|information_schema$)'
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = class AND objid = id AND deptype IN ('a', 'i', 'e'))
  LOOP EXECUTE format('ALTER %s %s OWNER TO {owner}', thing.kind, thing.name); END LOOP;
END $$;

"""
"""10 is the superuser that every cluster is born with. Parts of a table go with it, and extensions stay his."""


def owner_of(database: str) -> str:
    """The role that owns a database."""
    return OWNERS.get(database, database)


def ready(folder: Path, databases: Sequence[str]) -> bool:
    """Whether the cluster in this folder is set up for these databases."""
    access = folder / "pg_hba.conf"
    return access.exists() and access.read_text(encoding="utf-8") == _rules(databases)


def set_up(folder: Path, owner: tuple[int, int] | None, base_env: Mapping[str, str], databases: Sequence[str]) -> None:
    """Make roles and databases, and give each its own; the cluster must not run. Raises StackError."""

    def run(database: str, statements: str) -> str:
        return _alone(folder, owner, base_env, database, statements)

    there = DATNAME.findall(run("postgres", "SELECT datname FROM pg_database;\n\n"))
    for name in databases:
        owner_role = owner_of(name)
        roles = "".join(ROLE.format(name=role) for role in dict.fromkeys((name, owner_role)))
        run("postgres", roles + ("" if name in there else DATABASE.format(name=name, owner=owner_role)))
        run(name, OWNED.format(name=name, owner=owner_role))
    _write_rules(folder, owner, _rules(databases))


def _rules(databases: Sequence[str]) -> str:
    """The access rules: whom PostgreSQL finds nothing for is refused."""
    may = [(name, role) for name in databases for role in dict.fromkeys((name, owner_of(name)))]
    lines = "".join(f"local  {name}  {role}  trust\n" for name, role in may)
    return f"# Written by duban. The socket's folder lets nobody in but the account that runs PostgreSQL.\n{lines}"


def _write_rules(folder: Path, owner: tuple[int, int] | None, rules: str) -> None:
    part = folder / "pg_hba.conf.part"
    part.write_text(rules, encoding="utf-8")
    part.chmod(0o600)
    if owner is not None:
        os.chown(part, *owner)
    part.replace(folder / "pg_hba.conf")


def _alone(
    folder: Path, owner: tuple[int, int] | None, base_env: Mapping[str, str], database: str, statements: str
) -> str:
    """Run statements in single-user mode; what it printed. Each ends with an empty line."""
    command: list[str | Path] = [
        postgres_folder.program("postgres"),
        "--single",
        "-j",
        "-c",
        "exit_on_error=on",
        "-D",
        folder,
        database,
    ]
    done = postgres_folder.run_program(command, folder, owner, base_env, statements)
    if done.returncode:
        kind = Ended if done.returncode < 0 else StackError
        raise kind(f"PostgreSQL cannot be set up in {folder}:\n{done.stderr.strip()[-2000:]}")
    return done.stdout
