"""What the stack costs while nothing happens: CPU and memory over a minute, beside Prefect's own worker.

The plan is applied, the worker waits, nobody reports anything. Both stacks are the same but for the worker: ours hears
of what is scheduled and asks every ten seconds, Prefect's process worker asks every second to be nearly as quick.
"""

import time

import psutil
from shared.stage import WARM, Kind, Stage, stage, worker

SECONDS = 60
PEER = Kind("process worker", "process", "1")
PARTS = {
    "PostgreSQL": ("postgres",),
    "server": ("server",),
    "worker": ("worker",),
    "its warm processes": ("deployments.worker.parent",),
}


def main() -> None:
    with stage(4330) as on:
        for kind in (WARM, PEER):
            with worker(on, kind):
                time.sleep(20)  # until it has settled down
                show(on, kind)


def show(on: Stage, kind: Kind) -> None:
    """A line for each part: processes, share of one core, megabytes (what is shared counted once)."""
    before = {part: on.cpu(*words) for part, words in PARTS.items()}
    time.sleep(SECONDS)
    print(f"{kind.name}, {SECONDS} s of nothing")
    whole = [0.0, 0.0]
    for part, words in PARTS.items():
        processes = on.processes(*words)
        share, memory = 100 * (on.cpu(*words) - before[part]) / SECONDS, sum(map(held, processes))
        whole = [whole[0] + share, whole[1] + memory]
        print(f"  {part:20} {len(processes):3} processes  {share:5.2f} % of a core  {memory:6.0f} MB")
    print(f"  {'all':38} {whole[0]:5.2f} % of a core  {whole[1]:6.0f} MB", flush=True)


def held(process: psutil.Process) -> float:
    """Megabytes, those shared with others in part."""
    return float(process.memory_full_info().pss) / 1024**2


if __name__ == "__main__":
    main()
