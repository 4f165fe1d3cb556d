"""What a test lets happen in the process of one flow run, before it is run."""

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from time import sleep
from typing import Any, NoReturn

import flows.tick
import tasks.asking
from deployments.worker import short_run
from duban.settings import load_settings
from tasks.actions import ACTIONS, Job


def impatient() -> None:
    """Actions and measurements are retried at once."""
    flows.tick.measure_value = flows.tick.measure_value.with_options(retry_delay_seconds=0)
    flows.tick.run_action = flows.tick.run_action.with_options(retry_delay_seconds=0)


def note_keys() -> None:
    """Actions note their keys in `var/keys` before they are run."""
    for name, action in list(ACTIONS.items()):
        ACTIONS[name] = noting(action)  # type: ignore[index]  # a mapping for all others


def noting(action: Callable[..., str]) -> Callable[..., str]:
    def noted(job: Job, asked: Any) -> str:
        with (load_settings().var / "keys").open("a") as file:
            file.write(f"{job.key}\n")
        return action(job, asked)

    return noted


def die_before_the_action() -> None:
    """The process is killed when an action begins."""
    for name in list(ACTIONS):
        ACTIONS[name] = noting(killed)  # type: ignore[index]  # as above


def die_after_the_action() -> None:
    """The process is killed when an action has done its work and before that is stored."""
    for name, action in list(ACTIONS.items()):
        ACTIONS[name] = noting(then_killed(action))  # type: ignore[index]  # as above


def then_killed(action: Callable[..., str]) -> Callable[..., str]:
    @wraps(action)
    def done(job: Job, asked: Any) -> NoReturn:
        action(job, asked)
        killed()

    return done


def killed(*given: Any) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody survives that")


def die_after_taking_in() -> None:
    """The process is killed when what was reported is stored, and nothing has been shown."""
    flows.tick.run_actions = killed


def die_before_the_name() -> None:
    """The process is killed between the page and the name of the run."""
    flows.tick.name_run = killed


def later() -> None:
    """It is an hour later, by the server's clock."""
    told = tasks.asking.server_time
    tasks.asking.server_time = lambda client: told(client) + timedelta(hours=1)


def dawdle() -> None:
    """The action takes a minute."""
    ACTIONS["bulletin"] = noting(lambda *given: str(sleep(60)))  # type: ignore[index]  # as above


def take_time() -> None:
    """The action takes some seconds, and then is done."""
    write = ACTIONS["bulletin"]

    def slowly(job: Job) -> str:
        sleep(6)
        return write(job)

    ACTIONS["bulletin"] = noting(slowly)  # type: ignore[index]  # as above


def dawdle_too_long() -> None:
    """The action takes longer than it may, which is a second here."""
    dawdle()
    flows.tick.run_action = flows.tick.run_action.with_options(retries=0)
    flows.tick.timed = lambda action: 1


def hang() -> None:
    """The tick hangs where nothing else ends it; it may take two seconds here."""
    short_run.LONGEST = timedelta(seconds=2)
    flows.tick.send_due = lambda *given: sleep(60)


def die_before_anything() -> None:
    """The process is killed when the flow begins."""
    flows.tick.take_in = killed


def with_a_token() -> None:
    """A variable is set that a header names, and actions are retried at once."""
    os.environ["TOKEN"] = "geheim-77a1"  # noqa: S105  of one test alone
    impatient()
