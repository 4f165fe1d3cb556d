"""Files that are either whole or not there."""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

READABLE = 0o644


def write_atomically(file: Path, text: str) -> None:
    """Write a file so that a reader, or a power cut, meets the old one or the new one; its folder is made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, prefix=".", suffix=".part", delete=False) as part:
        try:
            part.write(text)
            part.flush()
            os.fchmod(part.fileno(), READABLE)  # temporary files are made for their owner alone
            os.fsync(part.fileno())
            Path(part.name).replace(file)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
