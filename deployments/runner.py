"""What the worker runs for one flow run, in place of Prefect's own command.

`python -m duban.room deployments.runner FLOW`, FLOW being where the flow is found, `flows.patrol.patrol`. Two things
differ from Prefect's command. The flow's final state is taken as a value: a red light is what a tick found out, not
an error of the run, and must not end in a traceback. And what a run of seconds has no use for is left out;
`deployments.worker.short_run` names it. It stands outside the worker's room because deployments on servers hold its
name.
"""

import gc
import sys


def main() -> None:
    """Run the flow run that Prefect's environment names."""
    # Loading makes no garbage. Looking for it meanwhile, and again at the end, takes a third of the process's time.
    gc.disable()
    from deployments.worker.short_run import execute  # noqa: PLC0415  only now

    gc.freeze()
    gc.enable()
    if len(sys.argv) != 2:  # the flow
        raise SystemExit("deployments.runner is started by a Prefect worker; to run a plan: duban up")
    execute(sys.argv[1])


if __name__ == "__main__":
    main()
