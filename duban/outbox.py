"""The outbox: queued notices become letters. Claim, decide again, write, carry, store what became of it.

A claim is stored before anything is carried, so that of two senders one carries; it lapses after LEASE, so that what a
sender that died had claimed is carried by another. What was carried is stored at once; between the two lies the only
moment in which a letter can go out twice, and carriers know letters by their key.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from duban.core.deciding.office import Look
from duban.core.ledger.entries import Draft, Entry, EntryKind, seal
from duban.core.ledger.state import DELIVERIES, fold
from duban.core.ledger.summary import Delivery, NoticeRow
from duban.core.telling.notices import Slip, Words, recheck, slip
from duban.ports import Carrier, Commit, Letter
from duban.service import Service

LEASE = timedelta(minutes=10)
"""How long a sender has for one letter before others may take it over."""

Wording = Callable[[Slip], Words]
"""Puts a slip into words."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of a notice in a sweep: SENT, RETRYING, DEAD or DROPPED, and the outcome in words."""

    initiative: str
    notice: str
    recipient: str
    delivery: Delivery
    outcome: str


@dataclass(frozen=True, slots=True)
class _Sweep:
    """One round of deliveries; an initiative is read once for all its notices."""

    service: Service
    carrier: Carrier
    wording: Wording
    read: dict[str, tuple[Look, Sequence[Entry]]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.service.clock.now().astimezone(self.service.office.zone)

    def initiative(self, name: str) -> tuple[Look, Sequence[Entry]]:
        """An initiative seen now, and its entries as they were when the sweep came to it."""
        if name not in self.read:
            self.read[name] = self.service.view(name).look, self.service.ledger.entries(name)
        look, entries = self.read[name]
        return replace(look, now=self.now), entries


def deliver_due(
    service: Service, carrier: Carrier, wording: Wording, limit: int = 1000, initiative: str | None = None
) -> tuple[Delivered, ...]:
    """Deliver the notices that are due, of one initiative or of the plan, at most `limit`; outside working hours none.

    A notice that fails never stops the others: what a carrier refuses is tried again later. Errors of the program are
    raised together, as an ExceptionGroup, after every notice has had its turn.
    """
    sweep = _Sweep(service, carrier, wording)
    if service.office.working_moment(sweep.now) > sweep.now:
        return ()
    done: list[Delivered] = []
    errors: list[Exception] = []
    for row in service.ledger.pending_notices(sweep.now, limit, initiative):
        try:
            delivered = _deliver(sweep, row)
        except Exception as error:  # noqa: BLE001  one notice never stops the others; all errors are raised below
            error.add_note(f"while delivering {row.initiative}: {row.key}")
            errors.append(error)
        else:
            done += [delivered] if delivered else []
    if errors:
        raise ExceptionGroup(f"{len(errors)} notices met an error; {len(done)} others were dealt with", errors)
    return tuple(done)


def _deliver(sweep: _Sweep, row: NoticeRow) -> Delivered | None:
    """Deliver one notice; None when another sender has it."""
    if row.initiative not in sweep.service.office.plan.initiatives:
        return _forget(sweep, row)
    look, entries = sweep.initiative(row.initiative)
    claim = Draft(
        EntryKind.NOTICE_CLAIMED,
        row.step,
        data={"notice": row.key, "next_try": (look.now + LEASE).isoformat()},
        key=f"claim/{row.key}/{row.tries}/{row.next_try}",  # a try that was put off is claimed anew
    )
    claimed = sweep.service.record(row.initiative, claim)
    if claimed is None:
        return None
    state = claimed.decision.state
    mine = state.notices[row.key]
    again = recheck(look, state, mine)
    if again.call is None:
        return _conclude(sweep, mine, EntryKind.NOTICE_DROPPED, again.lapsed)
    return _carry(sweep, mine, lambda: slip(look, again, entries))


def _carry(sweep: _Sweep, mine: NoticeRow, write: Callable[[], Slip]) -> Delivered | None:
    try:
        words = sweep.wording(write())
        outcome = sweep.carrier.deliver(_letter(sweep, mine, words), sweep.now)
    except Exception as error:
        _refuse(sweep, mine, f"内部错误：{type(error).__name__}")  # its words may hold secrets: they go to the caller
        raise
    if not outcome.accepted:
        return _refuse(sweep, mine, outcome.detail, outcome.wait)
    sent = {"slip": mine.slip, "recipient": mine.recipient}
    return _conclude(sweep, mine, EntryKind.NOTICE_SENT, outcome.detail, **sent)


def _letter(sweep: _Sweep, mine: NoticeRow, words: Words) -> Letter:
    office = sweep.service.office
    return Letter(
        key=f"{office.plan.id}/{mine.initiative}/{mine.key}",
        recipient=mine.recipient,
        to=office.directory.posts[mine.recipient].channels,
        subject=words.subject,
        text=words.text,
        html=words.html,
    )


def _refuse(sweep: _Sweep, mine: NoticeRow, reason: str, wait: timedelta | None = None) -> Delivered | None:
    """A refused letter is tried again later; after the last try it is dead. A busy channel is left alone for `wait`."""
    present = sweep.service.view(mine.initiative).state.notices[mine.key]
    if present != mine:
        return None  # the lease ran out, and another sender has it now or has carried it
    office = sweep.service.office
    pause = office.policy.retry.after(mine.tries, mine.key) if wait is None else wait
    if pause is None:
        return _conclude(sweep, mine, EntryKind.NOTICE_DEAD, reason)
    kind = EntryKind.NOTICE_REFUSED if wait is None else EntryKind.NOTICE_POSTPONED
    return _conclude(sweep, mine, kind, reason, next_try=office.working_moment(sweep.now + pause).isoformat())


def _conclude(sweep: _Sweep, mine: NoticeRow, kind: EntryKind, outcome: str, **said: str) -> Delivered | None:
    """Store what became of a try; None when another sender has stored that the letter was sent."""
    try_ = "" if kind is EntryKind.NOTICE_SENT else f"/{mine.tries}/{mine.next_try}"
    ended = Draft(
        kind, mine.step, data={"notice": mine.key, "outcome": outcome, **said}, key=f"{kind}/{mine.key}{try_}"
    )
    if sweep.service.record(mine.initiative, ended) is None:
        return None
    return Delivered(mine.initiative, mine.key, mine.recipient, DELIVERIES[kind], outcome)


def _forget(sweep: _Sweep, row: NoticeRow) -> Delivered:
    """Drop a notice of an initiative the plan no longer has, which therefore nobody can decide on."""
    outcome = "计划中已无此举措"
    ledger, office = sweep.service.ledger, sweep.service.office
    entries = ledger.entries(row.initiative)
    drop = Draft(EntryKind.NOTICE_DROPPED, row.step, data={"notice": row.key, "outcome": outcome})
    dropped = seal(
        (drop,),
        plan=office.plan.id,
        initiative=row.initiative,
        after=entries[-1],
        at=sweep.now,
        day=office.day(sweep.now),
    )
    state = fold((*entries, *dropped))
    ledger.commit(Commit(row.initiative, dropped, notices=(state.notices[row.key],)))
    return Delivered(row.initiative, row.key, row.recipient, Delivery.DROPPED, outcome)
