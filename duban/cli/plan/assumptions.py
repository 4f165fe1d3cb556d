"""What the files assume because the document does not say it: in one list, to be found and replaced (`assumptions`)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from duban.cli.output import console, print_json
from duban.core.planning.plan_file import StepFile
from duban.core.planning.when import write_duration, write_when
from duban.settings import load_settings

if TYPE_CHECKING:  # other commands need not load it
    from duban.adapters.pattern_folder import Placed

app = typer.Typer()


@dataclass(frozen=True, slots=True)
class Assumption:
    """One thing that is assumed: where it is written, and for which initiatives it holds.

    `step` is None when a whole initiative is assumed; `key` is what an initiative says of a step of its pattern.
    """

    file: str
    line: int
    step: str | None
    key: str | None
    title: str
    duration: str | None
    due: str | None
    pattern: str | None
    initiatives: tuple[str, ...]

    @property
    def place(self) -> tuple[str, int]:
        """File and line."""
        return self.file, self.line


@app.command()
def assumptions(
    initiative: Annotated[str | None, typer.Argument(metavar="[INITIATIVE]", help="Only those of one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List everything marked assumed, by initiative and by pattern, with file and line (假定清单)."""
    from duban.wiring import load_bureau  # noqa: PLC0415  other commands need not load it

    office, loaded = load_bureau(load_settings())
    names = [initiative] if initiative else list(office.plan.initiatives)
    unknown = [name for name in names if name not in loaded.written]
    if unknown:
        raise typer.BadParameter(f"there is no initiative {unknown[0]!r}")
    found = assumed(loaded.written[name] for name in names)
    if as_json:
        print_json(found)
    else:
        console().print(_table(found))


def assumed(initiatives: "Iterable[Placed]") -> list[Assumption]:
    """Everything that is assumed; what stands in a pattern once, after the rest, with the initiatives it holds for."""
    own: list[Assumption] = []
    shared: dict[tuple[str, int], Assumption] = {}
    for placed in initiatives:
        own += _own(placed)
        for one in _of_pattern(placed):
            before = shared.get(one.place)
            shared[one.place] = replace(one, initiatives=(*(before.initiatives if before else ()), *one.initiatives))
    return own + [shared[place] for place in sorted(shared)]


def _own(placed: "Placed") -> Iterator[Assumption]:
    """What is assumed in the file of the initiative."""
    file = placed.file
    if file is None:
        return
    if file.assumed:
        yield Assumption(*placed.place(("assumed",)), None, None, file.title, None, None, None, (file.id,))
    for number, step in enumerate(file.steps):
        origin = placed.origins[number]
        if step.assumed and origin.pattern is None:
            yield _of_step(step, placed.place(("steps", number)), None, file.id)
        for key in sorted(origin.said.keys() - {"assumed"}) if step.assumed else ():
            said = _of_step(step, placed.place(("steps", number, key)), origin.pattern, file.id)
            duration, due = said.duration if key == "duration" else None, said.due if key == "due" else None
            yield replace(said, key=key, duration=duration, due=due)


def _of_pattern(placed: "Placed") -> Iterator[Assumption]:
    """What is assumed in the file of its pattern and holds for the initiative."""
    if placed.file is None or placed.pattern is None or placed.pattern.value is None:
        return
    pattern = placed.pattern.value
    for number, step in enumerate(placed.file.steps):
        origin = placed.origins[number]
        if step.assumed and origin.pattern:
            written = pattern.steps[origin.number]
            yield _of_step(written, placed.place(("steps", number)), pattern.id, placed.file.id)


def _of_step(step: StepFile, place: tuple[str, int], pattern: str | None, initiative: str) -> Assumption:
    duration = str(write_duration(step.duration)) if step.duration else None
    due = write_when(step.due) if step.due else None
    return Assumption(*place, step.id, None, step.title, duration, due, pattern, (initiative,))


def _table(found: list[Assumption]) -> Table:
    table = Table("出处", "举措", "事项", "内容", "用时", "时限", box=None, pad_edge=False, show_footer=True)
    table.columns[0].footer = f"共{len(found)}处假定"
    for one in found:
        shared = one.pattern and not one.key
        whose = f"模式 {one.pattern}（{len(one.initiatives)}项举措）" if shared else one.initiatives[0]
        what = f"{one.step or ''}{f' {one.key}' if one.key else ''}"
        table.add_row(f"{one.file}:{one.line}", whose, what, escape(one.title), one.duration or "", one.due or "")
    return table
