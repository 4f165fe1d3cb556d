"""Ledgers as the outbox reads and writes them: what is noted of a letter's way, without deciding anew.

An initiative's own ledger, and one of each recipient's for digests, which no initiative could hold.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from duban.core.ledger.entries import Draft, Entry, chained, renewed, with_keys
from duban.core.ledger.notices import notices_in
from duban.core.ledger.state import State, fold
from duban.ports import Commit, Conflict
from duban.service import Service
from duban.turns import TRIES, turns

Read = Callable[[str], "Book"]
Say = Callable[[Read], Mapping[str, tuple[Draft, ...]]]
"""What there is to note, by ledger, from ledgers as they stand; nothing when somebody else has noted it."""


@dataclass(frozen=True, slots=True)
class Book:
    """The ledger of an initiative, or of a recipient's digests; `names` are former ids of steps, with present ones."""

    name: str
    entries: tuple[Entry, ...]
    state: State
    names: Mapping[str, str]


def read(service: Service, name: str) -> Book:
    """A ledger as stored; one that has no entries yet is empty."""
    entries = tuple(service.ledger.entries(name))
    initiative = service.office.plan.initiatives.get(name)
    names = service.names(initiative, entries) if initiative else {}
    return Book(name, entries, fold(entries, names), names)


def added(service: Service, book: Book, drafts: tuple[Draft, ...], now: datetime, *, wake: bool = False) -> Commit:
    """The transaction that adds drafts, all about notices, to a ledger; `wake` asks for a look at it."""
    office = service.office
    entries = chained(
        with_keys(drafts, renewed(book.entries)),
        plan=office.plan.id,
        initiative=book.name,
        after=book.entries[-1] if book.entries else None,
        at=now,
        day=office.day(now),
    )
    state = fold(entries, book.names, book.state)
    rows = tuple(state.notice(key) for key in notices_in(entries))
    return Commit(book.name, entries, notices=rows, wake=(book.name,) if wake else (), at=now)


def note(service: Service, now: datetime, say: Say) -> bool:
    """Add what there is to note to the ledgers it names, as one transaction; false when there is nothing.

    `say` is asked again, of ledgers read anew, when somebody else was quicker.
    """
    for _ in turns():
        books: dict[str, Book] = {}

        def opened(name: str, books: dict[str, Book] = books) -> Book:
            if name not in books:
                books[name] = read(service, name)
            return books[name]

        drafts = {name: said for name, said in say(opened).items() if said}
        if not drafts:
            return False
        try:
            service.ledger.commit(*(added(service, opened(name), said, now) for name, said in drafts.items()))
        except Conflict:
            continue
        return True
    raise Conflict(f"others wrote {TRIES} times while the outbox did; try again")
