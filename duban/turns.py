"""Taking turns: how often, and after which waits, somebody tries who was overtaken by others at one initiative."""

from collections.abc import Iterator
from random import random
from time import sleep

TRIES = 20
"""How often it is tried. From the second time on nobody else stores meanwhile (`Ledger.undisturbed`), so that it is the
last but for a deadlock with others, or a key that is there already."""

SHORTEST, LONGEST = 0.005, 0.2
"""Seconds: the longest first wait, which doubles each time, and the longest of all."""


def turns() -> Iterator[int]:
    """A number from 0 on for each try; between them waits by chance, so that those who met do not meet again."""
    for tried in range(TRIES):
        yield tried
        sleep(random() * min(LONGEST, SHORTEST * 2**tried))  # noqa: S311  nobody gains by guessing it
