"""The sentences of a slip, in Chinese: why now, what is asked, what happened before, what happens next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from shlex import quote

from duban.core.deciding.changes import change_of
from duban.core.deciding.deadlines import Deadline
from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.deciding.rungs import DueRung
from duban.core.deciding.undelivered import lines
from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import Light, StepRow
from duban.core.planning.action_file import AssignAction
from duban.core.planning.plan import Step
from duban.core.planning.plan_file import Kind
from duban.core.planning.policy import Anchor, Rung
from duban.core.telling.events import event
from duban.core.telling.reasons import reason_of
from duban.core.telling.revised import Names
from duban.core.telling.waits import waiting_for
from duban.core.telling.whens import chinese
from duban.core.titles import SLIP_TITLES


@dataclass(frozen=True, slots=True)
class Matter:
    """A slip before it is written: the call, its step and all that happened to it.

    `rung` is None for a notice that tells of an undelivered one; `due` where the step has no deadline; `row` where the
    plan no longer has the step.
    """

    look: Look
    decision: Decision
    call: DueRung
    rung: Rung | None
    step: Step
    own: StepState
    due: Deadline | None
    row: StepRow | None
    entries: tuple[Entry, ...]

    def title(self, name: str) -> str:
        """The Chinese title of a unit or post."""
        return self.look.office.directory.known_title(name)

    def last(self, *kinds: EntryKind) -> Entry:
        """The last entry of one of these kinds; there is one where a rung hangs on it."""
        return [entry for entry in self.entries if entry.kind in kinds][-1]


# Why now -------------------------------------------------------------------------------------------------------------


def reason(matter: Matter) -> str:  # noqa: C901  one case for each thing a rung may hang on
    """Why the notice is sent now."""
    own = matter.own
    if matter.rung is None:
        return _undelivered(matter)
    match matter.rung.anchor:
        case Anchor.OPENED:
            return f"{chinese(own.assigned)}起转入办理"
        case Anchor.UNSIGNED:
            return f"交办{_days_since(matter, own.assigned)}个工作日，尚未签收"
        case Anchor.DUE:
            return _lit(matter) or "时限将至"
        case Anchor.SUBMITTED:
            waited = _days_since(matter, own.submitted)
            handed_in = f"{matter.title(own.submitter)}于{chinese(own.submitted)}报送"
            return f"{handed_in}，已待审{waited}个工作日" if waited else handed_in
        case Anchor.RETURNED:
            return _said(matter.last(EntryKind.RETURNED))
        case Anchor.ASKED:
            return _event(matter, matter.last(EntryKind.EXTENSION_ASKED))
        case Anchor.ANSWERED:
            return _event(matter, matter.last(EntryKind.EXTENSION_GRANTED, EntryKind.EXTENSION_REFUSED))
        case Anchor.CHANGED:
            return _event(matter, _changing(matter))
        case Anchor.FAILED:
            return _failure(matter)


def _lit(matter: Matter) -> str:
    """What lit the step, in words; nothing while it is green."""
    row, look = matter.row, matter.look
    return reason_of(look.office.plan, look.initiative.id, row) if row and row.light > Light.GREEN else ""


def _days_since(matter: Matter, day: date | None) -> int:
    return matter.look.calendar.between(day, matter.look.today) if day else 0


def _failure(matter: Matter) -> str:
    own = matter.own
    if matter.step.kind is Kind.INDICATOR:
        return f"自{chinese(own.failed)}起自动取数未成功：{_said(matter.last(EntryKind.MEASURING_FAILED))}"
    return f"执行{own.tries}次均未成功：{_said(matter.last(EntryKind.ACTION_FAILED))}"


def _changing(matter: Matter) -> Entry:
    """The entry of the change that a notice tells of."""
    change = change_of(matter.own, matter.call.key)
    acts = [one for one in matter.entries if (one.kind, one.day, one.actor) == (change.kind, change.on, change.by)]
    return [one for one in acts if one.data.get("to", one.data.get("owner", "")) == change.to][-1]


def _undelivered(matter: Matter) -> str:
    first, *instead = lines(matter.own)[matter.call.key.subject]
    who, what = matter.title(first.recipient), SLIP_TITLES[first.slip]
    told = f"发给{who}的《{what}》送达{first.tries}次均未成功：{first.outcome}"
    others = (f"；改送{matter.title(row.recipient)}，仍未成功：{row.outcome}" for row in instead)
    return told + "".join(others)


CHANGES: Mapping[EntryKind, str] = {
    EntryKind.SUSPENDED: "中止",
    EntryKind.RESUMED: "恢复",
    EntryKind.HANDED_OVER: "转办",
    EntryKind.CANCELLED: "终止",
    EntryKind.REPLANNED: "转办",
}


def change(matter: Matter) -> str:
    """What somebody did to the step, in a word; empty for a notice that tells of something else."""
    return CHANGES[change_of(matter.own, matter.call.key).kind] if matter.call.slip == "change" else ""


def asks(matter: Matter) -> bool:
    """Whether its recipient is asked for anything: of a change only the owner of a step that goes on."""
    if matter.call.slip != "change":
        return True
    goes_on = not matter.own.closed and matter.own.suspended is None
    owners = matter.look.office.owner_side(matter.step, matter.own)
    return goes_on and matter.look.office.acts_for(matter.call.recipient, owners, matter.look.today) is not None


# What is asked -------------------------------------------------------------------------------------------------------


def requirement(matter: Matter) -> str:
    """What ends the step, beyond its deadline and its deliverables."""
    step = matter.step
    if step.target is not None:
        return f"达到{step.target.at_least:g}{step.target.unit}以上"
    if step.kind is Kind.REVIEW:
        work = "、".join(f"“{matter.look.office.plan.step(need).title}”" for need in step.needs)
        return f"审核{work}，予以通过或者退回"
    if step.by_signing:
        action = matter.look.office.plan.step(step.needs[0]).action
        asked = f"{action.parameters.requirement}；" if isinstance(action, AssignAction) else ""
        return f"{asked}签收即办结"
    if step.review is not None:
        return f"办结后报{matter.title(step.review)}审核"
    return f"依据{step.basis}办理" if step.basis else ""


def command(matter: Matter) -> str:
    """The line that answers the slip. Words to be filled in are no figures, so that none is reported by mistake."""
    look, step, call = matter.look, matter.step, matter.call
    owners = look.office.owner_side(step, matter.own)
    owns = look.office.acts_for(call.recipient, owners, look.today) is not None
    whose = f"{step.ref} --as {call.recipient}"
    match call.slip:
        case "failure" | "change":
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


def waiting(matter: Matter) -> tuple[str, ...]:
    """Steps here and elsewhere that cannot begin, or have no date, before this one ends."""
    return waiting_for(matter.look, matter.decision, matter.step)


UNANSWERED: Mapping[Anchor, str] = {
    Anchor.OPENED: "办结",
    Anchor.UNSIGNED: "签收",
    Anchor.DUE: "办结",
    Anchor.SUBMITTED: "审核",
    Anchor.RETURNED: "重新报送",
    Anchor.ASKED: "答复",
    Anchor.ANSWERED: "办结",
    Anchor.CHANGED: "办理",
    Anchor.FAILED: "处理",
}
"""What is still missing when a rung hanging on this anchor is climbed."""

CLIMBING: Mapping[str, str] = {"remind": "提醒", "press": "催办", "supervise": "督办至"}


def next_rung(matter: Matter) -> str:
    """What happens next if nobody does anything, when, and who is told; empty at the top of the ladder."""
    look, ladder = matter.look, matter.look.office.policy.ladder(matter.step.ladder)
    anchors = {rung.id: rung.anchor for rung in ladder.rungs}
    calls = [call for call in matter.decision.rungs if call.step == matter.step.id and call.rung in anchors]
    later = [call for call in calls if call.moment > look.now]
    if not later:
        return ""
    first = later[0]
    people = "、".join(dict.fromkeys(matter.title(call.recipient) for call in later if call.rung == first.rung))
    day = look.office.day(first.moment)
    told = f"{CLIMBING.get(first.slip, '再次通知')}{people}"
    return f"若{day.month}月{day.day}日前仍未{UNANSWERED[anchors[first.rung]]}，将{told}"


HISTORY = frozenset(
    {
        EntryKind.SIGNED,
        EntryKind.REPORTED,
        EntryKind.SUBMITTED,
        EntryKind.RETURNED,
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
"""What a slip tells of what happened before."""


def history(matter: Matter) -> tuple[str, ...]:
    """What happened to the step, oldest first."""
    told = (entry for entry in matter.entries if entry.kind in HISTORY and not _told_by_the_next(entry))
    return tuple(f"{chinese(entry.day)}　{_event(matter, entry)}" for entry in told)


def _told_by_the_next(entry: Entry) -> bool:
    """Whether it says that the plan lost the step, which the entry that cancels it says as well."""
    return entry.kind is EntryKind.REPLANNED and bool(entry.data.get("removed"))


def _event(matter: Matter, entry: Entry) -> str:
    office = matter.look.office
    unit = matter.step.target.unit if matter.step.target else ""
    return event(Names(office.directory, (office.plan,)), entry, unit)


def _said(entry: Entry) -> str:
    return str(entry.data.get("reason", ""))
