"""`duban ledger show`: what happened to an initiative, or to the plan, in words."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.cells import cell_len, set_cell_size

from duban.cli.opening import opened
from duban.cli.output import Csv, Listing, Xlsx, outlet, print_json, put_out
from duban.core.ledger.entries import PLAN, Entry, EntryKind, standing
from duban.core.ledger.histories import about
from duban.core.planning.plan import Plan, StepRef
from duban.core.planning.snapshot import restored
from duban.core.telling.events import in_full, title_of, way
from duban.core.telling.revised import Names
from duban.core.telling.whens import chinese
from duban.service import Service

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
NOTICES = frozenset(kind for kind in EntryKind if kind.startswith(("notice-", "rung-"))) - {
    EntryKind.NOTICE_SENT,
    EntryKind.NOTICE_REVIVED,
}
"""Entries about notices on their way, which people have no part in."""


@app.command("show")
def show(
    initiative: Annotated[
        str | None, typer.Argument(metavar="[INITIATIVE]", help="Whose history; the plan's own when left out.")
    ] = None,
    *,
    step: Annotated[str | None, typer.Option(metavar="STEP", help="Only what happened to this step.")] = None,
    notices: Annotated[bool, typer.Option("--notices", help="With what became of every notice.")] = False,
    as_json: Json = False,
    as_csv: Csv = False,
    xlsx: Xlsx = None,
) -> None:
    """Tell what happened to an initiative, or to the plan, and by which way it came (台账)."""
    to = outlet(as_json, as_csv, xlsx)
    with opened() as at:
        told = list(_told(at.service, initiative, step, notices=notices))
    if to.as_json:
        print_json([{"moment": entry.at, "said": said, **plain_entry(entry)} for entry, said in told])
        return
    lines = [(chinese(entry.day), way(entry) or "—", said) for entry, said in told]
    if to.tabular:
        put_out(Listing("台账", ("日期", "方式", "记录"), tuple(lines)), to)
        return
    width = max((cell_len(by) for _, by, _ in lines), default=0)
    for day, by, said in lines:
        typer.echo(f"{day}　{set_cell_size(by, width)}　{said}")
    if not told:
        typer.echo("台账中没有记录")


def _told(service: Service, initiative: str | None, step: str | None, *, notices: bool) -> Iterator[tuple[Entry, str]]:
    """Entries and what they say, those of notices only when asked for."""
    entries = service.ledger.entries(initiative or PLAN)
    if initiative is not None and not entries:
        service.initiative(initiative)  # refuses a name that is in neither the ledger nor the plan
    names = Names(service.office.directory, _plans(service))
    was = _was(service, initiative, step)
    counting = {entry.sequence for entry in standing(entries)}
    for entry in about(entries, step, was) if step else entries:
        if notices or entry.kind not in NOTICES:
            title = title_of(names, entry)
            said = in_full(names, entry, _unit(names, entry)) + ("" if entry.sequence in counting else "（不计）")
            yield entry, f"{title}{'：' if title else ''}{said}"


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
    """An entry as data; of an application without the plan and the terms it holds."""
    data = {key: value for key, value in entry.data.items() if key not in ("plan", "terms", "replans")}
    return {
        "sequence": entry.sequence,
        "kind": entry.kind,
        "step": entry.step,
        "day": entry.day,
        "actor": entry.actor,
        "via": entry.data.get("via", ""),
        "data": data,
    }
