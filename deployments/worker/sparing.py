"""A client for runs of seconds: it asks Prefect's server for nothing that is known, and tells it nothing idle.

Prefect's engine reads a run again once it has begun, stores a policy of retries that ours do not have, and asks where
results are kept, of which there are none: three of the sixteen requests of a tick.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun, ServerDefaultResultStorage
from prefect.context import ContextModel, SyncClientContext
from prefect.settings import get_current_settings

POLICY = frozenset({"flow_version", "empirical_policy"})


class SparingClient(SyncPrefectClient):
    """See the module. `under_way` is the run that is carried out, as the engine keeps it."""

    under_way: FlowRun | None = None

    def read_flow_run(self, flow_run_id: UUID) -> FlowRun:
        """The run under way as it is known here, begun when its state says so; any other as the server has it."""
        run = self.under_way
        if run is None or run.id != flow_run_id or run.state is None:
            return super().read_flow_run(flow_run_id)
        return run.model_copy(update={"start_time": run.start_time or run.state.timestamp})

    def update_flow_run(self, flow_run_id: UUID, **changes: Any) -> httpx.Response:  # type: ignore[override]  # passed on
        """Update a run, unless it is the policy of retries alone."""
        if changes.keys() <= POLICY:
            return httpx.Response(httpx.codes.NO_CONTENT)
        return super().update_flow_run(flow_run_id, **changes)

    def read_server_default_result_storage(self) -> ServerDefaultResultStorage:
        """Nowhere: results of ours are not kept."""
        return ServerDefaultResultStorage(default_result_storage_block_id=None)


class SparingContext(SyncClientContext):
    """The context in which everything in this process talks to the server by one such client."""

    client: SparingClient

    def __init__(self) -> None:
        api = get_current_settings().api
        secret = api.auth_string.get_secret_value() if api.auth_string else None
        ContextModel.__init__(self, client=SparingClient(str(api.url), auth_string=secret))


@contextmanager
def sparing(run: FlowRun) -> Iterator[SyncPrefectClient]:
    """Carry out a run with such a client: that of this process where it has one, else one for the moment."""
    with SyncClientContext.get() or SparingContext() as context:
        client = context.client
        if isinstance(client, SparingClient):  # else it is somebody else's context
            client.under_way = run
        try:
            yield client
        finally:
            if isinstance(client, SparingClient):
                client.under_way = None
