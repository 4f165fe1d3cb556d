"""Which version of the ledger's schema this duban needs, and where a database says which it has."""

LATEST = "0008"
"""The newest version the migrations lead to; versions are four digits and only rise."""

VERSION_TABLE = "ledger_version"
"""Alembic's table under a name of our own, so that no other application's is taken for it."""
