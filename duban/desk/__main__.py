"""`python -m duban.desk PORT`: the desk beside a stack, whose environment says everything else.

What asks Prefect for ticks is imported before anybody comes: later it would keep the first answers waiting.
"""

import sys

import tasks.asking  # noqa: F401  see above
from duban.desk.serving import serve
from duban.desk.waking import wake_by_prefect
from duban.settings import load_settings

serve(load_settings(), wake_by_prefect, int(sys.argv[1]))
