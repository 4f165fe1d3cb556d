"""Ways back in the record of a step: returned, withdrawn, corrected, reopened."""

from datetime import date

from duban.core.ledger.entries import Data, EntryKind
from duban.core.ledger.steps import Changed, StepState

AFTER_RETURN = 90
"""Percent that work sent back counts for at most: it was handed in as whole, and is not."""


def returned(step: StepState, day: date, actor: str, data: Data) -> StepState:
    """Sent back by a reviewer, or by a review of it."""
    back = _taken_back(step)
    if "reopens" in data:  # a review that sends its work back waits until that is handed in again
        return _anew(back)
    return back._replace(returned=day)


def _taken_back(step: StepState) -> StepState:
    """A step of which nothing is handed in and nothing closed, whatever was; it goes on as before that."""
    return step._replace(
        submitted=None,
        finished=None,
        cancelled=False,
        closed_by="",
        evidence=(),
        agreed=(),
        rounds=step.rounds + 1,
        progress=min(step.progress, AFTER_RETURN),
    )


def approved(step: StepState, day: date, actor: str, data: Data) -> StepState:
    """Judged well by one of several; the last ends it by another entry."""
    return step._replace(agreed=(*step.agreed, *data.get("for", ())), weighed=day)


def upset(step: StepState, day: date, actor: str, data: Data) -> StepState:
    """What it was built on was taken back: an answer to that counts no longer, anything else goes on."""
    told = step._replace(changes=changed(step, EntryKind.UPSET, day, actor))
    if data["anew"]:
        return _anew(_taken_back(told))
    return told._replace(since=date.fromisoformat(data["since"])) if "since" in data else told


def _anew(step: StepState) -> StepState:
    """A step that waits for its needs once more."""
    return step._replace(opened=None, signed=None, asked=None)


def withdrawn(step: StepState, day: date, actor: str, data: Data) -> StepState:
    """What was not answered yet is no longer asked."""
    told = step._replace(changes=changed(step, EntryKind.WITHDRAWN, day, actor))
    return told._replace(asked=None) if step.asked else _taken_back(told)


def corrected(step: StepState, day: date, actor: str, data: Data) -> StepState:
    """What was said last is another; what was judged by it is judged anew."""
    values, round_ = step.values, step.rounds
    if "value" in data:  # it is of the day on which it was reported
        values = (*values[:-1], (values[-1][0], data["value"]))
    if "evidence" in data and not step.closed:  # whoever judged the other version judges this one anew
        round_ += 1
    return step._replace(
        values=values,
        progress=data.get("progress", step.progress),
        remaining=data.get("remaining", step.remaining),
        evidence=tuple(data.get("evidence", step.evidence)),
        submitter=actor if "evidence" in data else step.submitter,
        person=data.get("person", "") if "evidence" in data else step.person,
        agreed=(),
        rounds=round_,
        changes=changed(step, EntryKind.CORRECTED, day, actor),
    )


def reopened(step: StepState, day: date, actor: str, data: Data) -> StepState:
    """Nobody was asked for it while it was closed, which therefore does not count."""
    closed = (step.finished or day, day)
    back = _taken_back(step)._replace(
        signed=None,
        assigned=day if step.opened else None,
        excluded=(*step.excluded, closed),
        removed=False,
        gone=None,
        tries=0,
        succeeded=None,
        failed=None,
        changes=changed(step, EntryKind.REOPENED, day, actor),
    )
    return _anew(back) if data.get("anew") else back


def changed(step: StepState, kind: EntryKind, day: date, actor: str, to: str = "") -> tuple[Changed, ...]:
    """What was done to a step, with one act more if it has opened: nobody was to be asked for it before."""
    if step.opened is None:
        return step.changes
    signed, told = step.signed is not None, _asked_for_answer(step, kind)
    return (*step.changes, Changed(kind, actor, day, len(step.changes) + 1, step.owner, signed, to, told))


def _asked_for_answer(step: StepState, kind: EntryKind) -> tuple[str, ...]:
    """Who was written to for an answer that an act makes needless."""
    if kind not in (EntryKind.WITHDRAWN, EntryKind.HANDED_OVER, EntryKind.REPLANNED):
        return ()
    handed_in = step.submitted if kind is EntryKind.WITHDRAWN else None
    slip, since = ("ask", step.asked.on) if step.asked else ("review", handed_in)
    sent = [one.recipient for one in step.history if since and one.slip == slip and one.day >= since]
    return tuple(dict.fromkeys(sent))
