"""Server, worker and a flow run's process killed outright in the middle of a tick: nothing is lost, nothing doubled."""

from collections import Counter

import psutil
import pytest
from prefect.client.schemas.objects import FlowRun

from deployments.stack.children import marked
from deployments.stack.server import wait_healthy
from deployments.stack.stack import Stack
from duban.core.deciding.commands import Verb
from duban.core.ledger.entries import Entry, first_broken
from duban.core.ledger.notices import Delivery
from tests.flows.server import WARM, Server, eventually
from tests.flows.warmth import PARENT, hands
from tests.processes import command_of

pytestmark = [pytest.mark.prefect, pytest.mark.worker, pytest.mark.postgres]

BULLETIN = "{uses: bulletin, parameters: {title: 新建道路通报}}"
TAKES_TIME = '{uses: python, parameters: {function: "tests.flows.office_actions:take_time"}}'


def processes(stack: Stack, part: str) -> list[psutil.Process]:
    """The server, the worker, its hands, or their parent."""
    if part == "hands":
        return hands(stack)
    words = {"server": "server", "worker": "worker", "parent": PARENT}[part]
    return [process for process in marked(stack.var) if words in command_of(process)]


def kill(stack: Stack, *parts: str) -> None:
    for process in [process for part in parts for process in processes(stack, part)]:
        process.kill()


def in_the_middle(server: Server) -> FlowRun:
    """A tick that has just begun with its action, which waits for `go`, carried out by the worker."""
    server.bureau.file("toll-system").unlink()
    server.instead("new-road", BULLETIN, TAKES_TIME)
    server.apply(WARM)
    with server.gear() as at:
        at.service.tick("new-road")
        at.service.act(server.command(Verb.SUBMIT, "new-road/draft", "roads-officer", evidence=("建设方案",)))
        at.service.act(server.command(Verb.APPROVE, "new-road/approve", "deputy-director"))
    run = server.ask("1.01")
    eventually((server.bureau.var / "keys").exists, 120)
    return run


def restart(stack: Stack, *parts: str) -> None:
    """The stack starts again what has died."""
    started: set[str] = set()
    eventually(lambda: started.update(stack.tend()) or started >= set(parts), 120)
    wait_healthy(stack.addresses, lambda: True, stack.var / "log" / "server.log")


def done(server: Server) -> bool:
    """Nothing is due, and nothing under way."""
    with server.gear() as at:
        return not at.service.due() and all(run.state and run.state.is_final() for run in server.runs())


def sound(server: Server) -> None:
    """The ledger is as it would be had nothing happened; letters have gone out once."""
    with server.gear() as at:
        ledgers = {name: list(at.service.ledger.entries(name)) for name in at.service.office.plan.initiatives}
        summaries = {summary.initiative: summary for summary in at.service.ledger.summaries()}
        sent = [row for row in at.service.ledger.notices() if row.delivery is Delivery.SENT]
    for entries in ledgers.values():
        assert first_broken(entries) is None
        assert not doubled(entries)
    kinds = Counter((entry.kind, entry.step) for entry in ledgers["new-road"])
    assert (kinds["action-succeeded", "bulletin"], kinds["completed", "bulletin"]) == (1, 1)
    assert (summaries["new-road"].done, summaries["green-belt"].done) == (4, 0)
    assert [row.recipient for row in sent] == ["parks-officer"]
    assert [mail.parent.name for mail in server.bureau.mails] == ["parks-officer"]
    assert len(list((server.bureau.var / "bulletins").iterdir())) == 1


def doubled(entries: list[Entry]) -> list[str]:
    return [key for key, times in Counter(entry.key for entry in entries if entry.key).items() if times > 1]


@pytest.mark.parametrize(
    "parts",
    [
        ("server", "worker", "hands"),
        pytest.param(("hands",), marks=pytest.mark.slow),
        pytest.param(("worker",), marks=pytest.mark.slow),
        pytest.param(("server",), marks=pytest.mark.slow),
        pytest.param(("parent",), marks=pytest.mark.slow),
        pytest.param(("server", "hands"), marks=pytest.mark.slow),
    ],
    ids=" and ".join,
)
def test_killed_in_the_middle_of_a_tick(server: Server, stack: Stack, parts: tuple[str, ...]) -> None:
    run = in_the_middle(server)
    kill(stack, *parts)
    restart(stack, *(part for part in parts if part in ("server", "worker")))
    (server.bureau.var / "go").touch()
    assert server.ended(run) == "Completed"
    begun = server.client.read_flow_run(run.id).run_count
    assert begun == (1 if parts == ("server",) else 2), "whoever lives puts back what has died, and runs it again"
    server.ask("0.00")
    eventually(lambda: done(server), 180)
    sound(server)
