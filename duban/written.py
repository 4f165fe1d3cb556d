"""Files that people write, read by one rule: a file and nothing else, of a size people write, in UTF-8.

A pipe would be waited for without end, a device read without end, and a file of any size filled memory.
"""

import codecs
import os
import stat
from pathlib import Path

from duban.core.problems import BadInput, Fault, Problem
from duban.core.texts import Text, english, filled

LARGEST = 4 * 2**20
"""Bytes of one file: the largest of the shipped plan has 7,000, the directory of a hundred bureaus a million."""

LARGEST_FOLDER = 32 * 2**20
"""Bytes of all files of a plan: a hundred times the shipped one has 28 million, and takes a minute to check."""

_PUT = english("put a file there")
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Unreadable(Exception):
    """A file that cannot be read; the line, or 0 for the file as a whole, and what is wrong there."""

    def __init__(self, line: int, fault: Fault) -> None:
        self.line, self.fault = line, fault
        super().__init__(f"{fault.message}; {fault.remedy}")

    def problem(self, name: str) -> Problem:
        """The same of a file that messages call so."""
        return Problem(name, self.line, *self.fault[:3])


def written_bytes(path: Path, largest: int = LARGEST) -> bytes:
    """What stands in a file; raises Unreadable, at once for whatever is none."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                message = english("this is no file but a pipe, a device or a folder")
                raise _unreadable("not-a-file", message, _PUT)
            content = file.read(largest + 1)
    except IsADirectoryError:
        raise _unreadable("not-a-file", english("this is no file but a folder"), _PUT) from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise _unreadable(
            "unreadable",
            english("the file cannot be read: {why}", why=why),
            english("check that it is there and readable"),
        ) from None
    if len(content) > largest:
        much = f"{largest / 2**20:.0f} MiB"
        message = english("the file is larger than {much}", much=much)
        raise _unreadable("too-large", message, english("part it, or see what has got into it"))
    return content


def written_text(path: Path, largest: int = LARGEST) -> str:
    """The same as text, every line of it ending in a line feed."""
    raw = written_bytes(path, largest)
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise Unreadable(line, Fault("not-utf8", _other_encoding(raw), english("save it as UTF-8"))) from None


def handed_in(path: Path, largest: int) -> bytes:
    """A file that somebody names to a command; raises BadInput."""
    try:
        return written_bytes(path, largest)
    except Unreadable as error:
        raise BadInput([error.problem(str(path))]) from None


def _unreadable(id: str, message: Text, remedy: Text) -> Unreadable:
    return Unreadable(0, Fault(id, message, remedy))


def _other_encoding(raw: bytes) -> Text:
    seeming = english("the file is not in UTF-8, but seems to be in {encoding}")
    if raw.startswith(_MARKS):
        return filled(seeming, encoding="UTF-16")
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        return english("the file is not in UTF-8")
    return filled(seeming, encoding="GBK")
