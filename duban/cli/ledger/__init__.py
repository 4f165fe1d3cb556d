"""`duban ledger …`: the ledger itself, for administrators."""
