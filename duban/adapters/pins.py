"""PINs of posts, of which nobody can tell from their file what they are: scrypt's hash of each (RFC 7914)."""

import hashlib
import hmac
import json
import secrets
from pathlib import Path

from duban.adapters.files import write_private

COST = {"n": 2**14, "r": 8, "p": 1}
"""What scrypt takes: 16 MiB of memory, and some 50 ms, for each try."""


class Pins:
    """The file of the PINs under `var`, which its account alone can read."""

    def __init__(self, var: Path) -> None:
        self._file = var / "secrets" / "pins.json"

    def has(self, post: str) -> bool:
        """Whether a post has one."""
        return post in self._kept()

    def choose(self, post: str, pin: str | None) -> None:
        """Keep the PIN of a post in the place of any other; without one, forget it."""
        kept = {name: one for name, one in self._kept().items() if name != post}
        if pin is not None:
            salt = secrets.token_hex(16)
            kept[post] = [salt, _hash(salt, pin)]
        write_private(self._file, json.dumps(kept))

    def hold(self, post: str, said: str) -> bool:
        """Whether what was said is the PIN of a post; for one that has none it takes as long."""
        salt, kept = self._kept().get(post, ("", ""))
        return hmac.compare_digest(_hash(salt, said), kept)

    def _kept(self) -> dict[str, list[str]]:
        try:
            kept: dict[str, list[str]] = json.loads(self._file.read_text(encoding="ascii"))
        except FileNotFoundError:
            return {}
        return kept


def _hash(salt: str, pin: str) -> str:
    return hashlib.scrypt(pin.encode(), salt=salt.encode(), **COST).hex()
