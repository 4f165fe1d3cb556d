"""Everybody at once on one ledger, in either database: nothing is given up, lost or doubled, and nobody hangs."""

from pathlib import Path

import pytest

from tests.acceptance.at_once import REPORTERS, Everybody, settings_of, writers


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each sort."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.mark.parametrize("acts", [5, pytest.param(50, marks=pytest.mark.slow)])
def test_no_act_of_many_on_one_initiative_is_given_up(ledger: str, tmp_path: Path, acts: int) -> None:
    found = writers(settings_of(tmp_path / "bureau", ledger, "writers"), REPORTERS, acts)
    assert (found.given_up, found.broken) == (0, [])
    assert len(found.seconds) == REPORTERS * acts


@pytest.mark.parametrize("acts", [3, pytest.param(25, marks=pytest.mark.slow)])
def test_reporters_workers_patrols_and_the_desk_at_once(ledger: str, tmp_path: Path, acts: int) -> None:
    found = Everybody(settings_of(tmp_path / "bureau", ledger, "everybody"), acts).at_work()
    assert (found.given_up, found.broken) == (0, [])
    assert found.late["first"] == 1, "one of them handed it in"
    assert found.late.total() == REPORTERS + 1, "and all others are told so"
