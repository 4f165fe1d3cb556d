"""A module in which the search for a flow never ends."""

import time


def __getattr__(name: str) -> object:
    if name.startswith("__"):
        raise AttributeError(name)
    time.sleep(600)
    return None
