"""What a dead worker held is found by another, on whatever machine; what another has taken on is left to it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, Worker
from prefect.client.schemas.responses import SetStateStatus
from prefect.states import Cancelling, Completed, Pending, Running, Scheduled

from deployments.worker.others import EVERY, MISSED, Others, ahead, forget, holder, waits
from deployments.worker.settling import Fate, settle
from duban.adapters.clock import SystemClock
from tasks.asking import ask_for_ticks
from tests.flows.server import IDLE, Server

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]

T = TypeVar("T")


def asked(do: Callable[[PrefectClient], Awaitable[T]]) -> T:
    async def ask() -> T:
        async with get_client() as client:
            return await do(client)

    return asyncio.run(ask())


def workers() -> dict[str, Worker]:
    return {one.name: one for one in asked(lambda client: client.read_workers_for_work_pool(IDLE))}


def sign(name: str, every: int = EVERY) -> None:
    asked(lambda client: client.send_worker_heartbeat(IDLE, name, every))


def claim(server: Server, run: FlowRun, name: str) -> None:
    server.client.set_flow_run_state(run.id, Pending(message=name), force=True)


@pytest.mark.usefixtures("client")
def test_who_gives_no_sign_while_another_gives_three_is_dead() -> None:
    sign("gone")
    sign("here")
    first = workers()
    here, gone = Others("here"), first["gone"]
    assert here.silent([*first.values()]) == ()

    def later(seconds: float, *, gone_too: bool = False) -> list[Worker]:
        after = timedelta(seconds=seconds)
        signs = {"here": after, "gone": after if gone_too else timedelta(0)}
        return [
            one.model_copy(update={"last_heartbeat_time": one.last_heartbeat_time + signs[name]})
            for name, one in first.items()
            if name in signs and one.last_heartbeat_time
        ]

    assert here.silent(later(MISSED * EVERY)) == (), "the last sign may be on its way"
    assert here.silent(later(MISSED * EVERY + 1)) == ("gone",)
    assert here.silent(later(MISSED * EVERY + 1, gone_too=True)) == (), "it was only cut off"
    here.look_anew()
    assert here.silent(later(9 * EVERY)) == (), "while the server was away nobody could give it a sign"
    assert Others("nobody").silent([gone]) == (), "who is unknown to the server itself says nothing of others"

    here.look_anew()
    assert here.silent(later(0), ["unknown"]) == ()
    assert here.silent(later(MISSED * EVERY), ["unknown"]) == (), "it may only just be back"
    assert {*here.silent(later(MISSED * EVERY + 1), ["unknown"])} == {"gone", "unknown"}
    assert here.silent(later(MISSED * EVERY + 1)) == ("gone",), "it holds nothing any more"
    asked(lambda client: forget(client, IDLE, "here"))


def test_its_runs_are_put_back_and_it_is_forgotten(server: Server) -> None:
    server.apply()
    pending, running, cancelled, others, ours, asked_for = (server.ask("1.01") for _ in range(6))
    sign("gone")
    for run in (pending, running, cancelled):
        claim(server, run, "gone")
    claim(server, ours, "here")
    claim(server, others, "alive")
    server.client.set_flow_run_state(running.id, Running(), force=True)

    server.client.set_flow_run_state(cancelled.id, Cancelling(), force=True)

    here = Others("here")
    found = asked(lambda client: here.begun(client, IDLE, {ours.id}))
    claim(server, asked_for, "gone")
    again = asked(lambda client: here.begun(client, IDLE, {ours.id}))
    assert again == found | {asked_for.id: "gone"}
    server.client.set_flow_run_state(asked_for.id, Scheduled(), force=True)
    assert found == dict.fromkeys((pending.id, running.id, cancelled.id), "gone") | {others.id: "alive"}
    for run in (pending, running, cancelled):
        stands = server.client.read_flow_run(run.id)
        asked(lambda client, run=stands: settle(client, run, Fate("没有音信", holder="gone")))
    states = {run.id: run.state and run.state.name for run in server.runs()}
    assert [states[run.id] for run in (pending, running, cancelled)] == ["AwaitingRetry", "AwaitingRetry", "Cancelled"]
    assert [states[run.id] for run in (others, asked_for)] == ["Pending", "Scheduled"]

    for _ in range(2):  # another may have been quicker
        asked(lambda client: forget(client, IDLE, "gone"))
    assert "gone" not in workers()


def test_who_was_cut_off_leaves_alone_what_another_has_taken_on(server: Server) -> None:
    server.apply()
    run = server.ask("1.01")
    claim(server, run, "cut-off")
    claim(server, run, "alive")
    server.client.set_flow_run_state(run.id, Running(), force=True)
    now = server.client.read_flow_run(run.id)
    assert asked(lambda client: holder(client, now)) == "alive"
    assert asked(lambda client: settle(client, now, Fate("连接中断", holder="cut-off"))) is None
    assert server.client.read_flow_run(run.id).state_name == "Running"


def test_a_run_that_another_has_ended_meanwhile_is_not_begun_again(server: Server) -> None:
    server.apply()
    run = server.ask("1.01")
    assert asked(lambda client: waits(client, run))
    server.client.set_flow_run_state(run.id, Completed(), force=True)
    assert not asked(lambda client: waits(client, run))
    again = server.client.set_flow_run_state(run.id, Pending())
    assert again.status is SetStateStatus.ACCEPT, "Prefect itself does not keep anybody from it"


def test_what_is_due_and_what_is_dead_is_so_by_the_servers_clock(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = SystemClock().now
    assert asked(lambda client: ahead(client, real)) == timedelta(0)
    slow = asked(lambda client: ahead(client, lambda: real() - timedelta(minutes=10)))
    assert abs(slow - timedelta(minutes=10)) < timedelta(seconds=5)

    server.apply()
    run = server.ask("1.01")
    claim(server, run, "here")
    monkeypatch.setattr(SystemClock, "now", lambda self: real() + timedelta(days=1))
    with server.gear() as at:
        assert ask_for_ticks(at.service.office.plan, ["new-road"]) == (), "it goes on, whatever a host's clock says"
    assert server.client.read_flow_run(run.id).state_name == "Pending"
