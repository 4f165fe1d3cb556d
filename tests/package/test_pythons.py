"""Other Pythons: what they are given is of the lock, and one that cannot read the code is a failure, not passed by."""

import sys
from pathlib import Path

import pytest

from release import pythons
from release.pythons import NEEDED, TESTS, part_of_lock, tried
from tests.package.wheel import ROOT


def test_they_get_what_the_tests_need_at_the_versions_and_hashes_of_the_lock() -> None:
    blocks = {one.partition("==")[0]: one for one in part_of_lock(("pydantic", "pytest"))}
    assert {"pydantic", "pydantic-core", "pytest", "pluggy", "iniconfig"} <= blocks.keys()
    assert "prefect" not in blocks
    assert all("--hash=sha256:" in one for one in blocks.values())
    assert set(NEEDED) <= {one.partition("==")[0] for one in part_of_lock(NEEDED)}


def test_the_tests_that_are_named_are_there() -> None:
    assert [name for name in TESTS if name.startswith("tests/") and not (ROOT / name).exists()] == []


def test_what_a_python_cannot_read_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "new.py").write_text("def broken(:\n")
    monkeypatch.setattr(pythons, "CODE", (str(tmp_path),))
    fine, what = tried(sys.executable, 99)
    assert (fine, "SyntaxError" in what) == (False, True)
