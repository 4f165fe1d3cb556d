"""Coverage counts what tests of the core meet with examples of their own: `counts` in `tests/conftest.py`."""

import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import counts


@pytest.fixture
def traced(request: pytest.FixtureRequest) -> bool:
    """Whether coverage traces this test."""
    if not request.config.pluginmanager.get_plugin("_cov"):
        pytest.skip("coverage is not asked for")
    return sys.gettrace() is not None


def test_an_example_that_is_written_down_counts(traced: bool, request: pytest.FixtureRequest) -> None:
    assert counts(request.node)
    assert traced


@pytest.mark.long_story
def test_a_long_story_does_not(traced: bool, request: pytest.FixtureRequest) -> None:
    assert not counts(request.node)
    assert not traced


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.none())
def test_nor_do_drawn_examples(traced: bool, request: pytest.FixtureRequest, nothing: None) -> None:
    assert not counts(request.node)
    assert not traced
