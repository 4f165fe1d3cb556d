"""Where the figures come from: the ledger of each plan, and Prefect's server where one is known."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from deployments.metrics.served import Figured
from duban.adapters.backups import last_backup
from duban.adapters.clock import SystemClock
from duban.core.ledger.notices import Delivery
from duban.core.ledger.readings import CONFLICTS, LIMITS, TICKS, WAITED, rounds_of
from duban.core.ledger.summary import Light
from duban.outbox.troubles import troubles
from duban.ports import Rounder
from duban.service import Service
from duban.settings import Settings
from duban.wiring import kept_gear

API_VARIABLE = "PREFECT_API_URL"
DAY = timedelta(days=1)
NO_TIME = timedelta(0)


def ask_ledger(settings: Settings, figured: Figured) -> None:
    """The figures of every plan that goes on here, by the plan's own clock; raises what reading the ledger raises."""
    for folder in settings.plans:
        at = replace(settings, plan=folder)
        service = kept_gear(at).service
        plan, now = service.office.plan.id, service.clock.now()
        _of_ledger(service, now, plan, figured)
        _of_rounds(service, at, now, plan, figured)
        _of_letters(service, now, plan, figured)


def _of_ledger(service: Service, now: datetime, plan: str, figured: Figured) -> None:
    found = service.ledger.readings(now)
    figured("duban_ledger_entries", found.entries, plan)
    figured("duban_ledger_chains", found.chains, plan)
    figured("duban_ledger_bytes", found.size, plan)
    for light in Light:
        figured("duban_initiatives", found.lights.get(light, 0), plan, light.name.lower())
    figured("duban_initiatives_waiting", found.waiting, plan)
    figured("duban_initiatives_waiting_seconds", _since(now, found.waiting_since), plan)
    figured("duban_letters_due", found.unsent, plan)
    figured("duban_letters_due_seconds", _since(now, found.unsent_since), plan)
    figured("duban_ticks", found.counted.get(TICKS, 0), plan)
    figured("duban_conflicts", found.counted.get(CONFLICTS, 0), plan)
    for by in Rounder:
        figured("duban_rounds", found.counted.get(rounds_of(by), 0), plan, by)
    figured.waits("duban_wake_seconds", _kept(found.counted), found.counted.get(WAITED, 0) / 10, plan)


def _kept(counted: Mapping[str, int]) -> Mapping[str, int]:
    """How many waits kept each limit, the shortest first."""
    told = {f"{limit}.0": counted.get(f"{WAITED}/{limit}", 0) for limit in LIMITS}
    return {**told, "+Inf": counted.get(f"{WAITED}/beyond", 0)}


def _of_rounds(service: Service, settings: Settings, now: datetime, plan: str, figured: Figured) -> None:
    made = service.ledger.rounds()
    last = {by: one.at for by, one in made.items()}
    if backup := last_backup(made.get(Rounder.BACKUP), settings.backups):
        last[Rounder.BACKUP] = backup
    for by, at in last.items():
        figured("duban_round_age_seconds", _since(now, at), plan, by)
    figured("duban_clock_doubted", service.doubt() is not None, plan)


def _of_letters(service: Service, now: datetime, plan: str, figured: Figured) -> None:
    ended = service.ledger.outcomes(now - DAY)
    for outcome in Delivery:
        figured("duban_letters", ended.get(outcome, 0), plan, outcome)
    figured("duban_letters_dead", len(troubles(service).dead), plan)


def ask_prefect(settings: Settings, figured: Figured) -> None:
    """The workers of the pool, and what waits for them; raises what asking the server raises."""
    from prefect.client.orchestration import get_client  # noqa: PLC0415  slow to import, and nothing without a server
    from prefect.settings import (  # noqa: PLC0415  as above
        PREFECT_API_URL,
        PREFECT_SERVER_ALLOW_EPHEMERAL_MODE,
        temporary_settings,
    )

    from tasks.asking import not_taken_up  # noqa: PLC0415  as above

    pool, now = settings.stack.pool, SystemClock().now()
    there = {PREFECT_API_URL: settings.variables[API_VARIABLE], PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: False}
    with temporary_settings(there), get_client(sync_client=True) as client:
        workers = client.read_workers_for_work_pool(pool)
        waiting, since = not_taken_up(client, pool)
    figured("duban_workers", sum(worker.status == "ONLINE" for worker in workers), pool)
    beats = [worker.last_heartbeat_time for worker in workers if worker.last_heartbeat_time]
    if beats:
        figured("duban_worker_beat_age_seconds", _since(now, max(beats)), pool)
    figured("duban_runs_waiting", waiting, pool)
    figured("duban_runs_waiting_seconds", _since(now, since), pool)


def _since(now: datetime, moment: datetime | None) -> float:
    return max(now - moment, NO_TIME).total_seconds() if moment else 0.0
