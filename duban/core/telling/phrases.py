"""The sentences of a slip, in Chinese: why now, what is asked, what happened before, what happens next."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from shlex import quote
from typing import NamedTuple

from duban.core.deciding.changes import change_of, remark_of
from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look, Office
from duban.core.deciding.rungs import DueRung
from duban.core.deciding.undelivered import lines
from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.keys import DEAD
from duban.core.ledger.steps import Deadline, StepState
from duban.core.ledger.summary import Light, StepRow
from duban.core.planning.action_file import AssignAction
from duban.core.planning.anchors import REMARKS, Anchor
from duban.core.planning.dates import worked
from duban.core.planning.plan import Step
from duban.core.planning.plan_file import Kind
from duban.core.planning.policy import Rung
from duban.core.planning.review_file import Several
from duban.core.telling.events import event
from duban.core.telling.reasons import reason_of
from duban.core.telling.remarks import in_words, words_of
from duban.core.telling.revised import Names, reviewers_in_words
from duban.core.telling.waits import waiting_for
from duban.core.telling.whens import chinese, short
from duban.core.texts import Text, mandarin
from duban.core.typed import one_line


@dataclass(frozen=True, slots=True)
class Occasion:
    """A slip before it is written: the rung due, its step and all that happened to it.

    `rung` is None for a notice that tells of an undelivered one, or whose rung the rules have no more; `due` where the
    step has no deadline; `row` where the plan no longer has the step.
    """

    look: Look
    decision: Decision
    fired: DueRung
    rung: Rung | None
    step: Step
    own: StepState
    due: Deadline | None
    row: StepRow | None
    entries: tuple[Entry, ...]

    def title(self, name: str) -> str:
        """The Chinese title of a unit or post."""
        return self.look.office.directory.title(name)

    def last(self, *kinds: EntryKind) -> Entry:
        """The last entry of one of these kinds; there is one where a rung hangs on it."""
        return [entry for entry in self.entries if entry.kind in kinds][-1]


# Why now -------------------------------------------------------------------------------------------------------------


def reason(matter: Occasion) -> str:
    """Why the notice is sent now; of one whose rung the rules have no more, what lit its step."""
    if matter.rung is not None:
        return ANCHORED[matter.rung.anchor].why(matter)
    return _undelivered(matter) if matter.fired.rung == DEAD else _lit(matter)


def _handed_in(matter: Occasion) -> str:
    waited = _days_since(matter, matter.own.submitted and matter.own.learnt(matter.own.submitted))
    handed_in = f"{matter.title(matter.own.submitter)}于{chinese(matter.own.submitted)}报送"
    return f"{handed_in}，已待审{waited}个工作日" if waited else handed_in


def _lit(matter: Occasion) -> str:
    """What lit the step, in words; nothing while it is green."""
    row, look = matter.row, matter.look
    return reason_of(look.office, look.initiative.id, row) if row and row.light > Light.GREEN else ""


def waited(matter: Occasion) -> int | None:
    """The working days an answer has been waited for; None where the slip asks for none."""
    own = matter.own
    asked = {"review": own.submitted, "ask": own.asked.on if own.asked else None}.get(matter.fired.slip)
    return _days_since(matter, own.learnt(asked)) if asked else None


def _days_since(matter: Occasion, day: date | None) -> int:
    return worked(matter.look.calendar, matter.own.excluded, day, matter.look.today) if day else 0


def _failure(matter: Occasion) -> str:
    own = matter.own
    if matter.step.kind is Kind.INDICATOR:
        return f"自{chinese(own.failed)}起自动取数未成功：{_said(matter.last(EntryKind.MEASURING_FAILED))}"
    return f"执行{own.tries}次均未成功：{_said(matter.last(EntryKind.ACTION_FAILED))}"


def _changing(matter: Occasion) -> Entry:
    """The entry of the change that a notice tells of."""
    change = change_of(matter.own, matter.fired.key)
    acts = [one for one in matter.entries if (one.kind, one.day, one.actor) == (change.kind, change.on, change.by)]
    return [one for one in acts if one.data.get("to", one.data.get("owner", "")) == change.to][-1]


def _remark(matter: Occasion) -> str:
    """Who instructed or advised what."""
    remark = remark_of(matter.own, matter.fired.key)
    words = words_of(matter.look.office.directory, remark)
    return one_line(f"{matter.title(remark.by)}（{chinese(remark.on)}）：{words}")


def remarks(matter: Occasion) -> tuple[str, ...]:
    """What was instructed and advised besides what the notice tells of."""
    tells = matter.rung is not None and matter.rung.anchor in REMARKS
    mine = remark_of(matter.own, matter.fired.key) if tells else None
    told = (remark for remark in matter.own.remarks if remark != mine)
    return in_words(matter.look.office.directory, told)


def _undelivered(matter: Occasion) -> str:
    first, *instead = lines(matter.own)[matter.fired.key.subject]
    who, what = matter.title(first.recipient), matter.look.office.directory.name(first.slip)
    how = f"送达{first.tries}次仍未全部送到" if first.partly else f"送达{first.tries}次均未成功"
    told = f"发给{who}的《{what}》{how}：{first.outcome}"
    others = (f"；改送{matter.title(row.recipient)}，仍未成功：{row.outcome}" for row in instead)
    return told + "".join(others)


CHANGES: Mapping[EntryKind, str] = {
    EntryKind.SUSPENDED: "中止",
    EntryKind.RESUMED: "恢复",
    EntryKind.HANDED_OVER: "转办",
    EntryKind.CANCELLED: "终止",
    EntryKind.REPLANNED: "转办",
    EntryKind.WITHDRAWN: "撤回",
    EntryKind.CORRECTED: "更正",
    EntryKind.REOPENED: "恢复办理",
    EntryKind.UPSET: "前置变动",
}


def change(matter: Occasion) -> str:
    """What somebody did to the step, in a word; empty for a notice that tells of something else."""
    return CHANGES[change_of(matter.own, matter.fired.key).kind] if matter.fired.slip == "change" else ""


def asks(matter: Occasion) -> bool:
    """Whether its recipient is asked for anything: of a change only the owner of a step that goes on."""
    if matter.fired.slip != "change":
        return True
    goes_on = not matter.own.closed and matter.own.suspended is None
    owners = matter.look.office.owner_side(matter.step, matter.own)
    return goes_on and matter.look.office.acts_for(matter.fired.recipient, owners, matter.look.today) is not None


def progress(matter: Occasion) -> str:
    """What the owner's side said last of how far it is, with the day."""
    own, target = matter.own, matter.step.target
    if target is not None and own.values:
        return f"{chinese(own.values[-1][0])}达{own.values[-1][1]:g}{target.unit}"
    return f"{own.progress}%（{chinese(own.reported)}反馈）" if own.reported else "尚未反馈"


# What is asked -------------------------------------------------------------------------------------------------------


def requirement(office: Office, step: Step) -> str:
    """What ends a step, beyond its deadline and its deliverables."""
    if step.target is not None:
        amount = f"{step.target.value:g}{step.target.unit}"
        return f"控制在{amount}以内" if step.target.at_most else f"达到{amount}以上"
    if step.kind is Kind.REVIEW:
        work = "、".join(f"“{office.plan.step(need).title}”" for need in step.needs)
        return f"审核{work}，予以通过或者退回"
    if step.by_signing:
        action = office.plan.step(step.needs[0]).action
        asked = f"{action.parameters.requirement}；" if isinstance(action, AssignAction) else ""
        return f"{asked}签收即办结"
    if step.review is not None:
        judged = "" if isinstance(step.review, Several) else "审核"
        return f"办结后报{reviewers_in_words(office.directory.title, step.review)}{judged}"
    return f"依据{step.basis}办理" if step.basis else ""


def command(matter: Occasion) -> str:
    """The line that answers the slip. Words to be filled in are no figures, so that none is reported by mistake."""
    look, step, fired = matter.look, matter.step, matter.fired
    owners = look.office.owner_side(step, matter.own)
    owns = look.office.acts_for(fired.recipient, owners, look.today) is not None
    whose = f"{step.ref} --as {fired.recipient}"
    match fired.slip:
        case "failure" | "change" | "instruct" | "advise":
            return f"duban show {look.initiative.id}"
        case "review":
            return f"duban approve {whose}"
        case "ask":
            return f"duban extend {whose} --grant"
        case "return" if owns:
            return f"duban submit {whose}" + "".join(f" --evidence {quote(name)}" for name in step.evidence)
        case "assign" | "remind" if owns and matter.own.signed is None:
            return f"duban sign {whose}"
        case "press" | "supervise" if owns and step.by_signing:
            return f"duban sign {whose}"
        case "remind" | "press" | "supervise" if owns:
            return f"duban report {whose} {'--value 数值' if step.target else '--progress 百分数'} --note 办理情况"
        case _:
            return f"duban ack {whose}"


# Before and after ----------------------------------------------------------------------------------------------------


def waiting(matter: Occasion) -> tuple[str, ...]:
    """Steps here and elsewhere that cannot begin, or have no date, before this one ends."""
    return waiting_for(matter.look, matter.decision, matter.step)


CLIMBING: Mapping[str, str] = {"remind": "提醒", "press": "催办", "supervise": "督办至"}


def next_rung(matter: Occasion) -> str:
    """What happens next if nobody does anything, when, and who is told; empty at the top of the ladder."""
    look, ladder = matter.look, matter.look.office.policy.ladder(matter.step.ladder)
    anchors = {rung.id: rung.anchor for rung in ladder.rungs}
    coming = [rung for rung in matter.decision.rungs if rung.step == matter.step.id and rung.rung in anchors]
    later = [rung for rung in coming if rung.moment > look.now and not rung.key.on_return]
    if not later:
        return ""
    first = later[0]
    people = "、".join(dict.fromkeys(matter.title(rung.recipient) for rung in later if rung.rung == first.rung))
    day = look.office.day(first.moment)
    told = f"{CLIMBING.get(first.slip, '再次通知')}{people}"
    return f"若{short(day, look.calendar)}前仍未{ANCHORED[anchors[first.rung]].missing}，将{told}"


HISTORY = frozenset(
    {
        EntryKind.SIGNED,
        EntryKind.REPORTED,
        EntryKind.SUBMITTED,
        EntryKind.RETURNED,
        EntryKind.WITHDRAWN,
        EntryKind.CORRECTED,
        EntryKind.REOPENED,
        EntryKind.UPSET,
        EntryKind.EXTENSION_ASKED,
        EntryKind.EXTENSION_GRANTED,
        EntryKind.EXTENSION_REFUSED,
        EntryKind.SUSPENDED,
        EntryKind.RESUMED,
        EntryKind.HANDED_OVER,
        EntryKind.CANCELLED,
        EntryKind.REPLANNED,
        EntryKind.NOTICE_SENT,
        EntryKind.NOTICE_DEAD,
    }
)
"""What a slip tells of what happened before; what was remarked stands by itself."""


def history(office: Office, step: Step, entries: Iterable[Entry]) -> tuple[str, ...]:
    """What happened to a step, oldest first; `entries` are those about it."""
    told = (entry for entry in entries if entry.kind in HISTORY and not _told_by_the_next(entry))
    return tuple(f"{chinese(entry.day)}　{_told(office, step, entry)}" for entry in told)


def _told_by_the_next(entry: Entry) -> bool:
    """Whether it says that the plan lost the step, which the entry that cancels it says as well."""
    return entry.kind is EntryKind.REPLANNED and bool(entry.data.get("removed"))


def _event(matter: Occasion, entry: Entry) -> str:
    return _told(matter.look.office, matter.step, entry)


def _told(office: Office, step: Step, entry: Entry) -> str:
    unit = step.target.unit if step.target else ""
    return event(Names(office.directory, (office.plan,), office.calendar), entry, unit)


def _said(entry: Entry) -> str:
    return str(entry.data.get("reason", ""))


# Anchors -------------------------------------------------------------------------------------------------------------


class Anchored(NamedTuple):
    """What is said of a rung by its anchor: why it is sent now, what is still missing, what has happened if it lapsed.

    It lapsed though the step goes on.
    """

    why: Callable[[Occasion], str]
    missing: str
    moved_on: Text


ANCHORED: Mapping[Anchor, Anchored] = {
    Anchor.OPENED: Anchored(lambda of: f"{chinese(of.own.assigned)}起转入办理", "办结", mandarin("事项已重新启动")),
    Anchor.UNSIGNED: Anchored(
        lambda of: f"交办{_days_since(of, of.own.assigned)}个工作日，尚未签收", "签收", mandarin("事项已签收")
    ),
    Anchor.DUE: Anchored(lambda of: _lit(of) or "时限将至", "办结", mandarin("时限或者承办人已调整")),
    Anchor.SUBMITTED: Anchored(_handed_in, "审核", mandarin("审核已有结果")),
    Anchor.RETURNED: Anchored(lambda of: _said(of.last(EntryKind.RETURNED)), "重新报送", mandarin("事项已重新报送")),
    Anchor.ASKED: Anchored(
        lambda of: _event(of, of.last(EntryKind.EXTENSION_ASKED)), "答复", mandarin("延期申请已答复")
    ),
    Anchor.ANSWERED: Anchored(
        lambda of: _event(of, of.last(EntryKind.EXTENSION_GRANTED, EntryKind.EXTENSION_REFUSED)),
        "办结",
        mandarin("延期申请已另行处理"),
    ),
    Anchor.CHANGED: Anchored(lambda of: _event(of, _changing(of)), "办理", mandarin("事项另有变动")),
    Anchor.INSTRUCTED: Anchored(_remark, "办理", mandarin("事项另有变动")),
    Anchor.ADVISED: Anchored(_remark, "办理", mandarin("事项另有变动")),
    Anchor.PRESSED: Anchored(_remark, "办理", mandarin("事项另有变动")),
    Anchor.DISOWNED: Anchored(_remark, "核实", mandarin("事项另有变动")),
    Anchor.FAILED: Anchored(_failure, "处理", mandarin("自动事项已重新执行")),
}
