"""The order of a rehearsed day, the same in memory and through Prefect.

On the morning of every working day the people of each initiative act, in the order in which initiatives wait for one
another; then everything due is looked at, and notices are sent, until nothing is due any more. In memory days off are
looked at as well, as an office's patrol does; through Prefect they are skipped.
"""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import chain

from duban.core.deciding.commands import Command, Refused
from duban.core.deciding.office import Office
from duban.core.planning.order import in_turn
from duban.core.planning.plan import Plan


class Stuck(Exception):
    """A rehearsal that does not go on; the message says where."""


def working_days(office: Office, first: date, until: date) -> Iterator[date]:
    """The working days from `first` to `until`, both included."""
    day = office.calendar.next_working(first)
    while day <= until:
        yield day
        day = office.calendar.add(day, 1)


def turns(plan: Plan) -> tuple[str, ...]:
    """The initiatives so that those others wait for come first, or stand beside them; else in the order of the plan."""
    return tuple(chain.from_iterable(knots(plan)))


def knots(plan: Plan) -> list[tuple[str, ...]]:
    """The same, with those in a circle, which wait for one another, as one; the others are alone."""
    return in_turn({name: {ref.initiative for ref in one.upstream} for name, one in plan.initiatives.items()})


def carry_out(command: Command, act: Callable[[Command], object]) -> None:
    """Let a simulated person act; raises Stuck when the rules refuse, which only a defect brings about."""
    try:
        act(command)
    except Refused as refusal:
        raise Stuck(f"{command.step}: a simulated owner was refused to {command.verb}: {refusal}") from refusal
