"""Flow runs that are killed, hang, or are cancelled: they end as what they are, and a later tick does it all."""

import signal

import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelling

from duban.core.deciding.commands import Verb
from duban.core.ledger.entries import Entry, first_broken
from tests.flows.server import ASIDE, Server, eventually

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]

SIGNING = {"offer": "道路处联络员 签收：起草建设方案"}
ACCEPTED = "已受理：道路处联络员签收“起草建设方案” 2024-04-01"
UNDISTURBED = ["adopted", "opened", "signed", "notice-queued", "notice-claimed", "notice-sent"]
DEATHS = [
    pytest.param("die_before_anything", marks=pytest.mark.slow),
    "die_after_taking_in",
    pytest.param("die_before_the_name", marks=pytest.mark.slow),
]


def entries(server: Server) -> list[Entry]:
    with server.gear() as at:
        return list(at.service.ledger.entries("new-road"))


def kinds(server: Server) -> list[str]:
    return [entry.kind for entry in entries(server)]


def whole(server: Server) -> None:
    """What was reported is stored once, everybody was told once, and the ledger is sound."""
    assert kinds(server) == UNDISTURBED
    assert first_broken(entries(server)) is None
    assert [mail.parent.name for mail in server.bureau.mails] == ["roads-officer"]


@pytest.mark.parametrize("death", DEATHS)
def test_a_run_that_died_silently_is_ended_by_the_patrol_and_made_up_for(server: Server, death: str) -> None:
    """No worker has seen it die; its form is taken in all the same, once."""
    server.apply()
    dead = server.run(server.ask("1.01", SIGNING), f"tests.flows.preludes:{death}", -signal.SIGKILL)
    assert dead.state_name == "Running"
    server.tick("0.00")
    assert server.client.read_flow_run(dead.id).state_name == "Running", "it may still live"
    server.run(server.ask("0.00"), "tests.flows.preludes:later")
    assert server.client.read_flow_run(dead.id).state_name == "Crashed"
    server.patrol()
    assert server.client.read_flow_run(dead.id).name.endswith(ACCEPTED)
    whole(server)


def test_a_form_that_was_stored_is_not_repeated_however_its_run_ended(server: Server) -> None:
    """A run that ends red looks to Prefect like one that broke off."""
    server.apply()
    server.bureau.at("2024-05-15 09:00")
    red = server.tick("1.01", SIGNING)
    refused = server.tick("1.01", SIGNING)
    assert (red.state_type, refused.state_type) == ("FAILED", "CANCELLED")
    server.patrol()
    assert server.client.read_flow_run(red.id).run_count == 1
    assert server.client.read_flow_run(refused.id).run_count == 1


def test_a_form_is_repeated_a_few_times_only(server: Server) -> None:
    server.apply()
    run = server.ask("1.01", SIGNING)
    for _ in range(3):
        server.run(run, "tests.flows.preludes:die_before_anything", -signal.SIGKILL)
        server.end_as_dead(run)
        server.tick("0.00")
    assert server.client.read_flow_run(run.id).state_name == "Crashed"


@pytest.mark.slow
@pytest.mark.usefixtures("process_worker")
@pytest.mark.parametrize("death", DEATHS)
def test_a_killed_process_is_noticed_by_prefects_own_worker(server: Server, death: str) -> None:
    server.apply(ASIDE)
    run = server.ask_worker("1.01", f"tests.flows.preludes:{death}", SIGNING)
    assert server.ended(run) == "Crashed"
    server.ask("0.00")
    eventually(lambda: server.client.read_flow_run(run.id).name.endswith(ACCEPTED), 120)
    eventually(lambda: kinds(server) == UNDISTURBED, 60)
    whole(server)


def adopted(server: Server) -> None:
    """The road's plan is approved: its bulletin is due."""
    with server.gear() as at:
        at.service.tick("new-road")
        at.service.act(server.command(Verb.SUBMIT, "new-road/draft", "roads-officer", evidence=("建设方案",)))
        at.service.act(server.command(Verb.APPROVE, "new-road/approve", "deputy-director"))


def at_work(server: Server) -> bool:
    return (server.bureau.var / "keys").exists()


@pytest.mark.slow
@pytest.mark.usefixtures("process_worker")
def test_a_run_cancelled_in_the_middle_of_an_action(server: Server) -> None:
    server.apply(ASIDE)
    adopted(server)
    run = server.ask_worker("1.01", "tests.flows.preludes:dawdle")
    eventually(lambda: at_work(server), 120)
    server.client.set_flow_run_state(run.id, Cancelling(), force=True)
    assert server.ended(run) == "Cancelled"
    assert not (server.bureau.var / "bulletins").exists()
    server.ask("0.00")
    eventually(lambda: kinds(server).count("action-succeeded") == 1, 120)
    assert kinds(server).count("action-started") == 2


def test_an_action_that_takes_too_long_has_failed(server: Server) -> None:
    server.apply()
    adopted(server)
    run = server.run(server.ask("1.01"), "tests.flows.preludes:dawdle_too_long")
    assert light(run) == "Completed"
    (failed,) = [entry for entry in entries(server) if entry.kind == "action-failed"]
    assert (failed.step, failed.data["final"]) == ("bulletin", False)
    assert failed.data["reason"].startswith("TaskRunTimeoutError")
    server.patrol()
    assert kinds(server).count("action-succeeded") == 1


def test_a_tick_that_hangs_is_ended(server: Server) -> None:
    server.apply()
    run = server.run(server.ask("1.01"), "tests.flows.preludes:hang", -signal.SIGTERM)
    assert light(run) == "Crashed"
    assert not server.bureau.mails
    server.patrol()
    assert len(server.bureau.mails) == 1


def light(run: FlowRun) -> str:
    return str(run.state_name)
