"""A worker that lives takes runs in: whatever is killed in it, at whatever moment, and whatever stands still."""

import random
import signal
from datetime import timedelta
from time import sleep, time

import psutil
import pytest

from deployments.stack import pulse
from deployments.stack.children import marked
from deployments.stack.stack import Stack
from tasks.asking import not_taken_up
from tests.flows.server import WARM, Server, eventually
from tests.flows.warmth import PARENT, hands
from tests.processes import command_of

pytestmark = [pytest.mark.prefect, pytest.mark.worker, pytest.mark.postgres]

UNREAD = "with forks unread"
MOMENTS: list[float | str] = [
    0.0,
    UNREAD,
    *(random.Random(13).uniform(0.1, 4) for _ in range(6)),  # noqa: S311  the same at every run
    UNREAD,
]


def parent(stack: Stack) -> psutil.Process | None:
    """The parent of the worker's hands."""
    named = [one for one in marked(stack.var) if PARENT in command_of(one)]
    ids = {one.pid for one in named}
    return next((one for one in named if one.ppid() not in ids), None)


def kill(stack: Stack, moment: float | str) -> None:
    """Kill the parent so many seconds after it was begun, or before it has read what it was asked for."""
    found = eventually(lambda: parent(stack), 60)
    if moment == UNREAD:
        found.suspend()
        for hand in hands(stack):
            hand.kill()
        sleep(0.5)
    else:
        sleep(max(0.0, found.create_time() + float(moment) - time()))
    found.kill()


@pytest.mark.slow
def test_after_nine_kills_in_different_moments_each_run_is_taken_in(server: Server, stack: Stack) -> None:
    server.apply(WARM)
    worker = stack._children["worker"].pid
    for moment in MOMENTS:
        kill(stack, moment)
        assert server.ended(server.ask("1.01"), 90) == "Completed", moment
    assert stack.tend() == []
    assert stack._children["worker"].pid == worker


def test_a_worker_that_stands_still_is_replaced(server: Server, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    server.apply(WARM)
    assert server.ended(server.ask("1.01")) == "Completed"
    stack.tend()
    monkeypatch.setattr(pulse, "IDLE", 3.0)
    stack._children["worker"].send_signal(signal.SIGSTOP)
    run = server.ask("1.01")
    eventually(lambda: "worker" in stack.tend(), 60)
    monkeypatch.undo()
    assert server.ended(run) == "Completed"


def test_what_nobody_takes_up_is_counted(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = "nobodys"
    server.apply(pool)
    assert not_taken_up(server.client, pool) == (0, None)
    run = server.ask("1.01")
    monkeypatch.setattr("tasks.asking.TAKEN_UP", timedelta(seconds=-2))  # the server tells its time to the second
    assert not_taken_up(server.client, pool) == (1, run.next_scheduled_start_time)
