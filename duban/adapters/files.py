"""Files that are either whole or not there: the one way in which duban writes files that are to last."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp
from typing import IO

READABLE, PRIVATE = 0o644, 0o600
OTHERS = 0o077
"""What other accounts may do with a file; as a umask: nothing."""


class Unwritten(OSError):
    """A file could not be written, and is as it was; the message says which, why, and what to do."""

    def __init__(self, file: Path, cause: OSError) -> None:
        super().__init__(cause.errno, cause.strerror or str(cause), str(file))

    def __str__(self) -> str:
        remedy = "Make room on that disk" if self.errno in FULL else "Let this account write there"
        return f"{self.filename}: not written, and as it was before ({self.strerror}). {remedy}, and do it again."


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""How the system says that there is no more room: on the disk, for this account, in a file."""


@contextmanager
def whole_or_unwritten(file: Path) -> Iterator[None]:
    """Raise Unwritten for whatever keeps a file, or a folder of them, from being written."""
    try:
        yield
    except Unwritten:
        raise
    except OSError as error:
        raise Unwritten(file, error) from error


def private_folder(folder: Path) -> None:
    """Make a folder that other accounts cannot look into, or close one that is there.

    Where root made it they may pass through, as PostgreSQL does, which then runs as another account.
    """
    _make(folder, 0o700)
    mode = stat.S_IMODE(folder.stat().st_mode)
    with suppress(OSError):  # somebody else's, who has let us in, or a medium that cannot be written
        folder.chmod(mode & (0o711 if os.geteuid() == 0 else 0o700))


def _make(folder: Path, mode: int) -> None:
    """Make a folder and those it lies in, where they are missing, whatever the umask."""
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir(exist_ok=True)
        missing.chmod(mode)


def write_private(file: Path, content: str | bytes) -> None:
    """Write a file that nobody but its owner may read, from the first instant; its folder is made, and closed."""
    with whole_or_unwritten(file):
        private_folder(file.parent)
    write_bytes_atomically(file, content.encode() if isinstance(content, str) else content)


def keep_private(file: Path, text: str) -> str:
    """What a file holds that nobody but its owner may read: `text` where there was none, whoever else makes it now."""
    if not file.exists():
        with whole_or_unwritten(file):
            private_folder(file.parent)
            with _part(file.parent, text.encode(), PRIVATE) as part, suppress(FileExistsError):
                os.link(part, file)
    return file.read_text(encoding="ascii")


def added_to(file: Path) -> IO[str]:
    """A file to be added to, and read, made for its owner alone: a log, a lock. Raises OSError."""
    handle = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, PRIVATE)
    return os.fdopen(handle, "a+", encoding="utf-8")


def write_atomically(file: Path, text: str, mode: int = PRIVATE) -> None:
    """Write a file so that a reader, or a power cut, meets the old one or the new one; its folder is made.

    It is for its owner alone unless it is said to be READABLE, as what people name or edit is; then an old one keeps
    its own rights. Raises Unwritten.
    """
    write_bytes_atomically(file, text.encode(), mode)


def write_bytes_atomically(file: Path, data: bytes, mode: int = PRIVATE) -> None:
    """The same with bytes."""
    shared = bool(mode & OTHERS)
    with whole_or_unwritten(file):
        _make(file.parent, 0o755 if shared else 0o700)
        place = file.resolve()  # a link stays one
        _put(place, data, stat.S_IMODE(place.stat().st_mode) if shared and place.exists() else mode)


def _put(place: Path, data: bytes, mode: int) -> None:
    with _part(place.parent, data, mode) as part:
        part.replace(place)


@contextmanager
def _part(folder: Path, data: bytes, mode: int) -> Iterator[Path]:
    """A file that is whole and lasts, to be given its place; what is left of it goes."""
    handle, name = mkstemp(dir=folder, prefix=".", suffix=".part")  # made for its owner alone
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(handle, mode)
            os.fsync(handle)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def wider(folder: Path, apart: str = "postgres") -> list[Path]:
    """Files and folders in a folder that other accounts may read or write, or look into; not those in `apart`."""
    found = []
    for place, folders, files in os.walk(folder):
        if Path(place) == folder and apart in folders:
            folders.remove(apart)  # it has an owner of its own, who lets nobody in
        found += [path for name in (*folders, *files) if _open(path := Path(place) / name)]
    return found


def close_to_others(folder: Path) -> None:
    """Take from other accounts what an earlier duban left open to them."""
    for path in wider(folder):
        with suppress(OSError):  # gone meanwhile, or somebody else's
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~OTHERS)


def _open(path: Path) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return not stat.S_ISLNK(found.st_mode) and bool(found.st_mode & OTHERS)
