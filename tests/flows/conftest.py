"""One real Prefect server and worker for all tests of flows, and a bureau of each test's own on it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED,
    PREFECT_SERVER_ALLOW_EPHEMERAL_MODE,
    temporary_settings,
)

from deployments.stack.children import end_child, start_child
from deployments.stack.environment import worker_environment
from deployments.stack.server import ensure_pool
from deployments.stack.stack import Stack, StackSettings
from duban.settings import LEDGER_VARIABLE, SETTINGS_VARIABLE
from tests.bureau_folder import make_bureau
from tests.flows.server import ASIDE, IDLE, Server, Warm

ROOT = Path(__file__).parent.parent.parent
PORT = 20_000 + os.getpid() % 10_000
NUMBERS = count(1)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A server with a worker, whose flow runs find the bureau of the present test at `current`."""
    with TemporaryDirectory(prefix="duban-", ignore_cleanup_errors=True) as name:  # PostgreSQL's socket wants it short
        base = Path(name)
        (base / "current").symlink_to(make_bureau(base / "first", "first").root)  # the worker's own settings
        environment = {
            "PATH": os.defpath,
            "HOME": name,
            "PYTHONPATH": str(ROOT),
            SETTINGS_VARIABLE: str(base / "current" / "config" / "duban.toml"),
        }
        with Stack(StackSettings(base / "var", port=PORT), environment) as running:
            yield running


@pytest.fixture(scope="session")
def client(stack: Stack) -> Iterator[SyncPrefectClient]:
    """This process as a client of the server."""
    ensure_pool(stack.addresses, IDLE, "process")
    ensure_pool(stack.addresses, ASIDE, "process")
    told = {
        PREFECT_API_URL: stack.addresses.api,
        PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: False,
        PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED: False,
    }
    with temporary_settings(told), get_client(sync_client=True) as client:
        yield client


@pytest.fixture(scope="session")
def process_worker(stack: Stack, client: SyncPrefectClient) -> Iterator[None]:
    """Prefect's own process worker, on a pool of its own."""
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", ASIDE, "--install-policy", "never"]
    told = worker_environment(stack.addresses, stack.environment(), "process")
    told["TMPDIR"] = str(stack.var)  # it keeps a folder under a fixed name there, which may be somebody else's
    worker = start_child(command, told, stack.var / "log" / "aside.log", stack.var)
    yield
    end_child(worker, 10)


@pytest.fixture(scope="session")
def warm(stack: Stack) -> Iterator[Warm]:
    """Runs flow runs that no worker takes, each in a process of its own."""
    command = [sys.executable, "-m", "tests.flows.warm"]
    log = stack.var / "log" / "warm.log"
    with (
        log.open("w") as output,
        subprocess.Popen(
            command, env=stack.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output, text=True
        ) as process,
    ):
        yield Warm(process, log)
        process.stdin.close()


@pytest.fixture
def another(
    stack: Stack, client: SyncPrefectClient, warm: Warm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Server]]:
    """Makes empty bureaus, the last of which the worker serves: nothing applied, nothing in their ledgers."""
    monkeypatch.setenv(LEDGER_VARIABLE, stack.addresses.ledger)
    made: list[Server] = []

    def make() -> Server:
        plan = f"flows-{next(NUMBERS)}"
        bureau = make_bureau(tmp_path / plan, plan).all_at_once()
        monkeypatch.setenv(SETTINGS_VARIABLE, str(bureau.settings))
        current = stack.var.parent / "current"
        current.unlink(missing_ok=True)
        current.symlink_to(bureau.root)
        made.append(Server(client, warm, bureau))
        return made[-1]

    yield make
    for server in made:
        for deployment in server.deployments():
            client.delete_resource_owned_automations(f"prefect.deployment.{deployment.id}")
            client.delete_deployment(deployment.id)


@pytest.fixture
def server(another: Callable[[], Server]) -> Server:
    """The server with an empty bureau of this test's own."""
    return another()
