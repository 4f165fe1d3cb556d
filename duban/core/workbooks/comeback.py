"""What an office has filled in: told apart from what was there and from what happened since, then tried by the rules.

A row knows after which entry it was written, so that three sides are compared: the cell as it was given out, as it came
back, and the ledger now. What differs becomes the commands that people give themselves, in the plan's order, and each
cell is tried by the rules of the commands alone, so that every problem is told at its cell.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from hashlib import sha256

from duban.core.deciding.commands import VERB_TITLES, Command, Refused, Verb, respond
from duban.core.deciding.decide import decide
from duban.core.deciding.intake import taken_in
from duban.core.ledger.entries import EntryKind, number
from duban.core.ledger.histories import about
from duban.core.ledger.state import State, fold
from duban.core.planning.plan import Step, StepRef
from duban.core.problems import Fault, Invalid
from duban.core.telling.whens import chinese, short
from duban.core.texts import mandarin
from duban.core.titles import perhaps
from duban.core.workbooks.account import ASKING, Account, filled_in, words_said
from duban.core.workbooks.columns import FILLED, FOLDED, LOCKED, MARK, CellValue, Holds, TableColumn
from duban.core.workbooks.marks import RowMark, flat, hash_at
from duban.core.workbooks.reading import TypedCell, items, read
from duban.core.workbooks.rows_back import NAMES, CellNote, FilledRow

ASKED = {**ASKING, Verb.REPORT: (*ASKING[Verb.REPORT], "value")}
"""The columns of each command, in the order in which a row's are given."""

ACTS = frozenset(
    {
        EntryKind.REPORTED,
        EntryKind.SUBMITTED,
        EntryKind.RETURNED,
        EntryKind.WITHDRAWN,
        EntryKind.CORRECTED,
        EntryKind.REOPENED,
        EntryKind.HANDED_OVER,
        EntryKind.EXTENSION_ASKED,
        EntryKind.EXTENSION_GRANTED,
        EntryKind.EXTENSION_REFUSED,
    }
)
"""What people do to a step by which a row that was written before is out of date."""


@dataclass(frozen=True, slots=True)
class CellChange:
    """What a cell says that it did not say, as it is shown, and of which step."""

    address: str
    column: str
    step: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RowCommand:
    """A command that a row comes to, and the cells by which it was asked for, by their columns."""

    command: Command
    cells: Mapping[str, TypedCell]


@dataclass(slots=True)
class Comeback:
    """What rows come to: changes by cell, what stands against them, what is worth knowing, and the commands.

    `taken` are rows of which some was taken in before, by the same table: one that was cut short can be given again.
    """

    changes: list[CellChange] = field(default_factory=list)
    problems: list[CellNote] = field(default_factory=list)
    notes: list[CellNote] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    taken: list[CellNote] = field(default_factory=list)


At = Callable[[int], tuple[State, Mapping[str, str]]]
"""An initiative by its first so many entries, and the last words about each step by then."""


@dataclass(frozen=True)
class RowBack:
    """One row, its step, what it was filled in from, and the initiative as it stands now and as it stood."""

    row: FilledRow
    step: Step
    mark: RowMark
    now: Account
    at: At

    @cached_property
    def was(self) -> dict[str, CellValue]:
        """The cells as they were given out."""
        return self._filled(self.mark.sequence)

    @cached_property
    def stands(self) -> dict[str, CellValue]:
        """The cells as they would be given out now."""
        return self._filled(len(self.now.entries))

    def _filled(self, sequence: int) -> dict[str, CellValue]:
        state, said = self.at(sequence)
        return filled_in(self.step, state.step(self.step.id), said.get(self.step.id, ""))


def come_back(one: Account, rows: Sequence[FilledRow], actor: str | None, via: str) -> Comeback:
    """What the rows of one initiative come to; each is of that initiative, and none is there twice.

    Whatever is asked for is asked by `actor` or, without one, by whoever acts today for the owner of the step.
    """
    found, state = Comeback(), decide(one.look, one.state).state
    order = {name: place for place, name in enumerate(one.look.initiative.steps)}

    @cache
    def at(sequence: int) -> tuple[State, Mapping[str, str]]:
        entries = one.entries[:sequence]
        return fold(entries, one.names), words_said(entries, one.names)

    for row in sorted(rows, key=lambda row: order.get(StepRef.parse(row.key.text).step, len(order))):
        back = _known(one, at, row, found)
        if back is not None:
            found.problems += _ours(back)
            for asked in _asked(back, actor, via, found):
                state = _tried(back, state, asked, found)
    return found


def _known(one: Account, at: At, row: FilledRow, found: Comeback) -> RowBack | None:
    """The row with its step and what it was filled in from, unless it is nobody's."""
    name, steps = StepRef.parse(row.key.text).step, one.look.initiative.steps
    if name.endswith(FOLDED):
        found.problems += [_folded(row.cells[column.id]) for column in FILLED if column.id in row.cells]
        return None
    if name not in steps:
        remedy = perhaps(name, steps, "这一行已不在计划里，请删去")
        found.problems.append(CellNote(row.key.address, "unknown-step", f"没有事项 {row.key.text}", remedy))
        return None
    mark = RowMark.parse(row.cells[MARK].text) if MARK in row.cells else None
    where = row.cells.get(MARK, row.key).address
    if mark is None:
        found.problems.append(CellNote(where, "no-mark", "“版本”列的内容不全", "恢复导出时的内容，或者重新导出后填写"))
    elif mark.plan != one.look.office.plan.id:
        found.problems.append(CellNote(where, "other-plan", f"这一行属于计划 {mark.plan}", "导入该计划，或者重新导出"))
    elif mark.sequence > len(one.entries) or hash_at(one.entries, mark.sequence) != mark.hash:
        found.problems.append(CellNote(where, "other-ledger", "这一行不是从本台账导出的", "重新导出后填写"))
    else:
        return RowBack(row, steps[name], mark, one, at)
    return None


def _folded(cell: TypedCell) -> CellNote:
    return CellNote(cell.address, "folded", "各单位合为一行，不能填写", "不加 --fold 重新导出，按单位填写")


def _ours(back: RowBack) -> Iterator[CellNote]:
    """Cells that are ours and say something else than they did."""
    for column in LOCKED:
        cell = back.row.cells.get(column.id)
        if cell is None:
            continue
        try:
            said = flat(read(column.holds, cell, back.now.look.today))
        except Invalid:
            said = flat(cell.text)
        if cell.fault or not back.mark.unchanged(column.id, said):
            message = f"{column.title}由系统填写，表中改为“{cell.text}”"
            yield CellNote(
                cell.address, "not-yours", message, "恢复原值，或者删去本列；情况写在“进展”，延期写在“申请延期至”"
            )


# What was filled in --------------------------------------------------------------------------------------------------


def _asked(back: RowBack, actor: str | None, via: str, found: Comeback) -> Iterator[RowCommand]:
    """The commands that a row comes to, but for what has been taken in already, or has been done since."""
    edits = dict(_edits(back, found))
    values = {**back.was, **edits}
    wanted = {verb: said for verb, columns in ASKED.items() if (said := [one for one in columns if one in edits])}
    keys = {verb: _key(back, verb, [values[name] for name in ASKED[verb]]) for verb in wanted}
    known = {entry.key for entry in back.now.entries}
    if done := [VERB_TITLES[verb] for verb in wanted if keys[verb] in known]:
        found.taken.append(CellNote(back.row.key.address, "taken-in", f"{'、'.join(done)}此前已由本表记入，不再重复"))
    left = {
        verb: cells
        for verb, said in wanted.items()
        if keys[verb] not in known
        and (cells := {name: back.row.cells[name] for name in said if flat(values[name]) != flat(back.stands[name])})
    }
    if left and _moved(back, left.values(), set(keys.values())):
        cells = {name: cell for cells in left.values() for name, cell in cells.items()}
        found.problems += [_moved_on(back, name, cell, values[name]) for name, cell in cells.items()]
        return
    who = actor or _owner(back)
    for verb, cells in left.items():
        command = _command(back.step.ref, verb, set(cells), values)
        yield RowCommand(replace(command, actor=who, via=via, key=keys[verb]), cells)


def _edits(back: RowBack, found: Comeback) -> Iterator[tuple[str, CellValue]]:
    """Cells that say something else than they did; what cannot be read is a problem, what was emptied a note."""
    for column in FILLED:
        cell, was = back.row.cells.get(column.id), back.was[column.id]
        if cell is None:
            if was is not None and column.id in back.row.columns:
                message = f"“{column.title}”原为“{_shown(column.id, was)}”，表中已清空，不作数"
                found.notes.append(CellNote(back.row.key.address, "emptied", message))
            continue
        try:
            value = _value(back, column, cell, was)
            if value is not None and flat(value) != flat(was):
                _sensible(back, column.id, cell, value)
                yield column.id, value
        except Invalid as wrong:
            found.problems += [CellNote(cell.address, one.id, one.message, one.remedy) for one in wrong.faults]


def _value(back: RowBack, column: TableColumn, cell: TypedCell, was: CellValue) -> CellValue:
    """What a cell says; a percentage whose format was lost says what it did."""
    kept = column.holds is Holds.PERCENT and isinstance(cell.value, float) and isinstance(was, int)
    if kept and flat(cell.value * 100) == flat(was):  # type: ignore[operator]  # it is a float
        return was
    unit = back.step.target.unit if back.step.target else ""
    return read(column.holds, cell, back.now.look.today, unit)


def _sensible(back: RowBack, column: str, cell: TypedCell, value: CellValue) -> None:
    """Raise Invalid for what the rules of commands would take, and a table is better asked about."""
    target, calendar = back.step.target, back.now.look.calendar
    if column == "progress" and target is not None and not target.ceiling:
        raise Invalid(
            Fault("computed", mandarin("指标事项的百分比由指标值算出"), mandarin("改填“指标值”，这一格恢复原值"))
        )
    if isinstance(value, date) and calendar.first <= value <= calendar.last and not calendar.is_working(value):
        before, after = calendar.previous_working(value), calendar.next_working(value)
        raise Invalid(
            Fault(
                "day-off",
                mandarin("“{text}”（{day}）休息", text=cell.text, day=chinese(value)),
                mandarin("改为{before}或者{after}", before=short(before), after=short(after)),
            )
        )


def _key(back: RowBack, verb: Verb, said: Iterable[CellValue]) -> str:
    """What keeps a command from being taken in twice: the row as it was given out, and what was filled in."""
    told = "|".join((str(back.mark), str(back.step.ref), verb, *map(flat, said)))
    return f"workbook/{sha256(told.encode()).hexdigest()[:24]}"


def _moved(back: RowBack, left: Iterable[Iterable[str]], keys: Collection[str]) -> bool:
    """Whether somebody has done something since to what a row would do; not by the same row."""
    since = about(back.now.entries[back.mark.sequence :], back.step.id, back.step.was)
    acted = any(entry.kind in ACTS and entry.key not in keys for entry in since)
    return acted or any(flat(back.stands[name]) != flat(back.was[name]) for names in left for name in names)


def _moved_on(back: RowBack, column: str, cell: TypedCell, value: CellValue) -> CellNote:
    was, now, here = (_shown(column, one) for one in (back.was[column], back.stands[column], value))
    message = f"导出后这一项另有办理：{NAMES[column]}导出时“{was}”，系统现为“{now}”，表中“{here}”"
    return CellNote(cell.address, "moved-on", message, "核对后重新导出再填")


def _owner(back: RowBack) -> str:
    """Whoever acts today for the owner of a step."""
    office, look = back.now.look.office, back.now.look
    side = office.owner_side(back.step, back.now.state.step(back.step.id))
    return next(filter(None, (office.directory.present(post, look.today) for post in side)), side[0])


def _command(step: StepRef, verb: Verb, said: Collection[str], values: Mapping[str, CellValue]) -> Command:
    """The command of a row, by nobody yet: what was filled in; of a request and of a hand-in all there is."""

    def text(name: str) -> str:
        return str(values[name] or "")

    match verb:
        case Verb.REPORT:
            told = {name: values[name] for name in ("progress", "remaining", "value") if name in said}
            return replace(Command(verb, step, "", text("said") if "said" in said else ""), **told)  # type: ignore[arg-type]
        case Verb.EXTEND:
            return Command(verb, step, "", text("reason"), to=flat(values["ask"]))
        case Verb.SUBMIT:
            return Command(verb, step, "", evidence=items(text("evidence")))
        case _:
            return Command(verb, step, "")


# Trying --------------------------------------------------------------------------------------------------------------

BLAMED: Mapping[str, str] = {"reason-missing": "reason", "too-long": "reason"}
"""The cell at which a refusal is told, where that is not the first of its command."""


def _tried(back: RowBack, state: State, asked: RowCommand, found: Comeback) -> State:
    """Try a command on an initiative as it stands by then; the state once it is carried out, or the same."""
    told = list(dict.fromkeys(note for part in _parts(asked) if (note := _refusal(back, state, part))))
    if told:
        found.problems += told
        return state
    for column, cell in asked.cells.items():
        before = _shown(column, back.stands[column])
        found.changes.append(
            CellChange(cell.address, NAMES[column], back.step.title, before, _said(column, cell, asked))
        )
    found.commands.append(asked.command)
    return _carried_on(back.now, state, asked.command)


def _parts(asked: RowCommand) -> Iterator[RowCommand]:
    """A command in parts of which each is judged alone: a report cell by cell, a day as if the reason were there."""
    command, bare = asked.command, replace(asked.command, reason="", progress=None, remaining=None, value=None)
    if command.verb is Verb.REPORT:
        for column, cell in asked.cells.items():
            name = "reason" if column == "said" else column
            yield RowCommand(replace(bare, **{name: getattr(command, name)}), {column: cell})
        return
    if command.verb is Verb.EXTEND and not command.reason:
        yield RowCommand(replace(command, reason="理由"), asked.cells)
    yield asked


def _refusal(back: RowBack, state: State, asked: RowCommand) -> CellNote | None:
    try:
        respond(back.now.look, state, taken_in(asked.command))
    except Refused as refused:
        cell = asked.cells.get(BLAMED.get(refused.code, "")) or next(iter(asked.cells.values()))
        return CellNote(cell.address, refused.code, str(refused))
    return None


def _carried_on(one: Account, state: State, command: Command) -> State:
    """The state after a command, with what follows from it; nothing is stored."""
    look, drafts = one.look, respond(one.look, state, taken_in(command))
    plan, name = look.office.plan.id, look.initiative.id
    entries = number(drafts, plan=plan, initiative=name, after=state.head, at=look.now, day=look.today)
    return decide(look, fold(entries, one.names, state)).state


def _shown(column: str, value: CellValue) -> str:
    """A value as a cell shows it."""
    text = flat(value)
    return f"{text}%" if column == "progress" and text else text


def _said(column: str, cell: TypedCell, asked: RowCommand) -> str:
    """What a cell is taken to say."""
    command = asked.command
    said: Mapping[str, CellValue] = {
        "progress": command.progress,
        "remaining": command.remaining,
        "value": command.value,
        "ask": command.to,
        "evidence": "、".join(command.evidence),
    }
    return _shown(column, said.get(column, cell.text))
