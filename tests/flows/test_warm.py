"""The worker whose processes stay warm: what becomes of runs whose process, worker or plan does not stay as it was."""

import signal
from pathlib import Path
from typing import Any

import psutil
import pytest
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelling

from deployments.stack.stack import Stack
from tasks.asking import LOOKING
from tests.flows.server import WARM, Server, eventually
from tests.flows.warmth import hands

pytestmark = [pytest.mark.prefect, pytest.mark.worker, pytest.mark.postgres]

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
    with server.gear() as at:
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


WRITES = """from pathlib import Path
from prefect import flow
Path({file!r}).write_text("imported")
@flow
def harmful(report=None):
    pass
"""


def posted(server: Server, name: str, entrypoint: str, **more: Any) -> FlowRun:
    """A run of a deployment that anybody who reaches the server may post."""
    made = server.client.create_deployment(
        server.client.create_flow_from_name(name), name, entrypoint=entrypoint, work_pool_name=WARM, **more
    )
    return server.client.create_flow_run_from_deployment(made)


def message(server: Server, run: FlowRun) -> str:
    return str(server.client.read_flow_run(run.id).state.message)


def test_flows_of_others_are_refused_and_never_loaded(server: Server, stack: Stack, tmp_path: Path) -> None:
    server.apply(WARM)
    (tmp_path / "harmful.py").write_text(WRITES.format(file=str(tmp_path / "written")))
    by_file = f"{tmp_path}/harmful.py:harmful"
    for name, entrypoint in enumerate((by_file, "tests.flows.outside.publish", "flows.patrol.x:y", "")):
        run = posted(server, f"harmful-{name}", entrypoint, path=str(tmp_path))
        assert server.ended(run) == "Failed"
        assert message(server, run) == f"不予执行：{entrypoint or '（空）'}不是督办系统自己的流程"
    ours = server.deployment("1.01")
    command = {"command": f"touch {tmp_path}/written", "env": {"PYTHONPATH": str(tmp_path)}}
    run = posted(server, "command", str(ours.entrypoint), job_variables=command, parameters=LOOKING)
    assert server.ended(run) == "Completed"
    run = posted(server, "parameters", str(ours.entrypoint), parameters={"office": "x"})
    assert (server.ended(run), message(server, run)) == ("Failed", "不予执行：督办系统的流程没有参数office")

    server.client.update_deployment(ours.id, DeploymentUpdate(entrypoint=by_file))
    assert server.ended(server.ask("1.01")) == "Failed"
    assert not (tmp_path / "written").exists()
    server.client.update_deployment(ours.id, DeploymentUpdate(entrypoint=ours.entrypoint))
    assert server.ended(server.ask("1.01", SIGNING)) == "Completed", "all others go on, and so does it once mended"
