"""`python -m duban.desk PORT`: the desk beside a stack, whose environment says everything else."""

import sys

from duban.adapters.log_lines import log_as_json
from duban.desk.serving import serve
from duban.desk.waking import by_prefect
from duban.settings import load_settings

settings = load_settings()
if part := settings.logs_as("desk"):
    log_as_json(part)
serve(settings, by_prefect(), int(sys.argv[1]))
