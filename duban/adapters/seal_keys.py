"""The keys of seals: in files of this account alone, or in a variable that the settings name. Never in the database.

A file `key-1` holds a private key, `key-1.pub` the public one, which stays when the private key is gone: seals made
with it can still be checked.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from duban.adapters.files import keep_private
from duban.adapters.seals import Key, Seal, Unsealed

SIZE = 32
"""Bytes of a key."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Where keys are: a folder, and what a variable holds, if one is named: `NAME:64 hexadecimal digits`."""

    folder: Path
    variable: str = ""
    value: str = ""

    def current(self, before: Seal | None) -> Key:
        """The key to seal with after a seal: its own, or the heir it names; before the first, one is made.

        Raises Unsealed where it is not here.
        """
        keys = self._keys()
        if before is None:
            return keys[0] if keys else self.add(new_key("key-1"))
        wanted = before.heir or before.public
        key = next((key for key in keys if key.public == wanted), None)
        if key is None:
            raise _lost(before)
        return key

    def trusted(self) -> frozenset[str]:
        """The public keys that this office knows as its own."""
        files = {file.read_text(encoding="ascii").strip() for file in self.folder.glob("*.pub")}
        return frozenset(files | {key.public for key in self._keys()})

    def add(self, key: Key) -> Key:
        """Keep a key, unless there is one of its name; the one that is there now."""
        kept = _read(key.name, keep_private(self.folder / key.name, key.private.private_bytes_raw().hex()))
        keep_private(self.folder / f"{key.name}.pub", kept.public)
        return kept

    def _keys(self) -> list[Key]:
        name, _, text = self.value.partition(":")
        chosen = [_read(name, text, f"the variable {self.variable}")] if self.variable else []
        files = sorted(file for file in self.folder.glob("*") if not file.suffix)
        return chosen + [_read(file.name, file.read_text(encoding="ascii")) for file in files]


def new_key(name: str) -> Key:
    """A new key."""
    return Key(name, Ed25519PrivateKey.from_private_bytes(secrets.token_bytes(SIZE)))


def _read(name: str, text: str, where: str = "") -> Key:
    try:
        return Key(name, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text.strip())))
    except ValueError:
        where = where or f"the file of key {name}"
        raise Unsealed(
            f"{where} holds no key of seals. Write NAME:{2 * SIZE} hexadecimal digits, or restore the file.",
            "存证密钥不可用，请检查配置或者恢复密钥文件",
        ) from None


def _lost(before: Seal) -> Unsealed:
    return Unsealed(
        f"no seal was made: the key of {before}, {before.key}, is not here. Restore it (var/secrets/seals), or begin "
        "with a new one: duban ledger rotate-key --lost",
        f"未作存证：第{before.number}号存证所用密钥{before.key}不在本机；请恢复密钥，"
        "或者用 duban ledger rotate-key --lost 另启新密钥",
    )
