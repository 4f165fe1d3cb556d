"""What every letter's delivery shares: the sweep it belongs to, its carrier, and how it is put down."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from duban.carrying import Carrier, Letter, Outcome
from duban.core.deciding.decide import decide
from duban.core.deciding.intake import heard
from duban.core.deciding.office import Office
from duban.core.ledger.entries import Draft, Entry, EntryKind
from duban.core.ledger.notices import Delivery, NoticeRow, Said
from duban.core.ledger.summary import CLOSED
from duban.core.telling.digest import StillLate, still_late
from duban.core.telling.linked import ACTS, by_link
from duban.core.telling.papers import Writing
from duban.core.telling.slips import Words
from duban.core.telling.unheld import unheld
from duban.service import Service
from duban.views import View

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
"""How long a sender has for one letter before others may take it over."""

LINKED_BACK = 10
"""Working days of which a digest tells what was done by links, where its recipient has had none since."""

Wording = Callable[[Writing], Words]
"""Puts a slip, a digest or a bulletin into words."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of a letter in a sweep: SENT, RETRYING, QUEUED (put off), DEAD or DROPPED; the outcome in words."""

    initiative: str
    notice: str
    recipient: str
    delivery: Delivery
    outcome: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """One round of deliveries; an initiative is read once for all its notices."""

    service: Service
    carrier: Carrier
    wording: Wording
    seen: dict[str, View] = field(default_factory=dict)
    found: list[tuple[StillLate, ...]] = field(default_factory=list)
    acts: list[tuple[Entry, ...]] = field(default_factory=list)

    @property
    def office(self) -> Office:
        """The bureau."""
        return self.service.office

    @property
    def now(self) -> datetime:
        """The office's time."""
        return self.service.clock.now().astimezone(self.office.zone)

    @property
    def today(self) -> date:
        """The business date."""
        return self.office.day(self.now)

    def reaching(self, names: Iterable[str]) -> "Sweep":
        """The same, which also knows initiatives that the plan no longer has."""
        return replace(self, service=self.service.reaching(names))

    def view(self, name: str) -> View:
        """An initiative seen now, its entries as they were when the sweep first came to it."""
        if name not in self.seen:
            self.seen[name] = self.service.view(name)
        view = self.seen[name]
        return replace(view, look=replace(view.look, now=self.now))

    def late(self) -> tuple[StillLate, ...]:
        """The late steps of the plan, found once for all digests of the round."""
        if not self.found:
            self.found.append(tuple(self._late()))
        return self.found[0]

    def _late(self) -> Iterator[StillLate]:
        for known in self.service.ledger.summaries():
            going_on = (row.due for row in known.steps if row.due is not None and row.status not in CLOSED)
            if known.initiative in self.office.plan.initiatives and min(going_on, default=self.today) < self.today:
                try:
                    view = self.service.view(known.initiative)
                    yield from still_late(view.look, decide(view.look, view.state))
                except Exception:  # one initiative never stops the others; its own tick tells people of it
                    log.exception("what is late of %s is in no digest of this round", known.initiative)

    def acts_by_link(self) -> tuple[Entry, ...]:
        """What was done of late by links of letters, found once for all digests of the round."""
        if not self.acts:
            since = self.office.morning(self.office.calendar.add(self.today, -LINKED_BACK))
            entries = self.service.ledger.of_kinds(ACTS, since)
            self.acts.append(tuple(one for one in entries if by_link(one) is not None))
        return self.acts[0]

    def lost(self, recipient: str) -> tuple[str, ...]:
        """What is with nobody any more, for whoever coordinates today."""
        if not self._coordinates(recipient):
            return ()
        try:
            return unheld(self.office, self.service.owners())
        except Exception:  # a digest goes out whatever is wrong with an initiative it says nothing of
            log.exception("what is with nobody any more is in no digest of this round")
            return ()

    def seal(self, recipient: str) -> str:
        """The last seal of the ledger, for whoever coordinates today."""
        return self.service.last_seal() if self._coordinates(recipient) else ""

    def _coordinates(self, recipient: str) -> bool:
        return self.office.acts_for(recipient, (self.office.coordinator,), self.today) is not None

    def carry(self, mine: NoticeRow, words: Words, after: int = 0) -> Outcome:
        """Hand a letter, or the next part of it, to the carrier; `after` so many matters of it that went before."""
        letter = Letter(
            key=f"{self.office.plan.id}/{mine.initiative}/{mine.key}" + (f"/{after}" if after else ""),
            recipient=mine.recipient,
            to=self.office.directory.channels(mine.recipient),
            subject=words.subject,
            text=words.text,
            html=words.html,
            pieces=words.pieces,
            gone=mine.gone,
            enclosures=words.enclosures,
            links=words.links,
        )
        return self.carrier.deliver(letter, self.now)


def carried(carrier: Carrier, letter: Letter, now: datetime) -> Outcome:
    """Have a letter delivered to its end, part by part; for letters of which nothing is noted on the way."""
    while (outcome := carrier.deliver(letter, now)).more:
        letter = replace(letter, gone=letter.gone.union(*(one.gone for one in outcome.channels)))
    return outcome


@dataclass(frozen=True, slots=True)
class Ending:
    """How a try ended: the kind of entry that tells of it, the outcome in words, and what else the entry holds."""

    kind: EntryKind
    outcome: str
    more: dict[str, Any] = field(default_factory=dict)


def failed(error: Exception) -> Outcome:
    """A defect on the way counts as a refusal; its own words may hold secrets and go to the caller alone."""
    return Outcome(False, f"内部错误：{type(error).__name__}")


def ending(office: Office, mine: NoticeRow, outcome: Outcome, now: datetime) -> Ending:
    """What an outcome means: sent; or put off, to be tried again, or dead, after so many tries."""
    more = said(mine, outcome)
    detail = heard(outcome.detail)
    told = {"slip": mine.slip, "recipient": mine.recipient}
    if outcome.accepted:
        return Ending(EntryKind.NOTICE_SENT, detail, more | told)
    pause = office.policy.retry.after(mine.tries, mine.key) if outcome.wait is None else outcome.wait
    if pause is None:
        return Ending(EntryKind.NOTICE_DEAD, detail, more | told)
    kind = EntryKind.NOTICE_REFUSED if outcome.wait is None else EntryKind.NOTICE_POSTPONED
    again = office.working_moment(now + pause)
    return Ending(kind, detail, more | {"next_try": again.isoformat()})


def said(mine: NoticeRow, outcome: Outcome) -> dict[str, Any]:
    """What the channels said, as an entry holds it; with the last of them all that has arrived, until all of it has."""
    told = [Said(one.channel, one.accepted, heard(one.detail)) for one in outcome.channels]
    if told and not outcome.accepted:
        gone = mine.gone.union(*(one.gone for one in outcome.channels))
        told[-1] = replace(told[-1], gone=tuple(sorted(gone)))
    return {"channels": [one.data() for one in told]} if told else {}


def part_gone(sweep: Sweep, mine: NoticeRow, outcome: Outcome, after: int = 0) -> Draft:
    """The entry that a part of a letter has arrived, by which its sender goes on with the rest: stored before that.

    Once matters are through, the rest is another letter, of which nothing has arrived; `after` so many of them.
    """
    told = said(mine, replace(outcome, accepted=outcome.through > 0))
    data = {"notice": mine.key, "next_try": (sweep.now + LEASE).isoformat(), "tries": mine.tries, **told}
    key = f"part/{mine.key}/{mine.tries}/{mine.next_try}/{after}/{len(mine.gone)}"
    return Draft(EntryKind.NOTICE_CLAIMED, mine.step, data=data, key=key)


def try_key(kind: EntryKind, mine: NoticeRow) -> str:
    """The key of an entry about a try: sent is sent once; all else once for each claim."""
    return f"{kind}/{mine.key}" if kind is EntryKind.NOTICE_SENT else f"{kind}/{mine.key}/{mine.tries}/{mine.next_try}"
