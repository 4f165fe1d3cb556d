"""The worker's command with something that happens first: `python -m tests.flows.once MODULE:FUNCTION FLOW`.

It happens the first time a bureau's flow runs are run so, and not again: the same flow run may be run once more.
"""

import importlib
import sys

from deployments import runner
from duban.settings import load_settings

if __name__ == "__main__":
    module, _, name = sys.argv.pop(1).partition(":")
    mark = load_settings().var / "once"
    if not mark.exists():
        mark.touch()
        getattr(importlib.import_module(module), name)()
    runner.main()
