"""Applying a plan when a stack starts: in force where nobody need answer for that, and the server brought to it.

What is in force `duban.applying` decides, what the server should hold `flows.wanted` says, here as for `duban apply`.
"""

from deployments.printing import console
from duban.adapters.clock import FileClock
from duban.applying import Author, apply, carry_on, propose
from duban.core.ledger.entries import SYSTEM
from duban.core.planning.plan import Plan
from duban.core.problems import BadInput
from duban.settings import CLOCK_FILE
from duban.wiring import Gear, load_office, under_way
from flows.wanted import heal
from tasks.deploying import Difference

DIFFERS = (
    "[yellow]文件与现行的计划、日历、通讯录或者督办规则不同，仍按现行计划运行[/yellow]："
    "用 duban diff 查看，用 duban apply 应用"
)
REHEARSED = Author(SYSTEM, "推演", everything=True)


def put_in_force(at: Gear, *, rehearsal: bool) -> None:
    """Apply the plan of the files where nobody need answer for that: for the first time, and in a rehearsal.

    Otherwise the plan in force goes on, whatever is in the files, and it is said that they differ.
    """
    first = not at.service.office.applied
    try:
        written = load_office(at.settings, under_way(at.service))
    except BadInput:
        if rehearsal or first:
            raise
        console.print(DIFFERS)
        return
    if rehearsal:
        _begin(at)
    if rehearsal or first:
        apply(at.service, written, REHEARSED if rehearsal else Author(SYSTEM))
        return
    carry_on(at.service)
    if not propose(at.service, written, Author(SYSTEM)).empty:
        console.print(DIFFERS)


def _begin(at: Gear) -> None:
    """Set a new rehearsal's clock to the morning on which it begins."""
    office, clock = at.service.office, FileClock(at.settings.clock or at.settings.var / CLOCK_FILE)
    if not clock.path.exists():
        clock.set(office.at(office.calendar.next_working(office.plan.starts), office.policy.hours.first))


def bring_server(at: Gear) -> None:
    """Bring the server to the plan, and say what that took."""
    console.print(_in_words(at.service.office.plan, heal(at.service, at.settings)))


def _in_words(plan: Plan, changes: Difference) -> str:
    made, updated, removed = len(changes.create), len(changes.update), len(changes.remove)
    return f"{plan.title}：部署新建 {made}，更新 {updated}，移除 {removed}，不变 {changes.same}。"
