"""Actions: run once, tried again when they fail, a person's business in the end; killed in the middle, run again."""

import signal

import pytest
from prefect.client.schemas.objects import TaskRun

from duban.core.deciding.commands import Verb
from duban.core.ledger.entries import Entry
from tests.flows.server import Server, eventually

pytestmark = [pytest.mark.prefect, pytest.mark.postgres]

TRIES = 3  # as often as the service begins an action


def adopted(server: Server) -> None:
    """The road's plan is approved: its bulletin is due."""
    with server.gear() as at:
        at.service.tick("new-road")
        at.service.act(server.command(Verb.SUBMIT, "new-road/draft", "roads-officer", evidence=("建设方案",)))
        at.service.act(server.command(Verb.APPROVE, "new-road/approve", "deputy-director"))


def entries(server: Server, name: str, *kinds: str) -> list[Entry]:
    with server.gear() as at:
        return [entry for entry in at.service.ledger.entries(name) if entry.kind in kinds]


def deeds(server: Server, name: str) -> list[str]:
    return [entry.kind for entry in entries(server, name, "action-started", "action-succeeded", "action-failed")]


def tasks(server: Server) -> list[TaskRun]:
    """Tasks that were run, not recorded."""
    return [task for run in server.runs() for task in server.task_runs(run.id) if task.task_key != "step"]


def test_a_bulletin_is_written_once(server: Server) -> None:
    server.apply()
    adopted(server)
    run = server.tick("1.01")
    assert run.name == "🟢绿灯 4/7 2024-04-01"
    (task,) = eventually(lambda: [task for task in tasks(server) if task.state_name == "Completed"])
    assert task.name == "执行：发布通报"
    (file,) = (server.bureau.var / "bulletins").iterdir()
    written = file.stat().st_mtime_ns
    assert file.read_text().startswith("# 新建道路通报\n")
    server.tick("1.01")
    assert file.stat().st_mtime_ns == written
    assert deeds(server, "new-road") == ["action-started", "action-succeeded"]
    (done,) = entries(server, "new-road", "action-succeeded")
    assert done.data["outcome"] == "通报已生成：var/bulletins/new-road-bulletin.md"


def test_an_action_that_fails_is_tried_again_and_then_told(server: Server) -> None:
    server.apply()
    for _ in range(TRIES):
        run = server.run(server.ask("1.02"), "tests.flows.preludes:impatient")
        assert run.state is not None
    assert (run.state.name, run.name) == ("Failed", "🔴红灯 0/2 2024-04-01")
    assert deeds(server, "toll-system") == ["action-started", "action-failed"] * TRIES
    *_, last = entries(server, "toll-system", "action-failed")
    key = f"{server.bureau.plan}/toll-system/publish"
    assert last.data == {"reason": f"ConnectionError: 收费系统拒绝连接（{key}）", "final": True}
    found = eventually(
        lambda: len(done := [task for task in tasks(server) if task.state_name == "Failed"]) == TRIES and done
    )
    assert {task.run_count for task in found} == {3}, "each begun once and retried twice"
    told = [mail.parent.name for mail in server.bureau.mails]
    assert sorted(told) == ["supervision-officer", "system-administrator"]
    server.patrol()
    assert deeds(server, "toll-system") == ["action-started", "action-failed"] * TRIES, "and not run any more"


def test_a_failed_action_holds_up_no_other_initiative(server: Server) -> None:
    server.apply()
    server.run(server.ask("1.02"), "tests.flows.preludes:impatient")
    assert server.tick("1.01").name == "🟢绿灯 0/7 2024-04-01"


def test_an_action_that_always_takes_its_process_along_is_a_persons_business(server: Server) -> None:
    server.apply()
    for _ in range(TRIES):
        server.run(server.ask("1.02"), "tests.flows.preludes:die_before_the_action", -signal.SIGKILL)
    assert server.tick("1.02").name == "🔴红灯 0/2 2024-04-01"
    assert deeds(server, "toll-system") == [*["action-started"] * TRIES, "action-failed"]
    assert sorted(mail.parent.name for mail in server.bureau.mails) == ["supervision-officer", "system-administrator"]


@pytest.mark.parametrize("first", ["die_before_the_action", "die_after_the_action"])
def test_an_action_cut_off_is_run_again_under_the_same_key(server: Server, first: str) -> None:
    server.bureau.file("toll-system").unlink()
    server.apply()
    adopted(server)
    dead = server.run(server.ask("1.01"), f"tests.flows.preludes:{first}", -signal.SIGKILL)
    server.end_as_dead(dead)
    server.patrol(first="tests.flows.preludes:note_keys")
    assert deeds(server, "new-road") == ["action-started", "action-started", "action-succeeded"]
    keys = (server.bureau.var / "keys").read_text().split()
    assert keys == [f"{server.bureau.plan}/new-road/bulletin"] * 2
    assert len(list((server.bureau.var / "bulletins").iterdir())) == 1
