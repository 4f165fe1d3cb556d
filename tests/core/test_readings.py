"""What a ledger counts, and under which names."""

from datetime import timedelta

import pytest

from duban.core.ledger.readings import LIMITS, LONGEST, WAITED, rounds_of, waited


@pytest.mark.parametrize(
    ("seconds", "limit", "tenths"),
    [(-5, "1", 0), (0, "1", 0), (1, "1", 10), (1.1, "2", 11), (3600, "3600", 36_000), (90_000, "beyond", 36_000)],
)
def test_a_wait_counts_by_the_limit_it_kept(seconds: float, limit: str, tenths: int) -> None:
    assert waited(timedelta(seconds=seconds)) == {f"waited/{limit}": 1, WAITED: tenths}
    assert timedelta(seconds=LIMITS[-1]) == LONGEST


def test_rounds_are_counted_by_who_makes_them() -> None:
    assert rounds_of("patrol") == "rounds/patrol"
