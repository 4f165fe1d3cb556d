"""督办台账 as rows: every step as it stands, and what its owner has said of it last; Chinese, for offices."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from duban.core.deciding.commands import Verb, entitled
from duban.core.deciding.decide import Decision, decide
from duban.core.deciding.office import Look
from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.state import State
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import CLOSED, StepRow
from duban.core.planning.plan import Step
from duban.core.planning.progress import progress
from duban.core.telling.gauges import gauge_of, in_words
from duban.core.telling.lines import BoardLine, group_title, lines
from duban.core.telling.reasons import ALL_IS_WELL, reason_of
from duban.core.telling.whens import chinese
from duban.core.titles import LIGHT_SHAPES, LIGHT_TITLES, REMARK_TITLES, STATUS_TITLES
from duban.core.workbooks.columns import (
    FOLDED,
    KEY,
    LEDGER_COLUMNS,
    MARK,
    YES,
    CellValue,
    DataSheet,
    TableRow,
)
from duban.core.workbooks.marks import mark_of

ACCOUNT = "督办台账"
NOTE = (
    "浅黄色的格可以填写，其余由系统填写；可以排序、筛选，可以删行，隐藏的“标识”“版本”两列请保留。填好后交督办专员导入。"
)
NAMED_UNITS = 6
"""How many units that are not done are named in one row."""

ASKING: Mapping[Verb, tuple[str, ...]] = {
    Verb.SIGN: ("signed",),
    Verb.REPORT: ("said", "progress", "remaining"),
    Verb.SUBMIT: ("evidence", "done"),
    Verb.EXTEND: ("ask", "reason"),
}
"""The columns that are filled in for what an owner may do."""


class Account(NamedTuple):
    """An initiative with all that its rows tell: as stored, with its entries and the former names of its steps."""

    look: Look
    state: State
    entries: Sequence[Entry]
    names: Mapping[str, str]


def account(told: Iterable[Account], heading: str, units: Collection[str] | None = None, *, fold: bool) -> DataSheet:
    """The sheet, in the plan's order; of the steps that are with `units` (or posts), where some are named.

    Where `fold` says so, the steps of all units of one written step are one row, which nobody can fill in.
    """
    rows, provisional = list[TableRow](), frozenset[int]()
    for one in told:
        provisional = one.look.calendar.provisional_years
        rows += _rows(one, decide(one.look, one.state), units, fold=fold)
    return DataSheet(
        ACCOUNT, heading, NOTE, LEDGER_COLUMNS, tuple(rows), provisional, hidden=frozenset({KEY, MARK}), still=5
    )


def _rows(one: Account, decision: Decision, units: Collection[str] | None, *, fold: bool) -> Iterator[TableRow]:
    said = words_said(one.entries, one.names)
    for line in lines(one.look, decision):
        asked = [row for row in line.rows if units is None or any(owner in units for owner in _owners(one, row))]
        if fold and line.folded and len(asked) > 1:
            steps = tuple(one.look.initiative.steps[row.step] for row in asked)
            yield _folded(one, replace(line, steps=steps, rows=tuple(asked)))
        else:
            yield from (_row(one, decision, row, said.get(row.step, "")) for row in asked)


def _owners(one: Account, row: StepRow) -> tuple[str, ...]:
    return one.look.office.owners(one.look.initiative.steps[row.step], one.state.step(row.step))


def _row(one: Account, decision: Decision, row: StepRow, said: str) -> TableRow:
    step, own, people = one.look.initiative.steps[row.step], one.state.step(row.step), one.look.office.directory
    owners = _owners(one, row)
    officer = people.posts[people.officer(owners[0])]
    ours: dict[str, CellValue] = {
        **_shared(one.look, row),
        "step": step.title,
        "owner": people.titles(owners),
        "person": officer.name or officer.title,
        "status": STATUS_TITLES[row.status],
        "remark": "；".join(_remarks(one.look, decision, row)),
    }
    named = {KEY: str(step.ref), MARK: str(mark_of(one.look.office.plan.id, one.entries, ours))}
    return TableRow({**named, **ours, **filled_in(step, own, said)}, open_cells(one.look, decision.state, step))


def _shared(look: Look, row: StepRow) -> dict[str, CellValue]:
    """What is told of one step and of those of all units alike."""
    people, initiative = look.office.directory, look.initiative
    return {
        "number": initiative.number,
        "initiative": initiative.title,
        "lead": people.titles(initiative.leads),
        "support": "、".join(map(people.title, initiative.support)),
        "due": row.due,
        "original": row.original_due if row.original_due != row.due else None,
        "light": f"{LIGHT_SHAPES[row.light]} {LIGHT_TITLES[row.light] or '不亮灯'}",
    }


def _folded(one: Account, line: BoardLine) -> TableRow:
    people, worst = one.look.office.directory, line.worst
    missing = [people.title(one.look.initiative.steps[row.step].unit or "") for row in line.open]
    more = f"等{len(missing)}家" if len(missing) > NAMED_UNITS else ""
    told = (f"未办结：{'、'.join(missing[:NAMED_UNITS])}{more}" if missing else "", _why(one.look, worst))
    return TableRow(
        {
            **_shared(one.look, worst),
            KEY: f"{one.look.initiative.id}/{worst.step.partition('@')[0]}{FOLDED}",
            "step": line.title,
            "owner": group_title(line, people),
            "status": f"{STATUS_TITLES[worst.status]}（办结{line.done}/{len(line.rows)}）",
            "remark": "；".join(filter(None, told)),
        }
    )


def _why(look: Look, row: StepRow) -> str:
    why = reason_of(look.office, look.initiative.id, row)
    return "" if why == ALL_IS_WELL else why


def _remarks(look: Look, decision: Decision, row: StepRow) -> Iterator[str]:
    """Why it is lit, how its indicator stands, what ends it, what leaders said of it last."""
    step, own = look.initiative.steps[row.step], decision.state.step(row.step)
    if why := _why(look, row):
        yield why
    if found := gauge_of(look, decision, step):
        yield in_words(found)
    if step.evidence and row.status not in CLOSED:
        yield f"办结应附{'、'.join(step.evidence)}"
    for remark in own.remarks[-1:]:
        who = f"{look.office.directory.title(remark.by)}{chinese(remark.on)}{REMARK_TITLES[remark.kind]}"
        yield f"{who}：{remark.words}"


# What is filled in ---------------------------------------------------------------------------------------------------


def filled_in(step: Step, own: StepState, said: str) -> dict[str, CellValue]:
    """What the owner's side has said of a step so far, by the columns into which it writes more. Time changes none."""
    asked = own.asked
    return {
        "signed": YES if own.signed else None,
        "said": said or None,
        "progress": progress(step, own) or None,
        "remaining": own.remaining,
        "value": own.value,
        "evidence": "\n".join(own.evidence) or None,
        "done": YES if own.submitted else None,
        "ask": asked.to if asked else None,
        "reason": asked.reason if asked else None,
    }


def words_said(entries: Iterable[Entry], names: Mapping[str, str]) -> Mapping[str, str]:
    """By step the last words in which its owner's side reported; `names` are former ids and those of now."""
    found = dict[str, str]()
    for entry in entries:
        name, was = (names.get(one, one) for one in (entry.step, entry.data.get("was", "")))
        if entry.kind is EntryKind.REPLANNED and was in found:
            found[name] = found.pop(was)
        elif entry.kind is EntryKind.REPORTED and entry.data.get("reason"):
            found[name] = str(entry.data["reason"])
    return found


def open_cells(look: Look, state: State, step: Step) -> frozenset[str]:
    """The columns that the owner of a step may fill in as it stands."""
    may = {column for verb, asked in ASKING.items() if entitled(look, state, verb, step) for column in asked}
    if step.target is not None and "progress" in may:
        may = {*may, "value"} if step.target.ceiling else {*may - {"progress"}, "value"}
    return frozenset(may - {"signed"} if state.step(step.id).signed else may)
