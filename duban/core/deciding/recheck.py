"""A notice just before it is sent: decided on as though it had not been queued, and sent only if it would be now.

A notice that has lapsed carries the reason, found where its rung fell away.
"""

from dataclasses import dataclass, replace
from enum import StrEnum, auto
from typing import NamedTuple

from duban.core.deciding.changes import change_rungs
from duban.core.deciding.decide import Decision, decide
from duban.core.deciding.given import Given
from duban.core.deciding.ladder import due, ladder, rested
from duban.core.deciding.office import Look
from duban.core.deciding.rungs import DueRung
from duban.core.deciding.settle import status
from duban.core.ledger.entries import EntryKind
from duban.core.ledger.keys import AGAIN, DEAD, NoticeKey
from duban.core.ledger.notices import PENDING, Delivery, NoticeRow
from duban.core.ledger.state import State
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import Status
from duban.core.planning.anchors import Anchor


class Lapse(StrEnum):
    """Why a queued notice is no longer sent."""

    REVIVED = auto()  # the one in whose place it goes is under way again
    DELIVERED = auto()  # what it is about reached somebody by another notice
    FORGOTTEN = auto()  # the plan no longer has the step
    DONE = auto()
    CANCELLED = auto()
    SUSPENDED = auto()
    OVERTAKEN = auto()  # a higher rung is due as well
    IN_REVIEW = auto()  # the work was handed in
    MOVED_ON = auto()  # what the rung hung on is another now, or over
    REASSIGNED = auto()  # the rung means other people now
    UNRULED = auto()  # the ladder no longer has the rung
    TOO_SOON = auto()  # its recipient was pressed a short while ago
    ANSWERED = auto()  # the owner's side has answered
    REDIRECTED = auto()  # somebody else is there by now


class Lapsed(NamedTuple):
    """A reason, with what it goes by where it does: what the rung hung on, and who gets the notice instead."""

    why: Lapse
    anchor: Anchor | None = None
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Recheck:
    """What deciding again came to: the rung that a notice still answers, or None and why it has lapsed."""

    decision: Decision
    rung: DueRung | None
    lapsed: Lapsed | None = None


def recheck(look: Look, state: State, notice: NoticeRow, kept: Decision | None = None) -> Recheck:
    """Decide again as though the notice had been dropped; `kept` is an earlier decision."""
    decision = decide(look, _without(state, notice), kept)
    key = NoticeKey.parse(notice.key)
    rung = next((rung for rung in decision.rungs if rung.key == key), None)
    if rung is None:
        return Recheck(decision, None, _gone(decision, notice, key))
    if rung.moment > look.now:
        return Recheck(decision, None, Lapsed(_held(look, state, notice)))
    if rung.recipient != notice.recipient:
        return Recheck(decision, None, Lapsed(Lapse.REDIRECTED, instead=rung.recipient))
    return Recheck(decision, rung)


def still_due(look: Look, decision: Decision, state: State, notice: NoticeRow) -> bool:
    """The same for a step whose dates are those of a decision, however its record has changed: yes or no, and quick."""
    at, table = decision.timetables[notice.step]
    if _undisturbed(look, at, state.step(notice.step), notice) and not table.rungs.dead:
        return True
    own, key = _without(state, notice).step(notice.step), NoticeKey.parse(notice.key)
    now = at._replace(own=own, status=status(at.step, own))
    rungs = (*due(look, own, ladder(now, (at, table.rungs))), *change_rungs(look, now))
    meant = next((rung for rung in rungs if rung.key == key and not rung.stale), None)
    return meant is not None and meant.moment <= look.now and meant.recipient == notice.recipient


def _undisturbed(look: Look, at: Given, own: StepState, notice: NoticeRow) -> bool:
    """Whether nothing came between a notice and the decision that queued it, but what is told to others.

    An answer of the same day may hold it back once it is queued, as what went to the same recipient may; those who are
    told of a change are told of the last one.
    """
    if own.answered == look.today or own.changes or own.done != at.own.done:
        return False
    return all(sent.recipient != notice.recipient for sent in own.history[len(at.own.history) :])


def _without(state: State, notice: NoticeRow) -> State:
    own, key = state.step(notice.step), NoticeKey.parse(notice.key)
    dropped = {**own.notices, key: notice._replace(delivery=Delivery.DROPPED)}
    return replace(state, steps={**state.steps, notice.step: own._replace(notices=dropped)})


def _held(look: Look, state: State, notice: NoticeRow) -> Lapse:
    again = rested(look.office, state.step(notice.step)).get(notice.recipient)
    return Lapse.TOO_SOON if again is not None and again > look.now else Lapse.ANSWERED


STANDS = {Status.DONE: Lapse.DONE, Status.CANCELLED: Lapse.CANCELLED, Status.SUSPENDED: Lapse.SUSPENDED}
"""Where a step stands when no notice about it is due."""


def _gone(decision: Decision, notice: NoticeRow, key: NoticeKey) -> Lapsed:
    """Why a rung is not among those of its step: asked in the order in which these come about."""
    subject = decision.state.step(notice.step).notices[key.subject]
    if subject.delivery in PENDING:
        return Lapsed(Lapse.REVIVED)
    if notice.rung == DEAD:
        return Lapsed(Lapse.DELIVERED)
    row = decision.rows.get(notice.step)
    if row is None:
        return Lapsed(Lapse.FORGOTTEN)
    if row.status in STANDS:
        return Lapsed(STANDS[row.status])
    if subject.delivery is Delivery.SENT:
        return Lapsed(Lapse.DELIVERED)
    skipped = (draft.data["notice"] for draft in decision.drafts if draft.kind is EntryKind.RUNG_SKIPPED)
    if notice.key in skipped:
        return Lapsed(Lapse.OVERTAKEN)
    return _unanchored(decision, notice, key)


def _unanchored(decision: Decision, notice: NoticeRow, key: NoticeKey) -> Lapsed:
    """What became of what the rung hung on, or of those it meant."""
    at, _ = decision.timetables[notice.step]
    later = [rung for rung in decision.rungs if rung.rung == notice.rung and rung.post == key.post]
    if AGAIN in key.rung and any(rung.key[:2] == key[:2] and rung.key.rung > key.rung for rung in later):
        return Lapsed(Lapse.OVERTAKEN)  # by itself: it has come again meanwhile
    rungs = at.office.policy.ladder(at.step.ladder).rungs
    what = next((rung.anchor for rung in rungs if rung.id == notice.rung), None)
    same = 4 if key.instead else 3  # of a deputy's notice its first recipient counts as well
    if any(rung.key[:same] == key[:same] and bool(rung.key.instead) >= bool(key.instead) for rung in decision.rungs):
        return Lapsed(Lapse.REASSIGNED, what)
    if what is None:
        return Lapsed(Lapse.IN_REVIEW if at.status is Status.REVIEW else Lapse.UNRULED)
    if at.status is Status.REVIEW and what is not Anchor.SUBMITTED:
        return Lapsed(Lapse.IN_REVIEW, what)
    return Lapsed(Lapse.MOVED_ON, what)
