"""What comes of plans is what came of them before the heart was rebuilt; `tests/unchanged.py` tells how."""

import pytest

from tests.unchanged import SEEDS, known, of_random, of_shipped

pytestmark = pytest.mark.long_story


@pytest.mark.parametrize("seed", [SEEDS[0], *(pytest.param(seed, marks=pytest.mark.slow) for seed in SEEDS[1:])])
def test_a_year_of_the_shipped_plan_is_the_same(seed: int) -> None:
    found = dict(of_shipped(seed))
    assert found == {name: known()[name] for name in found}


def test_the_years_of_random_plans_are_the_same() -> None:
    found = dict(of_random())
    assert {name for name, text in found.items() if known()[name] != text} == set()
