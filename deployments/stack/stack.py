"""The embedded stack: PostgreSQL, Prefect's server, a worker and the desk as children of this process, in one folder.

    var/postgres   the data of both databases        var/log   one log a child
    var/prefect    what Prefect keeps on disk        var/run   the lock, and the addresses while it runs
    var/secrets    the server's password

Nothing outside `var` is read or written; a user's own Prefect profile is left alone.
"""

import logging
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from deployments.stack import postgres, run_folder, server
from deployments.stack.children import MARK, Ended, StackError, end_child, end_marked, start_child
from deployments.stack.environment import (
    GUARDED,
    Addresses,
    environment,
    pages_folder,
    server_environment,
    worker_environment,
)
from deployments.stack.pages import close_pages
from deployments.stack.password import SERVER_VARIABLE, keep_password
from deployments.stack.pulse import BEAT, ENCRYPTION, Beat, Pulse, Sign, asking_for
from deployments.stack.watch import Watch, pause
from duban.adapters.files import close_to_others, private_folder
from duban.core.texts import english
from duban.room import started
from duban.settings import LOG_VARIABLE

log = logging.getLogger(__name__)

EVERYWHERE = "0.0.0.0"  # noqa: S104  compared with, not bound to: the settings' default is loopback
WHEN_WE_DIE = {
    "server": signal.SIGKILL,  # it keeps nothing of its own, and asked politely waits long for a database that is gone
    "worker": signal.SIGTERM,  # it ends its flow runs first
    "desk": signal.SIGTERM,  # it gives the answers it has begun
    "guard": signal.SIGTERM,
    "metrics": signal.SIGTERM,
}
STARTS = 4  # how often database and server are begun before it is given up
GRACE = 15.0  # seconds a child has to end when asked


@dataclass(frozen=True, slots=True)
class StackSettings:
    """What to start, and where. `port` is the one wanted, and so is `desk`; the next free one is taken. No desk: None.

    A `locked` server asks for a password: the one that the caller's environment names, else one of its own.
    """

    var: Path
    host: str = "127.0.0.1"
    port: int = 4200
    worker: bool = True
    pool: str = "duban"
    worker_type: str = "duban"
    locked: bool = False
    desk: int | None = None
    desk_host: str = "127.0.0.1"
    json_logs: bool = False


class Stack:
    """One running stack. `start`, then `tend` every second or so, then `stop`; or a `with` block.

    `base_env` is the environment of the caller (paths in it absolute): children inherit it without its Prefect and
    PostgreSQL settings. Start and tend from one thread that lives as long as the stack: children end with it.
    """

    def __init__(self, settings: StackSettings, base_env: Mapping[str, str]) -> None:
        self.settings = settings
        self.var = settings.var.resolve()
        self._env = {**base_env, MARK: str(self.var)}
        self._lock: IO[str] | None = None
        self._cluster: postgres.Cluster | None = None
        self._addresses: Addresses | None = None
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._watches: list[Watch] = []
        self._signs: dict[str, Sign] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def addresses(self) -> Addresses:
        """Where the stack is found. Raises StackError before it has started."""
        if self._addresses is None:
            raise StackError(english("The stack has not started."))
        return self._addresses

    def environment(self) -> dict[str, str]:
        """The variables for a process that belongs to this stack and is to end with it, however the stack ends."""
        return environment(self.addresses, self._env)

    def start(self) -> Addresses:
        """Start everything and wait until it answers. On any failure, Ctrl-C included, what was started is ended.

        Raises StackError: another stack lives on this folder, or a child does not come up (with the end of its log).
        """
        try:
            self._prepare()
            self._begin()
            if self.settings.worker:
                self._start_worker()
            if self.addresses.desk:
                self._start_desk()
            self._watch()
            run_folder.publish(self.addresses)
        except BaseException:
            self.stop()
            raise
        return self.addresses

    def stop(self) -> None:
        """End the worker, the server, PostgreSQL, then whatever they left. May be called at any time, and twice."""
        if self._lock is None:
            return
        self._watches = []
        for sign in self._signs.values():
            sign.end()
        for name in ("metrics", "guard", "desk", "worker", "server"):
            if child := self._children.pop(name, None):
                end_child(child, GRACE)
        if self._cluster is not None:
            postgres.stop(self._cluster)
            self._cluster = None
        end_marked(self.var)
        run_folder.withdraw(self.var)
        self._lock.close()
        self._lock = None

    def tend(self) -> list[str]:
        """Start again what has died, or hangs, each after a growing pause; returns the names of those started."""
        return [watch.name for watch in self._watches if watch.look(time.monotonic())]

    def restart_worker(self) -> None:
        """End the worker and start it again."""
        self._start_worker()

    def start_guard(self) -> None:
        """Start the guard, which sees that patrols come, and keep it alive."""
        self._start_guard()
        self._watches.append(self._watch_over("guard", self._start_guard))

    def start_metrics(self, host: str, wanted: int) -> str:
        """Start what serves figures for Prometheus, and keep it alive; its address."""
        address = _address(host, wanted)
        start = partial(self._start_metrics, *server.host_and_port(address))
        start()
        self._watches.append(self._watch_over("metrics", start))
        return f"{address}/metrics"

    def _start_metrics(self, host: str, port: int) -> None:
        command = started("deployments.metrics", str(port))
        self._start_child("metrics", command, {**self.environment(), **GUARDED})
        self._look_for("metrics", Pulse((host, port), time.monotonic() + server.STARTING, asking_for("/healthz")))

    def _begin(self) -> None:
        """Have database and server answer; one that ends meanwhile, killed by whatever, is begun again."""
        for deaths in range(1, STARTS + 1):
            try:
                if not self._database_lives():
                    self._start_postgres()
                self._start_server()
                self._wait_healthy()
                server.ensure_pool(self.addresses, self.settings.pool, self.settings.worker_type)
            except Ended as error:
                if deaths == STARTS:
                    raise
                log.warning("%s Started again in %.0f s.", str(error).splitlines()[0], pause(deaths))
                time.sleep(pause(deaths))
            else:
                return

    def _prepare(self) -> None:
        self._addresses = None
        try:
            for folder in (self.var, self.var / "log", self.var / "prefect"):
                private_folder(folder)
            self._lock = run_folder.take_lock(self.var)
            close_to_others(self.var)
            if self.settings.locked:
                keep_password(self.var, self._env.get(SERVER_VARIABLE))
        except OSError as error:
            raise StackError(
                english(
                    "{var} cannot be used: {error}. Give the stack a folder it may write.", var=self.var, error=error
                )
            ) from None
        if leftovers := end_marked(self.var):
            log.warning("ended %d processes of an earlier run that was killed", len(leftovers))

    def _start_postgres(self) -> None:
        self._cluster = postgres.start(self.var / "postgres", self._log("postgres"), self._env)
        self._look_for("postgres", Pulse(self._cluster.address, time.monotonic() + postgres.STARTING, ENCRYPTION))
        if self._addresses is None:
            self._addresses = self._find_addresses(self._cluster)

    def _find_addresses(self, cluster: postgres.Cluster) -> Addresses:
        base = _address(self.settings.host, self.settings.port)
        desk = _address(self.settings.desk_host, self.settings.desk) if self.settings.desk else ""
        return Addresses(
            api=f"{base}/api",
            ui=f"{base}/v2",
            ledger=cluster.psycopg_url(postgres.LEDGER),
            database=cluster.asyncpg_url(postgres.PREFECT),
            var=self.var,
            locked=self.settings.locked,
            desk=desk,
        )

    def _start_server(self) -> None:
        host, port = server.host_and_port(self.addresses.api)
        command = ["server", "start", "--host", self.settings.host, "--port", str(port)]
        self._start_prefect("server", command, server_environment(self.addresses, self._env))
        self._look_for("server", Pulse((host, port), time.monotonic() + server.STARTING, asking_for("/api/health")))

    def _look_for(self, name: str, sign: Sign) -> None:
        """See now and then whether a child is at work."""
        if name in self._signs:
            self._signs[name].end()
        self._signs[name] = sign

    def _works(self, name: str) -> bool:
        """Whether a child lives and is at work. One that hangs is killed: it keeps nothing, and hears nothing."""
        process = self._children[name]
        if process.poll() is None and name in self._signs and self._signs[name].silent(time.monotonic()):
            log.error("%s does nothing any more; it is killed, to be started again", name)
            end_child(process, 0)
        return process.poll() is None

    def _database_lives(self) -> bool:
        return self._cluster is not None and postgres.alive(self._cluster)

    def _database_works(self) -> bool:
        if self._cluster is None or not self._database_lives():
            return False
        if not self._signs["postgres"].silent(time.monotonic()):
            return True
        log.error("postgres answers nothing; it is killed, to be started again")
        postgres.kill(self._cluster)
        return False

    def _start_desk(self) -> None:
        host, port = server.host_and_port(self.addresses.desk)
        self._start_child("desk", [sys.executable, "-m", "duban.desk", str(port)], {**self.environment(), **GUARDED})
        self._look_for("desk", Pulse((host, port), time.monotonic() + server.STARTING, asking_for("/healthz")))

    def _start_worker(self) -> None:
        command = ["worker", "start", "--pool", self.settings.pool, "--type", self.settings.worker_type]
        command += ["--install-policy", "never"]  # packages are never fetched
        told = worker_environment(self.addresses, self._env, self.settings.worker_type)
        if self.settings.worker_type == "duban":
            told |= self._beating("worker")
        self._start_prefect("worker", command, told)

    def _beating(self, name: str) -> dict[str, str]:
        """What a child without a port is told, so that it shows whenever it has worked."""
        file = self.var / "run" / f"{name}.beat"
        self._look_for(name, Beat(file, time.monotonic()))
        return {BEAT: str(file)}

    def _start_prefect(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        prefect = ["deployments.logged", "prefect"] if self.settings.json_logs else ["prefect"]
        self._start_child(name, [sys.executable, "-m", *prefect, *command], environment)

    def _start_child(
        self, name: str, command: list[str], environment: Mapping[str, str], *, aloud: bool = False
    ) -> None:
        if name in self._children:
            end_child(self._children[name], GRACE)  # it still lives, or some of its process group does
        log_file, folder = self._log(name), self.var / "prefect"
        told = {**environment, LOG_VARIABLE: name} if self.settings.json_logs else environment
        self._children[name] = start_child(command, told, log_file, folder, death_signal=WHEN_WE_DIE[name], aloud=aloud)

    def _start_guard(self) -> None:
        command = started("deployments.guard.guard")
        told = {**self.environment(), **GUARDED, **self._beating("guard")}
        self._start_child("guard", command, told, aloud=True)

    def _watch(self) -> None:
        starts = {"server": self._start_server, "worker": self._start_worker, "desk": self._start_desk}
        cluster = Watch("postgres", self._database_works, self._start_postgres, time.monotonic())
        self._watches = [cluster, *(self._watch_over(name, starts[name]) for name in self._children)]

    def _watch_over(self, name: str, start: Callable[[], None]) -> Watch:
        return Watch(name, lambda: self._works(name), start, time.monotonic())

    def _wait_healthy(self) -> None:
        process = self._children["server"]
        lives = lambda: process.poll() is None and self._database_lives()  # noqa: E731  without it, it never answers
        server.wait_healthy(self.addresses, lives, self._log("server"))
        close_pages(pages_folder(self.var))  # the server has made its copy by now, and makes another after an upgrade
        close_to_others(self.var)  # that copy is as open as what it was made of

    def _log(self, name: str) -> Path:
        return self.var / "log" / f"{name}.log"


def _address(host: str, wanted: int) -> str:
    """Where a child will answer, at the first free port from the wanted one on."""
    return f"http://{'127.0.0.1' if host == EVERYWHERE else host}:{server.free_port(host, wanted)}"
