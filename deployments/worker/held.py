"""What a worker has taken on and not seen the end of, in a file, so that its successor finds it should it be killed.

A line for each run taken (`+id`) and ended (`-id`), each written by one call: a process that is killed leaves whole
lines. Whoever lives holds a lock on the own file; a file without one is a dead worker's. The machine's own death may
lose the file, and a full disk lines or parts of them: then the patrol ends the runs that do not end.
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import UUID

NAMED = "held-*.runs"
LINE = re.compile(r"^([+-])([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$", re.MULTILINE)


class Held:
    """The runs this worker holds."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._path = folder / f"held-{os.getpid()}.runs"
        self._file = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_TRUNC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self._runs: set[UUID] = set()

    def __contains__(self, run: object) -> bool:
        return run in self._runs

    def take(self, run: UUID) -> None:
        """Note a run before it is asked for."""
        self._runs.add(run)
        self._note(f"+{run}")

    def drop(self, run: UUID) -> None:
        """Note that a run has ended, or is another's."""
        self._runs.discard(run)
        if self._runs:
            self._note(f"-{run}")
        else:
            os.ftruncate(self._file, 0)

    def _note(self, line: str) -> None:
        """Add a line, after whatever is left of one for which there was no room; without room, none."""
        with suppress(OSError):
            os.write(self._file, f"\n{line}\n".encode())

    def adopt(self) -> tuple[UUID, ...]:
        """Take over what dead workers have left here."""
        adopted: list[UUID] = []
        for path in self._folder.glob(NAMED):
            if path != self._path:
                with _dead(path) as left:
                    for run in left:
                        self.take(run)
                        adopted.append(run)
        return tuple(adopted)

    def close(self) -> None:
        """Leave nothing behind but what is still held."""
        if not self._runs:
            self._path.unlink(missing_ok=True)
        os.close(self._file)


@contextmanager
def _dead(path: Path) -> Iterator[tuple[UUID, ...]]:
    """What a dead worker's file holds, nothing for a living one's; the file goes once that is taken over."""
    with path.open(encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield ()
            return
        yield _held(file.read())
        path.unlink(missing_ok=True)


def _held(lines: str) -> tuple[UUID, ...]:
    runs: dict[UUID, None] = {}
    for taken, run in LINE.findall(lines):
        if taken == "+":
            runs[UUID(run)] = None
        else:
            runs.pop(UUID(run), None)
    return tuple(runs)
