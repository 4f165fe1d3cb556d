"""What a run of seconds spares the server: nobody answers here, and what is known needs no answer."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest
from prefect.client.schemas.objects import FlowRun, FlowRunPolicy
from prefect.results import get_default_result_storage
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED,
    temporary_settings,
)
from prefect.states import Running

from deployments.worker.sparing import SparingContext, sparing


@pytest.fixture(autouse=True)
def nobody() -> Iterator[None]:
    with temporary_settings(
        {
            PREFECT_API_URL: "http://127.0.0.1:9/api",
            PREFECT_CLIENT_MAX_RETRIES: 0,
            PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED: False,
        }
    ):
        yield


def under_way() -> FlowRun:
    return FlowRun(flow_id=uuid4(), state=Running())


def test_the_run_under_way_is_known_and_began_with_its_state() -> None:
    run = under_way()
    with sparing(run) as client:
        known = client.read_flow_run(run.id)
        assert run.state is not None
        assert (known.id, known.start_time) == (run.id, run.state.timestamp)


def test_any_other_run_is_asked_for() -> None:
    with sparing(under_way()) as client, pytest.raises(httpx.HTTPError):
        client.read_flow_run(uuid4())


def test_after_its_end_a_run_is_asked_for_again() -> None:
    with SparingContext() as context:
        run = under_way()
        with sparing(run) as client:
            assert client is context.client
        with pytest.raises(httpx.HTTPError):
            context.client.read_flow_run(run.id)


def test_a_policy_of_retries_is_not_told_and_a_name_is() -> None:
    run = under_way()
    with sparing(run) as client:
        client.update_flow_run(run.id, flow_version="1", empirical_policy=FlowRunPolicy())
        with pytest.raises(httpx.HTTPError):
            client.update_flow_run(run.id, name="2024-03-25")


def test_where_results_lie_is_not_asked() -> None:
    with sparing(under_way()):
        assert get_default_result_storage(_sync=True)
