"""`duban ledger verify`: whether every entry follows from the one before it, and is the one that seals tell of."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duban.adapters.ledger_rules import Broken
from duban.cli.exits import Exit
from duban.cli.opening import Opened, opened
from duban.cli.output import print_json
from duban.ports import Ledger, Rounder

if TYPE_CHECKING:
    from duban.adapters.testimony import Testimony

app = typer.Typer()

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("verify")
def verify_command(
    seals: Annotated[
        str | None, typer.Option(metavar="DIR", help="Hold it against the seals there, not those of the settings.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(metavar="KEY", help="The public key of the seals, or a file that holds it.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read every entry and name the first one that was changed or is missing, also since it was sealed."""
    from duban.adapters.testimony import differing  # noqa: PLC0415  other commands start faster

    with opened() as at:
        told = _told(at, seals, key)
        broken, faults = list(differing(at.service.ledger, told)), list(_faults(at, told, seals))
        free = at.service.ledger.too_free()
        count, own = _count(at.service.ledger), at.service.office.plan.id
    if as_json:
        first = next(({"plan": plan, **asdict(one)} for plan, one in broken), None)
        whole = not (broken or faults)
        held = {"broken": first, "seals": len(told.seals), "faults": faults, "rights": free}
        print_json({"whole": whole, "entries": count, **held})
    elif broken or faults:
        where = (one if plan == own else replace(one, initiative=f"{plan}: {one.initiative}") for plan, one in broken)
        typer.echo("\n".join([*map(said, where), *faults]))
        typer.echo("restore the last backup, and find out who wrote to the database")
    else:
        typer.echo(f"the ledger is whole: {count} entries, each following from the one before it{_as_sealed(told)}")
    for line in free if not as_json else ():
        typer.echo(f"to watch: {line} (duban ledger roles)")
    raise typer.Exit(Exit.PROBLEMS if broken or faults else Exit.FINE)


def said(broken: Broken) -> str:
    """Where the ledger is broken, and why."""
    return f"the ledger is broken at {broken.initiative}, entry {broken.sequence}: {broken.reason}"


def _told(at: Opened, seals: str | None, key: str | None) -> "Testimony":
    """What the seals tell: those of the settings, or those that somebody names, known by a key that they name."""
    from duban.adapters.seal_folder import seal_folder  # noqa: PLC0415  as above
    from duban.wiring import seals_of  # noqa: PLC0415  as above

    sealing = seals_of(at.settings)
    if seals is not None:
        sealing = replace(sealing, folder=seal_folder(seals))
    return sealing.told(None if key is None else frozenset([_public(key)]))


def _public(key: str) -> str:
    return Path(key).read_text(encoding="ascii").strip() if Path(key).is_file() else key


def _faults(at: Opened, told: "Testimony", named: str | None) -> Iterator[str]:
    """What is wrong beside the entries: with the seals, and with what guards the entries in the database."""
    if told.fault:
        yield f"the seals cannot be believed: {told.fault}"
    elif named is not None and not told.seals:
        yield f"there are no seals in {named}"
    elif named is None and (noted := at.service.ledger.rounds().get(Rounder.SEAL)):
        number = int(noted.said.partition(" ")[0])
        if number > len(told.seals):
            yield f"seal {number} was made, and the folder of seals ends with {len(told.seals)}: some were taken away"
    for line in at.service.ledger.unguarded():
        yield f"the database does not guard its entries: {line}"


def _as_sealed(told: "Testimony") -> str:
    if not told.seals:
        return ""
    last = told.seals[-1]
    return f", as {len(told.seals)} seals tell of them, the last {last}, by {last.key} (public key {last.public})"


def _count(ledger: Ledger) -> int:
    with ledger.stream() as entries:
        return sum(1 for _ in entries)
