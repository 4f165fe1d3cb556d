"""Networks of PSPLIB, whose critical paths are published: `python -m tests.psplib FILE|FOLDER|ARCHIVE…` checks them.

The single-mode sets j30, j60, j90 and j120 share one format (`.sm`); an archive is a tar, packed or not.
"""

import re
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from duban.core.forecasting.network import compile_network, forward
from duban.core.forecasting.spans import IntArray, Spans


def read_network(text: str) -> tuple[list[list[int]], IntArray, int]:
    """Give the needs, the durations and the stated length of the critical path of a single-mode network."""
    known = int(table(text, "MPM-Time")[0][-1])
    needs: list[list[int]] = [[] for _ in table(text, "successors")]
    for job, _modes, _count, *successors in table(text, "successors"):
        for successor in successors:
            needs[int(successor) - 1].append(int(job) - 1)
    return needs, np.array([int(row[2]) for row in table(text, "R 4")]), known


def table(text: str, last_heading: str) -> list[list[str]]:
    """Give the rows of numbers under the line of headings that ends so."""
    found = re.search(rf"{last_heading} *\r?\n(?:-+\r?\n)?((?:[\d \t]+\r?\n)+)", text)
    assert found is not None, f"no table under '{last_heading}'"
    return [line.split() for line in found[1].splitlines()]


def texts(source: Path) -> Iterator[tuple[str, str]]:
    """Give the name and the text of every network in a file, a folder or an archive."""
    if source.is_dir():
        yield from ((path.name, path.read_text(encoding="ascii")) for path in sorted(source.rglob("*.sm")))
    elif source.suffix == ".sm":
        yield source.name, source.read_text(encoding="ascii")
    else:
        with tarfile.open(source) as archive:
            for member in archive:
                if member.name.endswith(".sm") and (file := archive.extractfile(member)) is not None:
                    yield member.name, file.read().decode("ascii")


def main() -> int:
    """Check every network; the number of those whose critical path is another than the published one."""
    wrong = tried = 0
    for source in sys.argv[1:]:
        for name, text in texts(Path(source)):
            needs, days, known = read_network(text)
            found = int(forward(compile_network(needs), Spans(days)).finish.max())
            tried += 1
            if found != known:
                wrong += 1
                sys.stdout.write(f"{name}: {found}, published {known}\n")
    sys.stdout.write(f"{tried} networks, {wrong} with another critical path than the published one\n")
    return wrong


if __name__ == "__main__":
    sys.exit(main() > 0)
