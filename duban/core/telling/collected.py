"""What a collection (收集) brought in: who handed in what and when, with evidence and remarks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from duban.core.deciding.deadlines import deadline
from duban.core.deciding.office import Look
from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.state import State
from duban.core.planning.dates import days_late
from duban.core.planning.plan import Step
from duban.core.telling.tables import as_markdown, escape

HEADER = ("单位", "报送情况", "报送日期", "报送人", "成果材料", "备注")


@dataclass(frozen=True, slots=True)
class Collected:
    """The table of a collection: a row for each unit, and how many of them handed something in."""

    title: str
    rows: tuple[tuple[str, ...], ...]
    handed_in: int


def collected(look: Look, state: State, entries: Sequence[Entry], step: Step) -> Collected:
    """What came in for an action that collects; `entries` are all of its initiative's."""
    slots = [look.initiative.steps[ref.step] for ref in step.slots]
    rows = tuple(tuple(_cells(look, state, entries, slot)) for slot in slots)
    return Collected(step.title, rows, sum(not state.step(slot.id).cancelled for slot in slots))


def document(look: Look, table: Collected) -> str:
    """The table as a document of its own, in Markdown."""
    whole = f"应报{len(table.rows)}家，已报{table.handed_in}家，统计日期{look.today:%Y-%m-%d}。"
    return f"# {escape(table.title)}\n\n{look.initiative.number} {escape(look.initiative.title)}　{whole}\n\n" + (
        as_markdown(HEADER, table.rows) + "\n"
    )


def _cells(look: Look, state: State, entries: Sequence[Entry], slot: Step) -> Iterator[str]:
    own, title = state.step(slot.id), look.office.directory.title
    yield title(slot.owner) + (f"（转由{title(own.owner)}办理）" if own.owner else "")
    if own.cancelled:
        yield from ("未报", "", "", "", _said(entries, slot, EntryKind.CANCELLED))
        return
    limit = deadline(look, slot, state)
    if limit and own.submitted and own.submitted > limit.day:
        yield f"逾期{days_late(look.calendar, limit.day, own.submitted, own.excluded)}个工作日"
    else:
        yield "按时"
    yield own.submitted.isoformat() if own.submitted else ""
    yield title(own.submitter)
    yield "、".join(own.evidence)
    yield _said(entries, slot, EntryKind.SUBMITTED)


def _said(entries: Sequence[Entry], slot: Step, kind: EntryKind) -> str:
    """What was said with the last entry of a kind."""
    said = [str(one.data.get("reason", "")) for one in entries if one.kind is kind and one.step in (slot.id, slot.was)]
    return said[-1] if said else ""
