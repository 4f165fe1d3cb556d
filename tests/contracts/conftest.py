"""The ledgers that the contract binds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from duban.adapters.memory_ledger import MemoryLedger
from duban.adapters.sql_ledger import open_ledger
from duban.ports import Ledger
from tests.contracts.samples import PLAN


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger of each sort."""
    if request.param == "memory":
        yield MemoryLedger(PLAN)
        return
    sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'ledger.db'}" if sqlite else request.getfixturevalue("postgres_url")
    with open_ledger(url, PLAN) as opened:
        yield opened
