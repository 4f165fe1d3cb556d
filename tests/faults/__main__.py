"""Faults in rehearsed weeks: `python -m tests.faults [TRIES] [SEED]`.

A small bureau's weeks are lived in peace, then again and again with one fault each: a process gone, really killed, or a
port that fails, before, within or after a commit, a letter, an event, a change of state, a file. Prints a table of what
was lost and doubled; ends with 0 only if that is nothing.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.trying import table, trials, weeks


def main() -> None:
    tries, seed = (int(word) for word in (*sys.argv[1:3], *("1000", "2024")[len(sys.argv) - 1 :]))
    with TemporaryDirectory(prefix="duban-") as folder, weeks(Path(folder)) as (bureau, lived):
        faults = trials(bureau, lived, tries, seed)
    print(table(lived, faults, seed))  # noqa: T201  its answer
    sys.exit(any(one.did for one in faults))


if __name__ == "__main__":
    main()
