"""Killed outright at any point, a bureau's weeks come to the same: nothing lost, nothing doubled, nobody told twice."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent


def deaths(folder: Path, ledger: str, events: str, stride: int) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tests.acceptance.killed", folder, ledger, events, str(stride)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    whole, *told = [json.loads(line) for line in ran.stdout.splitlines()]
    undisturbed = whole["undisturbed"]
    assert (undisturbed["broken"], undisturbed["doubled"], undisturbed["due"]) == (None, [], [])
    letters = [notice for notice in undisturbed["notices"] if not notice[4]]
    digests = [notice for notice in letters if notice[1].startswith("digest/")]
    assert (len(digests), len(undisturbed["notices"]) - len(letters)) == (6, 7), "digests, and the notices in them"
    assert len(undisturbed["files"]) == len(letters) + 1, "each letter is a file, and so is the bulletin"
    assert [one["point"] for one in told] == list(range(1, whole["points"] + 1, stride))
    return told


def check(folder: Path, ledger: str, events: str, stride: int) -> None:
    told = deaths(folder, ledger, events, stride)
    assert len(told) >= 40
    assert [one for one in told if one["differs"]] == []


@pytest.mark.slow
def test_every_death_between_two_lasting_changes(tmp_path: Path) -> None:
    check(tmp_path, f"sqlite:///{tmp_path / 'ledger.sqlite'}", "commits", 1)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize(("events", "stride"), [("commits", 3), ("statements", 23)])
def test_deaths_on_postgresql(tmp_path: Path, postgres_url: str, events: str, stride: int) -> None:
    check(tmp_path, postgres_url, events, stride)
