"""The work pool that duban's worker serves, held against what it should be: there, running, without a limit."""

from dataclasses import dataclass

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.filters import WorkPoolFilter, WorkPoolFilterName
from prefect.client.schemas.objects import WorkPool, WorkQueue


@dataclass(frozen=True, slots=True)
class Pool:
    """A work pool by its name, and the type of worker that serves it."""

    name: str
    type: str


def faults_of(client: SyncPrefectClient, pool: Pool) -> tuple[str, ...]:
    """What is wrong with the pool and its queues, in words; all of it keeps work from being done."""
    found = _found(client, pool)
    if found is None:
        return (f"工作池 {pool.name}：缺失",)
    faults = [f"工作池 {pool.name}：{fault}" for fault in _faults(found)]
    for queue in client.read_work_queues(work_pool_name=pool.name):
        faults += [f"工作队列 {pool.name}/{queue.name}：{fault}" for fault in _faults(queue)]
    return tuple(faults)


def _found(client: SyncPrefectClient, pool: Pool) -> WorkPool | None:
    found = client.read_work_pools(work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[pool.name])))
    return found[0] if found else None


def _faults(one: WorkPool | WorkQueue) -> tuple[str, ...]:
    paused = ("暂停",) if one.is_paused else ()
    return paused if one.concurrency_limit is None else (*paused, f"并发上限{one.concurrency_limit}")


def mend(client: SyncPrefectClient, pool: Pool) -> None:
    """Make the pool where it is missing; let it and its queues run, without a limit."""
    found = _found(client, pool)
    if found is None:
        client.create_work_pool(WorkPoolCreate(name=pool.name, type=pool.type))
        return
    if _faults(found):
        client.update_work_pool(pool.name, WorkPoolUpdate(is_paused=False, concurrency_limit=None))
    for queue in client.read_work_queues(work_pool_name=pool.name):
        if _faults(queue):
            client.update_work_queue(queue.id, is_paused=False, concurrency_limit=None)
