"""What a row of the account was filled in from: enough to know, when it comes back, what was changed in it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple, Self

from duban.core.ledger.entries import Entry
from duban.core.typed import one_line
from duban.core.workbooks.columns import LOCKED

HASH, DIGEST = 12, 4
"""Characters that tell one entry from another, and one text of a cell."""


class RowMark(NamedTuple):
    """The plan, the last entry of the initiative when the row was written, and digests of the cells that are ours."""

    plan: str
    sequence: int
    hash: str
    digests: str

    def __str__(self) -> str:
        return "/".join(map(str, self))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """A mark as it stands in a cell; None for what is none."""
        plan, _, rest = text.partition("/")
        sequence, _, rest = rest.partition("/")
        value, _, digests = rest.partition("/")
        if not plan or not sequence.isdecimal() or len(value) != HASH or len(digests) != DIGEST * len(LOCKED):
            return None
        return cls(plan, int(sequence), value, digests)

    def unchanged(self, column: str, text: str) -> bool:
        """Whether a cell that is ours still says what was written into it."""
        place = DIGEST * [one.id for one in LOCKED].index(column)
        return self.digests[place : place + DIGEST] == digest(text)


def mark_of(plan: str, entries: Sequence[Entry], cells: Mapping[str, object]) -> RowMark:
    """The mark of a row that is written now, after all `entries` of its initiative."""
    digests = "".join(digest(flat(cells.get(column.id))) for column in LOCKED)
    return RowMark(plan, len(entries), hash_at(entries, len(entries)), digests)


def hash_at(entries: Sequence[Entry], sequence: int) -> str:
    """What tells the entry of that number from that of any other ledger."""
    return entries[sequence - 1].hash[-HASH:] if sequence else "0" * HASH


def digest(text: str) -> str:
    """What tells a text from another well enough to find what was changed by hand."""
    return sha256(text.encode()).hexdigest()[:DIGEST]


def flat(value: object) -> str:
    """A cell's value as text that is the same whichever program has saved it; empty for none."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.12g}"
    return "" if value is None else " ".join(one_line(str(value)).split())
