"""What is not traced, and which tests stay in one process: the rules of `tests/conftest.py`, as pytest follows them."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import QUICK, counts, group_of


@pytest.fixture(scope="module")
def shared() -> list[str]:
    return []


def test_tests_that_share_a_fixture_of_their_module_stay_together(
    shared: list[str], request: pytest.FixtureRequest
) -> None:
    assert group_of(request.node) == "docs/test_how_tests_run"
    marker = request.node.get_closest_marker("xdist_group")
    assert marker is not None
    assert marker.args == ("docs/test_how_tests_run",)
    assert shared == []


def test_others_go_wherever_a_process_is_free(request: pytest.FixtureRequest) -> None:
    assert group_of(request.node) == ""
    assert request.node.get_closest_marker("xdist_group") is None


def test_what_does_not_look_at_the_core_is_not_traced(request: pytest.FixtureRequest) -> None:
    assert not counts(request.node)
    if request.config.pluginmanager.get_plugin("_cov"):
        assert sys.gettrace() is None


@given(st.none())
def test_fewer_examples_are_drawn_where_slow_tests_are_left_out(pytestconfig: pytest.Config, nothing: None) -> None:
    assert settings().max_examples == (25 if pytestconfig.option.markexpr == QUICK else 100)
