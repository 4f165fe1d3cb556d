"""Prefect's server, as tasks talk to it."""

from collections.abc import Iterator
from contextlib import contextmanager

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import ArtifactCreate
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.sorting import ArtifactSort
from prefect.context import FlowRunContext, SyncClientContext


@contextmanager
def server() -> Iterator[SyncPrefectClient]:
    """The client of the flow run under way, connected already; outside of one, a client for the moment."""
    with SyncClientContext.get_or_create() as context:
        yield context.client


def publish(key: str, markdown: str, description: str) -> None:
    """Publish a page as the next version of the artifact of that key, among those of the flow run under way."""
    under_way = FlowRunContext.get()
    run = under_way.flow_run.id if under_way and under_way.flow_run else None
    page = ArtifactCreate(key=key, type="markdown", description=description, data=markdown, flow_run_id=run)
    with server() as client:
        client.create_artifact(page)


def said_last(key: str) -> str | None:
    """The description of the last version of a page; None where there is none."""
    ours = ArtifactFilter(key=ArtifactFilterKey(any_=[key]))
    with server() as client:
        found = client.read_artifacts(artifact_filter=ours, sort=ArtifactSort.CREATED_DESC, limit=1)
    return found[0].description if found else None
