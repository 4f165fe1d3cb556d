"""`python -m deployments.metrics PORT`: the metrics beside a stack, whose environment says everything else."""

import logging
import sys

from deployments.metrics.serving import serve
from duban.adapters.log_lines import log_as_json
from duban.settings import load_settings

settings = load_settings()
if part := settings.logs_as("metrics"):
    log_as_json(part)
else:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
serve(settings, int(sys.argv[1]))
