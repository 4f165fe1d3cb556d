"""A part of `make fuzz`: every kind of input, mutated."""

from pathlib import Path

from tests.fuzz.kinds import KINDS
from tests.fuzz.trying import fuzz, run, table

SEED = 2024


def test_what_is_mutated_is_read_or_refused_and_nothing_else(tmp_path: Path) -> None:
    told = fuzz(tmp_path, 1000, SEED)
    assert not any(one.met for one in told), table(told, SEED)
    assert [one.kind for one in told] == list(KINDS)
    assert all(one.tried == one.refused + one.accepted for one in told)
    assert sum(one.tried for one in told) >= 1000


def test_a_traceback_is_met_and_told_with_its_seed() -> None:
    def broken(draw: object) -> None:
        raise RuntimeError("a defect")

    told = run("broken", broken, 2, SEED)
    assert len(told.met) == 2
    assert "2024/broken/1:" in table([told], SEED)
    assert "RuntimeError: a defect" in table([told], SEED)
