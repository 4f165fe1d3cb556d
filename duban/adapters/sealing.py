"""Sealing: the ledger's seals made, one after another, and their key changed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from duban.adapters.seal_folder import SealFolder
from duban.adapters.seal_keys import Keys, new_key
from duban.adapters.seals import Key, Seal, Unsealed, make_seal
from duban.adapters.testimony import Testimony, testimony
from duban.ports import Ledger, Round, Rounder

SHOWN = 16
"""Characters of a fingerprint that letters and pages show."""


@dataclass(frozen=True, slots=True)
class Sealing:
    """Where seals are kept, and what they are made by."""

    folder: SealFolder
    keys: Keys

    def seal(self, ledger: Ledger, now: datetime) -> Seal:
        """Make the next seal of all plans that are kept with `ledger`, and note it there; raises Unsealed."""
        with _explained(), ledger.alone("seal"):
            before = self.folder.last()
            made = self._made(ledger, before, self.keys.current(before), now)
        return _noted(ledger, made, now)

    def rotate(self, ledger: Ledger, now: datetime, *, lost: bool = False) -> tuple[Seal, Path]:
        """Change the key: the old one seals once more and names the new one; the file of the new key.

        Where the old one is `lost`, the new one begins by itself, and nothing but people's word vouches for it.
        """
        with _explained(), ledger.alone("seal"):
            before = self.folder.last()
            old = None if lost else self.keys.current(before)
            heir = self.keys.add(new_key(_next_name(before)))
            made = self._made(ledger, before, old or heir, now, heir.public if old else "")
        return _noted(ledger, made, now), self.keys.folder / heir.name

    def told(self, trusted: frozenset[str] | None = None) -> Testimony:
        """What the seals tell; known as ours are the keys of this office, or those that somebody names instead."""
        return testimony(self.folder.seals(), self.keys.trusted() if trusted is None else trusted)

    def _made(self, ledger: Ledger, before: Seal | None, key: Key, now: datetime, heir: str = "") -> Seal:
        made = make_seal(ledger, before, key, now, heir)
        self.folder.add(made)
        return made


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what keeps keys or seals from being read or written into words."""
    try:
        yield
    except OSError as error:
        raise Unsealed(
            f"no seal was made: {error}. Let this account read and write its keys (var/secrets/seals) and its seals.",
            f"未作存证：密钥或者存证文件无法读写（{error.strerror or error}），请系统管理员检查权限和磁盘空间",
        ) from error


def _next_name(before: Seal | None) -> str:
    """The name of the key after the one of a seal: they are numbered."""
    number = re.search("[0-9]+$", before.key) if before else None
    return f"key-{int(number[0]) + 1 if number else 2}"


def _noted(ledger: Ledger, made: Seal, now: datetime) -> Seal:
    for one in ledger.whole().values():
        one.note_round(Rounder.SEAL, Round(now, f"{made.number} {made.fingerprint[:SHOWN]}"))
    return made
