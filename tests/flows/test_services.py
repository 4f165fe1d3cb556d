"""What duban stands on in Prefect, by its effect on the real server and worker: it comes, and is not only stored.

Here a schedule and an artifact. Events that trigger automations are in `test_milestones`, cancellation and runs taken
over from a dead worker in `test_warm`, requests taken up after the server's death in `test_outages`.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
from prefect.client.schemas.objects import FlowRun, StateType

from deployments.stack.stack import Stack
from duban.ports import Rounder
from duban.settings import CLOCK_FILE
from duban.wiring import gear, plan_settings
from flows.wanted import heal
from tests.bureau_folder import BureauFolder
from tests.flows.server import WARM, Server, eventually
from tests.flows.test_pages import browser

pytestmark = [pytest.mark.prefect, pytest.mark.worker, pytest.mark.postgres]

EVERY = 2
"""Seconds between two patrols, the fewest there may be."""


def by_schedule(server: Server) -> list[FlowRun]:
    """Patrols that nobody asked for and that have ended, in the order in which they were to come."""
    runs = [run for run in server.runs() if run.auto_scheduled and run.state and run.state.is_final()]
    return sorted(runs, key=lambda run: run.expected_start_time)


def test_a_schedule_makes_runs_and_the_worker_carries_them_out(server: Server) -> None:
    server.apply(WARM, patrol_every=EVERY)
    came = eventually(lambda: len(runs := by_schedule(server)) >= 3 and runs, 90)
    for run in came:
        assert run.state is not None
        assert run.state.is_completed(), run.state.message
        assert run.created_by is not None
        assert run.created_by.type == "SCHEDULE"
    moments = [run.expected_start_time for run in came]
    apart = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    assert min(apart) == EVERY
    assert [seconds % EVERY for seconds in apart] == [0] * len(apart)  # a machine that is slow may miss one
    with server.gear() as at:  # what is due is looked at
        eventually(lambda: set(server.office.plan.initiatives) <= set(at.service.ledger.initiatives()))


@pytest.mark.slow
def test_a_schedule_is_gone_with_its_interval(server: Server) -> None:
    server.apply(WARM, patrol_every=EVERY)
    eventually(lambda: by_schedule(server), 90)
    server.apply(WARM)
    eventually(lambda: not server.scheduled(), 60)


@pytest.fixture
def two(server: Server) -> Iterator[dict[str, Server]]:
    """The bureau under the real clock with a second plan beside its first; by plan, the server as each sees it."""
    bureau, old, new = server.bureau, server.bureau.plan, f"{server.bureau.plan}-next"
    (bureau.var / CLOCK_FILE).unlink()
    bureau.settings.write_text(f'plan = "{old}"\n[patrol]\nevery = {EVERY}\n')
    bureau.beside(new)
    made = {plan: replace(server, bureau=BureauFolder(bureau.root, plan)) for plan in (old, new)}
    for plan in made:
        with gear(plan_settings(plan)) as at:
            heal(at.service, at.settings)
    yield made
    for deployment in made[new].deployments():  # those of the first go with the server
        server.client.delete_resource_owned_automations(f"prefect.deployment.{deployment.id}")
        server.client.delete_deployment(deployment.id)


def test_two_plans_are_patrolled_by_themselves_and_shown_apart(two: dict[str, Server], stack: Stack) -> None:
    for plan, server in two.items():
        came = eventually(lambda server=server: len(runs := by_schedule(server)) >= 2 and runs, 90)
        assert {run.state_type for run in came} == {StateType.COMPLETED}, [str(run.state) for run in came]
        assert {run.deployment_id for run in came} == {server.deployment("0.00").id}
        assert {server.client.read_flow(run.flow_id).name for run in came} == {f"{plan} 0.00"}
        with gear(plan_settings(plan)) as at:
            assert Rounder.PATROL in at.service.ledger.rounds()
            initiatives = set(at.service.office.plan.initiatives)
            eventually(lambda at=at, wanted=initiatives: wanted <= set(at.service.ledger.initiatives()))


@pytest.mark.browser
def test_an_artifact_is_shown_below_its_key(server: Server, stack: Stack) -> None:
    server.apply(WARM)
    assert server.ended(server.ask("1.01"))
    latest = server.page("new-road")
    with browser() as page:
        page.goto(f"{stack.addresses.ui}/artifacts/key/{latest.key}")
        page.get_by_role(
            "link", name=str(latest.id)[:8]
        ).click()  # the page of a key lists versions, the last one first
        page.get_by_text("起草建设方案").first.wait_for()
        shown = page.locator("body").inner_text()
    assert "新建道路" in shown
