"""A process that has everything loaded and forks a child for each flow run it is told: quick, and like the worker's.

It reads a line for each, JSON: `run` is the flow run's id, `flow` where its flow is found, `first` a `module:function`
to call in the child beforehand. It answers with the child's exit code, negative for a signal.
"""

import gc
import importlib
import json
import os
import sys

import flows.initiatives
import flows.patrol
from deployments.worker import short_run
from duban.adapters import sql_ledger
from duban.adapters.delivery import services

LOADED = (flows.initiatives, flows.patrol, services, sql_ledger)  # here, rather than in every child


def main() -> None:
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
            run(**json.loads(line))
            return
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201  the answer


def run(run: str, flow: str, first: str) -> None:
    """Run a flow run as `deployments.runner` does, and end as it does."""
    os.environ["PREFECT__FLOW_RUN_ID"] = run
    if first:
        module, _, name = first.partition(":")
        getattr(importlib.import_module(module), name)()
    short_run.execute(flow)


if __name__ == "__main__":
    main()
