"""Prefect's server, as tasks talk to it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import ArtifactCreate
from prefect.client.schemas.filters import (
    ArtifactCollectionFilter,
    ArtifactCollectionFilterKey,
    ArtifactFilter,
    ArtifactFilterKey,
)
from prefect.client.schemas.objects import Artifact
from prefect.client.schemas.sorting import ArtifactSort
from prefect.context import FlowRunContext, SyncClientContext
from prefect.events import Event

T = TypeVar("T")

PAGE = 200
"""The most that Prefect's server gives at a time."""


@contextmanager
def server() -> Iterator[SyncPrefectClient]:
    """The client of the flow run under way, connected already; outside of one, a client for the moment."""
    with SyncClientContext.get_or_create() as context:
        yield context.client


def stay_connected() -> None:
    """Have this thread keep one client for good.

    Making one reads the machine's certificates, for which every thread of the process waits 20 ms (measured).
    """
    if SyncClientContext.get() is None:
        ExitStack().enter_context(SyncClientContext())


def server_time(client: SyncPrefectClient) -> datetime:
    """The present moment by the clock that dates what the server keeps, to the second: no host's own."""
    return parsedate_to_datetime(client.request("GET", "/health").headers["Date"])


def report(events: Sequence[Event]) -> None:
    """Tell the server of events in one request, as they are: with nothing added of the flow run under way."""
    with server() as client:
        client.request("POST", "/events", json=[event.model_dump(mode="json") for event in events])


def this_run() -> UUID | None:
    """The flow run under way in this context, if any."""
    context = FlowRunContext.get()
    return context.flow_run.id if context and context.flow_run else None


def publish(key: str, markdown: str, description: str) -> None:
    """Publish a page as the next version of the artifact of that key, among those of the flow run under way.

    Prefect's client would add an event that nobody waits for, and read the run's flow for it.
    """
    page = ArtifactCreate(key=key, type="markdown", description=description, data=markdown, flow_run_id=this_run())
    with server() as client:
        client.request("POST", "/artifacts/", json=page.model_dump(mode="json", exclude_unset=True))


def said_last(key: str) -> str | None:
    """The description of the last version of a page; None where there is none."""
    last = _last(key)
    return last.description if last else None


def shown_last(key: str) -> str | None:
    """The last version of a page; None where there is none."""
    last = _last(key)
    return str(last.data) if last else None


def _last(key: str) -> Artifact | None:
    ours = ArtifactFilter(key=ArtifactFilterKey(any_=[key]))
    with server() as client:
        found = client.read_artifacts(artifact_filter=ours, sort=ArtifactSort.CREATED_DESC, limit=1)
    return found[0] if found else None


def missing(keys: Sequence[str]) -> tuple[str, ...]:
    """Which of these pages are not there, because somebody has deleted them; asks for a number unless some are."""
    ours = ArtifactCollectionFilter(key=ArtifactCollectionFilterKey(any_=list(keys)))
    with server() as client:
        asked = {"artifacts": ours.model_dump(mode="json", exclude_unset=True)}
        if client.request("POST", "/artifacts/latest/count", json=asked).raise_for_status().json() == len(keys):
            return ()
        found = {page.key for page in every(client.read_latest_artifacts, artifact_filter=ours)}
    return tuple(key for key in keys if key not in found)


def every(read: Callable[..., list[T]], **asked: Any) -> list[T]:
    """Everything a request finds, page by page."""
    found: list[T] = []
    while len(page := read(limit=PAGE, offset=len(found), **asked)) == PAGE:
        found += page
    return found + page
