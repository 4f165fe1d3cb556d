"""What is amiss with notices: those nobody received though their matter goes on, and those that are stuck."""

from dataclasses import dataclass

from duban.core.deciding.undelivered import Line, stuck, unreached
from duban.core.ledger.notices import Delivery, NoticeRow
from duban.core.planning.plan import StepRef
from duban.service import Service


@dataclass(frozen=True, slots=True)
class Troubles:
    """`dead` are lines of notices that reached nobody and whose steps are not closed: a red light of their own.

    `over` counts the other dead notices, `stuck` are those that are late or were refused so far, digests among them.
    """

    dead: tuple[Line, ...]
    over: int
    stuck: tuple[NoticeRow, ...]


def troubles(service: Service) -> Troubles:
    """Look for trouble, in three queries whose answers are as many as there are troubles and letters on their way."""
    rows, now = service.ledger.undelivered(), service.clock.now()
    lines = unreached(rows)
    of_plan = (line[0] for line in lines if line[0].initiative in service.office.plan.initiatives)
    steps = service.ledger.upstream({StepRef(first.initiative, first.step) for first in of_plan})
    standing = {ref for ref, fact in steps.items() if fact.finished is None}
    dead = tuple(line for line in lines if StepRef(line[0].initiative, line[0].step) in standing)
    ended = sum(row.delivery is Delivery.DEAD for row in rows)
    held = tuple(row for row in service.ledger.outstanding() if stuck(row, now))
    return Troubles(dead, ended - sum(row.delivery is Delivery.DEAD for line in dead for row in line), held)
