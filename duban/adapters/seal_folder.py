"""Where seals are kept: one file a seal, in a folder or whatever else fsspec knows, written once and never again."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from fsspec import AbstractFileSystem  # type: ignore[import-untyped]  # it ships no types
from fsspec.core import url_to_fs  # type: ignore[import-untyped]  # as above
from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]  # as above

from duban.adapters.files import READABLE, write_bytes_atomically
from duban.adapters.seals import Seal, Unsealed, as_json, from_json

NAME = re.compile(r"seal-([0-9]{6})\.json\Z")


@dataclass(frozen=True, slots=True)
class SealFolder:
    """A folder of seals, at an address or a path; `mode` is that of its files where they are on this machine."""

    files: AbstractFileSystem
    folder: str
    mode: int = READABLE

    def names(self) -> Sequence[str]:
        """Paths of all seals, in order."""
        if not self.files.isdir(self.folder):
            return []
        return sorted(name for name in self.files.ls(self.folder, detail=False) if NAME.search(name))

    def seals(self) -> Sequence[Seal]:
        """All seals, in order; raises Unsealed at one that cannot be read."""
        return [self._read(name) for name in self.names()]

    def last(self) -> Seal | None:
        """The last seal."""
        names = self.names()
        return self._read(names[-1]) if names else None

    def add(self, seal: Seal) -> str:
        """Keep a seal, with the public key it was made by beside it; its path. Raises Unsealed."""
        place = f"{self.folder}/seal-{seal.number:06}.json"
        try:
            self.put(f"{seal.key}.pub", seal.public.encode())
            self.put(f"seal-{seal.number:06}.json", as_json(seal))
        except OSError as error:
            what = f"no seal was made: {self.folder} cannot be written ({error.strerror or error})"
            raise Unsealed(
                f"{what}. See to the folder, or name another in duban.toml.", f"未作存证：{self.folder}无法写入"
            ) from error
        return place

    def every(self) -> Sequence[str]:
        """Paths of all seals, and of the public keys beside them."""
        if not self.files.isdir(self.folder):
            return []
        return sorted(name for name in self.files.ls(self.folder, detail=False) if name.endswith((".json", ".pub")))

    def put(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all, unless it is there; raises OSError."""
        place, local = f"{self.folder}/{name}", isinstance(self.files, LocalFileSystem)
        if self.files.exists(place):
            return
        if local:
            write_bytes_atomically(Path(place), content, self.mode)
            return
        part = f"{place}.{token_hex(8)}.part"
        self.files.makedirs(self.folder, exist_ok=True)
        self.files.pipe_file(part, content)
        self.files.mv(part, place)

    def _read(self, place: str) -> Seal:
        try:
            return from_json(self.files.cat_file(place))
        except (OSError, ValueError) as error:
            raise Unsealed(
                f"{place} is no seal that can be read: {error}. Take it from the archive.",
                f"存证文件{place}无法读取，请用归档的副本恢复",
            ) from error


def seal_folder(url: str, mode: int = READABLE) -> SealFolder:
    """The seals at an address that fsspec knows, or at a path."""
    files, folder = url_to_fs(url)
    return SealFolder(files, folder.rstrip("/"), mode)
