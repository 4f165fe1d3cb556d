"""`ledger verify | rebuild | list | show`: the ledger itself, for administrators."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated

import typer
from rich.cells import cell_len, set_cell_size
from rich.markup import escape
from rich.table import Table

from duban.adapters.ledger_rules import Broken, verify
from duban.cli.exits import Exit
from duban.cli.opening import opened
from duban.cli.output import complain, console, print_json
from duban.core.deciding.decide import decide
from duban.core.ledger.entries import PLAN, Entry, EntryKind, first_broken
from duban.core.ledger.histories import about
from duban.core.ledger.state import fold
from duban.core.ledger.summary import RECIPIENT, Summary
from duban.core.planning.plan import Plan, StepRef
from duban.core.planning.snapshot import restored
from duban.core.telling.events import in_full, title_of, way
from duban.core.telling.revised import Names
from duban.core.telling.whens import chinese
from duban.core.typed import one_line
from duban.ports import Commit, Conflict, Ledger
from duban.service import TRIES, Service

app = typer.Typer(help="Verify the ledger, list its entries, make its derived tables anew.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
NOTICES = frozenset(kind for kind in EntryKind if kind.startswith(("notice-", "rung-"))) - {
    EntryKind.NOTICE_SENT,
    EntryKind.NOTICE_REVIVED,
}
"""Entries about notices on their way, which people have no part in."""


@app.command("verify")
def verify_command(as_json: Json = False) -> None:
    """Read every entry and name the first one that was changed or is missing."""
    with opened() as at:
        broken = verify(at.service.ledger)
        count = _count(at.service.ledger)
    if as_json:
        print_json({"whole": broken is None, "entries": count, "broken": broken})
    elif broken is None:
        typer.echo(f"the ledger is whole: {count} entries, each following from the one before it")
    else:
        typer.echo(f"{_said(broken)}\nrestore the last backup, and find out who wrote to the database")
    raise typer.Exit(Exit.PROBLEMS if broken else Exit.FINE)


def _said(broken: Broken) -> str:
    return f"the ledger is broken at {broken.initiative}, entry {broken.sequence}: {broken.reason}"


def _count(ledger: Ledger) -> int:
    with ledger.stream() as entries:
        return sum(1 for _ in entries)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How much was made anew; `left_out` are initiatives of the ledger that the plan no longer has."""

    initiatives: int
    steps: int
    notices: int
    left_out: tuple[str, ...]


@app.command()
def rebuild(as_json: Json = False) -> None:
    """Make the derived tables (lights, forecasts, notices) anew from the entries; no entry is added or changed."""
    with opened() as at:
        with at.service.ledger.stream() as entries:
            broken = first_broken(entries)
        if broken is not None:
            entry, reason = broken
            complain(f"{_said(Broken(entry.initiative, entry.sequence, reason))}\nnothing was made anew")
            raise typer.Exit(Exit.PROBLEMS)
        rebuilt = rebuild_derived(at.service)
    if as_json:
        print_json(rebuilt)
        return
    typer.echo(f"made anew: {rebuilt.initiatives} initiatives, {rebuilt.steps} steps, {rebuilt.notices} notices")
    for name in rebuilt.left_out:
        typer.echo(f"left out: {name}, which the plan no longer has")


def rebuild_derived(service: Service) -> Rebuilt:
    """Empty the derived tables and fill them again; what the time has brought meanwhile is left to the next tick."""
    every = service.ledger.initiatives()
    names = [name for name in every if not name.startswith(RECIPIENT)]
    known = [name for name in names if name in service.office.plan.initiatives]
    service.ledger.forget_derived()
    # A forecast may hang on one elsewhere that is not made anew yet: once more round, until nothing changes.
    before: list[Summary] = []
    for _ in known:
        notices = sum([_make_anew(service, name) for name in known])
        after = list(service.ledger.summaries())
        if after == before:
            break
        before = after
    digests = sum([_digests_anew(service, name) for name in every if name.startswith(RECIPIENT)])
    steps = sum(len(summary.steps) for summary in before)
    return Rebuilt(len(before), steps, (notices if known else 0) + digests, tuple(set(names) - set(known)))


def _digests_anew(service: Service, name: str) -> int:
    """Store the digests of a recipient as their entries tell them; their number."""
    for _ in range(TRIES):
        entries = service.ledger.entries(name)
        rows = tuple(fold(entries).notices.values())
        service.ledger.commit(Commit(name, (), notices=rows))
        if len(service.ledger.entries(name)) == len(entries):
            return len(rows)
    raise Conflict(f"{name}: others wrote {TRIES} times while this was being made anew; try again")


def _make_anew(service: Service, name: str) -> int:
    """Store the summary and the notices of an initiative as its entries tell them; the number of notices."""
    for _ in range(TRIES):
        view = service.view(name)
        head = view.state.head
        summary = decide(view.look, view.state).summary
        commit = Commit(
            initiative=name,
            entries=(),
            summary=replace(summary, sequence=head.sequence if head else 0),
            notices=tuple(view.state.notices.values()),
        )
        try:
            service.ledger.commit(commit)
        except Conflict:
            continue
        return len(commit.notices)
    raise Conflict(f"{name}: others wrote {TRIES} times while this was being made anew; try again")


@app.command("list")
def list_entries(
    initiative: Annotated[str, typer.Argument(metavar="INITIATIVE", help="Whose entries.")],
    step: Annotated[str | None, typer.Option(metavar="STEP", help="Only those about this step.")] = None,
    as_json: Json = False,
) -> None:
    """List the entries of an initiative, oldest first."""
    with opened() as at:
        entries = at.service.ledger.entries(initiative)
        if not entries:
            at.service.initiative(initiative)  # refuses a name that is in neither the ledger nor the plan
        zone = at.service.office.zone
    entries = [entry for entry in entries if step in (None, entry.step)]
    if as_json:
        print_json(entries)
        return
    table = Table("sequence", "moment", "kind", "step", "actor", "data", box=None, pad_edge=False)
    for entry in entries:
        moment = f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        said = one_line(json.dumps(entry.data, ensure_ascii=False)) if entry.data else ""
        table.add_row(str(entry.sequence), moment, entry.kind, entry.step, entry.actor, escape(said))
    console().print(table)
    typer.echo(f"{len(entries)} entries")


@app.command("show")
def show(
    initiative: Annotated[
        str | None, typer.Argument(metavar="[INITIATIVE]", help="Whose history; the plan's own when left out.")
    ] = None,
    step: Annotated[str | None, typer.Option(metavar="STEP", help="Only what happened to this step.")] = None,
    notices: Annotated[bool, typer.Option("--notices", help="With what became of every notice.")] = False,
    as_json: Json = False,
) -> None:
    """Tell what happened to an initiative, or to the plan, and by which way it came (台账)."""
    with opened() as at:
        told = list(_told(at.service, initiative, step, notices=notices))
    if as_json:
        print_json([{"moment": entry.at, "said": said, **plain_entry(entry)} for entry, said in told])
        return
    ways = [way(entry) or "—" for entry, _ in told]
    width = max(map(cell_len, ways), default=0)
    for (entry, said), by in zip(told, ways, strict=True):
        typer.echo(f"{chinese(entry.day)}　{set_cell_size(by, width)}　{said}")
    if not told:
        typer.echo("台账中没有记录")


def _told(service: Service, initiative: str | None, step: str | None, *, notices: bool) -> Iterator[tuple[Entry, str]]:
    """Entries and what they say, those of notices only when asked for."""
    entries = service.ledger.entries(initiative or PLAN)
    if initiative is not None and not entries:
        service.initiative(initiative)  # refuses a name that is in neither the ledger nor the plan
    names = Names(service.office.directory, _plans(service))
    was = _was(service, initiative, step)
    for entry in about(entries, step, was) if step else entries:
        if notices or entry.kind not in NOTICES:
            title = title_of(names, entry)
            yield entry, f"{title}{'：' if title else ''}{in_full(names, entry, _unit(names, entry))}"


def _plans(service: Service) -> tuple[Plan, ...]:
    """The plan in force and those before it, newest first: removed steps keep their titles."""
    applied = [restored(entry.data["plan"]) for entry in reversed(service.ledger.entries(PLAN))]
    return (service.office.plan, *applied)


def _was(service: Service, initiative: str | None, step: str | None) -> str | None:
    """The name a step had before, where the plan still tells of it."""
    found = Names(service.office.directory, (service.office.plan,)).find(StepRef(initiative or "", step or ""))
    return found.was if found is not None else None


def _unit(names: Names, entry: Entry) -> str:
    """What an indicator is counted in."""
    step = names.find(StepRef(entry.initiative, entry.step))
    return step.target.unit if step is not None and step.target else ""


def plain_entry(entry: Entry) -> dict[str, object]:
    """An entry as data; of an application without the plan it holds."""
    data = {key: value for key, value in entry.data.items() if key not in ("plan", "replans")}
    return {
        "sequence": entry.sequence,
        "kind": entry.kind,
        "step": entry.step,
        "day": entry.day,
        "actor": entry.actor,
        "via": entry.data.get("via", ""),
        "data": data,
    }
