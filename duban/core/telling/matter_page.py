"""One matter as the desk shows it: what is asked, until when, how it stands, what waits for it, what was said."""

from collections.abc import Sequence
from dataclasses import dataclass

from duban.core.deciding.deadlines import days_left
from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.ledger.entries import Entry
from duban.core.ledger.histories import about
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import Light
from duban.core.planning.plan import Step, StepRef
from duban.core.telling.phrases import HISTORY, history, requirement
from duban.core.telling.reasons import reason_of
from duban.core.telling.remarks import in_words
from duban.core.telling.waits import waiting_for
from duban.core.telling.whens import chinese
from duban.core.titles import STATUS_TITLES


@dataclass(frozen=True, slots=True)
class MatterPage:
    """What a page says of one step; texts are Chinese, empty where there is nothing to say.

    `remarks` are what was instructed, advised, pressed for or disowned. `asked` is an extension that waits for its
    answer, `handed_in` what was handed in and waits to be judged. `version` counts what was said about the step: a form
    filled in at another one was filled in before something happened.
    """

    step: StepRef
    title: str
    initiative_title: str
    initiative_number: str
    cited: str
    owner_title: str
    status: str
    light: Light
    reason: str
    due: str
    original_due: str
    standing: str
    requirement: str
    evidence: tuple[str, ...]
    asked: str
    handed_in: tuple[str, ...]
    forecast: str
    waiting: tuple[str, ...]
    history: tuple[str, ...]
    version: int
    remarks: tuple[str, ...] = ()


def matter_page(look: Look, decision: Decision, step: Step, entries: Sequence[Entry]) -> MatterPage:
    """The page of a step; `entries` are all of its initiative's."""
    office, own, row = look.office, decision.state.step(step.id), decision.rows[step.id]
    due = decision.deadlines.get(step.id)
    told = about(entries, step.id, step.was)
    return MatterPage(
        step=step.ref,
        title=step.title,
        initiative_title=look.initiative.title,
        initiative_number=look.initiative.number,
        cited=f"《{office.plan.title}》（{office.plan.document}）{office.plan.cited(look.initiative)}",
        owner_title=office.directory.titles(office.owners(step, own)),
        status=STATUS_TITLES[row.status],
        light=row.light,
        reason=reason_of(office, look.initiative.id, row),
        due=chinese(due.day, look.calendar) if due else "",
        original_due=chinese(due.original, look.calendar) if due and due.original != due.day else "",
        standing="" if own.closed or due is None else standing(days_left(look, own, due.day)),
        requirement=requirement(office, step),
        evidence=step.evidence,
        asked=_asked(look, own),
        handed_in=own.evidence if own.submitted and not own.closed else (),
        forecast=chinese(row.forecast, look.calendar) if row.forecast and not own.closed else "",
        waiting=waiting_for(look, decision, step),
        history=history(office, step, told),
        version=max((entry.sequence for entry in told if entry.kind in HISTORY), default=0),
        remarks=in_words(office.directory, own.remarks),
    )


def standing(left: int) -> str:
    """Working days that are left, in words."""
    if left < 0:
        return f"已逾期{-left}个工作日"
    return f"还剩{left}个工作日" if left else "今日到期"


def _asked(look: Look, own: StepState) -> str:
    if own.asked is None or own.closed:
        return ""
    said = f"：{own.asked.reason}" if own.asked.reason else ""
    until = chinese(own.asked.to, look.calendar)
    return f"{look.office.directory.title(own.asked.by)}于{chinese(own.asked.on)}申请延期至{until}{said}"
