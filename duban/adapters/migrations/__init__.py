"""Alembic's migrations of the ledger, from its first version on."""
