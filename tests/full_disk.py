"""A disk of its own, small enough to be filled."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

Full = Callable[[], AbstractContextManager[None]]


@contextmanager
def small_disk(folder: Path) -> Iterator[Full]:
    """Have a disk of 8 MB at a folder; what is given fills it for a while. Only root may have one."""
    folder.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", "size=8m", "duban", folder)
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("this account may mount no disk; one without room is played in other tests")
    try:
        yield lambda: _filled(folder / ".filler")
    finally:
        subprocess.run(("umount", "--lazy", folder), check=True)


@contextmanager
def _filled(filler: Path) -> Iterator[None]:
    with filler.open("wb", buffering=0) as file:
        for piece in (2**20, 4096, 1):
            try:
                while True:
                    file.write(bytes(piece))
            except OSError:
                continue
    yield
    filler.unlink()
