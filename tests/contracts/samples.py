"""Entries and rows to fill a ledger with."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from duban.core.ledger.entries import Draft, Entry, EntryKind, chained
from duban.core.ledger.keys import StepRef
from duban.core.ledger.notices import Delivery, NoticeRow
from duban.core.ledger.summary import Light, Reason, Status, StepRow, Summary
from duban.core.planning.lights import Rule
from duban.ports import Commit, Ledger

PLAN = "shanghai-2024"
BRIDGES, ROADS, SCHOOLS = "bridges", "roads", "schools"
NOW = datetime(2024, 3, 1, 0, 30, 0, 123456, tzinfo=UTC)
TODAY = date(2024, 3, 1)
MINUTE = timedelta(minutes=1)


def sealed(
    *drafts: Draft, initiative: str = BRIDGES, after: Entry | None = None, at: datetime = NOW, plan: str = PLAN
) -> tuple[Entry, ...]:
    return chained(drafts, plan=plan, initiative=initiative, after=after, at=at, day=TODAY)


def report(value: Any = 1, key: str | None = None) -> Draft:
    return Draft(EntryKind.REPORTED, "draft", "zhang", {"value": value}, key)


def append(ledger: Ledger, *drafts: Draft, initiative: str = BRIDGES, at: datetime = NOW) -> tuple[Entry, ...]:
    """Append drafts after the last entry, with nothing derived."""
    stored = ledger.entries(initiative)
    entries = sealed(*drafts, initiative=initiative, after=stored[-1] if stored else None, at=at)
    ledger.commit(Commit(initiative, entries))
    return entries


def step(name: str = "draft", **changes: Any) -> StepRow:
    row = StepRow(
        step=name,
        status=Status.OPEN,
        light=Light.YELLOW,
        reason=Reason(Rule.FORECAST, days=3, forecast=date(2024, 6, 28), root=StepRef("schools", "plan")),
        due=date(2024, 6, 30),
        original_due=date(2024, 5, 31),
        opened=TODAY,
        finished=None,
        forecast=date(2024, 6, 28),
        progress=40,
    )
    return row._replace(**changes)


def summary(initiative: str = BRIDGES, sequence: int = 0, **changes: Any) -> Summary:
    row = Summary(
        initiative=initiative,
        sequence=sequence,
        light=Light.YELLOW,
        done=1,
        total=2,
        next_due=date(2024, 6, 30),
        look_again=NOW + MINUTE,
        steps=(step("publish"), step("draft")),
    )
    return replace(row, **changes)


def notice(key: str = "draft/0/before-3/zhang", initiative: str = BRIDGES, **changes: Any) -> NoticeRow:
    row = NoticeRow(
        key=key,
        initiative=initiative,
        step="draft",
        rung="before-3",
        slip="remind",
        recipient="zhang",
        delivery=Delivery.QUEUED,
        queued_at=NOW,
        next_try=NOW + MINUTE,
        tries=0,
        outcome="",
    )
    return row._replace(**changes)
