"""Backups: the ledger of all plans and what lies beside it, in a folder with a manifest that says what must be there.

`ledger/` has its rows, `var/` files of the var folder, `seals/` the seals, `config/` what the bureau edits. A folder
without its manifest is no backup: the manifest is written last. Keys go along only when they are asked for; those that
check seals always do.
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path

from duban.adapters.files import (
    PRIVATE,
    Unwritten,
    private_folder,
    whole_or_unwritten,
    write_atomically,
    write_bytes_atomically,
)
from duban.adapters.ledger_copies import read_rows, write_rows
from duban.adapters.ledger_version import LATEST
from duban.adapters.seal_folder import SealFolder
from duban.adapters.sql_ledger import SqlLedger
from duban.ports import Round, Rounder

MANIFEST = "manifest.json"
KEPT = ("mail", "bulletins", "collected", "assigned", "evidence", "rehearsal-clock")
"""What of the var folder is kept; the rest is made anew."""

SECRETS = "secrets"


class NoBackup(OSError):
    """A folder cannot be used as a backup, or restored into; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: rows by table, files by path with their SHA-256; when and of what database it was made."""

    made: str
    database: str
    schema: str
    keys: bool
    rows: Mapping[str, int]
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an office lives: its ledger, its var folder, its seals and its configuration."""

    ledger: SqlLedger
    var: Path
    seals: SealFolder
    config: Path


def last_backup(made: Round | None, folder: Path | None) -> datetime | None:
    """When the last backup was made: `made` is ours, a file in the office's own folder another; None without any."""
    files = [file for file in folder.glob("*") if file.is_file()] if folder else []
    moments = [datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in files] + ([made.at] if made else [])
    return max(moments, default=None)


def back_up(place: Place, folder: Path, now: datetime, *, keys: bool = False) -> Manifest:
    """Write a backup into a folder that is empty or not there, while others work; raises NoBackup.

    Where there is no room for it, nothing of it is left: Unwritten.

    Seals are taken before the ledger and files after it: so it has all entries that any of its seals tells of, and all
    files that any of its entries names.
    """
    if folder.exists() and any(folder.iterdir()):
        raise NoBackup(f"{folder} is not empty. Name a new folder for each backup.")
    if folder.resolve().is_relative_to(place.config.resolve()):
        raise NoBackup(f"{folder} is inside what is to be kept. Name one outside of {place.config}.")
    try:
        with whole_or_unwritten(folder):
            made = _written(place, folder, now, keys=keys)
    except Unwritten:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    for one in place.ledger.whole().values():
        one.note_round(Rounder.BACKUP, Round(now, str(folder)))
    return made


def _written(place: Place, folder: Path, now: datetime, *, keys: bool) -> Manifest:
    for name in ("ledger", "seals"):
        private_folder(folder / name)
    for name in place.seals.every():  # each is there whole or not at all
        write_bytes_atomically(folder / "seals" / Path(name).name, place.seals.files.cat_file(name))
    rows = write_rows(place.ledger, folder / "ledger")
    for name in KEPT:
        _copy(place.var / name, folder / "var" / name)
    _copy(place.config, folder / "config")
    for file in _secrets(place.var, keys=keys):
        _copy(file, folder / "var" / file.relative_to(place.var))
    made = Manifest(now.astimezone(UTC).isoformat(), place.ledger.engine.name, LATEST, keys, rows, _digests(folder))
    _close(folder)
    write_atomically(folder / MANIFEST, json.dumps(asdict(made), ensure_ascii=False, indent=1))
    return made


def _secrets(var: Path, *, keys: bool) -> Iterable[Path]:
    every = (path for path in sorted((var / SECRETS).rglob("*")) if path.is_file())
    return (path for path in every if keys or path.suffix == ".pub")


def _copy(source: Path, target: Path) -> None:
    """Copy a file or folder, if it is there; what is being written at this moment is left out."""
    if source.is_dir():
        parts = shutil.ignore_patterns(".*", "*.part")
        try:
            shutil.copytree(source, target, ignore=parts, dirs_exist_ok=True, copy_function=_copy_file)
        except _Uncopied as error:
            raise error.args[0] from None
    elif source.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


class _Uncopied(Exception):
    """What kept a file from being copied: an OSError, of which `copytree` would make words alone."""


def _copy_file(source: str, target: str) -> None:
    try:
        shutil.copy2(source, target)
    except OSError as error:
        raise _Uncopied(error) from error


def _digests(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path != folder / MANIFEST)
    return {path.relative_to(folder).as_posix(): _digest(path) for path in files}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _close(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o700 if path.is_dir() else PRIVATE)


def manifest_of(folder: Path) -> Manifest:
    """The manifest of a backup, all of whose files are as it says; raises NoBackup naming those that are not."""
    try:
        made = Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise NoBackup(
            f"{folder} is no backup: {MANIFEST} cannot be read ({error}). Name the folder of one."
        ) from error
    there = _digests(folder)
    amiss = [name for name in sorted({*there, *made.files}) if there.get(name) != made.files.get(name)]
    if amiss:
        raise NoBackup(f"{folder} is not as it was made: {', '.join(amiss)}. Take another copy of it.")
    if made.schema > LATEST:
        raise NoBackup(f"{folder} was made by a newer duban (schema {made.schema}; here {LATEST}). Upgrade duban here.")
    return made


def restore(place: Place, folder: Path) -> Sequence[str]:
    """Put a backup into an empty place; what was missing of its ledger already, a line each.

    Raises NoBackup, or LedgerUnusable, where something is there.
    """
    taken = [*_taken(place)]
    if taken:
        raise NoBackup(f"{', '.join(taken)}: there is something already. Restore into an empty place.")
    cut = read_rows(place.ledger, folder / "ledger")
    _copy(folder / "var", place.var)
    for file in sorted((folder / "seals").glob("*")):
        place.seals.put(file.name, file.read_bytes())
    for path in place.var.rglob("*"):
        if not path.is_relative_to(place.var / "postgres"):
            path.chmod(0o700 if path.is_dir() else PRIVATE)
    return cut


def _taken(place: Place) -> Iterator[str]:
    if place.seals.names():
        yield place.seals.folder
    for name in (*KEPT, SECRETS):
        path = place.var / name
        if path.is_file() or (path.is_dir() and any(path.iterdir())):
            yield str(path)
