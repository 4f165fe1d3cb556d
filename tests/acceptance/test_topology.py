"""On several machines, whatever part of them dies or is cut off: nothing is lost, nothing doubled, every run ends."""

import pytest

from tests.acceptance.topology import PARTS, lived

pytestmark = [pytest.mark.postgres, pytest.mark.prefect]


@pytest.mark.parametrize("times", [1, pytest.param(10, marks=pytest.mark.slow)])
def test_each_part_may_be_killed_and_a_host_cut_off(times: int) -> None:
    weeks = list(lived(times, seed=190))
    assert [one.amiss for one in weeks] == [{}] * times, "nor has anything come to rest too late"
    for one in weeks:
        assert len(one.seen.outcome["entries"]) > 40
        assert set(one.rests) >= set(PARTS), "each part was disturbed"
        assert len(one.seen.repeated) <= times * len(PARTS), (
            "a letter is written again only by who goes on for one that died"
        )
