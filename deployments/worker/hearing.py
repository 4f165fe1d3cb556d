"""Hearing from the server at once that a run is scheduled, or to be cancelled: its stream of events."""

import asyncio
from collections.abc import Callable
from logging import Logger, LoggerAdapter
from uuid import UUID

from prefect.events import Event
from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventAnyResourceFilter, EventFilter, EventNameFilter

CANCELLING = "prefect.flow-run.Cancelling"
TO_BE_RUN = ("prefect.flow-run.Scheduled", "prefect.flow-run.AwaitingRetry", "prefect.flow-run.Late")

Log = Logger | LoggerAdapter[Logger]

PAUSE = 1.0
"""Seconds before a stream that broke off is asked for again."""


async def hear(pool: UUID, to_be_run: Callable[[], None], cancelling: Callable[[UUID], None], log: Log) -> None:
    """Call `to_be_run` whenever something is scheduled in the pool, `cancelling` with the run to be cancelled; forever.

    `to_be_run` is called as well whenever the stream begins, for what was scheduled meanwhile.
    """
    heard = True
    while True:
        try:
            async with get_events_subscriber(_of(pool), reconnection_attempts=0) as stream:
                log.info("Hearing the server's events")
                heard = True
                to_be_run()
                async for event in stream:
                    if event.event == CANCELLING:
                        cancelling(_run(event))
                    else:
                        to_be_run()
        except Exception as error:  # noqa: BLE001  whatever ends the stream, asking now and then goes on without it
            if heard:
                log.warning("The server's events are not heard: %r", error)
            heard = False
        await asyncio.sleep(PAUSE)


def _of(pool: UUID) -> EventFilter:
    return EventFilter(
        event=EventNameFilter(name=[CANCELLING, *TO_BE_RUN]),
        any_resource=EventAnyResourceFilter(id=[f"prefect.work-pool.{pool}"]),
    )


def _run(event: Event) -> UUID:
    return UUID(event.resource.id.removeprefix("prefect.flow-run."))
