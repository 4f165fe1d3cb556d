"""Sixty-six initiatives of twelve steps at once: our worker beside Prefect's process worker, same deployments.

The morning patrol of a whole plan: a run is asked for each initiative, and the clock stops when the last has ended. The
process worker runs the very same ticks by the same command, each in a process of its own, four at a time, at which two
cores are busy. Wanted: at most a sixth of its time.
"""

import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import StateType
from shared.stage import ROOT, WARM, Kind, Stage, stage, worker

from tasks.asking import ask_for_ticks

PEER = Kind("process worker", "process", "0.5", limit=4)
INITIATIVES, STEPS = 66, 12
WANTED = 6

PLAN = """id: many
title: 六十六项举措
document: 推演
starts: 2024-04-01
ends: 2024-12-31
coordinator: supervision-officer
sections:
  - {id: all, title: 全部}
"""
INITIATIVE = """id: one-{number}
title: 第{number}项举措
source: "1.{number}"
lead: international
supervisor: deputy-director-promotion
steps:
"""


def main() -> None:
    found = {}
    with TemporaryDirectory() as folder, stage(4320, configuration(Path(folder) / "config")) as on:
        for kind in (WARM, PEER):
            with worker(on, kind):
                time.sleep(5)
                found[kind] = measure(on)
                print(f"{kind.name:16} {found[kind]}", flush=True)
    ratio = found[PEER].wall / found[WARM].wall
    print(f"{ratio:.1f} times as fast (wanted: {WANTED})")
    sys.exit(ratio < WANTED)


@dataclass(frozen=True)
class Lap:
    """Seconds until all have ended, and of CPU of the server, of PostgreSQL, of the worker and what it runs."""

    asked: float
    wall: float
    server: float
    postgres: float
    worker: float

    def __str__(self) -> str:
        return (
            f"{self.wall:6.1f} s ({self.asked:.1f} s to ask for them); CPU of the server {self.server:.1f} s, "
            f"{1000 * self.server / INITIATIVES:.0f} ms a tick; of PostgreSQL {self.postgres:.1f} s, "
            f"of the worker and its processes {self.worker:.1f} s"
        )


def measure(on: Stage) -> Lap:
    """Ask for a tick of every initiative and wait until all have ended."""
    before = ended(on)
    cpu, began = used(on), time.perf_counter()
    ask_for_ticks(on.office.plan, tuple(on.office.plan.initiatives))
    asked = time.perf_counter() - began
    while ended(on) < before + INITIATIVES:
        time.sleep(0.5)
    wall = time.perf_counter() - began
    time.sleep(2)  # the server has still to store what it was told
    return Lap(asked, wall, *(after - before for after, before in zip(used(on), cpu, strict=True)))


def used(on: Stage) -> tuple[float, float, float]:
    return on.cpu("server"), on.cpu("postgres"), on.cpu("worker", "deployments.worker.parent")


def ended(on: Stage) -> int:
    final = FlowRunFilterStateType(any_=[StateType.COMPLETED, StateType.FAILED, StateType.CRASHED])
    return on.client.count_flow_runs(flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=final)))


def configuration(config: Path, initiatives: int = INITIATIVES) -> Path:
    """The project's configuration with the plan of this benchmark, of so many initiatives."""
    shutil.copytree(ROOT / "config", config)
    folder = config / "plans" / "many" / "all"
    folder.mkdir(parents=True)
    (folder.parent / "plan.yaml").write_text(PLAN, encoding="utf-8")
    for number in range(1, initiatives + 1):
        needs = ["", *(f", needs: [step-{step}]" for step in range(1, STEPS))]
        steps = (f"  - {{id: step-{i}, title: 事项{i}, kind: work{need}}}\n" for i, need in enumerate(needs, 1))
        (folder / f"one-{number}.yaml").write_text(INITIATIVE.format(number=number) + "".join(steps), encoding="utf-8")
    settings = config / "duban.toml"
    settings.write_text(settings.read_text().replace('plan = "shanghai-2024"', 'plan = "many"'), encoding="utf-8")
    return config


if __name__ == "__main__":
    main()
