"""Files that come as evidence: judged by what they hold, stored outside the ledger under their own digest.

A file waits apart until the answer it came with is confirmed; what nobody has confirmed after a day is swept away, and
nothing that an entry names ever is. The ledger holds the file's name and its SHA-256. A file is given back as an
attachment alone, never as a page, and its name is never a path: stored, a file is called what it holds.
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import PurePath
from secrets import token_hex
from threading import Event, Thread
from unicodedata import category

from fsspec import AbstractFileSystem  # type: ignore[import-untyped]  # it ships no types
from fsspec.core import url_to_fs  # type: ignore[import-untyped]  # as above

from duban.adapters.clock import SystemClock

log = logging.getLogger(__name__)

LONGEST_NAME = 80
"""Characters of a file's name that are kept."""

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BEGINNINGS: Mapping[str, tuple[bytes, ...]] = {
    ".pdf": (b"%PDF-",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".docx": (ZIP,),
    ".xlsx": (ZIP,),
    ".pptx": (ZIP,),
    ".ofd": (ZIP,),
    ".zip": (ZIP,),
    ".doc": (OLE,),
    ".xls": (OLE,),
    ".ppt": (OLE,),
    ".wps": (OLE,),
    ".et": (OLE,),
}
"""Kinds of files that are taken, and how what they hold begins."""

WAITING = "waiting"
"""The folder of files that came with answers which nobody has confirmed yet."""

KEPT_WAITING = timedelta(hours=25)
"""How long they wait: longer than a form may lie open."""

HOUR = 3600.0
"""Seconds between two rounds of sweeping."""

STORED = re.compile(r"　SHA-256：([0-9a-f]{64})\Z")
"""How evidence names a file that is stored, after its name."""


class Unfit(Exception):
    """A file that is not taken; the message is for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Store:
    """Where files lie: a folder, or whatever else fsspec knows."""

    files: AbstractFileSystem
    folder: str

    def keep(self, name: str, content: bytes, largest: int) -> str:
        """Store a file, to wait for its answer; what evidence calls it. One that is kept stays. Raises Unfit."""
        called = fitting(name, content, largest)
        digest = sha256(content).hexdigest()
        try:
            if not self.files.exists(self._place(digest)):
                self._write(self._waiting(digest), content)
        except OSError as error:
            log.exception("a file could not be stored")
            raise Unfit(f"文件“{called}”暂时存不下，请稍候再传；仍不行的，请联系督办专员") from error
        return f"{called}　SHA-256：{digest}"

    def _write(self, place: str, content: bytes) -> None:
        """Write a file whole or not at all, whoever writes the same one at this moment; it is new from now on."""
        part = f"{place}.{token_hex(8)}.part"
        self.files.makedirs(place.rpartition("/")[0], exist_ok=True)
        try:
            self.files.pipe_file(part, content)
            self.files.mv(part, place)
        except OSError:
            if self.files.exists(part):
                self.files.rm_file(part)
            raise

    def read(self, digest: str) -> bytes:
        """What a file holds; raises FileNotFoundError."""
        kept = self._place(digest)
        content = self.files.cat_file(kept if self.files.exists(kept) else self._waiting(digest))
        return content if isinstance(content, bytes) else bytes(content)

    def settle(self, digest: str) -> bool:
        """Keep a file for good, before an entry names it; false where it waited too long and was swept away."""
        place = self._place(digest)
        try:
            if not self.files.exists(place):
                self.files.makedirs(place.rpartition("/")[0], exist_ok=True)
                self.files.mv(self._waiting(digest), place)
        except FileNotFoundError:  # swept away, or kept at this moment by somebody else
            return bool(self.files.exists(place))
        return True

    def sweep(self, now: datetime) -> int:
        """Take away what has waited too long; how many files that were."""
        swept = 0
        waiting = f"{self.folder}/{WAITING}"
        for place in self.files.find(waiting) if self.files.exists(waiting) else ():
            try:
                if now - self.files.modified(place) > KEPT_WAITING:
                    self.files.rm_file(place)
                    swept += 1
            except FileNotFoundError:
                continue  # confirmed at this moment, or another desk was quicker
        return swept

    def _place(self, digest: str) -> str:
        return f"{self.folder}/{digest[:2]}/{digest}"

    def _waiting(self, digest: str) -> str:
        return f"{self.folder}/{WAITING}/{digest}"


def keep_swept(store: Store, ended: Event) -> Thread:
    """Have a store swept now and every hour, until it has `ended` or the process has."""

    def sweep() -> None:
        while True:
            try:
                if many := store.sweep(SystemClock().now()):
                    log.info("%d files that nobody confirmed were swept away", many)
            except OSError:
                log.exception("files that nobody confirmed were not swept away; the next round makes up for it")
            if ended.wait(HOUR):
                return

    thread = Thread(target=sweep, name="sweeping", daemon=True)
    thread.start()
    return thread


def store_at(url: str) -> Store:
    """The store at an address that fsspec knows, or at a path."""
    files, folder = url_to_fs(url)
    return Store(files, folder.rstrip("/"))


def plain_name(name: str) -> str:
    """A file's name as it is shown: no folders, no control characters, not too long, its kind kept."""
    last = PurePath(name.replace("\\", "/")).name
    clean = "".join(one for one in last if category(one)[0] != "C").strip(" .　") or "文件"
    stem, dot, kind = clean.rpartition(".")
    return clean if len(clean) <= LONGEST_NAME else f"{stem[: LONGEST_NAME - len(kind) - 1]}{dot}{kind}"


def fitting(name: str, content: bytes, largest: int) -> str:
    """What a file is called that may be stored; raises Unfit for any other."""
    called = plain_name(name)
    if fault := _fault(called, content, largest):
        raise Unfit(f"文件“{called}”{fault}")
    return called


def _fault(name: str, content: bytes, largest: int) -> str:
    kind = PurePath(name).suffix.lower()
    if kind not in BEGINNINGS:
        return "的类型不能上传，可上传PDF、图片、Office文档、OFD和ZIP"
    if not content:
        return "是空的"
    if len(content) > largest * 2**20:
        return f"超过{largest}MB，请压缩或者拆分后再传"
    return "" if content.startswith(BEGINNINGS[kind]) else f"的内容不是{kind[1:].upper()}文件，请另存后再传"


def digests(evidence: str) -> list[str]:
    """The files a line of evidence names."""
    return STORED.findall(evidence)
