"""A rehearsal in which processes are killed outright at random: it comes to the very same as one left in peace."""

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from time import monotonic, sleep
from typing import Any

import psutil
import pytest
from httpx import HTTPError

from deployments.stack import watch
from deployments.stack.children import marked
from deployments.stack.stack import Stack
from duban.ports import LedgerUnusable
from tests.acceptance.killed import outcome_of
from tests.flows.server import Server, eventually
from tests.flows.warmth import hands
from tests.processes import command_of

pytestmark = [pytest.mark.prefect, pytest.mark.worker, pytest.mark.postgres]

PARTS = ("hand", "worker", "server", "postgres")


def victims(stack: Stack, part: str) -> list[psutil.Process]:
    """Processes of which one is to be killed."""
    if part == "hand":
        return hands(stack)
    if part == "postgres":
        return [one for one in marked(stack.var) if one.name() == "postgres" and "-D" in command_of(one)]
    return [one for one in marked(stack.var) if part in command_of(one) and "prefect" in command_of(one)]


def kill(stack: Stack, part: str, dice: random.Random) -> None:
    """Kill one of them, once it is there."""
    dice.choice(eventually(lambda: tended(stack, part), 60)).kill()


def tended(stack: Stack, part: str) -> list[psutil.Process]:
    stack.tend()
    return victims(stack, part)


def rehearse(server: Server, stack: Stack, until: str, kills: Iterator[str], dice: random.Random) -> None:
    """Rehearse a bureau, killing meanwhile as long as there is somebody to be."""
    server.bureau.file("toll-system").unlink()  # its action fails, and slowly
    command = [sys.executable, "-m", "deployments.conduct", "--until", until, "--pace", "0"]
    log = server.bureau.var / "conductor.log"
    with (
        log.open("w") as told,
        subprocess.Popen(command, env=stack.environment(), stdout=told, stderr=told) as conductor,
    ):
        eventually(lambda: "周" in log.read_text() or conductor.poll() is not None, 60)
        following = monotonic() + dice.uniform(0.1, 1)
        while conductor.poll() is None:
            stack.tend()
            if monotonic() > following and (part := next(kills, None)):
                kill(stack, part, dice)
                following = monotonic() + dice.uniform(0.1, 4)
            sleep(0.05)
    assert conductor.returncode == 0, log.read_text()[-3000:]
    eventually(lambda: is_whole(server, stack), 60)  # the last one killed may still be away


def is_whole(server: Server, stack: Stack) -> bool:
    """Whether server and ledger answer."""
    stack.tend()
    try:
        server.deployments()
        with server.gear() as at:
            at.service.ledger.summaries()
    except (HTTPError, LedgerUnusable):
        return False
    return True


def outcome(server: Server) -> dict[str, Any]:
    """What a rehearsal came to, without the name of its plan."""
    with server.gear() as at:
        told = json.dumps(outcome_of(at), ensure_ascii=False, default=str)
    return dict(json.loads(told.replace(server.bureau.plan, "flows")))


def counted(each: int, dice: random.Random, killed: Counter[str]) -> Iterator[str]:
    """Each part so many times, in random order; counted as they are taken."""
    parts = [part for part in PARTS for _ in range(each)]
    dice.shuffle(parts)
    for part in parts:
        killed[part] += 1
        yield part


@pytest.mark.parametrize(
    ("each", "until"),
    [pytest.param(1, "2024-04-10", marks=pytest.mark.slow), pytest.param(25, "2024-06-28", marks=pytest.mark.slow)],
    ids=["once", "often"],
)
def test_nothing_is_lost_or_doubled(
    another: Callable[[], Server], stack: Stack, monkeypatch: pytest.MonkeyPatch, each: int, until: str
) -> None:
    monkeypatch.setattr(watch, "SETTLED", 0.0)  # what dies is started again after a second, however often
    dice = random.Random(2024)  # noqa: S311  the same test each time
    killed: Counter[str] = Counter()
    kills = counted(each, dice, killed)
    server = another()
    rehearse(server, stack, until, iter(()), dice)
    peaceful = outcome(server)
    assert (peaceful["broken"], peaceful["doubled"], peaceful["due"]) == (None, [], [])
    assert len(peaceful["notices"]) > 3
    rehearsals = 0
    while sum(killed.values()) < each * len(PARTS):
        server = another()
        rehearse(server, stack, until, kills, dice)
        rehearsals += 1
        found = outcome(server)
        assert {name: value for name, value in found.items() if value != peaceful[name]} == {}
    of_each = f"{len(peaceful['entries'])} entries and {len(peaceful['notices'])} notices"
    print(f"killed in {rehearsals} rehearsals: {dict(killed)}; of {of_each} in each, 0 lost, 0 doubled")  # noqa: T201
