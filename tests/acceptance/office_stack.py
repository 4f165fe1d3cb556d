"""`duban up --clock real` as an office runs it, and what can be asked of it, and done to it, from outside.

Everything is asked of the parts themselves: runs of Prefect's server, pages it shows, entries of the ledger.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import NamedTuple

import httpx
import psutil
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterKey,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterStartTime,
)
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import ArtifactSort, FlowRunSort
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED,
    PREFECT_SERVER_ALLOW_EPHEMERAL_MODE,
    temporary_settings,
)

from deployments.stack.children import StackError, marked
from deployments.stack.environment import Addresses, environment
from deployments.stack.run_folder import running
from duban.cli.opening import engine, found
from duban.core.ledger.entries import Entry
from tasks.server import every
from tests.acceptance.office_folder import PLAN, OfficeFolder
from tests.acceptance.waiting import until
from tests.processes import command_of

DUBAN = Path(sys.executable).with_name("duban")
RUNNING = "计划运行中"
"""What `duban up` says once everything is there."""

SCHEDULE, AUTOMATION = "SCHEDULE", "AUTOMATION"
IN_ORDER = FlowRunSort.START_TIME_ASC

STARTING = 150
"""Seconds it may take on a machine that is busy with other things."""


class Begun(NamedTuple):
    """A run that has begun: when it was to, when it did, whose doing it was (Prefect's word), whether it completed."""

    expected: datetime
    at: datetime
    by: str
    completed: bool


def begun(run: FlowRun) -> Begun:
    """What is asked of a run here; only what the schedule itself made, and nobody else, is by SCHEDULE."""
    assert run.expected_start_time is not None
    assert run.start_time is not None
    by = str(run.created_by.type) if run.created_by else ""
    if by == SCHEDULE and not run.auto_scheduled:
        by = ""
    return Begun(run.expected_start_time, run.start_time, by, bool(run.state and run.state.is_completed()))


@dataclass
class OfficeStack:
    """One `duban up --clock real`, started again whenever it was killed."""

    office: OfficeFolder
    process: subprocess.Popen[str] | None = None
    said: str = ""
    plan: str = PLAN

    @property
    def environment(self) -> dict[str, str]:
        """A person's, in a terminal of this folder."""
        told = {"PATH": os.defpath, "HOME": str(self.office.root), "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
        return told | {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}

    def duban(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command as a person types it."""
        return subprocess.run(
            [DUBAN, *words], cwd=self.office.root, env=self.environment, capture_output=True, text=True, check=False
        )

    # Coming and going -------------------------------------------------------------------------------------------------

    def up(self) -> float:
        """Start it and wait until it says that it runs; the seconds that took."""
        began, before = monotonic(), self.said.count(RUNNING)
        self.process = subprocess.Popen(
            [DUBAN, "up", "--clock", "real"],
            cwd=self.office.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        Thread(target=self._listen, args=(self.process,), daemon=True).start()
        until(f"duban up says {RUNNING}", lambda: self.said.count(RUNNING) > before or self._gone(), STARTING)
        assert not self._gone(), f"duban up has ended by itself:\n{self.said[-3000:]}"
        return monotonic() - began

    def lives(self) -> bool:
        """Whether `duban up` itself lives."""
        return not self._gone()

    def left(self) -> list[str]:
        """What still runs of it."""
        return [" ".join(command_of(one)) for one in marked(self.office.var)]

    def _gone(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                self.said += line

    def down(self) -> int:
        """End it as Ctrl-C does; its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def sweep(self) -> None:
        """Whatever is left of it, at the end of a day that went wrong."""
        for process in [*self._own(), *marked(self.office.var)]:
            process.kill()
        if self.process is not None:
            self.process.wait()

    def _own(self) -> list[psutil.Process]:
        return [] if self.process is None or self._gone() else [psutil.Process(self.process.pid)]

    def kill(self, *words: str) -> list[int]:
        """Kill whichever process has these words in its command, and all it has started; which those were."""
        heads = [one for one in marked(self.office.var) if set(words) <= set(command_of(one))]
        return self._kill([*heads, *(child for head in heads for child in head.children(recursive=True))])

    def kill_postmaster(self) -> list[int]:
        """Kill PostgreSQL's first process, which leaves it to the others to notice."""
        servers = {one.pid: one for one in marked(self.office.var) if one.name() == "postgres"}
        return self._kill([one for one in servers.values() if one.ppid() not in servers])

    def kill_everything(self) -> list[int]:
        """Kill `duban up` and all that belongs to it, as a power cut does."""
        killed = self._kill([*self._own(), *marked(self.office.var)])
        assert self.process is not None
        self.process.wait()
        return killed

    def _kill(self, doomed: list[psutil.Process]) -> list[int]:
        for process in doomed:
            process.kill()
        psutil.wait_procs(doomed, timeout=10)
        return [process.pid for process in doomed]

    # What the server says ---------------------------------------------------------------------------------------------

    @property
    def addresses(self) -> Addresses:
        """Where it is found."""
        if (stack := running(self.office.var)) is None:
            raise StackError("The stack does not run.")
        return stack

    def status_without_password(self) -> int:
        """What the server answers somebody who has none."""
        return httpx.get(f"{self.addresses.api}/admin/version", trust_env=False).status_code

    @contextmanager
    def client(self) -> Iterator[SyncPrefectClient]:
        """This process as a client of the server, with its password where it asks for one."""
        told = environment(self.addresses, {})
        settings = {
            PREFECT_API_URL: told["PREFECT_API_URL"],
            PREFECT_API_AUTH_STRING: told.get("PREFECT_API_AUTH_STRING"),
            PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: False,
            PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED: False,
        }
        with temporary_settings(settings), get_client(sync_client=True) as client:
            yield client

    def deployment(self, number: str) -> DeploymentResponse:
        """The deployment of the initiative of that number; 0.00 is the patrol's."""
        with self.client() as client:
            ours = every(client.read_deployments)
        if not (named := [one for one in ours if _of_the_plan(one, self.plan) and f" {number} " in one.name]):
            raise StackError(f"The server has no deployment {number}.")
        return named[0]

    def runs(self, number: str) -> list[Begun]:
        """All runs of an initiative, or of the patrol, that have begun, in the order in which they did."""
        of = FlowRunFilterDeploymentId(any_=[self.deployment(number).id])
        those = FlowRunFilter(deployment_id=of, start_time=FlowRunFilterStartTime(is_null_=False))
        with self.client() as client:
            return [begun(run) for run in every(client.read_flow_runs, flow_run_filter=those, sort=IN_ORDER)]

    def told(self, run: FlowRun) -> str:
        """What a run's own page says first: its name and the message of its state."""
        with self.client() as client:
            now = client.read_flow_run(run.id)
        return f"{now.name}\n{now.state.message if now.state else ''}"

    def page(self, initiative: str) -> str:
        """What an initiative's page shows now; empty while it has none."""
        key = ArtifactFilter(key=ArtifactFilterKey(any_=[f"{self.plan}-{initiative}"]))
        with self.client() as client:
            pages = client.read_artifacts(artifact_filter=key, sort=ArtifactSort.CREATED_DESC, limit=1)
        return str(pages[0].data) if pages else ""

    # What the ledger says ---------------------------------------------------------------------------------------------

    def entries(self, initiative: str = "") -> list[Entry]:
        """The entries of an initiative, or all there are."""
        with found(self.office.settings) as (settings, stack), engine(settings, stack) as at:
            ledger = at.service.ledger
            names = [initiative] if initiative else ledger.initiatives()
            return [entry for name in names for entry in ledger.entries(name)]


def _of_the_plan(deployment: DeploymentResponse, plan: str) -> bool:
    """Whether a deployment is of the plan."""
    return any(tag.endswith(plan) for tag in deployment.tags)
