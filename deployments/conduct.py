"""The conductor's process: applies the plan to the running stack, then rehearses it or hands over to the real clock.

`duban up` starts it with the stack's environment, and says what it ends with: `python -m duban.cli.stack.conducted`.
"""

import argparse
import logging
import signal
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from types import FrameType

import psutil  # type: ignore[import-untyped]  # it ships no types

from deployments.applying import bring_server, put_in_force
from deployments.rehearsal import progress
from deployments.rehearsal.conductor import days, end_leftovers, persistently, rehearse_day
from duban.adapters.clock import FileClock
from duban.core.rehearsing.owners import Owners
from duban.settings import CLOCK_FILE, Settings, load_settings
from duban.wiring import Gear, gear, load_profile
from tasks.asking import ask_for_a_patrol


def main() -> None:
    """Apply, then rehearse; interrupted, it leaves what is stored as it is.

    While the server or the ledger is away it waits for them, here as in the days that follow.
    """
    arguments, settings = _arguments(), load_settings()
    signal.signal(signal.SIGINT, _interrupt)
    try:
        for folder in settings.plans if settings.patrol_every else (settings.plan,):
            persistently(partial(begin, replace(settings, plan=folder), since=_born()))
        if settings.patrol_every is None:
            with ExitStack() as held:
                at = persistently(lambda: held.enter_context(gear(settings)))
                _rehearse(at, arguments.until or at.service.office.plan.ends, arguments.pace)
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _interrupt(number: int, frame: FrameType | None) -> None:
    """End, once, and say nothing of what that cuts short: Prefect would log the patrol under way as crashed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it, and so does `duban up`
    logging.disable()
    raise KeyboardInterrupt


def begin(settings: Settings, since: datetime) -> None:
    """Put a plan in force and bring the server to it; under the real clock its first patrol comes at once."""
    with gear(settings) as at:
        put_in_force(at, rehearsal=settings.patrol_every is None)
    with gear(settings) as at:
        bring_server(at)
        end_leftovers(at.service.office.plan, since)
        if settings.patrol_every is not None:
            ask_for_a_patrol(at.service.office.plan)


def _born() -> datetime:
    return datetime.fromtimestamp(psutil.Process().create_time(), UTC)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--until", type=date.fromisoformat)
    parser.add_argument("--pace", type=float, default=2.0)
    return parser.parse_args()


def _rehearse(at: Gear, until: date, pace: float) -> None:
    office, owners = at.service.office, Owners(load_profile(at.settings))
    clock = FileClock(at.settings.clock or at.settings.var / CLOCK_FILE)
    for day in days(office, clock, until):
        began = time.monotonic()
        progress.print_day(office, rehearse_day(at.service, clock, owners, day, lambda: bring_server(at)))
        time.sleep(max(0.0, pace - (time.monotonic() - began)))
    progress.print_summary(office, tuple(at.service.ledger.summaries()), tuple(at.service.ledger.notices()))


if __name__ == "__main__":
    main()
