"""`duban backup` and `duban restore`: all that an office has, put into a folder and brought back elsewhere."""

import shutil
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from duban.cli.exits import Exit
from duban.cli.opening import found, made_anew
from duban.cli.output import print_json
from duban.settings import CLOCK_FILE, Settings, load_settings, settings_file

if TYPE_CHECKING:
    from duban.adapters.backups import Manifest, Place
    from duban.adapters.sql_ledger import SqlLedger

app = typer.Typer()

Folder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Of the backup.")]


@app.command("backup")
def backup(
    folder: Folder,
    *,
    keys: Annotated[
        bool, typer.Option("--keys", help="With all keys: whoever has the backup can then use them.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write all that the office has into a new folder, while it works (备份)."""
    from duban.adapters.backups import back_up  # noqa: PLC0415  other commands start faster
    from duban.wiring import make_clock  # noqa: PLC0415  as above

    with found(load_settings()) as (settings, _), _opened(settings) as ledger:
        made = back_up(_place(settings, ledger), folder, make_clock(settings).now(), keys=keys)
    if as_json:
        print_json({"made": made.made, "rows": made.rows, "files": len(made.files), "keys": made.keys})
    else:
        typer.echo(f"{folder}: {_said(made)}" + ("" if keys else "; without keys, which --keys adds"))
        if settings.store:
            typer.echo(
                f"without letters, evidence and whatever lies in {settings.store}, which wants a backup of its own"
            )


@app.command("restore")
def restore_command(folder: Folder) -> None:
    """Bring a backup back into an empty place: here, on another machine, into another database (恢复)."""
    from duban.adapters.backups import manifest_of, restore  # noqa: PLC0415  as above
    from duban.adapters.testimony import differing  # noqa: PLC0415  as above
    from duban.wiring import seals_of  # noqa: PLC0415  as above

    made = manifest_of(folder)
    kept = _configured(folder)
    with ExitStack() as held:
        settings = held.enter_context(made_anew(load_settings(), embedded=made.database == "postgresql"))
        if f"var/{CLOCK_FILE}" in made.files:
            settings = replace(settings, clock=settings.var / CLOCK_FILE)  # a rehearsal's stays one
        ledger = held.enter_context(_opened(settings))
        faults = [*restore(_place(settings, ledger), folder)]
        told = seals_of(settings).told()
        faults += [
            f"{plan}: {one.initiative}, entry {one.sequence}: {one.reason}" for plan, one in differing(ledger, told)
        ]
        faults += [told.fault] if told.fault else []
    typer.echo(f"restored from {folder}: {_said(made)}")
    typer.echo(f"as {len(told.seals)} seals tell of them" if not faults else "\n".join(["but it is broken:", *faults]))
    for line in kept:
        typer.echo(f"left as it is: {line}")
    raise typer.Exit(Exit.PROBLEMS if faults else Exit.FINE)


def _said(made: "Manifest") -> str:
    return (
        f"{made.rows['entry']} entries, {made.rows['notice']} notices, {len(made.files)} files, made {made.made[:16]}"
    )


def _opened(settings: Settings) -> "closing[SqlLedger]":
    from duban.adapters.files import private_folder  # noqa: PLC0415  as above
    from duban.adapters.sql_ledger import open_ledger  # noqa: PLC0415  as above

    private_folder(settings.var)
    return closing(open_ledger(settings.ledger, ""))


def _place(settings: Settings, ledger: "SqlLedger") -> "Place":
    from duban.adapters.backups import Place  # noqa: PLC0415  as above
    from duban.wiring import seals_of  # noqa: PLC0415  as above

    return Place(ledger, settings.var, seals_of(settings).folder, settings.file.parent)


def _configured(folder: Path) -> list[str]:
    """Bring the configuration back where there is none; otherwise the files that are others than in the backup."""
    config = settings_file().parent
    if not settings_file().exists():
        shutil.copytree(folder / "config", config, dirs_exist_ok=True)
        return []
    ours = {path.relative_to(folder / "config"): path for path in (folder / "config").rglob("*") if path.is_file()}
    return [str(config / name) for name, path in sorted(ours.items()) if not _same(config / name, path)]


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and one.read_bytes() == other.read_bytes()
