"""Running one flow run to its end, in the time it may take, without what a run of seconds has no use for.

- The heartbeat thread holds up the end of every run for a second; a run that dies is noticed by its worker, and by the
  patrol.
- The observer of suspensions opens a connection of its own; nothing here suspends a run. Prefect leaves it out of a run
  that has no deployment.
"""

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from threading import Timer
from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.engine import handle_engine_signals
from prefect.flow_engine import run_flow
from prefect.flows import load_flow_from_entrypoint
from prefect.logging.loggers import flow_run_logger
from prefect.runtime import flow_run as running
from prefect.settings import get_current_settings
from prefect.states import Failed

from deployments.worker.sparing import sparing
from tasks.asking import LONGEST
from tasks.showing import form_known


class NotTold(Exception):
    """A run has ended, and the server does not know it."""


def execute(entrypoint: str) -> None:
    """Run the flow run that Prefect's environment names, of the flow found at `entrypoint`."""
    if running.id is None:
        raise SystemExit("PREFECT__FLOW_RUN_ID names no flow run; a Prefect worker sets it")
    run_id = UUID(running.id)
    with handle_engine_signals(run_id):
        with get_client(sync_client=True) as client:
            flow_run = client.read_flow_run(run_id)
        with _in_time(LONGEST):
            run_to_end(flow_run, entrypoint)


def run_to_end(flow_run: FlowRun, entrypoint: str, offered: Mapping[str, Any] | None = None) -> None:
    """Run a flow run in this process; its final state is told the server. Raises what keeps that from being told.

    A flow that cannot be loaded, because the plan or the ledger cannot be used, is a run that has failed. `offered` is
    the form of its deployment, where whoever asks for the run has read it.
    """
    get_current_settings().flows.heartbeat_frequency = None
    logger = flow_run_logger(flow_run)
    alone = flow_run.model_copy(update={"deployment_id": None})
    with sparing(alone) as client, form_known(flow_run.deployment_id, offered):
        try:
            flow: Flow[..., Any] = load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False)
        except Exception as error:  # whatever it is, the run's page is where it is looked for
            logger.exception("The flow of this run cannot be loaded")
            failed: State[None] = Failed(message=f"{type(error).__name__}: {error}")
            client.set_flow_run_state(flow_run.id, failed, force=True)
            return
        ended: Any = run_flow(flow, flow_run=alone, return_type="state", error_logger=logger.logger)
    if not ended.is_final():  # the server gave no answer, and Prefect's engine goes by that
        raise NotTold(f"the server has not been told how it ended, and has it as {ended.name}")


@contextmanager
def _in_time(longest: timedelta) -> Iterator[None]:
    """End this process in order when it takes longer.

    Not by the flow's own time-out, which would take from tasks within it the one that interrupts them.
    """
    end = Timer(longest.total_seconds(), os.kill, (os.getpid(), signal.SIGTERM))
    end.daemon = True
    end.start()
    try:
        yield
    finally:
        end.cancel()
