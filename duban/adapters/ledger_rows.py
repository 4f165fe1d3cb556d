"""Rows of the ledger's tables, and what they hold: written as columns, read as values of the core."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any

from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.keys import StepRef
from duban.core.ledger.notices import Delivery, NoticeRow, said_of
from duban.core.ledger.summary import Light, Reason, Status, StepRow, Summary
from duban.core.planning.lights import Rule
from duban.ports import LedgerUnusable

if TYPE_CHECKING:
    from sqlalchemy import Row


def as_columns(value: Entry | Summary | StepRow | NoticeRow) -> dict[str, Any]:
    """The columns of a row, by name."""
    if isinstance(value, Summary):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    columns = value._asdict()
    if isinstance(value, StepRow):
        columns |= {"reason": _reason(value.reason), "held_by": str(value.held_by or "")}
    if isinstance(value, NoticeRow):
        columns["channels"] = [said.data() for said in value.channels]
    return columns


def read_entries(rows: Iterable[Sequence[Any]]) -> Iterator[Entry]:
    """Entries from their rows, columns as fields stand; raises LedgerUnusable where one cannot be read."""
    last: Entry | None = None
    try:
        for plan, initiative, sequence, kind, *rest in rows:
            last = Entry(plan, initiative, sequence, EntryKind(kind), *rest)
            yield last
    except ValueError as error:
        after = f"{last.initiative} {last.sequence}" if last else "the beginning"
        raise LedgerUnusable(
            f"ledger: an entry after {after} cannot be read ({error}). It was changed by other hands; restore a backup."
        ) from error


def read_summary(row: "Row[Any]", steps: tuple[StepRow, ...]) -> Summary:
    """A summary from its row and those of its steps."""
    return Summary(
        initiative=row.initiative,
        sequence=row.sequence,
        light=Light(row.light),
        done=row.done,
        total=row.total,
        next_due=row.next_due,
        look_again=row.look_again,
        steps=steps,
    )


def read_step(row: "Row[Any]") -> StepRow:
    """A step from its row."""
    return StepRow(
        step=row.step,
        status=Status(row.status),
        light=Light(row.light),
        reason=_read_reason(row.reason),
        due=row.due,
        original_due=row.original_due,
        opened=row.opened,
        finished=row.finished,
        forecast=row.forecast,
        progress=row.progress,
        held_by=read_ref(row.held_by),
    )


def read_notice(row: "Row[Any]") -> NoticeRow:
    """A notice from its row."""
    return NoticeRow(
        key=row.key,
        initiative=row.initiative,
        step=row.step,
        rung=row.rung,
        slip=row.slip,
        recipient=row.recipient,
        delivery=Delivery(row.delivery),
        queued_at=row.queued_at,
        next_try=row.next_try,
        tries=row.tries,
        outcome=row.outcome,
        ended_at=row.ended_at,
        immediate=row.immediate,
        digest=row.digest,
        channels=said_of(row.channels),
    )


def read_ref(text: str) -> StepRef | None:
    """A step from its text; None from none."""
    return StepRef.parse(text) if text else None


def _reason(reason: Reason | None) -> str:
    """A reason as JSON; nothing for none."""
    return json.dumps([*reason[:3], str(reason.forecast or ""), str(reason.root or "")]) if reason else ""


def _read_reason(text: str) -> Reason | None:
    if not text:
        return None
    rule, days, percent, forecast, root = json.loads(text)
    return Reason(Rule(rule), days, percent, date.fromisoformat(forecast) if forecast else None, read_ref(root))
