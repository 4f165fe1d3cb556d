"""What benchmarks with a server share: a stack on a folder of its own, the project's plan on it, workers in turn."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from deployments.stack.children import end_child, marked, start_child
from deployments.stack.environment import environment, worker_environment
from deployments.stack.server import ensure_pool
from deployments.stack.stack import Stack, StackSettings
from duban.adapters.clock import FileClock
from duban.core.deciding.office import Office
from duban.settings import CLOCK_FILE, CLOCK_VARIABLE, LEDGER_VARIABLE, SETTINGS_VARIABLE, Settings, load_settings
from duban.wiring import at_work, load_office
from flows.wanted import wanted
from tasks.deploying import Difference, bring
from tasks.pools import Pool

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Kind:
    """A worker to compare: its type, seconds between two looks, and runs at a time; None being its own default."""

    name: str
    type: str
    every: str | None = None
    limit: int | None = None


WARM = Kind("duban's worker", "duban")
DEFAULT = Kind("process worker, defaults", "process")
FASTEST = Kind("process worker, fastest", "process", "0.5")


@dataclass(frozen=True)
class Stage:
    """A running stack without a worker, and the plan in its first morning."""

    stack: Stack
    settings: Settings
    office: Office
    client: SyncPrefectClient
    told: dict[str, str]

    def processes(self, *words: str) -> list[psutil.Process]:
        """Processes of the stack with one of these words in their command."""
        found = [p for p in marked(self.stack.var) if set(words) & set(p.cmdline()) or p.name() in words]
        backends = [child for p in found if p.name() == "postgres" for child in p.children()]
        return [*found, *(child for child in backends if child not in found)]  # PostgreSQL's hide their environment

    def cpu(self, *words: str) -> float:
        """Seconds of CPU used by them so far."""
        return sum(sum(p.cpu_times()[:4]) for p in self.processes(*words))  # theirs and of children that have ended


@contextmanager
def stage(port: int, config: Path = ROOT / "config", desk: int | None = None) -> Iterator[Stage]:
    """A stack on a copy of a configuration, without a worker; with a desk where a port is given for one."""
    with TemporaryDirectory(prefix="duban-", ignore_cleanup_errors=True) as name:
        root = Path(name)
        shutil.copytree(config, root / "config")
        var = root / "var"
        var.mkdir()
        told = {**os.environ, CLOCK_VARIABLE: str(var / CLOCK_FILE), "PREFECT_LOGGING_LEVEL": "ERROR"}
        told[SETTINGS_VARIABLE] = str(root / "config" / "duban.toml")
        settings = load_settings(environment=told)
        office = load_office(settings)
        FileClock(var / CLOCK_FILE).set(office.at(office.plan.starts, office.policy.hours.first))
        with Stack(StackSettings(var, port=port, worker=False, desk=desk), told) as stack:
            told[LEDGER_VARIABLE] = stack.addresses.ledger
            os.environ.update({name: told[name] for name in (CLOCK_VARIABLE, SETTINGS_VARIABLE, LEDGER_VARIABLE)})
            api = {PREFECT_API_URL: stack.addresses.api}
            with temporary_settings(api), get_client(sync_client=True) as client:
                yield Stage(stack, load_settings(), office, client, told)


@contextmanager
def worker(on: Stage, kind: Kind) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with the plan's deployments to itself, ready for work."""
    pool = kind.name.replace(" ", "-").replace(",", "").replace("'", "")
    ensure_pool(on.stack.addresses, pool, kind.type)
    with at_work(on.settings, on.office) as service:
        bring(on.client, Difference(wanted(service, patrol_every=None, desk=""), (), (), (), 0), Pool(pool, kind.type))
    told = worker_environment(on.stack.addresses, on.stack.environment(), kind.type)
    if kind.type == "process":
        told = environment(on.stack.addresses, on.stack.environment())
    if kind.every:
        told |= {"PREFECT_WORKER_QUERY_SECONDS": kind.every, "PREFECT_WORKER_PREFETCH_SECONDS": "1"}
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", pool, "--install-policy", "never"]
    command += ["--limit", str(kind.limit)] if kind.limit else []
    process = start_child(command, told, on.stack.var / "log" / f"{pool}.log", on.stack.var)
    try:
        while not any(w.status == "ONLINE" for w in on.client.read_workers_for_work_pool(pool)):
            assert process.poll() is None, "the worker ended"
        yield process
    finally:
        end_child(process, 15)
