"""Running one flow run to its end, without what a run of seconds has no use for.

- The heartbeat thread holds up the end of every run for a second; a run that dies is noticed by its worker, and by the
  patrol.
- The observer of suspensions opens a connection of its own; nothing here suspends a run. Prefect leaves it out of a run
  that has no deployment.
"""

from typing import Any
from uuid import UUID

from prefect import Flow
from prefect.client.orchestration import get_client
from prefect.engine import handle_engine_signals
from prefect.flow_engine import run_flow
from prefect.flows import load_flow_from_entrypoint
from prefect.logging.loggers import flow_run_logger
from prefect.runtime import flow_run as running
from prefect.settings import get_current_settings


def execute(entrypoint: str) -> None:
    """Run the flow run that Prefect's environment names, of the flow found at `entrypoint`."""
    if running.id is None:
        raise SystemExit("PREFECT__FLOW_RUN_ID names no flow run; a Prefect worker sets it")
    run_id = UUID(running.id)
    get_current_settings().flows.heartbeat_frequency = None
    with handle_engine_signals(run_id):
        with get_client(sync_client=True) as client:
            flow_run = client.read_flow_run(run_id)
        logger = flow_run_logger(flow_run)
        try:
            flow: Flow[..., Any] = load_flow_from_entrypoint(entrypoint, use_placeholder_flow=False)
        except Exception:
            logger.exception("The flow of this run cannot be loaded")
            raise
        alone = flow_run.model_copy(update={"deployment_id": None})
        run_flow(flow, flow_run=alone, return_type="state", error_logger=logger.logger)
