"""Which flows are duban's own: the worker carries out no others, whoever asks.

Whoever reaches the server can make a deployment of anything, and have it run as the account the worker runs as.
"""

from collections.abc import Mapping
from typing import Any

from tasks.naming import OURS

PARAMETERS = frozenset({"report"})
"""What they are told."""


class NotOurs(Exception):
    """A run that is not to be carried out. The message says why, for whoever reads its state."""


def refuse_others(entrypoint: str | None, parameters: Mapping[str, Any]) -> None:
    """Raise NotOurs unless a run is of a flow of ours, told nothing but what ours are told."""
    if not OURS.fullmatch(entrypoint or ""):
        raise NotOurs(f"不予执行：{entrypoint or '（空）'}不是督办系统自己的流程")
    if others := sorted(set(parameters) - PARAMETERS):
        raise NotOurs(f"不予执行：督办系统的流程没有参数{'、'.join(others)}")
