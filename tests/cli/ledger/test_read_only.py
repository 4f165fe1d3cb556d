"""A ledger on a medium that cannot be written is looked at and verified: looking needs no right to write."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from duban.adapters.sql_ledger import open_ledger
from duban.ports import LedgerUnusable
from tests.adapters.older_ledger import older_ledger
from tests.cli.conftest import Bureau
from tests.cli.ledger.test_ledger import worked_on

NOBODY = 65534


pytestmark = pytest.mark.xdist_group("read_only")  # the way to the folder is opened and shut for one test at a time


@contextmanager
def not_writable(folder: Path) -> Iterator[None]:
    """The folder, and all in it, may be read and not written, by whoever asks; root asks as somebody else."""
    paths = [folder, *folder.rglob("*")]
    before = {path: path.stat().st_mode for path in paths}
    way = {path: path.stat().st_mode for path in folder.parents if path.stat().st_uid == os.geteuid()}
    root = os.geteuid() == 0
    for path, mode in way.items():
        path.chmod(mode | (0o011 if root else 0))
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for path, mode in {**before, **way}.items():
            path.chmod(mode)


@pytest.fixture
def archived(bureau: Bureau) -> Iterator[Bureau]:
    """The bureau's folder with a sealed ledger, of which nothing can be written."""
    worked_on(bureau)
    bureau.ok("ledger", "seal")
    with not_writable(bureau.root):
        yield bureau


def test_nothing_can_be_written_there(archived: Bureau) -> None:
    with pytest.raises(PermissionError):
        (archived.var / "new").touch()
    refused = archived.run("ledger", "seal")
    assert refused.exit_code == 5
    assert "it cannot be written" in refused.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("show",),
        ("show", "cosmetics"),
        ("next",),
        ("forecast",),
        ("notices",),
        ("why", "cosmetics/draft"),
        ("ledger", "list", "cosmetics"),
        ("ledger", "show", "cosmetics"),
    ],
)
def test_looking_needs_no_right_to_write(archived: Bureau, words: tuple[str, ...]) -> None:
    assert archived.ok(*words)


def test_it_is_verified_against_its_seals(archived: Bureau) -> None:
    assert ", as 1 seals tell of them" in archived.ok("ledger", "verify", "--seals", str(archived.var / "seals"))


@pytest.fixture
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("elsewhere")
    folder.chmod(0o777)
    return folder


def test_tables_are_exported_to_elsewhere(elsewhere: Path, archived: Bureau) -> None:
    archived.ok("export", "xlsx", "--output", str(elsewhere / "plan.xlsx"))
    assert (elsewhere / "plan.xlsx").stat().st_size


def test_an_older_schema_is_refused_with_what_to_do(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'medium' / 'ledger.db'}"
    (tmp_path / "medium").mkdir()
    older_ledger(url)
    with (
        not_writable(tmp_path / "medium"),
        pytest.raises(LedgerUnusable, match=r"version 0004, .* Copy it to a folder where"),
    ):
        open_ledger(url, "bureau-2024")


def test_what_a_killed_writer_left_beside_it_is_not_passed_over(bureau: Bureau) -> None:
    """Its last commits are still in the WAL file: they are read, or it is said that they cannot be."""
    worked_on(bureau)
    with open_ledger(f"sqlite:///{bureau.var / 'ledger.sqlite'}", "small-2024") as ledger:
        entries = sum(len(ledger.entries(name)) for name in ledger.initiatives())
        with ledger.engine.begin() as connection:
            connection.exec_driver_sql("SELECT 1")
            assert (bureau.var / "ledger.sqlite-wal").exists()
            with not_writable(bureau.root):
                told = bureau.run("ledger", "verify")
    assert (told.exit_code == 0 and f"{entries} entries" in told.stdout) or told.exit_code == 5
