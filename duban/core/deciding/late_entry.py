"""Late entries (补录): what was done on an earlier day and is said only now, with the day and the reason.

It counts from the day on which it was done, for deadlines, forecasts and what waits for it. Only an act that says
something was done can name such a day, and none before what the record says it came after.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from duban.core.deciding.matter import VERB_TITLES, Matter, Refused, Verb
from duban.core.deciding.office import Look
from duban.core.deciding.settle import downstream
from duban.core.ledger.entries import Draft, EntryKind
from duban.core.ledger.state import State
from duban.core.ledger.steps import StepState
from duban.core.planning.plan import Step, StepRef

BACK = 5
"""How many working days later something may be entered, unless the settings say otherwise."""

WORKED = frozenset({Verb.REPORT, Verb.SUBMIT})
JUDGED = frozenset({Verb.APPROVE, Verb.RETURN})
ANSWERED = frozenset({Verb.GRANT, Verb.REFUSE})
LATE = WORKED | JUDGED | ANSWERED | {Verb.SIGN, Verb.EXTEND}
"""What may be entered late."""

ANEW: Mapping[EntryKind, str] = {
    EntryKind.HANDED_OVER: "转办",
    EntryKind.REPLANNED: "改由他人承办",
    EntryKind.WITHDRAWN: "撤回",
    EntryKind.CORRECTED: "更正",
    EntryKind.REOPENED: "恢复办理",
}
"""Changes of a step from which on it is another matter."""


def done_on(matter: Matter, back: int) -> date:
    """The day on which a command says it was done, at most `back` working days ago; raises Refused for any other."""
    verb, title, today = matter.command.verb, matter.step.title, matter.look.today
    day = _day(matter.command.on)
    if day == today:
        return day
    if verb not in LATE:
        raise Refused("not-late", f"{VERB_TITLES[verb]}自录入之日起生效，不能补录：请不填实际办理日期")
    if day > today:
        raise Refused("day-to-come", f"实际办理日期{day}尚未到来：请填今日或者此前的日期")
    first = matter.look.calendar.add(today, -back)
    if day < first:
        message = f"补录以{back}个工作日为限，实际办理日期最早为{first}，收到{day}：更早的请按今日办理，并写明实际日期"
        raise Refused("too-long-ago", message)
    since, what = max((on, what) for on, what in _came_before(matter.own, verb) if on is not None)
    if day < since:
        raise Refused("too-early", f"“{title}”{since}{what}，实际办理日期{day}不能早于此：请填{since}至{today}的日期")
    for begin, end in matter.own.excluded:
        if begin <= day < end:
            message = f"“{title}”{begin}至{end}中止或者已办结，其间{day}不能{VERB_TITLES[verb]}：请核对实际办理日期"
            raise Refused("suspended-then", message)
    if not (matter.command.because or matter.command.reason).strip():
        raise Refused("reason-missing", "补录应当说明理由")
    return day


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("bad-day-done", f"请写明实际办理日期，如 2024-07-15；收到“{text}”") from None


def _came_before(own: StepState, verb: Verb) -> Iterator[tuple[date | None, str]]:
    """What an act of a kind came after, with its day; the act before it of the same kind among that."""
    yield own.opened, "启动"
    yield from ((change.on, ANEW[change.kind]) for change in own.changes if change.kind in ANEW)
    if verb in JUDGED:
        yield own.submitted, "报送"
        yield own.weighed, "已有审核"
    elif verb in ANSWERED:
        yield own.asked.on if own.asked else None, "申请延期"
    else:
        yield own.returned, "退回"
        yield own.answer if verb is Verb.EXTEND else None, "答复延期申请"
    if verb in WORKED:
        yield own.reported, "反馈"
        yield own.values[-1][0] if own.values else None, "已有数值"


def predated(
    look: Look, state: State, closed: Iterable[StepRef], seen: Callable[[str], tuple[Look, State]]
) -> Mapping[str, tuple[Draft, ...]]:
    """What other initiatives are to be told of steps just closed whose end was entered late: whoever waits for them.

    `seen` knows an initiative as it is stored.
    """
    ends = {ref: own.finished for ref in closed if (own := state.step(ref.step)).ended_unseen}
    found = dict[str, tuple[Draft, ...]]()
    for name in downstream(look.office.plan, ends):
        there, known = seen(name)
        waiting = (step for step in there.initiative.steps.values() if known.step(step.id).opened is None)
        found[name] = tuple(_told(step, ref, ends[ref]) for step in waiting for ref in step.needs if ref in ends)
    return {name: drafts for name, drafts in found.items() if drafts}


def _told(step: Step, ref: StepRef, ended: date | None) -> Draft:
    return Draft(EntryKind.PREDATED, step.id, data={"upstream": str(ref), "day": str(ended)})
