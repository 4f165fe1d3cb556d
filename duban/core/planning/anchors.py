"""What rungs count from: the names of it in `escalation.yaml`, and the day that each means for a step."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from duban.core.ledger.entries import EntryKind
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import Status
from duban.core.planning.plan import Step
from duban.core.planning.plan_file import Kind


class Anchor(StrEnum):
    """What a rung counts from.

    `opened` (the step opened), `unsigned` (opened and not signed for), `due` (its deadline), `submitted` (handed in for
    review), `returned` (sent back), `asked` (an extension was asked for), `answered` (it was answered), `failed` (an
    action failed for good), `changed` (somebody suspended, resumed, handed over or cancelled it), `instructed` (a
    leader gave an instruction about it), `advised` (another unit gave its opinion), `pressed` (the coordinator pressed
    the owner in words of their own), `disowned` (somebody who was written to says that it is not theirs).
    """

    OPENED = "opened"
    UNSIGNED = "unsigned"
    DUE = "due"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ASKED = "asked"
    ANSWERED = "answered"
    FAILED = "failed"
    CHANGED = "changed"
    INSTRUCTED = "instructed"
    ADVISED = "advised"
    PRESSED = "pressed"
    DISOWNED = "disowned"


LEARNT = frozenset({Anchor.SUBMITTED, Anchor.RETURNED, Anchor.ASKED, Anchor.ANSWERED})
"""Anchors of what people did, from which rungs count once it can be known."""

JUDGED = frozenset({Anchor.SUBMITTED, Anchor.ASKED})
"""Anchors of rungs that ask for an answer to what somebody did."""

REMARKS = {
    Anchor.INSTRUCTED: EntryKind.INSTRUCTED,
    Anchor.ADVISED: EntryKind.ADVISED,
    Anchor.PRESSED: EntryKind.PRESSED,
    Anchor.DISOWNED: EntryKind.DISOWNED,
}
"""What the rungs that tell of remarks count from."""

TOLD_ONCE = {Anchor.CHANGED, *REMARKS}
"""What rungs count from that tell of what was done, and ask for nothing that could be waited for."""


def anchors(step: Step, own: StepState, where: Status, due: date | None) -> Mapping[Anchor, tuple[date, str]]:
    """The days that rungs count from now, each with the version it belongs to; not there: no such rung applies.

    A change of the step has no place here: each has rungs of its own (`deciding/changes.py`).
    """
    assigned, opened = own.assigned, f"opened-{own.assigned}"
    if own.rounds and step.kind is Kind.REVIEW:  # it may open twice on one day
        opened = f"{opened}-{own.rounds}"
    days: dict[Anchor, tuple[date | None, str]] = {}
    if where is Status.REVIEW:
        days = {Anchor.SUBMITTED: (own.submitted, f"round-{own.rounds}")}
    elif where is Status.FAILED:
        days = {Anchor.FAILED: (own.failed, f"try-{own.tries}")}
    else:  # its owner is waited for
        days = {
            Anchor.DUE: (due, f"{due}"),
            Anchor.OPENED: (assigned, opened),
            Anchor.UNSIGNED: (assigned if where is Status.OPEN else None, opened),
            Anchor.RETURNED: (own.returned, f"round-{own.rounds}"),
            Anchor.ASKED: (own.asked.on if own.asked else None, f"ask-{own.asks}"),
            Anchor.ANSWERED: (None if own.asked else own.answer, f"ask-{own.asks}"),
            Anchor.FAILED: (own.failed, f"measuring-{own.failed}"),  # to measure an indicator
        }
    found = {what: (day, version) for what, (day, version) in days.items() if day is not None}
    if own.late:
        found |= {what: (own.learnt(found[what][0]), found[what][1]) for what in LEARNT & found.keys()}
    return found
