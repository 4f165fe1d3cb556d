"""The parts of the worker that need no server: what it holds, what becomes of a run, its crew of warm processes."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import psutil
import pytest
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.settings import PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED, temporary_settings

from deployments.worker import short_run
from deployments.worker.crew import Crew, Hand, HandDied, HandHung, Limits
from deployments.worker.hand import carry_out
from deployments.worker.held import Held
from deployments.worker.settling import Fate, settled

ONE, OTHER = uuid4(), uuid4()


class TestHeld:
    def test_what_a_dead_worker_held_is_its_successors(self, tmp_path: Path) -> None:
        (tmp_path / "held-1.runs").write_text(f"+{ONE}\n+{OTHER}\n-{OTHER}\n")
        held = Held(tmp_path)
        assert held.adopt() == (ONE,)
        assert (ONE in held, OTHER in held) == (True, False)
        assert not (tmp_path / "held-1.runs").exists()
        assert held.adopt() == ()

    def test_lines_there_was_no_room_for_keep_nobody_from_working(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(handle: int, line: bytes) -> int:
            raise OSError(28, "No space left on device")

        (tmp_path / "held-1.runs").write_text(f"+{ONE}\n+{str(OTHER)[:9]}\n+{OTHER}\n-{str(ONE)[:20]}")
        held = Held(tmp_path)
        with monkeypatch.context() as disk:
            disk.setattr(os, "write", full)
            assert held.adopt() == (ONE, OTHER)
            held.drop(ONE)
        assert (ONE in held, OTHER in held) == (False, True)

    def test_what_a_living_worker_holds_is_its_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        living = Held(tmp_path)
        living.take(ONE)
        monkeypatch.setattr(os, "getpid", lambda: 1)
        other = Held(tmp_path)
        assert other.adopt() == ()
        living.close()  # it ended while it held something
        assert other.adopt() == (ONE,)

    def test_a_worker_that_holds_nothing_leaves_nothing(self, tmp_path: Path) -> None:
        held = Held(tmp_path / "duban")
        for run in (ONE, OTHER):
            held.take(run)
        for run in (ONE, OTHER):
            held.drop(run)
        held.close()
        assert not list((tmp_path / "duban").iterdir())


def run(kind: StateType, count: int = 1) -> FlowRun:
    return FlowRun(flow_id=uuid4(), run_count=count, state=State(type=kind))


class TestSettled:
    @pytest.mark.parametrize(
        ("stands", "fate", "becomes"),
        [
            (run(StateType.RUNNING), Fate("x"), "AwaitingRetry"),
            (run(StateType.PENDING, 0), Fate("x"), "AwaitingRetry"),
            (run(StateType.RUNNING, 3), Fate("x"), "Crashed"),
            (run(StateType.PENDING, 0), Fate("x", times=3), "Crashed"),
            (run(StateType.RUNNING), Fate("x", again=False), "Crashed"),
            (run(StateType.CANCELLING), Fate("x"), "Cancelled"),
            (run(StateType.COMPLETED), Fate("x"), None),
            (run(StateType.CRASHED), Fate("x"), None),
            (run(StateType.SCHEDULED), Fate("x"), None),
            (run(StateType.PENDING), Fate("x", holder="theirs"), "AwaitingRetry"),
            (run(StateType.RUNNING), Fate("x", holder="theirs"), "AwaitingRetry"),
            (run(StateType.PENDING), Fate("x", holder="ours"), None),
            (run(StateType.RUNNING), Fate("x", holder="ours"), None),
        ],
    )
    def test_what_becomes_of_a_run_that_they_hold(self, stands: FlowRun, fate: Fate, becomes: str | None) -> None:
        state = settled(stands, fate, "theirs")
        assert (state and state.name) == becomes
        assert state is None or "x" in str(state.message)

    def test_a_run_without_a_state_is_left_alone(self) -> None:
        assert settled(FlowRun(flow_id=uuid4()), Fate("x")) is None


def test_an_end_that_the_server_does_not_know_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """It gives Prefect's engine no answer, and the engine goes on with the state before."""
    monkeypatch.setattr(short_run, "load_flow_from_entrypoint", lambda *given, **named: None)
    monkeypatch.setattr(short_run, "run_flow", lambda *given, **named: State(type=StateType.RUNNING))
    with temporary_settings({PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED: False}):
        end = carry_out({"run": run(StateType.PENDING).model_dump(mode="json"), "flow": "flows.patrol.any"})
    assert end.again, "it is put back, to be run again"
    assert "has not been told" in end.error


NONSENSE = {"run": {}, "flow": "nowhere"}
ENDLESS = {"run": run(StateType.RUNNING).model_dump(mode="json"), "flow": "tests.deployments.endless.flow"}


@asynccontextmanager
async def crew(limits: Limits) -> AsyncIterator[tuple[Crew, Callable[[], "asyncio.Future[Hand]"]]]:
    """A crew, and a way to wait for a free hand."""
    freed = asyncio.Event()
    made = Crew(limits, freed.set, logging.getLogger(__name__))
    made.start()

    async def free() -> Hand:
        while (hand := made.take()) is None:
            freed.clear()
            await asyncio.wait_for(freed.wait(), 30)
        return hand

    try:
        yield made, lambda: asyncio.ensure_future(free())
    finally:
        await made.stop()


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hands find no server."""
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setenv("PREFECT_LOGGING_TO_API_ENABLED", "false")


def test_a_hand_works_on_until_it_is_worn_out() -> None:
    async def story() -> None:
        async with crew(Limits(1, runs=2, memory=10_000)) as (made, free):
            pids = []
            for _ in range(4):
                hand = await free()
                answer = await made.carry_out(hand, NONSENSE, 30)
                assert "ValidationError" in answer["error"]
                pids.append(hand.pid)
                made.give_back(hand)
            assert pids[0] == pids[1] != pids[2] == pids[3]

    asyncio.run(story())


def test_a_hand_that_holds_too_much_memory_is_replaced() -> None:
    async def story() -> None:
        async with crew(Limits(1, runs=100, memory=1)) as (made, free):
            first = await free()
            await made.carry_out(first, NONSENSE, 30)
            made.give_back(first)
            assert (await free()).pid != first.pid

    asyncio.run(story())


def test_a_hand_that_hangs_or_dies_is_told_and_replaced() -> None:
    async def story() -> None:
        async with crew(Limits(1, runs=100, memory=10_000)) as (made, free):
            first = await free()
            with pytest.raises(HandHung, match="took longer than 1 s"):
                await made.carry_out(first, ENDLESS, 1)
            made.give_back(first)
            second = await free()
            asyncio.get_running_loop().call_later(0.3, os.kill, second.pid, signal.SIGKILL)
            with pytest.raises(HandDied, match="ended by SIGKILL"):
                await made.carry_out(second, ENDLESS, 30)
            made.give_back(second)
            assert len({first.pid, second.pid, (await free()).pid}) == 3

    asyncio.run(story())


def test_a_crew_whose_parent_dies_is_raised_anew_and_leaves_nobody_behind() -> None:
    async def story() -> list[int]:
        async with crew(Limits(2, runs=100, memory=10_000)) as (_, free):
            hands = [await free(), await free()]
            psutil.Process(psutil.Process(hands[0].pid).ppid()).kill()
            others = [await free(), await free()]
            return [hand.pid for hand in (*hands, *others)]

    pids = asyncio.run(story())
    assert len(set(pids)) == 4
    until = time.monotonic() + 5
    while any(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in pids):
        assert time.monotonic() < until, "they are still there"
        time.sleep(0.05)
