"""After an answer: Prefect is asked for the ticks that follow, once the answer is stored and given back.

The ledger has noted that they are wanted, so that the patrol makes up for one that could not be asked for.
"""

import logging
from collections.abc import Callable, Sequence

from duban.core.planning.plan import Plan

log = logging.getLogger(__name__)

Waking = Callable[[Plan, Sequence[str]], None]
"""Asks for a tick of each of these initiatives; never raises."""


def no_waking(plan: Plan, initiatives: Sequence[str]) -> None:
    """Where there is no server of Prefect's: the next look makes up for it."""


def wake_by_prefect(plan: Plan, initiatives: Sequence[str]) -> None:
    """Ask the server whose address the environment names."""
    from tasks.asking import ask_for_ticks  # noqa: PLC0415  slow to import, and needed only once something is stored

    try:
        ask_for_ticks(plan, initiatives)
    except Exception:  # the answer is stored, and the patrol makes up for it
        log.exception("Prefect was not asked for ticks of %s; the patrol makes up for it", ", ".join(initiatives))
