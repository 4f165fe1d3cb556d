"""Mutated input of every kind that people write: `python -m tests.fuzz [TRIES] [SEED]`.

No traceback that is not a problem with its place, no hang, no memory without bounds. Prints a table by kind, and what
it met by the seed it can be met by again; ends with 0 only if that is nothing.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.trying import fuzz, table


def main() -> None:
    tries, seed = (int(word) for word in (*sys.argv[1:3], *("100000", "2024")[len(sys.argv) - 1 :]))
    with TemporaryDirectory(prefix="duban-") as root:
        told = fuzz(Path(root), tries, seed)
    print(table(told, seed))  # noqa: T201  its answer
    sys.exit(any(one.met for one in told))


if __name__ == "__main__":
    main()
