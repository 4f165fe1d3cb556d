"""`duban roll`: next year's plan made of this year's (编制下一年度计划)."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from duban.adapters.draft_files import RECORD, rolled_record
from duban.adapters.files import READABLE, write_bytes_atomically
from duban.adapters.plan_folder import DOCUMENT, PLAN
from duban.adapters.plan_rolling import Change, Remark, Rolling, dated, eased, roll_file
from duban.cli.opening import found
from duban.cli.output import print_json
from duban.core.checking.feasibility import put_off
from duban.core.days.workdays import WorkCalendar
from duban.core.deciding.commands import Refused
from duban.core.ledger.summary import Status, Summary
from duban.core.planning.plan import ACTED_ON, Plan, Step, StepRef
from duban.core.planning.when import WhenWritten
from duban.settings import Settings, load_settings

app = typer.Typer()

ROUNDS = 50
"""How often deadlines are put off until all can be met; each round moves at least one."""

SHOWN = 10
TAKEN_UP = (Status.WORKING, Status.REVIEW, Status.RUNNING, Status.SUSPENDED, Status.FAILED)
"""How steps stand at which somebody has done something."""


@dataclass(slots=True)
class Rolled:
    """What became of a plan: the new folder, what was carried and left out, and what changed."""

    folder: Path
    plan: str
    provisional: bool
    carried: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    under_way: list[str] = field(default_factory=list)
    recurring: list[str] = field(default_factory=list)
    beside: bool = False
    changes: list[Change] = field(default_factory=list)
    look_at: list[Remark] = field(default_factory=list)


@app.command()
def roll(
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="The plan: the name of its folder in config/plans.")],
    year: Annotated[int, typer.Option(min=2000, max=2100, metavar="YEAR", help="The year of the new plan.")],
    rest_beside: Annotated[
        bool, typer.Option("--rest-beside", help="Leave out what is under way: its rest goes on in the old plan.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make another year's plan: dates moved, finished work left out, all else as it is written (编制下一年度计划)."""
    settings = load_settings()
    settings = replace(settings, plan=settings.plan.parent / plan)
    rolled = make(settings, year, rest_beside=rest_beside)
    if as_json:
        print_json(rolled)
        return
    for line in _lines(rolled):
        typer.echo(line)


def make(settings: Settings, year: int, *, rest_beside: bool = False) -> Rolled:
    """Write the plan of the settings for another year; raises Refused and BadInput, and then writes nothing."""
    from duban.wiring import load_calendar, load_office  # noqa: PLC0415  other commands need not load it

    office = load_office(settings)
    old = office.plan
    if year <= old.starts.year:
        raise Refused("not-later", f"计划“{old.title}”是{old.starts.year}年的，新计划的年份应在其后")
    name = _name(old.id, old.starts.year, year)
    folder = settings.plan.parent / name
    if folder.exists():
        raise Refused("exists", f"{folder} 已经存在：请先移走，或者另选年份")
    calendar = load_calendar(settings, old.starts.year - 1, year + old.ends.year - old.starts.year + 1)
    known = _known(settings, old)
    over = [one for one in known if _is_over(old, one)]
    going = [one for one in known if one not in over and _is_begun(old, one) and not _recurs(old, one.initiative)]
    rolling = _rolling(old, name, year, calendar, [*over, *(going if rest_beside else ())])
    rolled = Rolled(folder, name, year in calendar.provisional_years, beside=rest_beside)
    rolled.under_way += [one.initiative for one in going]
    rolled.recurring += [id for id in old.initiatives if _recurs(old, id)]
    if len(rolling.left_out) == len(old.initiatives):
        raise Refused("nothing-left", f"计划“{old.title}”没有可以结转的举措：都已办结，或者在原计划中续办")
    part = folder.with_name(f".{name}.part")
    shutil.rmtree(part, ignore_errors=True)
    try:
        _write(settings.plan, part, rolling, rolled)
        _ease(replace(settings, plan=part), rolled)
        load_office(replace(settings, plan=part))
        part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return rolled


def _name(old: str, year: int, new: int) -> str:
    return old.replace(str(year), str(new)) if str(year) in old else f"{old}-{new}"


def _known(settings: Settings, plan: Plan) -> list[Summary]:
    """The initiatives as they stand; none where there is no ledger."""
    from duban.wiring import make_ledger, unborn  # noqa: PLC0415  as above

    with found(settings) as (at, _):
        if unborn(at):
            return []
        ledger = make_ledger(at, plan.id)
        try:
            summaries = ledger.summaries()
        finally:
            ledger.close()
    return [one for one in summaries if one.initiative in plan.initiatives]


def _is_over(plan: Plan, summary: Summary) -> bool:
    """Whether all of its steps are closed, and none comes back."""
    closed = {row.step for row in summary.steps if row.finished is not None}
    return closed >= plan.initiatives[summary.initiative].steps.keys() and not _recurs(plan, summary.initiative)


def _is_begun(plan: Plan, summary: Summary) -> bool:
    """Whether somebody has done something about it: signed, reported or closed a step."""
    steps = plan.initiatives[summary.initiative].steps
    ended = (row for row in summary.steps if row.finished is not None and row.step in steps)
    return any(steps[row.step].kind in ACTED_ON for row in ended) or any(
        row.progress or row.status in TAKEN_UP for row in summary.steps
    )


def _recurs(plan: Plan, initiative: str) -> bool:
    return any(step.span is not None for step in plan.initiatives[initiative].steps.values())


def _rolling(plan: Plan, name: str, year: int, calendar: WorkCalendar, over: list[Summary]) -> Rolling:
    """How it is carried over without the initiatives that are `over`, or end elsewhere, by their forecast."""
    ends = {
        StepRef(one.initiative, row.step): row.finished or row.forecast or row.due for one in over for row in one.steps
    }
    return Rolling(
        year=plan.starts.year,
        years=year - plan.starts.year,
        plan=name,
        starts=plan.starts,
        calendar=calendar,
        left_out=frozenset(one.initiative for one in over),
        over={ref: day for ref, day in ends.items() if day is not None},
    )


def _write(source: Path, target: Path, rolling: Rolling, rolled: Rolled) -> None:
    """Write every file of the plan for the new year into another folder."""
    texts: dict[str, tuple[str, str]] = {}
    for file in sorted(one for one in source.rglob("*") if one.is_file() and one.name != RECORD):
        name = file.relative_to(source)
        if file.suffix != ".yaml":
            _put(target / name, file.read_bytes())
        elif file.name != DOCUMENT and file.stem in rolling.left_out:
            rolled.left_out.append(file.stem)
        else:
            before = file.read_bytes().decode()
            texts[name.as_posix()] = before, _rolled_text(name.as_posix(), before, rolling, rolled)
    for path, (_, after) in texts.items():
        _put(target / path, after.encode())
    if (source / RECORD).exists():
        _put(target / RECORD, rolled_record((source / RECORD).read_text(encoding="utf-8"), texts).encode())


def _rolled_text(name: str, text: str, rolling: Rolling, rolled: Rolled) -> str:
    if name == DOCUMENT:
        return text
    new = roll_file(name, text, rolling)
    rolled.changes += new.changes
    rolled.look_at += new.remarks
    rolled.carried += [] if name == PLAN else [Path(name).stem]
    return _marked(new.text, rolled, rolling) if name == PLAN else new.text


def _marked(text: str, rolled: Rolled, rolling: Rolling) -> str:
    """`plan.yaml`, with a comment where the new year's holidays are not announced yet."""
    if not rolled.provisional:
        return text
    year = rolling.year + rolling.years
    note = f"# Holidays of {year} are not announced yet: the working days on which dates were placed are provisional.\n"
    first, _, rest = text.partition("\n")
    return f"{first}\n{note}{rest}" if first.startswith("#") else note + text


def _put(file: Path, content: bytes) -> None:
    write_bytes_atomically(file, content, READABLE)


def _ease(settings: Settings, rolled: Rolled) -> None:
    """Put deadlines off that cannot be met in the new year's working days, in the plan's own files.

    Patterns stay as they are: other plans have them, too.
    """
    from duban.adapters.yaml_files import unmeetable  # noqa: PLC0415  other commands need not load it
    from duban.wiring import calendar_of  # noqa: PLC0415  as above

    calendar = calendar_of(settings)
    for _ in range(ROUNDS):
        late = unmeetable(
            settings.plan,
            directory=settings.directory,
            escalation=settings.escalation,
            calendar=calendar,
            patterns=settings.patterns,
        )
        changes = [
            _eased(settings, Path(file), name, step, partial(put_off, late=one, roll=step.roll, calendar=calendar))
            for (file, name), (one, step) in late.items()
        ]
        rolled.changes += filter(None, changes)
        if not any(changes):
            return


def _eased(
    settings: Settings, file: Path, name: str, step: Step, later: Callable[[WhenWritten], WhenWritten]
) -> Change | None:
    """Put a deadline off where it is written; one of a pattern by a date of the initiative's own, which others keep."""
    path, text = file.absolute().relative_to(settings.plan).as_posix(), file.read_bytes().decode()
    found = eased(path, text, name, later)
    if found is None and step.due is not None:
        found = dated(path, text, name, step.due, later(step.due))
    if found is None:
        return None
    write_bytes_atomically(file, found[0].encode(), READABLE)
    return found[1]


HOW = {
    "working-day": "移到同月的同一个工作日",
    "date": "日期不变",
    "span": "月份、季度顺延",
    "resolved": "所依事项已办结不再列入，改为对应日期",
    "dropped": "前置已办结，不再列入",
    "eased": "工作日不够，推迟到能办结的最早一天",
}


BESIDE = "余下事项在原计划中续办，新计划不再列入"


def _going_on(rolled: Rolled) -> Iterator[str]:
    if rolled.recurring:
        yield f"  按周、按月、按季等重复的，新的一年重新开始：{'、'.join(rolled.recurring)}"
    if rolled.under_way:
        what = BESIDE if rolled.beside else "新计划按原样列入；要在原计划中续办的，加 --rest-beside"
        yield f"  已启动、尚未办结：{'、'.join(rolled.under_way)}（{what}）"
    if rolled.beside:
        yield "  原计划写入 config/duban.toml 的 beside，直到余下事项办结"


def _lines(rolled: Rolled) -> Iterator[str]:
    rest = set(rolled.under_way) if rolled.beside else set()
    gone = [name for name in rolled.left_out if name not in rest]
    yield f"已生成 {rolled.folder}：保留{len(rolled.carried)}项举措，{len(gone)}项已全部办结，不再列入"
    for name in gone:
        yield f"  不再列入：{name}"
    yield from _going_on(rolled)
    for how, said in HOW.items():
        if count := sum(change.how == how for change in rolled.changes):
            yield f"  {said}：{count}处"
    for change in rolled.changes:
        if change.how == "eased":
            yield f"    {change.file}:{change.line}　{change.before} → {change.after}"
    if rolled.provisional:
        yield "该年节假日安排尚未公布，工作日为暂定，公布后请重新核对（plan.yaml 已注明）"
    yield f"请人工核对：文件号和 document.yaml 仍是上年的；{len(rolled.look_at)}处文字提到上年"
    for remark in rolled.look_at[:SHOWN]:
        yield f"    {remark.file}:{remark.line}　{remark.text}"
