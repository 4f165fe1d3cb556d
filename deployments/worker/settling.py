"""What becomes of a flow run whose process did not see it through: cancelled, put back to be run again, or crashed."""

from dataclasses import dataclass

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Crashed, Scheduled

from deployments.worker.others import holder
from tasks.asking import BEGUN_AT_MOST

PUT_BACK = "AwaitingRetry"


@dataclass(frozen=True, slots=True)
class Fate:
    """Why a run came to no end; whether it may be run again, and how often it has been.

    `holder` is the worker in whose name it was made pending; empty where that is not known. Of a run that is pending in
    another name by now nothing is to be changed.
    """

    reason: str
    again: bool = True
    times: int = 0
    holder: str = ""


async def settle(client: PrefectClient, run: FlowRun, fate: Fate) -> State[None] | None:
    """Bring a run to an end, or have it run again; the state it was brought to, None when it needed none.

    A run that has ended meanwhile, or is scheduled, or is another worker's, is left alone.
    """
    state = settled(run, fate, await holder(client, run) if fate.holder else "")
    if state is not None:
        try:
            await client.set_flow_run_state(run.id, state, force=True)
        except ObjectNotFound:
            return None
    return state


def settled(run: FlowRun, fate: Fate, held_by: str = "") -> State[None] | None:
    """The state such a run is to be brought to, by whom it was made pending last; None when it needs none."""
    stands = run.state
    if stands is None:
        return None
    if stands.type is StateType.CANCELLING:
        return Cancelled(message=f"已按要求取消（{fate.reason}）")
    if stands.type not in {StateType.PENDING, StateType.RUNNING} or fate.holder not in {"", held_by}:
        return None
    if fate.again and max(run.run_count, fate.times) < BEGUN_AT_MOST:
        return Scheduled(name=PUT_BACK, message=f"运行中断，重新排队：{fate.reason}")
    return Crashed(message=f"运行未能完成：{fate.reason}")
