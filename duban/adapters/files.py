"""Files that are either whole or not there."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

READABLE = 0o644


def private_folder(folder: Path) -> None:
    """Make a folder that other accounts cannot look into, or close one that is there.

    Where root made it they may pass through, as PostgreSQL does, which then runs as another account.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = stat.S_IMODE(folder.stat().st_mode)
    with suppress(PermissionError):  # somebody else's, who has let us in
        folder.chmod(mode & (0o711 if os.geteuid() == 0 else 0o700))


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


def write_atomically(file: Path, text: str) -> None:
    """Write a file so that a reader, or a power cut, meets the old one or the new one; its folder is made."""
    write_bytes_atomically(file, text.encode())


def write_bytes_atomically(file: Path, data: bytes) -> None:
    """The same with bytes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=file.parent, prefix=".", suffix=".part", delete=False) as part:
        try:
            part.write(data)
            part.flush()
            os.fchmod(part.fileno(), READABLE)  # temporary files are made for their owner alone
            os.fsync(part.fileno())
            Path(part.name).replace(file)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
