"""A milestone starts what waits for it: at once by the event, and without it by the patrol, to the same end."""

import pytest
from prefect.client.schemas.objects import FlowRun

from duban.core.deciding.commands import Verb
from tests.flows.server import IDLE, WARM, Server, eventually

pytestmark = [pytest.mark.prefect, pytest.mark.worker, pytest.mark.postgres]

APPROVAL = {"offer": "副局长 审核通过：批准建设方案"}


def before_the_milestone(server: Server, pool: str) -> None:
    """Everything is applied and looked at once; the milestone lacks one approval."""
    server.apply(pool)
    with server.gear() as at:
        for name in at.service.office.plan.initiatives:
            at.service.tick(name)
        at.service.act(server.command(Verb.SUBMIT, "new-road/draft", "roads-officer", evidence=("建设方案",)))
        at.service.tick("new-road")


def runs_of(server: Server, number: str) -> list[FlowRun]:
    deployment = server.deployment(number).id
    return [run for run in server.runs() if run.deployment_id == deployment]


def final(server: Server, number: str) -> list[FlowRun]:
    return [run for run in runs_of(server, number) if run.state and run.state.is_final()]


def told(server: Server) -> list[tuple[str, str]]:
    """What the ledger of the initiative that waited says."""
    with server.gear() as at:
        return [(entry.kind, entry.step) for entry in at.service.ledger.entries("green-belt")]


STARTED = [
    ("adopted", ""),
    ("opened", "plant"),
    ("notice-queued", "plant"),
    ("notice-claimed", "plant"),
    ("notice-sent", "plant"),
]


def test_the_event_of_a_milestone_starts_what_waits(server: Server) -> None:
    before_the_milestone(server, WARM)
    server.ask("1.01", APPROVAL)
    (run,) = eventually(lambda: final(server, "2.01"), 120)
    assert run.name == "🟢绿灯 0/2 2024-04-01"
    assert run.created_by is not None
    assert run.created_by.type == "AUTOMATION"
    assert told(server) == STARTED


def test_a_lost_event_is_made_up_for_by_the_patrol(server: Server) -> None:
    before_the_milestone(server, IDLE)
    for automation in server.automations(server.deployment("2.01")):
        server.client.delete_automation(automation.id)
    server.tick("1.01", APPROVAL)
    assert not runs_of(server, "2.01")
    server.patrol()
    (run,) = final(server, "2.01")
    assert run.name == "🟢绿灯 0/2 2024-04-01"
    assert told(server) == STARTED


def test_a_patrol_starts_what_is_due_until_nothing_is(server: Server) -> None:
    server.bureau.file("toll-system").unlink()
    server.apply(IDLE)
    assert sorted(server.patrol()) == ["🟢绿灯 0/2 2024-04-01", "🟢绿灯 0/7 2024-04-01"]
    server.patrol()  # perhaps once more the one that came first, for what the other expects
    assert server.patrol() == []


def test_a_patrol_asks_for_no_second_run_beside_one_that_waits(server: Server) -> None:
    server.apply(IDLE)
    waiting = server.ask("1.01")
    server.tick("0.00")
    assert [run.id for run in runs_of(server, "1.01")] == [waiting.id]
    assert len(server.scheduled()) == 3
