"""Notices (催办通知): whether one that is queued is still due, and everything its slip says, in Chinese.

A notice is decided on twice: when it is queued and, here, just before it is sent. Templates only arrange what a `Slip`
holds; they look nothing up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from duban.core.deciding.changes import gone_step
from duban.core.deciding.decide import Decision, decide
from duban.core.deciding.ladder import rested
from duban.core.deciding.office import Look
from duban.core.deciding.rungs import Call
from duban.core.deciding.undelivered import DEAD, subject_key
from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.histories import about
from duban.core.ledger.state import State
from duban.core.ledger.summary import PENDING, Delivery, Light, NoticeRow, Status, StepRow
from duban.core.planning.plan import Step, StepRef
from duban.core.planning.plan_file import Kind
from duban.core.planning.when import Duration
from duban.core.telling import phrases
from duban.core.telling.phrases import Matter
from duban.core.telling.whens import chinese
from duban.core.titles import LIGHT_TITLES
from duban.core.typed import in_lines

REMINDING = frozenset({"remind", "press"})
"""Slips that remind or press."""


@dataclass(frozen=True, slots=True)
class Slip:
    """Everything a template may say. Texts are Chinese, empty where there is nothing to say; dates are 2024年6月28日.

    `kind` is one of `titles.SLIP_TITLES`; `days_left` counts working days, negative once late, None without a deadline;
    `pressed` is how often people were reminded or pressed about the step before; `change` is what somebody else did to
    it, of a slip about that: 中止, 恢复, 转办 or 终止.
    """

    kind: str
    number: str
    date: str
    plan_title: str
    document: str
    initiative_title: str
    initiative_number: str
    lead_title: str
    step_title: str
    step_ref: str
    requirement: str
    evidence: tuple[str, ...]
    owner_title: str
    recipient_title: str
    acting_for: str
    due: str
    original_due: str
    days_left: int | None
    light: str
    reason: str
    pressed: int
    waiting_for_this: tuple[str, ...]
    history: tuple[str, ...]
    next_rung: str
    command: str
    change: str


@dataclass(frozen=True, slots=True)
class Words:
    """A slip in words: one line of subject, and the same body as plain text and as HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Recheck:
    """What deciding again came to: the call a notice still answers, or None and why it `lapsed`, in Chinese."""

    decision: Decision
    call: Call | None
    lapsed: str = ""


def recheck(look: Look, state: State, notice: NoticeRow, before: Decision | None = None) -> Recheck:
    """Decide again as though the notice had been dropped: it may be sent only if it would now be queued anew.

    `before` is an earlier decision, as `decide` takes it.
    """
    without = {**state.notices, notice.key: notice._replace(delivery=Delivery.DROPPED)}
    decision = decide(look, replace(state, notices=without), before)
    call = next((call for call in decision.calls if call.key == notice.key), None)
    if call is None:
        return Recheck(decision, None, _gone(look, decision, notice))
    if call.moment > look.now:
        return Recheck(decision, None, _held(look, state, notice))
    if call.recipient != notice.recipient:
        return Recheck(decision, None, f"改送{look.office.directory.title(call.recipient)}")
    return Recheck(decision, call)


def _held(look: Look, state: State, notice: NoticeRow) -> str:
    again = rested(look.office, state.step(notice.step)).get(notice.recipient)
    if again is not None and again > look.now:
        return f"距上次催办不足{look.office.policy.interval}个工作日，暂缓催办"
    return "承办方已有回应，暂缓催办"


STAGES: Mapping[Status, str] = {
    Status.DONE: "事项已办结",
    Status.CANCELLED: "事项已终止",
    Status.SUSPENDED: "事项已中止",
}
"""Where a step stands when no notice about it is due."""

OVERTAKEN: Mapping[str, str] = {
    "opened": "事项已重新启动",
    "unsigned": "事项已签收",
    "due": "时限或者承办人已调整",
    "submitted": "审核已有结果",
    "returned": "事项已重新报送",
    "asked": "延期申请已答复",
    "answered": "延期申请已另行处理",
    "changed": "事项另有变动",
    "failed": "自动事项已重新执行",
}
"""What has happened when a rung hanging on this anchor is no longer due though the step goes on."""


def _gone(look: Look, decision: Decision, notice: NoticeRow) -> str:
    row, subject = _row(decision, notice.step), decision.state.notices[subject_key(notice.key, notice.rung)]
    if subject.delivery in PENDING:
        return "原通知已重新投递"
    if notice.rung == DEAD:
        return "已另行送达"
    if row is None:
        return "计划中已无此事项"
    if row.status in STAGES:
        return STAGES[row.status]
    if subject.delivery is Delivery.SENT:
        return "已另行送达"
    if any(draft.kind is EntryKind.RUNG_SKIPPED and draft.data["notice"] == notice.key for draft in decision.drafts):
        return "已有更高层级的通知一并发出"
    rung_key = notice.key.rpartition("/")[0] + "/"
    if any(call.key.startswith(rung_key) for call in decision.calls):
        return "事项已改由他人负责"
    ladder = look.office.policy.ladder(look.initiative.steps[notice.step].ladder)
    anchor = next((rung.anchor for rung in ladder.rungs if rung.id == notice.rung), "")
    if row.status is Status.REVIEW and anchor != "submitted":
        return "事项已报送审核"
    return OVERTAKEN.get(anchor, "催办规则已调整")


def slip(look: Look, recheck: Recheck, entries: Sequence[Entry]) -> Slip:
    """The slip of a notice that is still due; `entries` are all of the initiative's, the queued notice among them.

    Each of its texts is one line, whatever people typed: what breaks lines, and makes headings, are templates alone.
    """
    if recheck.call is None:
        raise ValueError(f"this notice has lapsed: {recheck.lapsed}")
    call, office = recheck.call, look.office
    matter = _matter(look, recheck.decision, call, entries)
    asks = phrases.asks(matter)
    step, due, reason = matter.step, matter.due if asks else None, phrases.reason(matter)
    told = Slip(
        kind=call.slip,
        number=_number(look, call.key, entries),
        date=chinese(look.today),
        plan_title=office.plan.title,
        document=office.plan.document,
        initiative_title=look.initiative.title,
        initiative_number=look.initiative.number,
        lead_title=matter.title(look.initiative.lead),
        step_title=step.title,
        step_ref=str(step.ref),
        requirement=phrases.requirement(matter) if asks else "",
        evidence=_evidence(matter) if asks else (),
        owner_title=matter.title(office.owner(step, matter.own)),
        recipient_title=matter.title(call.recipient),
        acting_for="" if call.recipient == call.post else matter.title(call.post),
        due=chinese(due.day) if due else "",
        original_due=chinese(due.original) if due else "",
        days_left=look.calendar.between(look.today, due.day) if due else None,
        light=_light(matter.row, reason),
        reason=reason,
        pressed=sum(sent.split(" ")[1] in REMINDING for sent in matter.own.history),
        waiting_for_this=phrases.waiting(matter),
        history=phrases.history(matter),
        next_rung=phrases.next_rung(matter) if asks else "",
        command=phrases.command(matter),
        change=phrases.change(matter),
    )
    return in_lines(told)


def _evidence(matter: Matter) -> tuple[str, ...]:
    return matter.own.evidence if matter.call.slip == "review" else matter.step.evidence


def _matter(look: Look, decision: Decision, call: Call, entries: Sequence[Entry]) -> Matter:
    own = decision.state.step(call.step)
    step = look.initiative.steps.get(call.step) or gone_step(look, call.step, own) or _forgotten(look, call.step)
    rungs = look.office.policy.ladder(step.ladder).rungs
    return Matter(
        look=look,
        decision=decision,
        call=call,
        rung=next((rung for rung in rungs if rung.id == call.rung), None),
        step=step,
        own=own,
        due=decision.deadlines.get(step.id),
        row=_row(decision, step.id),
        entries=about(entries, step.id, step.was),
    )


def _forgotten(look: Look, name: str) -> Step:
    """A step the plan no longer has: a letter about it could not be delivered, and somebody must still hear of that."""
    ref = StepRef(look.initiative.id, name)
    ladder = look.office.policy.ladders[0].id
    return Step(ref, name, Kind.MILESTONE, (), Duration(0, 0, 0), look.initiative.lead, ladder=ladder)


def _row(decision: Decision, step: str) -> StepRow | None:
    return next((row for row in decision.summary.steps if row.step == step), None)


def _number(look: Look, key: str, entries: Sequence[Entry]) -> str:
    """〔year〕initiative-sequence: the place of the notice in its ledger, which no other notice has."""
    queued = [e for e in entries if e.kind is EntryKind.NOTICE_QUEUED and e.data["notice"] == key][-1]
    return f"〔{queued.day.year}〕{look.initiative.number}-{queued.sequence}"


def _light(row: StepRow | None, reason: str) -> str:
    """The light, with what lit it unless the slip says so anyway."""
    if row is None:
        return ""
    told = row.light <= Light.GREEN or row.reason == reason
    return LIGHT_TITLES[row.light] + ("" if told else f"（{row.reason}）")
