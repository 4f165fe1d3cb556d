"""The other workers of a pool, on whatever machine: which of them have died, and what they held.

Every worker gives the server a sign of life every so many seconds, which the server dates, and makes a run pending in
its own name. So of whatever a dead worker held nothing need be kept on its machine, and no machine's clock is asked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

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

EVERY = 30
"""Seconds between two signs of one that does not say how often it gives them."""


@dataclass
class Others:
    """What a worker of that name sees of the others: the last sign of each, and its own when it first saw that."""

    name: str
    _seen: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)

    def silent(self, workers: Sequence[Worker]) -> tuple[str, ...]:
        """Those who have died, or are cut off, by all workers as the server knows them."""
        signs = {one.name: one.last_heartbeat_time for one in workers if one.last_heartbeat_time}
        if (mine := signs.get(self.name)) is None:
            return ()
        seen = {name: self._seen.get(name) for name in signs}
        self._seen = {name: was if (was := seen[name]) and was[0] == at else (at, mine) for name, at in signs.items()}
        missed = {one.name: MISSED * (one.heartbeat_interval_seconds or EVERY) for one in workers}
        return tuple(name for name, (_, since) in self._seen.items() if (mine - since).total_seconds() > missed[name])

    @property
    def any(self) -> bool:
        """Whether there are others, who may have ended meanwhile what was to be done."""
        return bool(self._seen.keys() - {self.name})

    def look_anew(self) -> None:
        """Forget what was seen: the server was away, and nobody could give it a sign."""
        self._seen.clear()


async def held_by(client: PrefectClient, pool: str, names: Sequence[str]) -> list[tuple[FlowRun, str]]:
    """Runs of a pool that one of these workers has begun and not ended, each with its name."""
    begun = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING]))
    ours = WorkPoolFilter(name=WorkPoolFilterName(any_=[pool]))
    runs = await client.read_flow_runs(flow_run_filter=FlowRunFilter(state=begun), work_pool_filter=ours, limit=PAGE)
    holders = [(run, await holder(client, run)) for run in runs]
    return [(run, name) for run, name in holders if name in names]


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
