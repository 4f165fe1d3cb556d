"""What was made of files, kept as long as these are the same: for processes that live long."""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")
One = tuple[str, int, int, int]
"""The name of a file, its time of change, size and number."""
Stamp = tuple[One, ...]
"""A file, or every file of a folder: two stamps that are equal mean the same files."""
Shelf = list[tuple[tuple[K, Stamp], V]]
"""What was made last, with what it was made of; empty before the first time."""


def kept(shelf: Shelf[K, V], key: K, place: Path, make: Callable[[], V]) -> V:
    """What was made last, as long as neither its key nor the file, or a file of the folder, has changed since."""
    wanted = (key, stamp(place))  # before it is made: what changes meanwhile is read again
    found = shelf[:]  # another thread may exchange it
    if not found or found[0][0] != wanted:
        shelf[:] = found = [(wanted, make())]
    return found[0][1]


def stamp(place: Path) -> Stamp:
    """The stamp of a file or of a folder with all in it; of what is not there nothing."""
    return tuple(sorted(_of_folder(str(place)) if place.is_dir() else _of(place)))


def _of_folder(folder: str) -> Iterator[One]:
    with os.scandir(folder) as found:
        for one in found:
            yield from _of(one)
            if one.is_dir(follow_symlinks=False):
                yield from _of_folder(one.path)


def _of(file: "Path | os.DirEntry[str]") -> Iterator[One]:
    with suppress(OSError):  # gone just now; whoever reads it says what is wrong
        told = file.stat()
        yield os.fspath(file), told.st_mtime_ns, told.st_size, told.st_ino
