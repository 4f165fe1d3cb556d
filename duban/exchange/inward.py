"""Tables that came back: what their cells ask for, shown first; carried out as the commands that people give."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from duban.adapters.workbooks_back import sheets_of
from duban.core.deciding.commands import Command, Refused
from duban.core.planning.plan import StepRef
from duban.core.titles import perhaps
from duban.core.workbooks.account import Account
from duban.core.workbooks.comeback import Comeback, come_back
from duban.core.workbooks.rows_back import CellNote, FilledRow, rows_back
from duban.service import Service


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What was carried out: entries of people, initiatives to look at, commands that something new stood against."""

    entries: int
    woken: tuple[str, ...]
    refused: tuple[str, ...]


def read_back(service: Service, data: bytes, name: str, *, actor: str | None, via: str) -> Comeback:
    """What a workbook that came back asks for, at this moment; nothing is stored.

    Everything is asked by the post `actor` or, without one, by whoever acts for the owner of each step. `via` is by
    which way it came, `name` what the file is called. Raises BadInput for what is no workbook, Refused for a post that
    the directory does not have.
    """
    if actor is not None and actor not in service.office.directory.posts:
        hint = perhaps(actor, service.office.directory.posts, "请核对岗位编号")
        raise Refused("unknown-person", f"通讯录中没有岗位 {actor}：{hint}")
    back = rows_back(sheets_of(data, name))
    whole = Comeback(problems=list(back.problems), notes=list(back.notes))
    known = service.office.plan.initiatives
    for initiative, rows in _by_initiative(service, _once(back.rows)):
        if initiative not in known:
            remedy = perhaps(initiative, known, "这一行已不在计划里，请删去")
            whole.problems += [_unknown(row, remedy) for row in rows]
            continue
        view = service.view(initiative)
        one = come_back(Account(view.look, view.state, view.entries, view.names), rows, actor, via)
        whole.changes += one.changes
        whole.problems += one.problems
        whole.notes += one.notes
        whole.commands += one.commands
        whole.taken += one.taken
    return whole


def _once(rows: Sequence[FilledRow]) -> list[FilledRow]:
    """Each step once, by its first row; that it is there twice is told already."""
    return list({row.key.text: row for row in reversed(rows)}.values())


def _by_initiative(service: Service, rows: Sequence[FilledRow]) -> list[tuple[str, list[FilledRow]]]:
    """Rows by their initiatives, in the plan's order, those of unknown ones last."""

    def home(row: FilledRow) -> str:
        return StepRef.parse(row.key.text).initiative

    order = {name: place for place, name in enumerate(service.office.plan.initiatives)}
    placed = sorted(rows, key=lambda row: (order.get(home(row), len(order)), home(row)))
    return [(name, list(of)) for name, of in groupby(placed, key=home)]


def _unknown(row: FilledRow, remedy: str) -> CellNote:
    return CellNote(row.key.address, "unknown-step", f"计划中没有 {row.key.text}", remedy)


def take_in(service: Service, commands: Iterable[Command]) -> TakenIn:
    """Carry out what a workbook asks for, one command after the other, as if each had been given by itself.

    What something new stands against is not carried out. Each is stored by itself, under a key made of its row: cut
    short anywhere, taking in the same workbook again does the rest, says what was taken in, and doubles nothing.
    """
    entries, woken, refused = 0, dict[str, None](), list[str]()
    for command in commands:
        try:
            result = service.act(command)
        except Refused as late:  # something has happened to it since
            refused.append(f"{command.step}：{late}")
            continue
        entries += sum(entry.actor == command.actor for entry in result.entries)
        woken |= dict.fromkeys((command.step.initiative, *result.woken))
    return TakenIn(entries, tuple(woken), tuple(refused))
