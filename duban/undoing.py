"""Taking back what a wrong clock did: an entry in each ledger, one transaction each, and all is looked at anew.

It may be interrupted at any instant and begun again: what is taken back already has nothing more to take back.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypedDict

from duban.core.deciding.commands import Refused
from duban.core.deciding.decide import decide
from duban.core.deciding.disregarding import Undone, WrongTime, disregarding, undone, undone_letters
from duban.core.deciding.intake import reason_in
from duban.core.deciding.office import Office
from duban.core.ledger.entries import Draft, Entry, chained, renewed
from duban.core.ledger.state import fold
from duban.core.ledger.summary import RECIPIENT
from duban.core.titles import DIGEST, perhaps
from duban.outbox.books import added, read
from duban.ports import Commit, Conflict
from duban.service import Service
from duban.turns import TRIES, turns
from duban.views import Page, View, concluded

DAY = timedelta(days=1)
"""How long what a channel or a desk holds against somebody lasts at most."""


class _Place(TypedDict):
    plan: str
    initiative: str
    after: Entry
    at: datetime
    day: date


@dataclass(frozen=True, slots=True)
class TakingBack:
    """Who takes back what was put down when, why, and by which way they said so."""

    span: WrongTime
    by: str
    reason: str
    via: str = ""

    def entry(self, gone: Iterable[Entry]) -> Draft:
        """The entry that says so."""
        times = {"since": self.span.since.isoformat(), "until": self.span.until and self.span.until.isoformat()}
        said = {"reason": self.reason, **{key: time for key, time in times.items() if time}}
        return disregarding(self.by, gone, {**said, **({"via": self.via} if self.via else {})})


def foreseen(service: Service, asked: TakingBack) -> Mapping[str, Undone]:
    """What would be taken back, by initiative; nothing is stored. Raises Refused as `take_back` does."""
    _admitted(service, asked)
    every = ((name, _found(service.view(name), asked.span)) for name in service.office.plan.initiatives)
    return {name: found for name, found in every if found is not None}


def take_back(service: Service, asked: TakingBack) -> Mapping[str, Undone]:
    """Take back what was put down by itself, in every ledger; what it came to, by initiative.

    Raises Refused for whoever is not the administrator, or stands in for them, and while the time is in doubt.
    """
    asked = _admitted(service, asked)
    every = ((name, _take_back(service, name, asked)) for name in service.office.plan.initiatives)
    done = {name: found for name, found in every if found is not None}
    for name in service.ledger.initiatives():
        if name.startswith(RECIPIENT) and not name.startswith(RECIPIENT * 2):
            _take_back_digests(service, name, asked)
    ended = asked.span.until or service.ledger.last_at() or asked.span.since
    service.ledger.forget_taken(ended + DAY)  # rests and rates that would last until then
    service.ledger.wake(service.office.plan.initiatives, service.clock.now())  # lights of that time may stand anywhere
    return done


def _admitted(service: Service, asked: TakingBack) -> TakingBack:
    service.trusted()
    asked = replace(asked, reason=reason_in(asked.reason))
    office, people = service.office, service.office.directory
    if asked.by not in people.posts:
        hint = perhaps(asked.by, people.posts, "请核对岗位编号")
        raise Refused("unknown-person", f"通讯录中没有岗位 {asked.by}：{hint}")
    if office.acts_for(asked.by, (people.administrator,), office.day(service.clock.now())) is None:
        who = people.title(people.administrator)
        raise Refused("not-yours", f"{people.title(asked.by)}不能将台账记录作为不计，应由{who}办理")
    if not asked.reason:
        raise Refused("reason-missing", "请说明理由")
    return asked


def _found(view: View, span: WrongTime) -> Undone | None:
    return undone(view.look, view.entries, view.names, span)


def _take_back(service: Service, name: str, asked: TakingBack) -> Undone | None:
    """Take back what came about at one initiative; None where nothing of that time counts."""
    for _ in turns():
        view = service.view(name)
        found = _found(view, asked.span)
        if found is None or not found.entries:
            return found
        with suppress(Conflict):
            service.ledger.commit(_commit(view, found, asked))
            return found
    raise Conflict(f"{name}: others wrote {TRIES} times while this was being taken back; try again")


def _commit(view: View, found: Undone, asked: TakingBack) -> Commit:
    """The transaction: what counts no longer, what follows from the rest, and from that."""
    look, name = view.look, view.look.initiative.id
    said = chained((asked.entry(found.entries),), **_place(look.office, name, view.entries, look.now))
    entries = (*view.entries, *said)
    page = Page(replace(view, entries=entries, state=fold(entries, view.names), renewed=renewed(entries)))
    page.entries += said
    page.write((*found.decision.drafts, *found.restated))
    decision = decide(look, page.state, found.decision)
    page.write(decision.drafts)
    _, commit = concluded(view, page, decision)
    return replace(commit, wake=(name, *commit.wake))


def _take_back_digests(service: Service, name: str, asked: TakingBack) -> None:
    """Take back the digests of one recipient that were made, or went, at a wrong time."""
    for _ in turns():
        book, now = read(service, name), service.clock.now()
        gone, restated = undone_letters(book.entries, DIGEST, asked.span)
        if not gone:
            return
        said = chained((asked.entry(gone),), **_place(service.office, name, book.entries, now))
        entries = (*book.entries, *said)
        more = added(service, replace(book, entries=entries, state=fold(entries)), restated, now)
        before, after = book.state.notices, fold((*entries, *more.entries)).notices
        rows = tuple(row for key, row in after.items() if row != before.get(key))
        with suppress(Conflict):
            lost = tuple(before.keys() - after.keys())
            service.ledger.commit(replace(more, entries=(*said, *more.entries), notices=rows, gone=lost))
            return
    raise Conflict(f"{name}: others wrote {TRIES} times while this was being taken back; try again")


def _place(office: Office, name: str, entries: Sequence[Entry], now: datetime) -> _Place:
    """Where the next entry of a ledger has its place."""
    return {"plan": office.plan.id, "initiative": name, "after": entries[-1], "at": now, "day": office.day(now)}
