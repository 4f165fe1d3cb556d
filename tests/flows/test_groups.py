"""Run in several processes, tests of flows share one of them, and so one server."""

import os

import pytest


@pytest.mark.prefect
def test_it_is_in_the_group_of_flows(request: pytest.FixtureRequest) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        pytest.skip("these tests run in one process")
    assert request.node.nodeid.endswith("@flows")
