"""Files that all hosts share, whole or not there: in a folder, or at an address that fsspec knows (`s3://…`)."""

from pathlib import Path
from secrets import token_hex
from typing import IO, Any

from duban.adapters.files import write_private


def elsewhere(place: str) -> bool:
    """Whether a place is an address, and no path of this machine."""
    return "://" in place


def keep(place: str, content: bytes) -> None:
    """Write a file so that a reader meets none of its parts; its folder is made. Raises OSError.

    In a folder a reader meets the old one or the new one; at an address, for a moment, perhaps neither.
    """
    if not elsewhere(place):
        write_private(Path(place), content)
        return
    files, path = _opened(place)
    part = f"{path}.{token_hex(8)}.part"
    files.makedirs(path.rpartition("/")[0], exist_ok=True)
    files.pipe_file(part, content)
    if files.exists(path):
        files.rm_file(path)
    files.mv(part, path)


def names(folder: str, pattern: str) -> list[str]:
    """What in a folder is called so, sorted; nothing of a folder that is not there. Raises OSError."""
    if not elsewhere(folder):
        return sorted(path.name for path in Path(folder).glob(pattern))
    files, path = _opened(folder)
    return sorted(str(found).rpartition("/")[2] for found in files.glob(f"{path}/{pattern}"))


def reading_text(place: str, encoding: str) -> IO[str]:
    """A file of text, opened, its ends of lines as they are. Raises OSError."""
    if not elsewhere(place):
        return Path(place).open(encoding=encoding, newline="")
    files, path = _opened(place)
    opened: IO[str] = files.open(path, "r", encoding=encoding, newline="")
    return opened


def _opened(place: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs  # type: ignore[import-untyped]  # noqa: PLC0415  few offices need it

    files, path = url_to_fs(place)
    return files, str(path).rstrip("/")
