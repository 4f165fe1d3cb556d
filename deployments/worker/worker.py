"""A Prefect worker whose processes stay warm: `prefect worker start --pool duban`, of type `duban`.

Prefect's own worker starts a process for every run and asks every ten seconds what there is to do. A tick takes a
fraction of a second; here it is heard of by event and carried out by a process that has everything loaded. What is
asked for every few seconds all the same is what guarantees: an event may be lost.

Whoever reaches the server can ask for a run of anything: only duban's own flows are carried out (`flows.ours`).

A run is noted as held (`held`), made pending, carried out by a hand (`crew`) and, when that does not see it through,
settled (`settling`). What stands between these is safe to die at any point.
"""

import asyncio
import os
from collections import deque
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import timedelta
from os import cpu_count
from typing import Any
from uuid import UUID

import anyio.abc
from httpx import HTTPError
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.responses import DeploymentResponse, OrchestrationResult, SetStateStatus
from prefect.exceptions import ObjectNotFound
from prefect.logging.loggers import get_worker_logger
from prefect.settings import get_current_settings
from prefect.states import Failed, Pending
from prefect.workers.base import BaseWorker, BaseWorkerResult
from prefect.workers.process import ProcessJobConfiguration, ProcessVariables

from deployments.stack.children import MARK
from deployments.stack.pulse import beat
from deployments.worker.crew import Crew, Hand, HandDied, HandHung, Limits
from deployments.worker.guarding import keep_guard
from deployments.worker.hearing import hear
from deployments.worker.held import Held
from deployments.worker.lasting import lasting, told
from deployments.worker.others import Others, ahead, forget, waits
from deployments.worker.settling import Fate, settle
from duban.adapters.clock import SystemClock
from duban.adapters.files import OTHERS
from duban.settings import load_settings
from flows.ours import NotOurs, refuse_others
from tasks.asking import LONGEST
from tasks.server import PAGE

GRACE = 8.0
"""Seconds runs have to end when the worker is asked to stop; what takes longer is put back to be run again."""


class WarmResult(BaseWorkerResult):
    """How a run ended: status 0 when the process saw it through."""


class WarmWorker(BaseWorker[ProcessJobConfiguration, ProcessVariables, WarmResult]):
    """See the module. Pools, deployments and runs are those of Prefect's process worker, which may serve them too."""

    type = "duban"
    job_configuration = ProcessJobConfiguration
    job_configuration_variables = ProcessVariables
    _description = "Carries out duban's ticks in processes that stay warm."
    _display_name = "duban"

    def __init__(
        self, work_pool_name: str, work_queues: list[str] | None = None, *, limit: int | None = None, **named: Any
    ) -> None:
        super().__init__(work_pool_name, work_queues, limit=limit, **named)
        settings = load_settings()
        said = settings.worker
        # Where a stack runs, that keeps the guard; a rehearsal has none.
        self._guards = MARK not in settings.variables and settings.patrol_every is not None
        self._pool_name, self._queues = work_pool_name, work_queues or []
        self._log = get_worker_logger(self)
        hands = limit or said.processes or cpu_count() or 1
        self._crew = Crew(Limits(hands, said.runs, said.memory), self._on_free, self._log)
        self._variables = settings.variables
        self._held = Held(get_current_settings().home / "duban")
        self._others = Others(self.name)
        self._known = True
        self._ahead = timedelta(0)
        self._fates: dict[UUID, Fate] = {}
        self._times: dict[UUID, int] = {}
        self._waiting: deque[FlowRun] = deque()
        self._read: dict[UUID, DeploymentResponse] = {}
        self._at_work: dict[UUID, Hand] = {}
        self._missed = False
        self._stopping = False
        self._asking = asyncio.Lock()
        self._tasks: set[asyncio.Task[Any]] = set()

    @classmethod
    def get_default_base_job_template(cls) -> dict[str, Any]:
        """A pool that asks a deployment for its command alone: the server checks what it asks at every run it makes."""
        asked = {"type": "object", "properties": {"command": {"type": "string", "title": "Command"}}}
        return {"job_configuration": {"command": "{{ command }}"}, "variables": asked}

    async def setup(self) -> None:
        """Start the hands while the server is greeted; what they write is for this account alone."""
        os.umask(OTHERS)
        self._crew.start()
        await super().setup()
        for run in self._held.adopt():
            self._fates[run] = Fate("前一个运行进程被强行结束")
        self._spawn(lasting(self._hear, "hearing the server's events", self._log))
        if self._guards:
            self._spawn(lasting(lambda: keep_guard(self._log), "keeping the guard", self._log))

    async def teardown(self, *exc_info: Any) -> None:
        """Take on nothing more, wait a little for what is under way, put back the rest."""
        self._stopping = True
        at_work = [task for task in self._tasks if task.get_name() == "run"]
        if at_work:
            await asyncio.wait(at_work, timeout=GRACE)
        await self._crew.stop()
        await asyncio.gather(*at_work, return_exceptions=True)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._held.close()
        await super().teardown(*exc_info)

    async def run(
        self,
        flow_run: FlowRun,
        configuration: ProcessJobConfiguration,
        task_status: anyio.abc.TaskStatus[int] | None = None,
    ) -> WarmResult:
        """Carry out a run that is pending already, for callers other than this worker's own loop."""
        while (hand := self._crew.take()) is None:
            await asyncio.sleep(0.05)
        if task_status is not None:
            task_status.started(hand.pid)
        identifier = str(hand.pid)
        try:
            answer = await self._crew.carry_out(hand, await self._order(flow_run), LONGEST.total_seconds())
        except HandDied:
            return WarmResult(identifier=identifier, status_code=-9)
        finally:
            self._crew.give_back(hand)
        return WarmResult(identifier=identifier, status_code=1 if answer["error"] else 0)

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """What is done every few seconds, whatever is heard: look, and end what is to be cancelled; what was begun.

        Raises CrewLost: a worker without hands is to end rather than live on.
        """
        self._crew.stand()
        await self._inherit()
        out = await self._look()
        beat(self._variables)
        if self._at_work:
            await self._end_cancelled()
        return out

    async def _look(self) -> list[FlowRun]:
        """Settle what is unsettled, ask what is due, hand out what there are hands for; what was handed out."""
        async with self._asking:
            self._missed = False
            try:
                await self._be_known()
                await self._settle_all()
                await self._ask()
            except HTTPError as error:  # not for Prefect's loop, which would ask ever more seldom
                self._was_away("what is due", error)
        return self._hand_out()

    async def _inherit(self) -> None:
        """Have settled what workers hold that give no sign; those that hold nothing are forgotten.

        And see how far the server's clock is ahead, by which runs are due.
        """
        try:
            self._ahead = await ahead(self.client, SystemClock().now)
            workers = await self.client.read_workers_for_work_pool(self._pool_name)
            held = await self._others.begun(self.client, self._pool_name, self._held)
            silent = self._others.silent(workers, held.values())
            left = {run: name for run, name in held.items() if name in silent}
            for run, name in left.items():
                self._fates[run] = Fate(f"执行它的进程（{name}）没有音信", holder=name)
            for name in () if left else silent:
                await forget(self.client, self._pool_name, name)
        except HTTPError as error:
            self._was_away("about other workers", error)

    def _was_away(self, asked: str, error: HTTPError) -> None:
        """Nobody could give the server a sign, or others may have had it forget this one meanwhile."""
        self._log.warning("The server cannot be asked %s: %r", asked, error)
        self._others.look_anew()
        self._known = False

    async def _be_known(self) -> None:
        """Give a sign before anything is taken on again; Prefect's own loop, once it has failed, is in no hurry."""
        if not self._known:
            await self.sync_with_backend()
            self._known = True

    async def _hear(self) -> None:
        pool = None
        while pool is None:
            await asyncio.sleep(0.1)
            with suppress(RuntimeError):  # the server has not told it yet
                pool = self.work_pool.id
        await hear(pool, self._on_scheduled, self._on_cancelling, self._log)

    def _on_scheduled(self) -> None:
        """Ask at once what there is, or, when all are at work, as soon as one is not."""
        self._missed = True
        self._on_free()

    def _on_free(self) -> None:
        self._hand_out()
        if self._missed and self._crew.free and not self._stopping and not self._asking.locked():
            self._spawn(self._look())

    def _on_cancelling(self, run: UUID) -> None:
        if hand := self._at_work.get(run):
            hand.kill()

    async def _ask(self) -> None:
        """Have what is due wait for a hand."""
        answers = await self.client.get_scheduled_flow_runs_for_work_pool(
            self._pool_name, self._queues, SystemClock().now() + self._ahead
        )
        known = {run.id for run in self._waiting}
        new = [a.flow_run for a in answers if a.flow_run.id not in self._held and a.flow_run.id not in known]
        await self._read_deployments(new)
        self._waiting += new

    async def _end_cancelled(self) -> None:
        """The sure way to what `_on_cancelling` is the fast way to."""
        ours = FlowRunFilterId(any_=list(self._at_work))
        to_end = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.CANCELLING]))
        with suppress(HTTPError):
            for run in await self.client.read_flow_runs(flow_run_filter=FlowRunFilter(id=ours, state=to_end)):
                self._on_cancelling(run.id)

    def _hand_out(self) -> list[FlowRun]:
        out = []
        while self._waiting and not self._stopping and (hand := self._crew.take()):
            out.append(run := self._waiting.popleft())
            self._spawn(self._see_through(run, hand), "run")
        return out

    async def _see_through(self, run: FlowRun, hand: Hand) -> None:
        """Carry out one run with a hand; whatever happens, it is settled and the hand given back."""
        self._held.take(run.id)
        self._at_work[run.id] = hand
        try:
            fate = await self._fate(run, hand)
        except Exception as error:  # noqa: BLE001  nobody awaits this: the run is to be settled all the same
            self._log.exception("Run %s was not seen through", run.id)
            fate = Fate(f"{error!r}", times=self._times.get(run.id, 0))
        finally:
            del self._at_work[run.id]
            self._crew.give_back(hand)
        if fate is None:
            self._held.drop(run.id)
            self._times.pop(run.id, None)
        else:
            self._fates[run.id] = fate
            await self._look()

    async def _fate(self, run: FlowRun, hand: Hand) -> Fate | None:
        """Claim a run and carry it out; None when it came to its end, or is not for us."""
        try:
            order = await self._order(run)
            if (self._others.any and not await waits(self.client, run)) or not await self._claim(run):
                return None
        except NotOurs as refusal:
            await self._refuse(run, refusal)
            return None
        except ObjectNotFound:
            return None  # the run or its deployment was deleted meanwhile
        except HTTPError as error:
            return Fate(f"{error!r}", holder=self.name)
        times = self._times[run.id] = self._times.get(run.id, 0) + 1
        try:
            answer = await self._crew.carry_out(hand, order, LONGEST.total_seconds())
        except HandHung as hung:
            return Fate(f"{hung}", again=False, holder=self.name)
        except HandDied as death:
            return Fate(f"{death}", times=times, holder=self.name)
        return Fate(answer["error"], answer["again"], times, self.name) if answer["error"] else None

    async def _claim(self, run: FlowRun) -> bool:
        """Make a run pending: of several workers one succeeds."""
        answer: OrchestrationResult[None] = await self.client.set_flow_run_state(run.id, Pending(message=self.name))
        if answer.status not in {SetStateStatus.ACCEPT, SetStateStatus.REJECT} or answer.state is None:
            return False
        run.state = answer.state
        return answer.state.type is StateType.PENDING

    async def _refuse(self, run: FlowRun, refusal: NotOurs) -> None:
        """End a run that is of no flow of ours; while the server is away it stays due, and is refused again."""
        self._log.error("Run %s is refused: %s", run.id, refusal)
        with suppress(HTTPError, ObjectNotFound):
            await self.client.set_flow_run_state(run.id, Failed(message=str(refusal)), force=True)

    async def _order(self, run: FlowRun) -> dict[str, Any]:
        """What a hand is told; raises NotOurs. It runs what is judged here, whatever becomes of the deployment."""
        if run.deployment_id is None:
            raise NotOurs("不予执行：该运行不属于任何部署")
        found = self._read.pop(run.id, None) or await self.client.read_deployment(run.deployment_id)
        refuse_others(found.entrypoint, run.parameters)
        return {"run": run.model_dump(mode="json"), "flow": found.entrypoint, "form": found.parameter_openapi_schema}

    async def _read_deployments(self, runs: Sequence[FlowRun]) -> None:
        """Read the deployments of runs at once, each for one run: the next of the same finds what that has changed."""
        if len(runs) < 2:
            return
        asked = {run.deployment_id: run.id for run in reversed(runs) if run.deployment_id}
        ours = DeploymentFilter(id=DeploymentFilterId(any_=list(asked)))
        found = await self.client.read_deployments(deployment_filter=ours, limit=PAGE)
        self._read |= {asked[deployment.id]: deployment for deployment in found}

    async def _settle_all(self) -> None:
        for run, fate in list(self._fates.items()):
            try:
                state = await settle(self.client, await self.client.read_flow_run(run), fate)
            except ObjectNotFound:
                state = None
            except HTTPError:
                raise
            except Exception:  # noqa: BLE001  whatever it is, it holds up no other run
                self._log.exception("Run %s is not settled; that is tried again", run)
                continue
            self._log.warning("Run %s: %s; %s", run, fate.reason, state.name if state else "left as it is")
            del self._fates[run]
            self._held.drop(run)

    def _spawn(self, work: Coroutine[Any, Any, Any], name: str = "other") -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        told(task, self._log)
