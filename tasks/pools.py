"""The work pool that duban's worker serves, held against what it should be: there, running, without a limit."""

from dataclasses import dataclass

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.filters import WorkPoolFilter, WorkPoolFilterName
from prefect.client.schemas.objects import WorkPool, WorkQueue

from duban.core.texts import Text, mandarin


@dataclass(frozen=True, slots=True)
class Pool:
    """A work pool by its name, and the type of worker that serves it."""

    name: str
    type: str


def faults_of(client: SyncPrefectClient, pool: Pool) -> tuple[Text, ...]:
    """What is wrong with the pool and its queues, in words; all of it keeps work from being done."""
    found = _found(client, pool)
    if found is None:
        return (mandarin("工作池 {name}：缺失", name=pool.name),)
    faults = [mandarin("工作池 {name}：{fault}", name=pool.name, fault=fault) for fault in _faults(found)]
    for queue in client.read_work_queues(work_pool_name=pool.name):
        name = f"{pool.name}/{queue.name}"
        faults += [mandarin("工作队列 {name}：{fault}", name=name, fault=fault) for fault in _faults(queue)]
    return tuple(faults)


def _found(client: SyncPrefectClient, pool: Pool) -> WorkPool | None:
    found = client.read_work_pools(work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[pool.name])))
    return found[0] if found else None


def _faults(one: WorkPool | WorkQueue) -> tuple[Text, ...]:
    paused = (mandarin("暂停"),) if one.is_paused else ()
    limit = one.concurrency_limit
    return paused if limit is None else (*paused, mandarin("并发上限{limit}", limit=limit))


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
