"""What befalls the parts of an office on several machines, for the length of a block; after it they are whole again."""

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Protocol

from duban.core.planning.plan import Plan
from duban.settings import PLAN_VARIABLE
from tests.acceptance.machines import HOSTS, POSTGRES, REDIS, SERVERS, SERVICES, Host, Machines

CUT = "network"
"""A host that is cut off, while its worker lives."""

EMPTIED = "redis emptied"
"""Redis comes back without anything of what it was told."""

WITHIN = 300.0
"""Seconds in which doctor answers."""


class Living(Protocol):
    """Weeks that are lived on the machines, as what befalls them sees them."""

    there: Machines
    desk: Host
    plan: Plan
    chance: random.Random


@contextmanager
def _away(part: str, weeks: Living) -> Iterator[None]:
    """The others do without it for a while."""
    if part in SERVERS:
        for server in SERVERS:
            weeks.there.answers(server)  # one of them at a time
    weeks.there.kill(part)
    yield
    weeks.there.begin(part)


@contextmanager
def _begun_again(part: str, weeks: Living) -> Iterator[None]:
    """Nobody can do without it."""
    weeks.there.kill(part)
    weeks.there.begin(part)
    yield


@contextmanager
def _without_redis(weeks: Living) -> Iterator[None]:
    """It is away for a while, in which what was asked for is under way, and patrols are due."""
    weeks.there.kill(REDIS)
    assert _doctor(weeks)["events"] == "bad", "doctor names it while it lasts"
    weeks.there.begin(REDIS)
    yield
    assert _doctor(weeks)["events"] == "ok"


@contextmanager
def _emptied(weeks: Living) -> Iterator[None]:
    """What it was told is gone, and with it who had heard what."""
    weeks.there.kill(REDIS)
    shutil.rmtree(weeks.there.folder / REDIS)
    weeks.there.begin(REDIS)
    yield


def _doctor(weeks: Living) -> dict[str, str]:
    """What doctor says at the desk, by what it looked at."""
    told = weeks.there.environment(weeks.desk) | {PLAN_VARIABLE: weeks.plan.id}
    command = [str(Path(sys.executable).with_name("duban")), "doctor", "--json"]
    done = subprocess.run(command, env=told, capture_output=True, text=True, check=False, timeout=WITHIN)
    return {one["check"]: one["level"] for one in json.loads(done.stdout)["findings"]}


@contextmanager
def _cut_off(weeks: Living) -> Iterator[None]:
    cable = weeks.there.hosts[weeks.chance.choice(HOSTS)].cable
    cable.pull_out()
    yield
    cable.put_in()


DISTURBANCES: Mapping[str, Callable[[Living], AbstractContextManager[None]]] = {
    POSTGRES: partial(_begun_again, POSTGRES),
    **{part: partial(_away, part) for part in (*SERVERS, SERVICES, *HOSTS)},
    REDIS: _without_redis,
    EMPTIED: _emptied,
    CUT: _cut_off,
}
