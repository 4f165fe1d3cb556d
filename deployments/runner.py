"""What the worker runs for one flow run, in place of Prefect's own command: `python -m deployments.runner`.

Two things differ. The flow's final state is taken as a value: a red light is what a tick found out, not an error of the
run, and must not end in a traceback. And the heartbeat thread is off, which holds up the end of every short run for a
second; a run that dies is noticed by its worker.
"""

from uuid import UUID

from prefect.engine import handle_engine_signals
from prefect.flow_engine import load_flow, load_flow_run, run_flow
from prefect.logging.loggers import flow_run_logger
from prefect.runtime import flow_run as running
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings


def main() -> None:
    """Run the flow run that Prefect's environment names."""
    if running.id is None:
        raise SystemExit("deployments.runner is started by a Prefect worker; to run a plan: duban up")
    run_id = UUID(running.id)
    with handle_engine_signals(run_id), temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        flow_run = load_flow_run(run_id)
        logger = flow_run_logger(flow_run)
        try:
            flow = load_flow(flow_run)
        except Exception:
            logger.exception("The flow of this run cannot be loaded")
            raise
        run_flow(flow, flow_run=flow_run, return_type="state", error_logger=logger.logger)


if __name__ == "__main__":
    main()
