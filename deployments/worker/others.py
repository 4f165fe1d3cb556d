"""The other workers of a pool, on whatever machine: which of them have died, and what they held.

Every worker gives the server a sign of life every so many seconds, which the server dates, and makes a run pending in
its own name. So of whatever a dead worker held nothing need be kept on its machine, and no machine's clock is asked.
Who holds a run and is unknown to the server gives no sign either: it was forgotten while it was cut off, say, and died
as soon as it was back.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, StateType, Worker
from prefect.exceptions import PrefectHTTPStatusError

from tasks.server import PAGE

MISSED = 3
"""Signs of life that a dead worker has not given, while whoever says so has given as many."""

A_MOMENT = timedelta(seconds=3)
"""What clocks may be apart: the server tells its own to the second, and an answer takes a while."""

UNDER_WAY = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)

EVERY = 30
"""Seconds between two signs of one that does not say how often it gives them."""


@dataclass
class Others:
    """What a worker of that name sees of the others: the last sign of each, and its own when it first saw that."""

    name: str
    _seen: dict[str, tuple[datetime | None, datetime]] = field(default_factory=dict)
    _holders: dict[tuple[UUID, UUID | None], str] = field(default_factory=dict)

    async def begun(self, client: PrefectClient, pool: str, ours: Container[UUID]) -> dict[UUID, str]:
        """Runs of a pool that were begun and have not ended, besides `ours`, each with the worker that holds it.

        Who holds a run is asked once for each state of it.
        """
        under_way = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[*UNDER_WAY])))
        of_pool = WorkPoolFilter(name=WorkPoolFilterName(any_=[pool]))
        runs = await client.read_flow_runs(flow_run_filter=under_way, work_pool_filter=of_pool, limit=PAGE)
        known, states = self._holders, [(run, (run.id, run.state_id)) for run in runs if run.id not in ours]
        self._holders = {state: known.get(state) or await holder(client, run) for run, state in states}
        return {run: name for (run, _), name in self._holders.items() if name}

    def silent(self, workers: Sequence[Worker], holders: Iterable[str] = ()) -> tuple[str, ...]:
        """Those who have died, or are cut off, of all workers that the server knows and of whoever holds a run."""
        known = {one.name: one.last_heartbeat_time for one in workers if one.last_heartbeat_time}
        if (mine := known.get(self.name)) is None:
            return ()
        signs = dict.fromkeys(holders) | known
        seen = {name: self._seen.get(name) for name in signs}
        self._seen = {name: was if (was := seen[name]) and was[0] == at else (at, mine) for name, at in signs.items()}
        missed = {one.name: MISSED * (one.heartbeat_interval_seconds or EVERY) for one in workers}
        return tuple(
            name  # one that nobody knows is given the time of whoever says so
            for name, (_, since) in self._seen.items()
            if (mine - since).total_seconds() > missed.get(name, missed[self.name])
        )

    @property
    def any(self) -> bool:
        """Whether there are others, who may have ended meanwhile what was to be done."""
        return bool(self._seen.keys() - {self.name})

    def look_anew(self) -> None:
        """Forget what was seen: the server was away, and nobody could give it a sign."""
        self._seen.clear()


async def holder(client: PrefectClient, run: FlowRun) -> str:
    """The worker that made a run pending last; empty where none of ours has."""
    pending = [one for one in await client.read_flow_run_states(run.id) if one.type is StateType.PENDING]
    return (max(pending, key=lambda one: one.timestamp).message or "") if pending else ""


async def ahead(client: PrefectClient, here: Callable[[], datetime]) -> timedelta:
    """How far the server's clock, by which runs are due, is ahead of this machine's; nothing where it is a moment."""
    told = await client.request("GET", "/health")
    found = parsedate_to_datetime(told.headers["Date"]) - here()
    return found if abs(found) > A_MOMENT else timedelta(0)


async def waits(client: PrefectClient, run: FlowRun) -> bool:
    """Whether a run that was due is so still: one that another has ended the server would let begin again."""
    now = await client.read_flow_run(run.id)
    return now.state is not None and now.state.is_scheduled()


async def forget(client: PrefectClient, pool: str, name: str) -> None:
    """Have the server forget a dead worker, unless another was quicker; one that was only cut off is back by itself."""
    try:
        path = {"work_pool_name": pool, "name": name}
        await client.request("DELETE", "/work_pools/{work_pool_name}/workers/{name}", path_params=path)
    except PrefectHTTPStatusError as error:
        if error.response.status_code != HTTPStatus.NOT_FOUND:
            raise
