"""When a patrol is overdue, and when people are told."""

from datetime import UTC, datetime, timedelta

import pytest

from duban.core.deciding.rounds import Regularity, regularity

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVERY = timedelta(minutes=5)


@pytest.mark.parametrize(
    ("minutes", "stands"),
    [
        (0, Regularity.REGULAR),
        (10, Regularity.REGULAR),
        (11, Regularity.OVERDUE),
        (15, Regularity.OVERDUE),
        (16, Regularity.SILENT),
        (10_000, Regularity.SILENT),
    ],
)
def test_two_intervals_are_late_and_three_are_silence(minutes: int, stands: Regularity) -> None:
    assert regularity(NOON - timedelta(minutes=minutes), NOON, EVERY) is stands
