"""What a test asks of the Prefect server: apply a bureau's plan, run its flow runs here, read back what is stored."""

import json
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import Popen
from time import monotonic, sleep
from typing import Any, TypeVar
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterKey,
    DeploymentFilter,
    DeploymentFilterTags,
    LogFilter,
    LogFilterFlowRunId,
    TaskRunFilter,
    TaskRunFilterFlowRunId,
)
from prefect.client.schemas.objects import Artifact, FlowRun, Log, TaskRun
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import DeploymentSort, FlowRunSort
from prefect.events.schemas.automations import Automation
from prefect.states import Crashed, Scheduled

from duban.core.deciding.commands import Command, Verb
from duban.core.deciding.office import Office
from duban.core.planning.plan import StepRef
from duban.settings import load_settings
from duban.wiring import Gear, gear, load_office
from flows.wanted import wanted
from tasks.asking import LOOKING
from tasks.deploying import Difference, bring, difference
from tasks.pools import Pool
from tests.bureau_folder import BureauFolder

T = TypeVar("T")
WARM = "duban"
"""The work pool of the stack's own worker, whose processes stay warm."""

IDLE = "idle"
"""A work pool without a worker: its flow runs are run here, by the test."""

ASIDE = "aside"
"""A work pool for Prefect's own process worker, where a test has one."""


def eventually(found: Callable[[], T], within: float = 30) -> T:
    """Wait until something is there; what it is."""
    until = monotonic() + within
    while not (value := found()):
        assert monotonic() < until, "did not come true in time"
        sleep(0.1)
    return value


@dataclass(frozen=True)
class Warm:
    """`tests.flows.warm` at work."""

    process: Popen[str]
    log: Path

    def run(self, flow_run: UUID, flow: str, first: str = "") -> int:
        """Run a flow run in a process of its own; its exit code, negative for a signal."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"run": str(flow_run), "flow": flow, "first": first}) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@dataclass(frozen=True)
class Server:
    """The server as one bureau sees it."""

    client: SyncPrefectClient
    warm: Warm
    bureau: BureauFolder

    @property
    def office(self) -> Office:
        return load_office(load_settings())

    @contextmanager
    def gear(self) -> Iterator[Gear]:
        with gear(load_settings()) as at:
            yield at

    def apply(self, pool: str = IDLE, patrol_every: int | None = None) -> Difference:
        """Bring the server to the plan; what that took."""
        changes = self.amiss(pool, patrol_every)
        bring(self.client, changes, Pool(pool, "process"))
        return changes

    def amiss(self, pool: str = IDLE, patrol_every: int | None = None) -> Difference:
        """What bringing the server to the plan of the files would take."""
        with self.gear() as at:
            service = replace(at.service, office=self.office)
            want = wanted(service, patrol_every=patrol_every, desk="")
        return difference(self.client, self.office.plan, want, Pool(pool, "process"))

    @property
    def _ours(self) -> DeploymentFilter:
        return DeploymentFilter(tags=DeploymentFilterTags(all_=[f"duban:{self.bureau.plan}"]))

    def deployments(self) -> list[DeploymentResponse]:
        """As the Deployments page lists them."""
        return self.client.read_deployments(deployment_filter=self._ours, sort=DeploymentSort.NAME_ASC)

    def deployment(self, number: str) -> DeploymentResponse:
        """The deployment of the initiative of that number."""
        return next(found for found in self.deployments() if f" {number} " in found.name)

    def automations(self, deployment: DeploymentResponse) -> list[Automation]:
        """What starts a deployment."""
        return self.client.read_resource_related_automations(f"prefect.deployment.{deployment.id}")

    def ask(self, number: str, report: dict[str, Any] | None = None) -> FlowRun:
        """Create a flow run, as Custom run does with a form that was opened while it offered this."""
        return self._asked(self.deployment(number), number, report)

    def _asked(
        self, deployment: DeploymentResponse, number: str, report: dict[str, Any] | None, **more: Any
    ) -> FlowRun:
        """What the server has stored since is not asked of it."""
        parameters = {} if number.startswith("0.") else {"report": report} if report else LOOKING
        asked = {"parameters": parameters, "enforce_parameter_schema": False, "state": {"type": "SCHEDULED"}, **more}
        told = self.client.request(
            "POST", "/deployments/{id}/create_flow_run", path_params={"id": deployment.id}, json=asked
        )
        return FlowRun.model_validate(told.json())

    def ask_worker(self, number: str, first: str, report: dict[str, Any] | None = None) -> FlowRun:
        """As `ask`, of a deployment the process worker serves; `first` is called in the process beforehand."""
        deployment = self.deployment(number)
        command = shlex.join([sys.executable, "-m", "tests.flows.once", first, str(deployment.entrypoint)])
        return self._asked(deployment, number, report, job_variables={"command": command})

    def instead(self, initiative: str, words: str, others: str) -> None:
        """Change the file of an initiative."""
        file = self.bureau.file(initiative)
        text = file.read_text()
        assert words in text
        file.write_text(text.replace(words, others))

    def ended(self, run: FlowRun, within: float = 120) -> str:
        """Wait until a run has ended; the name of its state."""
        state = eventually(lambda: (now := self.client.read_flow_run(run.id).state) and now.is_final() and now, within)
        return str(state.name)

    def run(self, flow_run: FlowRun, first: str = "", code: int = 0) -> FlowRun:
        """Run a flow run as the worker would; how it stands then. `code` is the exit code it is to end with."""
        assert flow_run.deployment_id is not None
        flow = self.client.read_deployment(flow_run.deployment_id).entrypoint
        assert self.warm.run(flow_run.id, str(flow), first) == code, self.warm.log.read_text()[-3000:]
        return self.client.read_flow_run(flow_run.id)

    def tick(self, number: str, report: dict[str, Any] | None = None) -> FlowRun:
        """A tick of an initiative."""
        return self.run(self.ask(number, report))

    def scheduled(self) -> list[FlowRun]:
        """Flow runs that wait for a worker."""
        return [run for run in self.runs() if run.state and run.state.is_scheduled()]

    def patrol(self, first: str = "tests.flows.preludes:impatient") -> list[str]:
        """A patrol, and everything that follows from it; the names of the runs in order."""
        self.tick("0.00")
        done: list[FlowRun] = []
        while waiting := self.scheduled():
            done += [self.run(run, first) for run in waiting]
        return [run.name for run in done]

    def end_as_dead(self, run: FlowRun) -> None:
        """What the worker does when a flow run's process has died."""
        self.client.set_flow_run_state(run.id, Crashed(), force=True)

    def revive(self, run: FlowRun) -> None:
        """Let a run that ended be run again, as Retry on its page does."""
        self.client.set_flow_run_state(run.id, Scheduled(name="AwaitingRetry"), force=True)

    def command(self, verb: Verb, step: str, actor: str, **said: Any) -> Command:
        """What somebody does."""
        return Command(verb, StepRef.parse(step), actor, **said)

    def runs(self) -> list[FlowRun]:
        """All flow runs of the plan, by their start."""
        return self.client.read_flow_runs(deployment_filter=self._ours, sort=FlowRunSort.START_TIME_ASC)

    def task_runs(self, flow_run: UUID) -> list[TaskRun]:
        """Its task runs, by their start."""
        ours = TaskRunFilter(flow_run_id=TaskRunFilterFlowRunId(any_=[flow_run]))
        return self.client.read_task_runs(task_run_filter=ours)

    def logs(self, flow_run: UUID) -> list[Log]:
        """Its stored log."""
        return self.client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=[flow_run])))

    def page(self, initiative: str) -> Artifact:
        """The last version of an initiative's page."""
        key = ArtifactFilter(key=ArtifactFilterKey(any_=[f"{self.bureau.plan}-{initiative}"]))
        return max(self.client.read_artifacts(artifact_filter=key), key=lambda page: str(page.created))
