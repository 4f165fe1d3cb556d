"""Deciding about one initiative: folding its entries and deciding, and how that grows.

    python bench/decide.py

An initiative of 12 steps, of which 6 are over, 2 under way and 4 waiting, with 100 entries; and one twice that size.
The two take turns in one run, and each figure is the median of the processor's time: nothing here waits for anything.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from duban.core.days.workdays import WorkCalendar
from duban.core.deciding.decide import Decision, decide
from duban.core.deciding.office import Look, Office
from duban.core.ledger.entries import Draft, Entry, EntryKind, chained
from duban.core.ledger.state import State, fold
from duban.core.planning.directory import Directory, DirectoryFile
from duban.core.planning.plan import Initiative, Plan, Step, StepRef
from duban.core.planning.plan_file import Kind
from duban.core.planning.policy import Policy
from duban.core.planning.when import Duration, OnDate

TARGET = 1.0  # milliseconds for 12 steps and 100 entries
ROUNDS = 400
ZONE = ZoneInfo("Asia/Shanghai")
START = date(2024, 3, 4)

DIRECTORY = {
    "administrator": "administrator",
    "posts": [{"id": name, "title": name} for name in ("officer", "head", "leader", "coordinator", "administrator")],
    "units": [{"id": "works", "title": "建设处", "head": "head", "officer": "officer"}],
}
RUNGS = [
    {"id": "assign", "anchor": "opened", "to": ["owner"], "slip": "assign", "stops_on_answer": False},
    {"id": "unsigned", "anchor": "unsigned", "offset": 2, "to": ["owner", "owner-head"], "slip": "remind"},
    {"id": "remind", "anchor": "due", "offset": -5, "to": ["owner"], "slip": "remind"},
    {"id": "warn", "anchor": "due", "offset": -1, "to": ["owner", "owner-head"], "slip": "remind"},
    {"id": "press", "anchor": "due", "offset": 1, "to": ["owner", "owner-head"], "slip": "press"},
    {"id": "supervise", "anchor": "due", "offset": 3, "to": ["lead-head", "supervisor"], "slip": "supervise"},
    {"id": "again", "anchor": "due", "offset": 7, "to": ["supervisor", "coordinator"], "slip": "supervise"},
    {"id": "review", "anchor": "submitted", "to": ["reviewer"], "slip": "review", "stops_on_answer": False},
]
RULES = {
    "lights": {"days_left": {}, "time_share": {}, "pace": {}, "forecast": True, "unanswered": True},
    "ladders": [{"id": "standard", "title": "常规督办", "rungs": RUNGS}],
}


def office(initiative: Initiative) -> Office:
    calendar = WorkCalendar.build(date(2022, 1, 1), date(2026, 12, 31), lambda day: day.weekday() < 5)
    known = {initiative.id: initiative}
    plan = Plan("p", "工作要点", "1号", date(2024, 1, 1), date(2024, 12, 31), "coordinator", (), known)
    directory = Directory(DirectoryFile.model_validate(DIRECTORY))
    return Office(plan, directory, Policy.model_validate(RULES), calendar, ZONE)


def initiative(size: int) -> Initiative:
    """Pairs of steps, one pair after the other; every second step has a written deadline."""
    steps: dict[str, Step] = {}
    for number in range(size):
        first = number - number % 2
        needs = tuple(StepRef("i", f"s{before}") for before in (first - 2, first - 1) if before >= 0)
        due = OnDate(START + timedelta(days=14 * (number // 2 + 1))) if number % 2 else None
        ref = StepRef("i", f"s{number}")
        steps[ref.step] = Step(ref, f"事项{number}", Kind.WORK, needs, Duration(3, 5, 8), "works", due=due)
    return Initiative("i", "举措", "1.1", "first", ("works",), (), "leader", steps)


def history(size: int) -> Iterator[tuple[datetime, Draft]]:
    """What happened: half of the steps ended, each after 15 entries or so, and the next two began."""
    began = datetime(2024, 3, 4, 9, tzinfo=ZONE)
    yield began, Draft(EntryKind.ADOPTED, key="adopted")
    for number in range(size // 2 + 2):
        at, over = began + timedelta(days=7 * (number // 2)), number < size // 2
        for later, draft in enumerate(_of_step(f"s{number}", at.date(), over)):
            yield at + timedelta(minutes=later), draft


def _of_step(step: str, opened: date, over: bool) -> Iterator[Draft]:
    yield Draft(EntryKind.OPENED, step, data={"day": opened.isoformat()}, key=f"opened/{step}/0")
    yield from _notice(step, f"opened-{opened}", "assign")
    yield Draft(EntryKind.SIGNED, step, "officer")
    yield Draft(EntryKind.REPORTED, step, "officer", {"progress": 30, "reason": "已起草"})
    if over:
        yield Draft(EntryKind.REPORTED, step, "officer", {"progress": 60, "reason": "已征求意见"})
        yield from _notice(step, "2024-12-31", "remind")
        yield from _notice(step, "2024-12-31", "warn")
        yield Draft(EntryKind.SUBMITTED, step, "officer", {"evidence": ["方案"]})
        yield Draft(EntryKind.COMPLETED, step, "officer", {"day": opened.isoformat()}, key=f"completed/{step}/0")


def _notice(step: str, version: str, rung: str) -> Iterator[Draft]:
    key, lease = f"{step}/{version}/{rung}/officer", "2024-03-04T09:10:00+08:00"
    told = {"notice": key, "rung": rung, "slip": "remind", "recipient": "officer", "next_try": lease}
    yield Draft(EntryKind.NOTICE_QUEUED, step, data=told, key=f"notice/{key}")
    yield Draft(EntryKind.NOTICE_CLAIMED, step, data={"notice": key, "next_try": lease})
    yield Draft(EntryKind.NOTICE_SENT, step, data={"notice": key, "slip": "remind", "recipient": "officer"})


def ledger(size: int) -> list[Entry]:
    entries: list[Entry] = []
    for at, draft in history(size):
        last = entries[-1] if entries else None
        entries += chained([draft], plan="p", initiative="i", after=last, at=at, day=at.date())
    return entries


def case(size: int) -> Mapping[str, Callable[[], object]]:
    """Both halves of a look, and the whole of it, on an initiative of so many steps."""
    one, entries = initiative(size), ledger(size)
    look = Look(office(one), one, {}, datetime(2024, 3, 28, 9, tzinfo=ZONE))
    state = fold(entries)
    assert decide(look, state).summary.total == size

    def whole() -> tuple[State, Decision]:
        folded = fold(entries)
        return folded, decide(look, folded)

    return {
        f"fold {len(entries)} entries": lambda: fold(entries),
        f"decide {size} steps": lambda: decide(look, state),
        "both": whole,
    }


def milliseconds(task: Callable[[], object]) -> float:
    start = time.process_time()
    task()
    return (time.process_time() - start) * 1e3


def main() -> None:
    small, large = case(12), case(24)
    for (name, task), (name_of_large, task_of_large) in zip(small.items(), large.items(), strict=True):
        pairs = [(milliseconds(task), milliseconds(task_of_large)) for _ in range(ROUNDS)]
        time, time_of_large = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"{name:<18}{time:>7.3f} ms   {name_of_large:<18}{time_of_large:>7.3f} ms   x {time_of_large / time:.2f}")
    print(f"target for both on 12 steps: {TARGET} ms, measured {time:.3f} ms: {'met' if time < TARGET else 'MISSED'}")


if __name__ == "__main__":
    main()
