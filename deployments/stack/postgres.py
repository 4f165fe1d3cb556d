"""PostgreSQL from a wheel, for one folder: started, found again, stopped. Nothing to install, no account to create.

It listens on a Unix socket alone, in a folder only its own account may enter, so it needs no password and no port. Each
database is used by a role of its name, which has no right on any other; the ledger's is owned by another, which alone
changes its tables; nobody connects as superuser.
PostgreSQL refuses to run as root; started by root it runs as `postgres`, or else as `nobody`.
"""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil  # type: ignore[import-untyped]  # it ships no types
import psycopg

from deployments.stack import postgres_folder, postgres_roles
from deployments.stack.children import Ended, StackError, end_child, start_child, tail
from deployments.stack.postgres_folder import PORT

LEDGER, PREFECT = "ledger", "prefect"
STARTING = 60.0  # seconds; recovery after a crash included
SETTINGS = {
    "listen_addresses": "",
    # Left to itself the write-ahead log of a busy hour grows to a gigabyte and stays.
    "min_wal_size": "32MB",
    "max_wal_size": "128MB",
    "wal_compression": "on",
    # What is cleared away makes room for what comes: looked at every quarter of a minute, from a twentieth on.
    "autovacuum_naptime": "15s",
    "autovacuum_vacuum_scale_factor": "0.05",
}
STOPPING = 30.0  # seconds; it writes what it holds to the disk


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running PostgreSQL: data folder, socket folder, postmaster; `process` is None when it was taken over."""

    folder: Path
    socket: Path
    pid: int
    process: subprocess.Popen[bytes] | None

    @property
    def address(self) -> Path:
        """The socket it listens on."""
        return self.socket / f".s.PGSQL.{PORT}"

    def asyncpg_url(self, database: str) -> str:
        """SQLAlchemy URL for Prefect's server."""
        return self._url("postgresql+asyncpg", database)

    def psycopg_url(self, database: str) -> str:
        """SQLAlchemy URL for the ledger."""
        return self._url("postgresql+psycopg", database)

    def owner_url(self, database: str) -> str:
        """The same as the role that owns it, which alone changes its tables."""
        return self._url("postgresql+psycopg", database, postgres_roles.owner_of(database))

    def _url(self, driver: str, database: str, role: str | None = None) -> str:
        return f"{driver}://{role or database}@/{database}?host={quote(str(self.socket))}&port={PORT}"


@contextmanager
def running(
    folder: Path, log: Path, base_env: Mapping[str, str], databases: Sequence[str] = (LEDGER, PREFECT)
) -> Iterator[Cluster]:
    """A cluster for the length of a `with` block."""
    cluster = start(folder, log, base_env, databases)
    try:
        yield cluster
    finally:
        stop(cluster)


def _with_ledger(cluster: Cluster, databases: Sequence[str]) -> Cluster:
    """The cluster, with the ledger's tables brought up to date by their owner."""
    from duban.adapters.ledger_schema import bring_up  # noqa: PLC0415  other commands start faster

    if LEDGER in databases:
        try:
            bring_up(cluster.owner_url(LEDGER), LEDGER)
        except BaseException as error:
            ended = not alive(cluster)
            stop(cluster)
            if ended:
                raise Ended(f"PostgreSQL ended while its tables were made: {error}") from error
            raise
    return cluster


def start(
    folder: Path, log: Path, base_env: Mapping[str, str], databases: Sequence[str] = (LEDGER, PREFECT)
) -> Cluster:
    """Start the cluster in `folder`, made if need be, or take over the one a killed run left running there.

    It has these databases, each with its roles, and the ledger its tables; what an earlier duban made is brought over.

    It ends when the thread that started it ends. Raises StackError: no room, not writable, data of another version,
    or it does not come up (with the end of its `log`).
    """
    folder = folder.resolve()
    owner = postgres_folder.account(folder)
    postgres_folder.prepare(folder, owner)
    pid = postgres_folder.postmaster(folder)
    if not postgres_roles.ready(folder, databases):
        if pid is not None:
            _end(pid)
        if not postgres_folder.initialised(folder):
            postgres_folder.initialise(folder, owner, base_env)
        postgres_roles.set_up(folder, owner, base_env, databases)
    socket = postgres_folder.socket_folder(folder, owner)
    if pid is not None and _answers(socket, databases[0], lambda: psutil.pid_exists(pid)):
        return _with_ledger(Cluster(folder, socket, pid, None), databases)
    command: list[str | Path] = [postgres_folder.program("postgres"), "-D", folder, "-k", socket]
    command += [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    environment = postgres_folder.bare_environment(base_env)
    process = start_child(command, environment, log, folder, death_signal=signal.SIGINT, account=owner)
    if not _answers(socket, databases[0], lambda: process.poll() is None):
        kind = StackError if process.poll() is None else Ended
        end_child(process, STOPPING, signal.SIGINT)
        raise kind(f"PostgreSQL does not start in {folder}. The end of {log}:\n{tail(log)}")
    return _with_ledger(Cluster(folder, socket, process.pid, process), databases)


def stop(cluster: Cluster) -> None:
    """Fast shutdown: clients are cut off, nothing committed is lost. A cluster already gone is no error."""
    if cluster.process is not None:
        end_child(cluster.process, STOPPING, signal.SIGINT)
    elif alive(cluster):
        _end(cluster.pid)
    if cluster.socket != cluster.folder:
        shutil.rmtree(cluster.socket, ignore_errors=True)


def _end(pid: int) -> None:
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOPPING)
        except psutil.TimeoutExpired:  # it hangs; nothing committed is lost
            process.kill()
            process.wait(STOPPING)


def alive(cluster: Cluster) -> bool:
    """Whether the cluster's postmaster still runs."""
    if cluster.process is not None:
        return cluster.process.poll() is None
    return postgres_folder.postmaster(cluster.folder) == cluster.pid


def kill(cluster: Cluster) -> None:
    """End one that hangs at once, with all that belongs to it; started again it finds all that was committed."""
    with suppress(psutil.NoSuchProcess):
        postmaster = psutil.Process(cluster.pid)
        family = [*postmaster.children(recursive=True), postmaster]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        if cluster.process is not None:
            cluster.process.wait()
        psutil.wait_procs(family, timeout=STOPPING)


def _answers(socket: Path, database: str, lives: Callable[[], bool]) -> bool:
    """Wait until the cluster takes connections; False once it has died, or has not come up in time."""
    until = time.monotonic() + STARTING
    while lives() and time.monotonic() < until:
        try:
            psycopg.connect(
                host=str(socket), port=PORT, user=database, dbname=database, password="", connect_timeout=5
            ).close()
        except psycopg.OperationalError:  # not up yet, in recovery, or shutting down
            time.sleep(0.05)
        else:
            return True
    return False
