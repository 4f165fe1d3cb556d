"""Marks: how the desk knows what it wrote itself, a link, a session, the number of a form, from what others made up."""

import hmac
import json
from base64 import urlsafe_b64encode
from hashlib import sha256

LENGTH = 22
"""Characters of a mark: 128 bits in base64."""

BYTES = 16


def mark(key: bytes, purpose: str, *facts: str) -> str:
    """The mark of facts for one purpose: HMAC-SHA256 cut to 128 bits (RFC 2104, section 5), in URL-safe base64."""
    told = json.dumps([purpose, *facts], ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(hmac.digest(key, told.encode(errors="replace"), sha256)[:BYTES]).decode().rstrip("=")


def proves(said: str, key: bytes, purpose: str, *facts: str) -> bool:
    """Whether a mark is that of these facts; it takes as long for a wrong one as for the right one."""
    return hmac.compare_digest(said.encode(errors="replace"), mark(key, purpose, *facts).encode())


def parted(token: str) -> tuple[str, str]:
    """What a token names, and its mark; both empty where it is none."""
    named, dash, said = token[: -LENGTH - 1], token[-LENGTH - 1 : -LENGTH], token[-LENGTH:]
    return (named, said) if dash == "-" and named and len(said) == LENGTH else ("", "")
