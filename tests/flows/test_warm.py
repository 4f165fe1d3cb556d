"""The worker whose processes stay warm: what becomes of runs whose process, worker or plan does not stay as it was."""

import signal

import psutil
import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelling

from deployments.stack import Stack
from tests.flows.server import WARM, Server, eventually
from tests.flows.warmth import hands

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]

FAILS = "tests.flows.office_actions:fail"
SIGNING = {"offer": "道路处联络员 签收：起草建设方案"}


def at_work(server: Server) -> FlowRun:
    """A tick in the middle of its action, which waits for `go`."""
    server.instead("toll-system", FAILS, "tests.flows.office_actions:take_time")
    server.apply(WARM)
    run = server.ask("1.02")
    eventually((server.bureau.var / "keys").exists)
    return run


def kinds(server: Server, initiative: str) -> list[str]:
    with server.desk() as at:
        return [str(entry.kind) for entry in at.service.ledger.entries(initiative)]


def states(server: Server, run: FlowRun) -> list[str]:
    return [str(state.name) for state in server.client.read_flow_run_states(run.id)]


def test_a_run_is_carried_out_at_once_and_its_form_taken_in(server: Server) -> None:
    server.apply(WARM)
    run = server.ask("1.01", SIGNING)
    assert server.ended(run) == "Completed"
    assert states(server, run) == ["Scheduled", "Pending", "Running", "Completed"]
    assert kinds(server, "new-road").count("signed") == 1


def test_processes_outlive_runs(server: Server, stack: Stack) -> None:
    server.apply(WARM)
    before = {hand.pid for hand in eventually(lambda: hands(stack))}
    for _ in range(3):
        assert server.ended(server.ask("1.01")) == "Completed"
    assert {hand.pid for hand in hands(stack)} == before


def test_a_change_of_the_plan_is_seen_by_the_next_tick(server: Server) -> None:
    server.apply(WARM)
    assert server.ended(server.ask("1.01")) == "Completed"
    server.instead("new-road", "title: 起草建设方案", "title: 起草道路建设方案")
    run = server.ask("1.01")
    assert server.ended(run) == "Completed"
    assert "起草道路建设方案" in str(server.page("new-road").data)


def test_a_plan_that_cannot_be_used_is_told_and_used_again_when_mended(server: Server) -> None:
    server.apply(WARM)
    server.instead("new-road", "title: 新建道路\n", "titel: 新建道路\n")
    run = server.ask("1.01")
    assert server.ended(run) == "Failed"
    assert "titel" in str(server.client.read_flow_run(run.id).state.message)
    server.instead("new-road", "titel: 新建道路\n", "title: 新建道路\n")
    assert server.ended(server.ask("1.01")) == "Completed"


def test_a_process_that_always_dies_is_not_tried_for_ever(server: Server) -> None:
    server.instead("toll-system", FAILS, "tests.flows.office_actions:die")
    server.apply(WARM)
    run = server.ask("1.02")
    assert server.ended(run) == "Crashed"
    assert kinds(server, "toll-system").count("action-started") == 3
    assert server.ended(server.ask("1.02")) == "Failed", "now it is a person's business"
    assert kinds(server, "toll-system").count("action-failed") == 1


def test_a_run_cancelled_in_the_middle_of_an_action(server: Server, stack: Stack) -> None:
    run = at_work(server)
    before = {hand.pid for hand in hands(stack)}
    server.client.set_flow_run_state(run.id, Cancelling())  # as the button on its page does
    assert server.ended(run) == "Cancelled"
    assert (
        len({hand.pid for hand in eventually(lambda: len(hands(stack)) == len(before) and hands(stack))} - before) == 1
    )
    server.ask("0.00")
    eventually(lambda: kinds(server, "toll-system").count("action-succeeded") == 1)
    assert kinds(server, "toll-system").count("action-started") == 2


def test_a_worker_asked_to_stop_puts_back_what_it_cannot_finish(server: Server, stack: Stack) -> None:
    run = at_work(server)
    mine = hands(stack)
    stack.restart_worker()
    assert not psutil.wait_procs(mine, timeout=5)[1], "they end with their worker"
    assert server.ended(run) == "Completed"
    assert states(server, run).count("AwaitingRetry") == 1
    assert kinds(server, "toll-system").count("action-succeeded") == 1


def test_hands_end_with_a_worker_killed_outright(server: Server, stack: Stack) -> None:
    run = at_work(server)
    mine = hands(stack)
    stack._children["worker"].send_signal(signal.SIGKILL)
    assert not psutil.wait_procs(mine, timeout=5)[1]
    eventually(lambda: "worker" in stack.tend(), 60)
    assert server.ended(run) == "Completed"
    assert kinds(server, "toll-system").count("action-succeeded") == 1
