"""Conducting a rehearsal: the clock moves a working day at a time, simulated people act, and Prefect runs every tick.

A day ends when the ledger has nothing due and Prefect nothing under way, so that a rehearsal is the same on a slow
machine. What the people do goes through the same commands as real people's.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from httpx import HTTPError
from prefect.client.orchestration import get_client
from prefect.context import SyncClientContext
from prefect.exceptions import FailedRun, MissingResult
from prefect.settings import get_current_settings

from duban.adapters.clock import FileClock, SystemClock
from duban.core.deciding.commands import Command
from duban.core.deciding.decide import decide
from duban.core.deciding.office import Office
from duban.core.ledger.entries import EntryKind
from duban.core.ledger.notices import NoticeRow
from duban.core.ledger.summary import Summary
from duban.core.planning.plan import Plan
from duban.core.rehearsing.day import Stuck, carry_out, turns, working_days
from duban.core.rehearsing.owners import Owners
from duban.outbox import LEASE
from duban.ports import LedgerUnusable
from duban.service import Service
from flows.patrol import patrol_now
from tasks.asking import ask_for_ticks, count_runs, under_way

T = TypeVar("T")

EVENT_GRACE = 0.6
"""Seconds an event has to start a waiting initiative, once nothing else is under way, before the patrol does."""

STUCK = 600.0
"""Seconds after which a day that does not end is reported rather than waited for."""

LOOK_EVERY = 0.2
PAUSE = 1.0


@dataclass(frozen=True, slots=True)
class Day:
    """What one day of a rehearsal brought."""

    day: date
    commands: tuple[Command, ...]
    ticks: int
    summaries: tuple[Summary, ...]
    notices: tuple[NoticeRow, ...]
    woken: tuple[str, ...]


def days(office: Office, clock: FileClock, until: date) -> Iterator[date]:
    """The working days still to be rehearsed, each with the clock at its morning; a day cut short is begun again."""
    for day in working_days(office, _first(office, clock), until):
        morning = office.at(day, office.policy.hours.first)
        clock.set(max(morning, clock.now()) if clock.path.exists() else morning)  # time never goes back
        yield day
        clock.set(office.at(day, office.policy.hours.last))


def _first(office: Office, clock: FileClock) -> date:
    if not clock.path.exists():
        return office.plan.starts
    left_at = clock.now().astimezone(office.zone)
    return left_at.date() + timedelta(days=left_at.time() >= office.policy.hours.last)


def end_leftovers(plan: Plan, since: datetime) -> None:
    """End what an earlier stack, one that was killed, had begun before this moment: nothing of it lives on."""
    with get_client(sync_client=True) as client:
        under_way(client, plan, lifetime=SystemClock().now() - since)


def rehearse_day(service: Service, clock: FileClock, owners: Owners, day: date, apply_again: Callable[[], None]) -> Day:
    """One day: what people do, the patrol, and every tick that follows; then the digests.

    `apply_again` brings the server back to the plan when somebody has deleted a deployment that is due.

    Each of them is begun again as often as the server or the ledger is away, for at most STUCK seconds. That is
    harmless: an act has a key, of which there is one a day, and a letter is claimed.
    """
    began, really_began = service.clock.now(), SystemClock().now()
    get_current_settings().flows.heartbeat_frequency = None  # its thread holds up the end of a run for a second
    acted = persistently(lambda: tuple(people_act(service, owners)))
    persistently(lambda: _patrol(service, apply_again))
    clock.set(max(clock.now(), service.office.at(day, service.office.policy.digest)))
    # A letter that was claimed when the ledger went away is free again once its lease is over.
    persistently(lambda: _patrol(service, apply_again), meanwhile=lambda: clock.set(clock.now() + LEASE))
    return persistently(lambda: _brought(service, began, day, acted, _count(service, really_began)))


def persistently(what: Callable[[], T], meanwhile: Callable[[], None] = lambda: None) -> T:
    """Do something that is safe to begin again, after a pause, while the server or the ledger is away.

    Where a server dies over the end of a patrol, the next one knows that it ended and no longer with what:
    MissingResult.
    """
    until = time.monotonic() + STUCK
    while True:
        try:
            return what()
        except (HTTPError, LedgerUnusable, MissingResult):
            if time.monotonic() > until:
                raise
        time.sleep(PAUSE)
        meanwhile()


def _patrol(service: Service, apply_again: Callable[[], None]) -> None:
    """A patrol, which may end red, and every tick that follows; raises what kept it from ending."""
    state = patrol_now(service.office.plan.id)
    if not state.is_completed():
        with suppress(FailedRun):  # a red light; what really failed comes with its own exception
            state.result()
    _settle_down(service, apply_again)


def _brought(service: Service, began: datetime, day: date, acted: tuple[Command, ...], ticks: int) -> Day:
    told = tuple(n for n in service.ledger.notices() if n.ended_at and n.ended_at >= began)
    return Day(day, acted, ticks, tuple(service.ledger.summaries()), told, _woken_by_others(service, began))


def _count(service: Service, since: datetime) -> int:
    """How many runs have begun since a moment of the real time: older ones are cleared away meanwhile."""
    with get_client(sync_client=True) as client:
        return count_runs(client, service.office.plan, since)


def people_act(service: Service, owners: Owners) -> Iterator[Command]:
    """A morning: what each of the simulated people does; they have done it once the iterator has ended."""
    for name in turns(service.office.plan):
        view = service.view(name)
        decided = decide(view.look, view.state)
        for command in owners.conduct(view.look, decided.state, decided.deadlines):
            carry_out(command, service.act)
            yield command


def _settle_down(service: Service, apply_again: Callable[[], None]) -> None:
    """Wait until nothing is due and nothing is under way. What is due and cannot be asked for has no deployment.

    While the ledger's list of what is due grows shorter, ticks are under way, and Prefect is not asked for them: it has
    enough to do.
    """
    plan, due = service.office.plan, service.due()
    until = time.monotonic() + STUCK
    with SyncClientContext() as context:
        moved = time.monotonic()
        while time.monotonic() < until:
            before, due = due, service.due()
            if due != before:
                moved = time.monotonic()
            elif due and time.monotonic() - moved <= EVENT_GRACE:
                pass
            elif under_way(context.client, plan):
                moved = time.monotonic()
            elif not (due := service.due()):
                return
            elif time.monotonic() - moved > EVENT_GRACE and not ask_for_ticks(plan, due):
                apply_again()
            time.sleep(LOOK_EVERY)
    raise Stuck(
        f"{service.clock.now():%Y-%m-%d}: after {STUCK:.0f} s still due: {', '.join(service.due()) or 'nothing'}"
    )


def _woken_by_others(service: Service, since: datetime) -> tuple[str, ...]:
    """Initiatives in which a step opened today because a step elsewhere closed."""
    woken = []
    for name, initiative in service.office.plan.initiatives.items():
        if waited := {s.id for s in initiative.steps.values() if any(need.initiative != name for need in s.needs)}:
            opened = {e.step for e in service.ledger.entries(name) if e.kind is EntryKind.OPENED and e.at >= since}
            woken += [name] if waited & opened else []
    return tuple(woken)
