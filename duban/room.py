"""Starts a module of `flows`, `tasks` or `deployments`: `python -m duban.room deployments.guard.guard …`.

`duban` is loaded first, and knows where they lie.
"""

import runpy
import sys


def started(module: str, *words: str) -> list[str]:
    """The command that runs a module with these words, by the same Python as here."""
    return [sys.executable, "-m", "duban.room", module, *words]


if __name__ == "__main__":
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
