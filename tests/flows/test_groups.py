"""Run in several processes, tests of flows of one group share one of them, and so one server."""

import os

import pytest


@pytest.mark.prefect
@pytest.mark.parametrize("group", ["flows", pytest.param("worker", marks=pytest.mark.worker)])
def test_each_is_in_its_group(request: pytest.FixtureRequest, group: str) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        pytest.skip("these tests run in one process")
    assert request.node.nodeid.endswith(f"@{group}")
