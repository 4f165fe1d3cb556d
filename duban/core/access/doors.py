"""Doors: the addresses by which a letter or a digest opens the desk, and what proves that they are ours.

A link is as good as long as what it is about stays as it was, not for so many hours: it names the notice in the ledger,
so that nothing more need be stored, a letter sent again bears the same one, and a restored ledger knows it.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import product
from typing import NamedTuple

from duban.core.access.marks import mark, parted, proves

MATTER, LIST, CALENDAR, SIGN_IN, SESSION, FORM, FILE = (
    "matter",
    "list",
    "calendar",
    "sign-in",
    "session",
    "form",
    "file",
)
"""What marks are made for: none is good for anything else."""

WHOLE = "plan"
"""What a calendar's address names that holds all of the plan."""


class MatterLink(NamedTuple):
    """What the link of a letter names: the number of an initiative, and its notice's place in the ledger."""

    number: str
    sequence: int


class ListLink(NamedTuple):
    """What the link of a digest names: its recipient, and its day."""

    post: str
    day: date


@dataclass(frozen=True, slots=True)
class Door:
    """The desk's address, and what its marks are made with. Without an address there is no desk to open.

    `realm` tells one plan, and a rehearsal from an office, so that no link is good elsewhere; `epochs` count how often
    the links of a post, or under "" of all, were revoked; the letters of `shared` posts lie open to others, as in a
    group of a chat service, and bear no link that acts; those of `personal` posts are read by their holder alone;
    `admitted` posts may be sent a link to sign in.
    """

    address: str
    key: bytes = field(repr=False)
    realm: str
    epochs: Mapping[str, int] = field(default_factory=dict)
    shared: Set[str] = frozenset()
    personal: Set[str] = frozenset()
    admitted: Set[str] = frozenset()

    def to_matter(self, link: MatterLink, post: str) -> str:
        """The address at which the recipient of a notice answers it; empty where nobody could."""
        if not self.address:
            return ""
        if post in self.shared:
            return self.home
        return f"{self.address}/l/{link.number}-{link.sequence}-{self._mark(MATTER, post, *map(str, link))}"

    def to_list(self, link: ListLink) -> str:
        """The address at which the recipient of a digest sees all that waits; empty where nobody could."""
        if not self.address:
            return ""
        if link.post in self.shared:
            return self.home
        return f"{self.address}/d/{link.post}-{link.day:%Y%m%d}-{self._mark(LIST, link.post, f'{link.day:%Y%m%d}')}"

    def to_calendar(self, name: str = WHOLE) -> str:
        """The address at which a calendar program finds the deadlines of a unit or a post, or of the whole plan."""
        return f"{self.address}/c/{name}-{self._mark(CALENDAR, name)}.ics" if self.address else ""

    def ever(self, post: str) -> Iterator["Door"]:
        """This door, then as it was before each time that the links of a post, or of all, were revoked."""
        now = (self.epochs.get(post, 0), self.epochs.get("", 0))
        yield self
        for own, all_ in product(range(now[0] + 1), range(now[1] + 1)):
            if (own, all_) != now:
                yield replace(self, epochs={post: own, "": all_})

    @property
    def home(self) -> str:
        """Where anybody signs in."""
        return f"{self.address}/"

    def opens_matter(self, said: str, link: MatterLink, post: str) -> bool:
        """Whether a mark is that of the link to a notice for this recipient."""
        return self._proves(said, MATTER, post, *map(str, link))

    def opens_list(self, said: str, link: ListLink) -> bool:
        """Whether a mark is that of the link of a digest."""
        return self._proves(said, LIST, link.post, f"{link.day:%Y%m%d}")

    def pass_of(self, purpose: str, post: str, *facts: str) -> str:
        """The mark of a pass for a post: to sign in once, or of a session."""
        return self._mark(purpose, post, *facts)

    def passes(self, said: str, purpose: str, post: str, *facts: str) -> bool:
        """Whether a mark is that of such a pass."""
        return self._proves(said, purpose, post, *facts)

    def _mark(self, purpose: str, post: str, *facts: str) -> str:
        return mark(self.key, purpose, *self._scope(post), *facts)

    def _proves(self, said: str, purpose: str, post: str, *facts: str) -> bool:
        return proves(said, self.key, purpose, *self._scope(post), *facts)

    def _scope(self, post: str) -> tuple[str, ...]:
        return self.realm, post, str(self.epochs.get(post, 0)), str(self.epochs.get("", 0))


def matter_link(token: str) -> tuple[MatterLink, str] | None:
    """What the token of a letter's link names, and its mark; None where it is none."""
    named, said = parted(token)
    number, _, sequence = named.rpartition("-")
    if not number or not (sequence.isascii() and sequence.isdecimal()) or len(sequence) > 9:
        return None
    return MatterLink(number, int(sequence)), said


def list_link(token: str) -> tuple[ListLink, str] | None:
    """What the token of a digest's link names, and its mark; None where it is none."""
    named, said = parted(token)
    post, _, day = named.rpartition("-")
    try:
        return (ListLink(post, date.fromisoformat(day)), said) if post and len(day) == 8 else None
    except ValueError:
        return None
