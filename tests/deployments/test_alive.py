"""Alive is not at work: whatever kills or stops a part of the worker, at whatever moment, hands are there again."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from deployments.stack import postgres, pulse
from deployments.stack.pulse import BEAT, ENCRYPTION, Beat, Pulse, beat
from deployments.stack.watch import Watch
from deployments.worker import crew, lasting, nursery
from deployments.worker.crew import Crew, CrewLost, Limits
from deployments.worker.lasting import told
from tests.deployments.test_processes import BASE, eventually, query
from tests.deployments.test_warm_parts import NONSENSE
from tests.flows.warmth import PARENT
from tests.processes import command_of

LOG = logging.getLogger(__name__)
WITHIN = 60.0


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hands find no server; what ended is begun again at once."""
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setenv("PREFECT_LOGGING_TO_API_ENABLED", "false")
    monkeypatch.setattr(lasting, "PAUSE", 0.1)
    monkeypatch.setattr(crew, "INFANT", 0.2)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(WITHIN):
        while not true():
            await asyncio.sleep(0.01)


def parent() -> psutil.Process | None:
    """The parent of this process's hands, from the moment it is begun."""
    return next((one for one in psutil.Process().children() if PARENT in command_of(one)), None)


async def begun() -> psutil.Process:
    async with asyncio.timeout(WITHIN):
        while (found := parent()) is None:
            await asyncio.sleep(0.01)
    return found


async def killed_with_forks_unread(made: Crew) -> None:
    """Before it reads what it is asked for: the end of its socket is a reset."""
    found = await begun()
    found.suspend()
    await asyncio.sleep(0.1)
    found.kill()


async def killed_with_its_first_hand(made: Crew) -> None:
    found = await begun()
    await until(found.children)
    for one in (*found.children(), found):
        one.kill()


async def killed_with_another_fork_unread(made: Crew) -> None:
    """A hand has died, another is asked for in its place, and the parent does not come to read that."""
    found = await begun()
    await until(lambda: made.free == 2)
    found.children()[0].kill()
    await until(lambda: made.free == 1)
    found.suspend()
    await asyncio.sleep(2 * crew.INFANT)
    found.kill()


async def killed_while_a_hand_works(made: Crew) -> None:
    found = await begun()
    await until(lambda: made.free == 2)
    hand = made.take()
    assert hand is not None
    hand.writer.write(b"not an order\n")
    found.kill()


async def stopped(made: Crew) -> None:
    """It lives, and does nothing."""
    found = await begun()
    await until(lambda: made.free == 2)
    found.suspend()


KILLS: dict[str, Callable[[Crew], Awaitable[None]]] = {
    "forks unread": killed_with_forks_unread,
    "with its first hand": killed_with_its_first_hand,
    "another fork unread": killed_with_another_fork_unread,
    "at work": killed_while_a_hand_works,
    "stopped": stopped,
}


@pytest.mark.parametrize("kill", KILLS)
def test_after_any_end_of_the_parent_work_is_done_again(kill: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if kill == "stopped":
        monkeypatch.setattr(nursery, "QUIET", 2.0)

    async def story() -> None:
        made = Crew(Limits(2, runs=100, memory=10_000), lambda: None, LOG)
        made.start()
        try:
            first = await begun()
            await KILLS[kill](made)
            await until(lambda: not command_of(first))
            await until(lambda: (found := parent()) and found.pid != first.pid and made.free == 2)
            hand = made.take()
            assert hand is not None
            answer = await made.carry_out(hand, NONSENSE, WITHIN)
            assert "ValidationError" in answer["error"]
            made.stand()
        finally:
            await made.stop()

    asyncio.run(story())


def test_hands_that_die_before_they_work_are_no_crew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "LOST", 1.0)
    monkeypatch.setattr("deployments.worker.crew.Nursery.newborn", stillborn)

    async def story() -> None:
        made = Crew(Limits(1, runs=100, memory=10_000), lambda: None, LOG)
        made.start()
        try:
            with pytest.raises(CrewLost, match="no warm process for 1 s"):
                await until(made.stand)
        finally:
            await made.stop()

    asyncio.run(story())


async def stillborn(self: nursery.Nursery) -> nursery.Streams:
    raise OSError("too many open files")


def test_what_ends_in_the_background_is_told_and_begun_again(caplog: pytest.LogCaptureFixture) -> None:
    times = 0

    async def breaks() -> None:
        nonlocal times
        times += 1
        if times == 1:
            raise ConnectionResetError("reset")

    async def story() -> None:
        task = asyncio.create_task(lasting.lasting(breaks, "breaking", LOG))
        await until(lambda: times >= 3)
        task.cancel()

    asyncio.run(story())
    assert "breaking: ended by an error; begun again" in caplog.text
    assert "ConnectionResetError: reset" in caplog.text
    assert "breaking: ended; begun again" in caplog.text


def test_a_task_that_nobody_awaits_tells_of_its_failure(caplog: pytest.LogCaptureFixture) -> None:
    async def fails() -> None:
        raise ZeroDivisionError

    async def story() -> None:
        tasks = asyncio.create_task(fails(), name="a run"), asyncio.create_task(asyncio.sleep(60))
        tasks[1].cancel()
        await asyncio.wait(tasks)
        for task in tasks:
            told(task, LOG)

    asyncio.run(story())
    assert [record.getMessage() for record in caplog.records] == ["a run has failed"]


def test_a_child_that_leaves_no_sign_for_long_is_silent(tmp_path: Path) -> None:
    file = tmp_path / "worker.beat"
    sign = Beat(file, begins=0)
    beat({})
    assert not any(sign.silent(moment) for moment in range(0, 300, 5))
    beat({BEAT: str(file)})
    assert not sign.silent(305)
    assert [moment for moment in range(306, 700) if sign.silent(moment)][:1] == [606]
    beat({BEAT: str(file)})
    assert not sign.silent(700)
    assert not sign.silent(10_000), "whoever looks was kept from it: that says nothing of the child"
    sign.end()


def test_a_sign_that_cannot_be_left_ends_nothing(tmp_path: Path) -> None:
    beat({BEAT: str(tmp_path / "nowhere" / "worker.beat")})


def test_no_room_for_another_process_ends_nothing() -> None:
    def fails() -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    watch = Watch("it", lambda: False, fails, born=0, deaths=3, again=1)
    assert not watch.look(1)
    assert not watch.look(1.5)
    assert watch.deaths == 4


@pytest.mark.postgres
def test_a_database_that_stands_still_is_killed_and_keeps_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "EVERY", 0.2)
    monkeypatch.setattr(pulse, "PATIENCE", 0.5)
    monkeypatch.setattr(pulse, "SILENT", 1.0)
    cluster = postgres.start(tmp_path / "postgres", tmp_path / "log", BASE)
    clock = iter(range(1_000_000))
    sign = Pulse(cluster.address, 0, ENCRYPTION)
    owner = cluster.owner_url("ledger")
    query(cluster, "CREATE TABLE kept (a int); INSERT INTO kept VALUES (7); SELECT 1", url=owner)
    eventually(lambda: not sign.silent(next(clock) / 10) and sign.heard)
    psutil.Process(cluster.pid).send_signal(signal.SIGSTOP)
    eventually(lambda: sign.silent(next(clock) / 10))
    postgres.kill(cluster)
    assert not postgres.alive(cluster)
    with postgres.running(tmp_path / "postgres", tmp_path / "log", BASE) as again:
        assert query(again, "SELECT a FROM kept", url=again.owner_url("ledger")) == 7
    sign.end()
