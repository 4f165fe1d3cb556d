"""From a task of a project to steps: the task itself, and before it a period for every lag after one it waits for."""

from collections.abc import Callable, Iterator, Mapping

from duban.drafting import words
from duban.drafting.links import WORKING, Length
from duban.drafting.reading import TaskRow
from duban.drafting.steps import LONGEST_TITLE, Plain
from duban.drafting.tasks import Need, PlannedTask

Owner = Callable[[str], str | None]
"""The id of a unit or post by its name; None for whom nobody can write to."""


def task_steps(task: PlannedTask, row: TaskRow, homes: Mapping[str, str], owner: Owner) -> Iterator[Plain]:
    """The steps of a task of the initiative of `row`; `homes` are the ids of all initiatives."""
    needs = list[str]()
    for place, need in enumerate(task.needs, 1):
        other = need.id if need.home == row.home else f"{homes[need.home]}/{need.id}"
        if need.lag is not None and not need.begun:
            wait = f"{task.id}-wait-{place}"
            yield _wait(wait, other, need)
            needs.append(wait)
        else:
            needs.append(f"{_distance(need.lag)}{other}/begun" if need.begun else other)
    yield _step(task, row, list(dict.fromkeys(needs)), owner)


def _step(task: PlannedTask, row: TaskRow, needs: list[str], owner: Owner) -> Plain:
    title = task.title[:LONGEST_TITLE]
    step: Plain = {"id": task.id, "title": title, "kind": "milestone" if task.milestone else "work"}
    step |= {"needs": needs} if needs else {}
    step |= {} if task.milestone else {"duration": _length(task.length)}
    step |= {"earliest": task.earliest.isoformat()} if task.earliest else {}
    step |= {"due": task.due.isoformat()} if task.due else {}
    who = owner(task.owner) if task.owner and task.owner not in row.leads[:1] and not task.milestone else None
    step |= {"owner": who} if who else {}
    return step | ({} if task.milestone else {"evidence": [words.text("evidence", title)]}) | {"assumed": True}


def _wait(id: str, other: str, need: Need) -> Plain:
    length = need.lag or Length(0)
    said = words.text(length.unit, need.title, days=length.days)
    title = words.text("wait", need.title, title=need.title, length=said)[:LONGEST_TITLE]
    return {
        "id": id,
        "title": title,
        "kind": "period",
        "needs": [other],
        "duration": _length(length),
        "assumed": True,
    }


def _length(length: Length) -> int | str:
    return max(length.days, 1) if length.unit == WORKING else f"{max(length.days, 1)} days"


def _distance(lag: Length | None) -> str:
    if lag is None:
        return ""
    return f"{lag.days} {'working ' if lag.unit == WORKING else ''}days after "
