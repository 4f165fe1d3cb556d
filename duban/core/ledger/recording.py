"""What each kind of entry makes of the record of a step."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from duban.core.ledger.entries import Data, EntryKind
from duban.core.ledger.keys import NoticeKey
from duban.core.ledger.steps import (
    NOTHING,
    Deadline,
    Extension,
    Gone,
    LapsedRequest,
    LateEntry,
    Remark,
    Sent,
    StepState,
)
from duban.core.ledger.ways_back import approved, changed, corrected, reopened, returned, upset, withdrawn

Change = Callable[[StepState, date, str, Data], StepState]


PLACES = {name: place for place, name in enumerate(StepState._fields)}


def with_(step: StepState, **said: Any) -> StepState:
    """A record with other values: as `_replace`, which takes three times as long, for what most entries say."""
    fields = list(step)
    for name, value in said.items():
        fields[PLACES[name]] = value
    return StepState._make(fields)


def _opened(step: StepState, day: date, actor: str, data: Data) -> StepState:
    return step._replace(opened=_date(data["day"]), assigned=day, known=day if data.get("late") else None)


def _predated(step: StepState, day: date, actor: str, data: Data) -> StepState:
    return step._replace(known=day)


TELLING = ("progress", "value", "reason", "to", "evidence")
"""What an entry of the owner's side may say of the work."""


def _heard(step: StepState, day: date, data: Data, **more: Any) -> StepState:
    """The step once its owner's side has spoken, and `more`; only what it has not said before is news."""
    told = {f"{key} {data[key]}" for key in TELLING if key in data}
    news = step.news if told <= step.said else day
    return with_(step, answered=day, news=news, said=step.said | told, **more)


def _signed(step: StepState, day: date, actor: str, data: Data) -> StepState:
    return with_(step, signed=day, answered=day, news=day)


def _reported(step: StepState, day: date, actor: str, data: Data) -> StepState:
    left = "progress" in data or "remaining" in data
    return _heard(
        step,
        day,
        data,
        progress=data.get("progress", step.progress),
        values=(*step.values, (day, data["value"])) if "value" in data else step.values,
        reported=day if left else step.reported,
        remaining=data.get("remaining") if left else step.remaining,
    )


def _submitted(step: StepState, day: date, actor: str, data: Data) -> StepState:
    return _heard(
        step,
        day,
        data,
        submitted=day,
        submitter=actor,
        person=data.get("person", ""),
        evidence=tuple(data.get("evidence", ())),
        agreed=(),
        returned=None,
        asked=None,
        progress=100,
    )


def _completed(step: StepState, day: date, actor: str, data: Data) -> StepState:
    return with_(
        step,
        finished=_date(data["day"]),
        closed_by=actor,
        judged=_judged(data),
        progress=100,
        asked=None,
        suspended=None,
        running=False,
    )


def _asked(step: StepState, day: date, actor: str, data: Data) -> StepState:
    ask = Extension(actor, day, _date(data["to"]), bool(data["late"]), data["reason"], data.get("person", ""))
    return _heard(step, day, data, asked=ask, asks=step.asks + 1, lapsed=None, answer=None)


def _granted(step: StepState, day: date, actor: str, data: Data) -> StepState:
    return step._replace(asked=None, answer=day, extended_to=_date(data["to"]), granted=day)


def _refused(step: StepState, day: date, actor: str, data: Data) -> StepState:
    return step._replace(asked=None, answer=day)


def _suspended(step: StepState, day: date, actor: str, data: Data) -> StepState:
    return step._replace(suspended=day, changes=changed(step, EntryKind.SUSPENDED, day, actor))


def _resumed(step: StepState, day: date, actor: str, data: Data) -> StepState:
    since = step.suspended or day
    changes = changed(step, EntryKind.RESUMED, day, actor)
    return step._replace(suspended=None, failed=None, excluded=(*step.excluded, (since, day)), changes=changes)


def _handed_over(step: StepState, day: date, actor: str, data: Data) -> StepState:
    changes = changed(step, EntryKind.HANDED_OVER, day, actor, data["to"])
    return step._replace(owner=data["to"], assigned=day, signed=None, asked=None, changes=changes)


def _cancelled(step: StepState, day: date, actor: str, data: Data) -> StepState:
    removed, gone = bool(data.get("removed")), Gone(**data["gone"]) if "gone" in data else None
    return step._replace(
        finished=day,
        cancelled=True,
        closed_by=actor,
        judged=_judged(data),
        asked=None,
        suspended=None,
        running=False,
        removed=removed,
        gone=gone,
        excluded=(*step.excluded, (step.suspended, day)) if step.suspended else step.excluded,
        changes=step.changes if removed and gone is None else changed(step, EntryKind.CANCELLED, day, actor),
    )


def _acknowledged(step: StepState, day: date, actor: str, data: Data) -> StepState:
    return step._replace(answered=day, acknowledged=(*step.acknowledged, day))


def _remarked(kind: EntryKind) -> Change:
    """It is put on record, and nothing else."""

    def change(step: StepState, day: date, actor: str, data: Data) -> StepState:
        remark = Remark(kind, actor, day, len(step.remarks) + 1, data["reason"], data.get("to", ""))
        return step._replace(remarks=(*step.remarks, remark))

    return change


def _replanned(step: StepState, day: date, actor: str, data: Data) -> StepState:
    if data.get("added") and step.removed:
        step = NOTHING._replace(notices=step.notices, skips=step.skips)  # it begins anew
    step = step._replace(name=data.get("name", step.name), rounds=data.get("rounds", step.rounds))
    if "limit" in data:
        step = step._replace(judged=_judged(data))
    if step.closed:
        return step
    if "recounted" in data:
        step = step._replace(first_due=step.first_due or _date(data["recounted"][0]), recounted=day)
    if "moved" in data:
        step = step._replace(
            first_due=step.first_due or _date(data["moved"]), moved=day, extended_to=None, granted=None
        )
    return _given(step, day, actor, data) if "owner" in data else step


def _given(step: StepState, day: date, actor: str, data: Data) -> StepState:
    """The step with the owner the plan now names, who signs for it unless it was handed over to him already."""
    to, before = data["owner"], step.owner or data.get("from")  # entries did not always tell from whom
    if step.owner == to or step.opened is None:
        return step._replace(owner=None)
    known = step._replace(owner=before)
    changes = changed(known, EntryKind.REPLANNED, day, actor, to) if before else step.changes
    return step._replace(owner=None, assigned=day, signed=None, asked=None, changes=changes)


def _action_started(step: StepState, day: date, actor: str, data: Data) -> StepState:
    return step._replace(running=True, tries=step.tries + 1)


def _action_failed(step: StepState, day: date, actor: str, data: Data) -> StepState:
    failed = day if data["final"] else None
    return step._replace(running=False, awaits="", failures=step.failures + 1, failed=failed)


def _action_waiting(step: StepState, day: date, actor: str, data: Data) -> StepState:
    return step._replace(awaits=data["run"])


def _action_succeeded(step: StepState, day: date, actor: str, data: Data) -> StepState:
    return step._replace(running=False, awaits="", succeeded=day)


def _measured(step: StepState, day: date, actor: str, data: Data) -> StepState:
    values = (*step.values, (day, data["value"]))
    return step._replace(values=values, measured=data["period"], misses=0, failed=None)


def _measuring_failed(step: StepState, day: date, actor: str, data: Data) -> StepState:
    if data["final"]:
        return step._replace(measured=data["period"], misses=0, failed=step.failed or day)
    return step._replace(misses=step.misses + 1)


def _same(step: StepState, day: date, actor: str, data: Data) -> StepState:
    return step


def _sent(step: StepState, day: date, actor: str, data: Data) -> StepState:
    return with_(step, history=(*step.history, Sent(day, data["slip"], data["recipient"])))


def _skipped(step: StepState, day: date, actor: str, data: Data) -> StepState:
    return step._replace(skips={**step.skips, NoticeKey.parse(data["notice"]): day})


CHANGES: Mapping[EntryKind, Change] = {
    EntryKind.ADOPTED: _same,
    EntryKind.OPENED: _opened,
    EntryKind.SIGNED: _signed,
    EntryKind.REPORTED: _reported,
    EntryKind.SUBMITTED: _submitted,
    EntryKind.RETURNED: returned,
    EntryKind.APPROVED: approved,
    EntryKind.COMPLETED: _completed,
    EntryKind.PREDATED: _predated,
    EntryKind.UPSET: upset,
    EntryKind.EXTENSION_ASKED: _asked,
    EntryKind.EXTENSION_GRANTED: _granted,
    EntryKind.EXTENSION_REFUSED: _refused,
    EntryKind.SUSPENDED: _suspended,
    EntryKind.RESUMED: _resumed,
    EntryKind.WITHDRAWN: withdrawn,
    EntryKind.CORRECTED: corrected,
    EntryKind.REOPENED: reopened,
    EntryKind.HANDED_OVER: _handed_over,
    EntryKind.CANCELLED: _cancelled,
    EntryKind.ACKNOWLEDGED: _acknowledged,
    EntryKind.INSTRUCTED: _remarked(EntryKind.INSTRUCTED),
    EntryKind.ADVISED: _remarked(EntryKind.ADVISED),
    EntryKind.PRESSED: _remarked(EntryKind.PRESSED),
    EntryKind.DISOWNED: _remarked(EntryKind.DISOWNED),
    EntryKind.REPLANNED: _replanned,
    EntryKind.PLAN_APPLIED: _same,
    EntryKind.ACTION_STARTED: _action_started,
    EntryKind.ACTION_WAITING: _action_waiting,
    EntryKind.ACTION_SUCCEEDED: _action_succeeded,
    EntryKind.ACTION_FAILED: _action_failed,
    EntryKind.MEASURED: _measured,
    EntryKind.MEASURING_FAILED: _measuring_failed,
    EntryKind.RUNG_SKIPPED: _skipped,
    EntryKind.NOTICE_QUEUED: _same,
    EntryKind.NOTICE_BUNDLED: _same,
    EntryKind.NOTICE_CLAIMED: _same,
    EntryKind.NOTICE_SENT: _sent,
    EntryKind.NOTICE_REFUSED: _same,
    EntryKind.NOTICE_POSTPONED: _same,
    EntryKind.NOTICE_DROPPED: _same,
    EntryKind.NOTICE_DEAD: _same,
    EntryKind.NOTICE_REVIVED: _same,
    EntryKind.ALARM_BEGUN: _same,
    EntryKind.ALARM_ENDED: _same,
    EntryKind.MENDED: _same,
    EntryKind.CLOCK_CONFIRMED: _same,
    EntryKind.DISREGARDED: _same,
    EntryKind.LINKS_REVOKED: _same,
    EntryKind.SIGNED_IN: _same,
    EntryKind.BULLETIN_DRAFTED: _same,
    EntryKind.BULLETIN_FILED: _same,
}
"""How each kind of entry changes the step it names."""


def lapsed(step: StepState, after: StepState, kind: EntryKind, day: date) -> StepState:
    """A record after an entry with which a request was gone: it lapsed, unless that was the answer to it."""
    if step.asked is None or kind in ANSWERS:
        return after
    return after._replace(lapsed=LapsedRequest(step.asked, kind, day))


ANSWERS = frozenset({EntryKind.EXTENSION_GRANTED, EntryKind.EXTENSION_REFUSED, EntryKind.WITHDRAWN})
"""Entries that settle a request for an extension."""


def entered_late(kind: EntryKind) -> Change:
    """What an entry makes of the record that names the day on which it was done: it counts from that day.

    But whoever said it said it today, and whoever hears of it can only know it from today on.
    """

    def change(step: StepState, day: date, actor: str, data: Data) -> StepState:
        done = _date(data["on"])
        after = CHANGES[kind](step, done, actor, data)
        return after._replace(
            answered=day if after.answered == done else after.answered,
            news=day if after.news == done else after.news,
            late=(*after.late, LateEntry(kind, actor, done, day, data.get("because") or data.get("reason", ""))),
            known=day if kind is EntryKind.RETURNED else after.known,
        )

    return change


def _judged(data: Data) -> Deadline | tuple[()] | None:
    """The deadline an entry holds; None for one that did not yet keep it."""
    if "limit" not in data:
        return None
    return Deadline(*map(_date, data["limit"])) if data["limit"] else ()


def _date(text: str) -> date:
    return date.fromisoformat(text)
