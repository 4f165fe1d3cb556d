"""Seals (存证): what the ledger held on a day, signed by a key that is not in the database, and kept outside of it.

A seal names every chain of every plan with its number of entries and its last hash, and the hashes of all entries since
the seal before, whose fingerprint it bears. It is signed (Ed25519), so that whoever has the public key can check it and
only the office can make it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from duban.core.ledger.entries import GENESIS
from duban.ports import Head, Ledger, LedgerUnusable

EVER = datetime.min.replace(tzinfo=UTC)

PURPOSE = b"duban seal 1\n"
"""What is signed begins with it, so that no signature made for something else passes for one of a seal."""


class Unsealed(LedgerUnusable):
    """A seal cannot be made or used; `told` says so in Chinese, for the patrol's page."""

    def __init__(self, message: str, told: str) -> None:
        super().__init__(message)
        self.told = told


@dataclass(frozen=True, slots=True)
class Key:
    """A key of seals: its name, and what signs."""

    name: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> str:
        """What its signatures are checked with, in hexadecimal."""
        return self.private.public_key().public_bytes_raw().hex()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A chain in a seal: how many entries it has, the last one's hash, and the hashes of those not sealed before."""

    count: int
    hash: str
    added: list[str] = field(default_factory=list)


NONE = Sealed(0, GENESIS)
Chains = Mapping[str, Sealed]


@dataclass(frozen=True, slots=True)
class Seal:
    """What the ledger held. `plans` has the chains of each plan, `refused` how many refusals it remembers of each.

    `made` is ISO 8601 in UTC, by the office's clock; `previous` the fingerprint of the seal before. `heir` is the
    public key of the seals that follow, where the key is being changed.
    """

    number: int
    made: str
    key: str
    public: str
    heir: str
    previous: str
    plans: Mapping[str, Chains]
    refused: Mapping[str, int]
    signature: str = ""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all that is signed, in hexadecimal."""
        return sha256(_signed(self)).hexdigest()

    def __str__(self) -> str:
        return f"seal {self.number} of {self.made[:10]}"


def as_json(seal: Seal) -> bytes:
    """A seal as it is kept."""
    return _json(asdict(seal))


def from_json(data: bytes) -> Seal:
    """A seal as it was kept; raises ValueError for what is none."""
    try:
        told: dict[str, Any] = json.loads(data)
        plans = {plan: {name: Sealed(**one) for name, one in some.items()} for plan, some in told["plans"].items()}
        return Seal(**{**told, "plans": plans})
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not a seal: {error}") from error


def _signed(seal: Seal) -> bytes:
    told = asdict(seal)
    del told["signature"]
    return PURPOSE + _json(told)


def _json(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def holds(seal: Seal) -> bool:
    """Whether the key it bears has signed it."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(seal.public)).verify(
            bytes.fromhex(seal.signature), _signed(seal)
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def make_seal(ledger: Ledger, before: Seal | None, key: Key, now: datetime, heir: str = "") -> Seal:
    """The seal of all plans that are kept with `ledger`, after the one before.

    Of what was sealed before only the last entry of each chain is looked at; of what was not, the hashes are read.
    Raises Unsealed where the ledger does not go on from there.
    """
    known, every = before.plans if before else {}, ledger.whole()
    seal = Seal(
        number=before.number + 1 if before else 1,
        made=now.astimezone(UTC).isoformat(),
        key=key.name,
        public=key.public,
        heir=heir,
        previous=before.fingerprint if before else GENESIS,
        plans={plan: _chains(every.get(plan), known.get(plan, {})) for plan in sorted({*known, *every})},
        refused={plan: sum(one.refused(EVER).values()) for plan, one in every.items()},
    )
    return replace(seal, signature=key.private.sign(_signed(seal)).hex())


def _chains(ledger: Ledger | None, known: Chains) -> Chains:
    seen, there = (ledger.heads(), ledger.lasts()) if ledger else ({}, {})
    return {name: _chain(ledger, name, known.get(name, NONE), there.get(name)) for name in sorted({*known, *seen})}


def _chain(ledger: Ledger | None, name: str, known: Sealed, last: Head | None) -> Sealed:
    if last == (known.count, known.hash):
        return Sealed(*last)
    if ledger is None or last is None:
        raise _differs(name, known.count or 1)
    first = Head(known.count, known.hash)
    new = [one for one in ledger.hashes(name, max(known.count - 1, 0)) if one.sequence <= last.sequence]
    tail = new if known.count else [first, *new]
    if tail[:1] != [first] or tail[-1] != last or any(b.sequence != a.sequence + 1 for a, b in pairwise(tail)):
        raise _differs(name, known.count or 1)
    return Sealed(*last, [one.hash for one in tail[1:]])


def _differs(name: str, sequence: int) -> Unsealed:
    what = f"the ledger is not as it was sealed: {name}, at or before entry {sequence}"
    return Unsealed(
        f"no seal was made: {what}. duban ledger verify names what differs.",
        f"台账与上次存证不符（{name}，第{sequence}条或以前），未作存证；请用 duban ledger verify 核对",
    )


def first_fault(seals: Sequence[Seal], trusted: frozenset[str]) -> tuple[int, str] | None:
    """How many of the first seals can be believed, and what is wrong with the next; None where all can.

    Believed is the key of the seal before, or the heir that it names, and keys that are `trusted` (where none is, that
    of the first seal) as long as no other has followed them.
    """
    keys, gone = trusted or frozenset(seal.public for seal in seals[:1]), set[str]()
    previous, key = GENESIS, ""
    for place, seal in enumerate(seals):
        if fault := _fault(seal, place + 1, previous, (keys | {key}) - gone):
            return place, fault
        previous, key = seal.fingerprint, seal.heir or seal.public
        gone |= {one.public for one in seals[: place + 1]} - {key}
    return None


def _fault(seal: Seal, number: int, previous: str, keys: frozenset[str]) -> str:
    if seal.number != number:
        return f"seal {number} is missing, or is there twice"
    if seal.public not in keys:
        return f"{seal} was made by a key that nobody has named: {seal.key}, {seal.public}"
    if not holds(seal):
        return f"{seal} was changed: it does not match its signature"
    return "" if seal.previous == previous else f"{seal} follows another seal than the one before it"
