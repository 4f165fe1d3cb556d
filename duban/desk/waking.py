"""After an answer: Prefect is asked for the ticks that follow, once the answer is stored and given back.

The ledger has noted that they are wanted, so that the patrol makes up for one that could not be asked for.
"""

import logging
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Thread

from duban.core.planning.plan import Plan

log = logging.getLogger(__name__)

Waking = Callable[[Plan, Sequence[str]], None]
"""Asks for a tick of each of these initiatives; never raises."""


def no_waking(plan: Plan, initiatives: Sequence[str]) -> None:
    """Where there is no server of Prefect's: the next look makes up for it."""


def by_prefect() -> Waking:
    """Asks the server whose address the environment names; what that takes is loaded before this returns."""
    from tasks.asking import ask_for_ticks  # noqa: PLC0415  slow to import, and needed beside a server alone
    from tasks.server import stay_connected  # noqa: PLC0415  as above

    def ask(plan: Plan, initiatives: Sequence[str]) -> None:
        stay_connected()
        ask_for_ticks(plan, initiatives)

    return in_turn(ask)


def in_turn(waking: Waking) -> Waking:
    """The same from one thread of its own, so that a slow server takes none of those that answer people.

    What is wanted while it asks is asked for together.
    """
    wanted: SimpleQueue[tuple[Plan, Sequence[str]]] = SimpleQueue()

    def ask() -> None:
        while True:
            some = [wanted.get()]
            while not wanted.empty():
                some.append(wanted.get())
            for plan, initiatives in gathered(some):
                try:
                    waking(plan, initiatives)
                except Exception:  # the answer is stored, the patrol makes up for it, and the next one is asked for
                    said = "Prefect was not asked for ticks of %s; the patrol makes up for it"
                    log.exception(said, ", ".join(initiatives))

    Thread(target=ask, name="waking", daemon=True).start()
    return lambda plan, initiatives: wanted.put((plan, initiatives))


def gathered(wanted: Sequence[tuple[Plan, Sequence[str]]]) -> list[tuple[Plan, tuple[str, ...]]]:
    """Each plan as it was last, with all its initiatives that are wanted, each once."""
    last = {plan.id: plan for plan, _ in wanted}
    names = {of: dict.fromkeys(name for plan, some in wanted if plan.id == of for name in some) for of in last}
    return [(plan, tuple(name for name in names[of] if name in plan.initiatives)) for of, plan in last.items()]
