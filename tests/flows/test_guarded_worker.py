"""Where no stack runs, the worker keeps the guard alive."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolUpdate

from deployments.stack.children import MARK, end_child, start_child
from deployments.stack.environment import worker_environment
from deployments.stack.server import ensure_pool
from deployments.stack.stack import Stack
from duban.settings import CLOCK_FILE, LEDGER_VARIABLE, SETTINGS_VARIABLE, load_settings
from duban.wiring import gear
from flows.wanted import heal
from tests.bureau_folder import make_bureau
from tests.flows.server import eventually

pytestmark = [pytest.mark.prefect, pytest.mark.worker, pytest.mark.postgres]

ALONE = "alone"


@pytest.fixture
def worker(
    stack: Stack, client: SyncPrefectClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[psutil.Process]:
    """A worker of no stack's, for an office whose server is elsewhere: under the real clock, patrolled every 2 s."""
    bureau = make_bureau(tmp_path / ALONE, ALONE)
    (bureau.var / CLOCK_FILE).unlink()
    bureau.settings.write_text(f'plan = "{ALONE}"\n[stack]\npool = "{ALONE}"\n[patrol]\nevery = 2\n')
    monkeypatch.setenv(LEDGER_VARIABLE, stack.addresses.ledger)
    monkeypatch.setenv(SETTINGS_VARIABLE, str(bureau.settings))
    ensure_pool(stack.addresses, ALONE, "duban")
    with gear(load_settings()) as at:
        heal(at.service, at.settings)
    told = worker_environment(stack.addresses, stack.environment(), "duban")
    told |= {SETTINGS_VARIABLE: str(bureau.settings)}
    del told[MARK]
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", ALONE, "--type", "duban"]
    process = start_child([*command, "--install-policy", "never"], told, stack.var / "log" / "alone.log", stack.var)
    yield psutil.Process(process.pid)
    end_child(process, 15)
    client.delete_work_pool(ALONE)


def guards(worker: psutil.Process) -> list[psutil.Process]:
    found = []
    for one in worker.children(recursive=True):
        with suppress(psutil.Error):  # it has just ended
            found += [one] if "deployments.guard.guard" in one.cmdline() else []
    return found


def test_its_guard_lets_a_paused_pool_run_and_is_started_again(
    worker: psutil.Process, client: SyncPrefectClient
) -> None:
    (first,) = eventually(lambda: guards(worker), within=60)
    client.update_work_pool(ALONE, WorkPoolUpdate(is_paused=True))
    eventually(lambda: not client.read_work_pool(ALONE).is_paused, within=60)
    first.kill()
    eventually(lambda: [one for one in guards(worker) if one.pid != first.pid], within=60)
