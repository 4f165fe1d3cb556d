"""Open steps that are with somebody whom the directory does not know any more: told until they are handed over."""

from collections.abc import Mapping

from duban.core.deciding.office import Office
from duban.core.planning.plan import HUMAN, StepRef

NAMED = 3
"""How many of them are named before the rest is only counted."""


def unheld(office: Office, owners: Mapping[StepRef, str]) -> tuple[str, ...]:
    """A line for each name that open steps are with (`owners`) and nobody bears: what it holds, and what to do."""
    lost: dict[str, list[StepRef]] = {}
    for ref, name in owners.items():
        if name not in office.directory.filled and office.plan.step(ref).kind in HUMAN:
            lost.setdefault(name, []).append(ref)
    return tuple(_line(office, name, steps) for name, steps in sorted(lost.items()))


def _line(office: Office, name: str, steps: list[StepRef]) -> str:
    named = "、".join(f"“{office.plan.step(ref).title}”（{ref}）" for ref in steps[:NAMED])
    more = "等" if len(steps) > NAMED else ""
    gone = f"{office.directory.title(name)}空缺且无人代行" if office.directory.knows(name) else f"{name}已撤销"
    moved = f"duban hand-over --all-of {name} --as {office.coordinator} --to 单位或岗位 --reason 理由"
    until = "转办之前暂由负责人、牵头单位、分管领导依次接办"
    return f"{gone}，名下{len(steps)}项尚未办结：{named}{more}，{until}；处理：{moved}"
