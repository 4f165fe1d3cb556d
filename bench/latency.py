"""From a milestone's event to the waiting initiative's run, beside Prefect's own process worker on the same server.

Each milestone is announced as a tick does it; the automation of the deployment that waits makes a run; a worker picks
it up. The worker is ours, then Prefect's process worker as it comes, then the same asking as often as it can. Wanted on
two cores: running within 1 s in the median, within 2 s in 99 of 100.
"""

import statistics
import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort
from prefect.events.filters import EventFilter, EventNameFilter
from shared.stage import DEFAULT, FASTEST, WARM, Kind, Stage, stage, worker

from duban.adapters.clock import SystemClock
from duban.core.planning.plan import StepRef
from tasks.asking import deployed
from tasks.naming import deployment_name
from tasks.showing import announce

MILESTONE, WAITS = StepRef("administrative-adjudication", "survey-complete"), "fast-pre-examination"
TRIGGERED = "prefect.automation.action.triggered"
TIMES = {WARM: 60, FASTEST: 12, DEFAULT: 6}
STAGES = ("triggered", "scheduled", "picked up", "running")


def main() -> None:
    found: dict[Kind, list[dict[str, float]]] = {}
    with stage(4310) as on:
        for kind, times in TIMES.items():
            with worker(on, kind):
                time.sleep(5)  # it is up, and so are its processes
                once(on)  # whatever is done the first time only
                laps = [once(on) for _ in range(times)]
            time.sleep(6)  # the server stores its events every five seconds
            found[kind] = [since_event(lap) for lap in with_triggers(on, laps)]
    for kind, laps in found.items():
        show(kind, laps)
    ours = median(found[WARM], "running")
    for kind in (FASTEST, DEFAULT):
        print(f"{kind.name}: {median(found[kind], 'running') / ours:.1f} times as long as ours in the median")


def once(on: Stage) -> dict[str, datetime]:
    """The moments of a milestone and of the run it starts; returns when that has ended."""
    deployment = deployed(on.client, on.office.plan)[
        deployment_name(on.office.plan, on.office.plan.initiatives[WAITS])
    ].id
    before = {run.id for run in runs(on, deployment)}
    began = SystemClock().now()
    announce(on.office.plan, [MILESTONE])
    while not (new := [run for run in runs(on, deployment) if run.id not in before and final(run)]):
        time.sleep(0.1)
    return {"event": began, **moments(on, new[0])}


def runs(on: Stage, deployment: UUID) -> list[FlowRun]:
    ours = DeploymentFilter(id=DeploymentFilterId(any_=[deployment]))
    return on.client.read_flow_runs(deployment_filter=ours, sort=FlowRunSort.ID_DESC, limit=200)


def final(run: FlowRun) -> bool:
    return run.state is not None and run.state.is_final()


def moments(on: Stage, run: FlowRun) -> Mapping[str, datetime]:
    """When it reached each stage, by the server's clock, which is ours."""
    states = {str(state.type.value): state.timestamp for state in reversed(on.client.read_flow_run_states(run.id))}
    return {"scheduled": states["SCHEDULED"], "picked up": states["PENDING"], "running": states["RUNNING"]}


def with_triggers(on: Stage, laps: list[dict[str, datetime]]) -> list[dict[str, datetime]]:
    """The laps with the moments at which the server found the automation to be due."""
    named = EventFilter(event=EventNameFilter(name=[TRIGGERED]))
    page = on.client.read_events(named, limit=50)
    found = list(page.events)
    while page.next_page and len(found) < len(laps):
        page = on.client.read_events_page(page.next_page)
        found += page.events
    triggered = sorted(event.occurred for event in found)
    return [{**lap, "triggered": next(moment for moment in triggered if moment > lap["event"])} for lap in laps]


def since_event(lap: dict[str, datetime]) -> dict[str, float]:
    return {name: (lap[name] - lap["event"]).total_seconds() for name in STAGES}


def median(laps: list[dict[str, float]], name: str) -> float:
    return statistics.median(lap[name] for lap in laps)


def show(kind: Kind, laps: list[dict[str, float]]) -> None:
    """Median and 99th percentile of each stage since the event, and how many were running after how many tenths."""
    print(f"{kind.name}: {len(laps)} milestones, seconds since the event")
    for name in STAGES:
        ordered = sorted(lap[name] for lap in laps)
        worst = ordered[min(len(ordered) - 1, round(len(ordered) * 0.99))]
        print(f"  {name:10} median {statistics.median(ordered):6.2f}   99 of 100 {worst:6.2f}")
    tenths = Counter(int(lap["running"] * 10) for lap in laps)
    print("  running, by tenths of a second: " + "  ".join(f"{t / 10:.1f}: {n}" for t, n in sorted(tenths.items())))


if __name__ == "__main__":
    main()
