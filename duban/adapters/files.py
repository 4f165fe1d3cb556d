"""Files that are either whole or not there."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

READABLE, PRIVATE = 0o644, 0o600
OTHERS = 0o077
"""What other accounts may do with a file; as a umask: nothing."""


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


def write_private(file: Path, text: str) -> None:
    """Write a file that nobody but its owner may read, from the first instant; its folder is made, and closed."""
    private_folder(file.parent)
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as new:
        new.write(text)
        new.flush()
        os.fsync(new.fileno())
    part.replace(file)


def keep_private(file: Path, text: str) -> str:
    """What a file holds that nobody but its owner may read: `text` where there was none, whoever else makes it now."""
    if not file.exists():
        private_folder(file.parent)
        with NamedTemporaryFile("w", encoding="ascii", dir=file.parent, prefix=".", suffix=".part") as part:
            part.write(text)
            part.flush()
            os.fsync(part.fileno())
            with suppress(FileExistsError):
                os.link(part.name, file)
    return file.read_text(encoding="ascii")


def write_atomically(file: Path, text: str, mode: int = READABLE) -> None:
    """Write a file so that a reader, or a power cut, meets the old one or the new one; its folder is made."""
    write_bytes_atomically(file, text.encode(), mode)


def write_bytes_atomically(file: Path, data: bytes, mode: int = READABLE) -> None:
    """The same with bytes."""
    if mode == PRIVATE:
        private_folder(file.parent)
    else:
        _make(file.parent, 0o755)
    with NamedTemporaryFile(dir=file.parent, prefix=".", suffix=".part", delete=False) as part:
        try:
            part.write(data)
            part.flush()
            os.fchmod(part.fileno(), mode)  # temporary files are made for their owner alone
            os.fsync(part.fileno())
            Path(part.name).replace(file)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise


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
