"""`python -m duban.desk PORT`: the desk beside a stack, whose environment says everything else."""

import sys

from duban.desk.serving import serve
from duban.desk.waking import by_prefect
from duban.settings import load_settings

serve(load_settings(), by_prefect(), int(sys.argv[1]))
