"""What Prefect loads to know the worker of type `duban`, in every process of it; where it lies only `duban` knows."""

from deployments.worker.worker import WarmWorker as WarmWorker  # noqa: PLC0414
