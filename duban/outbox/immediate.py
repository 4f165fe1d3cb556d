"""Letters of one notice each: claim, decide again, write, carry, store what became of it."""

from collections.abc import Callable

from duban.carrying import Outcome
from duban.core.deciding.recheck import recheck
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.notices import DELIVERIES, NoticeRow
from duban.core.telling.lapses import why_lapsed
from duban.core.telling.slips import Slip, slip
from duban.outbox.books import note
from duban.outbox.sweep import LEASE, Delivered, Ending, Sweep, ending, failed, part_gone, try_key

GONE = "计划中已无此举措"


def deliver(sweep: Sweep, row: NoticeRow) -> Delivered | None:
    """Deliver one notice; None when another sender has it."""
    sweep = sweep.reaching((row.initiative,))
    if row.initiative not in sweep.office.plan.initiatives:
        return _forget(sweep, row)
    view = sweep.view(row.initiative)
    claimed = sweep.service.record(row.initiative, claim(sweep, row))
    if claimed is None:
        return None
    state = claimed.decision.state
    mine = state.notice(row.key)
    again = recheck(view.look, state, mine)
    if again.rung is None:
        return _conclude(sweep, mine, Ending(EntryKind.NOTICE_DROPPED, why_lapsed(view.look.office, again.lapsed)))
    return _carry(sweep, mine, lambda: slip(view.look, again, view.entries))


def claim(sweep: Sweep, row: NoticeRow) -> Draft:
    """The entry by which a sender takes a letter for its own; it lapses after LEASE."""
    data = {"notice": row.key, "next_try": (sweep.now + LEASE).isoformat()}
    # With the moment it was due in its key: a try that was put off is no try, and is claimed anew.
    return Draft(EntryKind.NOTICE_CLAIMED, row.step, data=data, key=f"claim/{row.key}/{row.tries}/{row.next_try}")


def _carry(sweep: Sweep, mine: NoticeRow, write: Callable[[], Slip]) -> Delivered | None:
    try:
        words = sweep.wording(write())
        while (outcome := sweep.carry(mine, words)).more:
            stored = sweep.service.record(mine.initiative, part_gone(sweep, mine, outcome))
            if stored is None:
                return None
            mine = stored.decision.state.notice(mine.key)
    except Exception as error:
        _end(sweep, mine, failed(error))
        raise
    return _end(sweep, mine, outcome)


def _end(sweep: Sweep, mine: NoticeRow, outcome: Outcome) -> Delivered | None:
    if not outcome.accepted and sweep.service.view(mine.initiative).state.notice(mine.key) != mine:
        return None  # the lease ran out, and another sender has it now or has carried it
    return _conclude(sweep, mine, ending(sweep.office, mine, outcome, sweep.now))


def _conclude(sweep: Sweep, mine: NoticeRow, end: Ending) -> Delivered | None:
    """Store what became of a try; None when another sender has stored that the letter was sent."""
    data = {"notice": mine.key, "outcome": end.outcome, **end.more}
    ended = Draft(end.kind, mine.step, data=data, key=try_key(end.kind, mine))
    if sweep.service.record(mine.initiative, ended) is None:
        return None
    return Delivered(mine.initiative, mine.key, mine.recipient, DELIVERIES[end.kind], end.outcome)


def _forget(sweep: Sweep, row: NoticeRow) -> Delivered:
    """Drop a notice of an initiative the plan no longer has, which therefore nobody can decide on."""
    drop = Draft(EntryKind.NOTICE_DROPPED, row.step, data={"notice": row.key, "outcome": GONE})
    note(sweep.service, sweep.now, lambda read: {row.initiative: (drop,)})
    return Delivered(row.initiative, row.key, row.recipient, DELIVERIES[drop.kind], GONE)
