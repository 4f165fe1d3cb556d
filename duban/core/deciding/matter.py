"""What somebody does to one step, before the rules have looked at it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from duban.core.deciding.office import Look
from duban.core.deciding.settle import completed, status
from duban.core.ledger.entries import Data, Draft, EntryKind
from duban.core.ledger.state import State
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import Status
from duban.core.planning.plan import Step, StepRef
from duban.core.typed import one_line


class Verb(StrEnum):
    """What a person may do."""

    SIGN = "sign"
    REPORT = "report"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    EXTEND = "extend"
    GRANT = "grant"
    REFUSE = "refuse"
    SUSPEND = "suspend"
    RESUME = "resume"
    HAND_OVER = "hand-over"
    CANCEL = "cancel"
    WITHDRAW = "withdraw"
    CORRECT = "correct"
    REOPEN = "reopen"
    CONCLUDE = "conclude"
    ACKNOWLEDGE = "acknowledge"
    INSTRUCT = "instruct"
    ADVISE = "advise"
    PRESS = "press"
    DISOWN = "disown"


VERB_TITLES: Mapping[Verb, str] = {
    Verb.SIGN: "签收",
    Verb.REPORT: "反馈进展",
    Verb.SUBMIT: "报送办结",
    Verb.APPROVE: "审核通过",
    Verb.RETURN: "退回",
    Verb.EXTEND: "申请延期",
    Verb.GRANT: "同意延期",
    Verb.REFUSE: "不同意延期",
    Verb.SUSPEND: "中止",
    Verb.RESUME: "恢复",
    Verb.HAND_OVER: "转办",
    Verb.CANCEL: "终止",
    Verb.WITHDRAW: "撤回",
    Verb.CORRECT: "更正",
    Verb.REOPEN: "恢复办理",
    Verb.CONCLUDE: "截止收集",
    Verb.ACKNOWLEDGE: "知悉",
    Verb.INSTRUCT: "批示",
    Verb.ADVISE: "提出意见",
    Verb.PRESS: "催办",
    Verb.DISOWN: "说明不是本单位办的",
}


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `to` is a day for an extension, a unit or post for a hand-over and for what is
    disowned, a step for sending back.

    `key` makes it idempotent: a second command with the same key changes nothing. `progress` is in percent, `value` in
    the unit of the indicator, `remaining` in the days in which the step's duration is counted. `via` is by which way it
    came: a word, and what tells one such way from another, as in `form <run>` or `command <account>`. `on` is the day
    on which it was done, where that is entered late, and `because` why; without it `reason` says so too.
    """

    verb: Verb
    step: StepRef
    actor: str
    reason: str = ""
    progress: int | None = None
    value: float | None = None
    evidence: tuple[str, ...] = ()
    to: str = ""
    key: str | None = None
    via: str = ""
    remaining: int | None = None
    on: str = ""
    because: str = ""


class Refused(Exception):
    """A command that is not allowed now, or not to this person. `code` is stable; the message is for the person."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(one_line(message))  # it may repeat what was typed


@dataclass(frozen=True, slots=True)
class Matter:
    """A command before its step; `day` is the day on which it was done."""

    look: Look
    state: State
    step: Step
    own: StepState
    command: Command
    day: date

    @property
    def status(self) -> Status:
        """Where the step stands."""
        return status(self.step, self.own)

    @property
    def late(self) -> Mapping[str, str]:
        """What entries say of the day on which it was done, where that is not today, and why they say so late."""
        because = {"because": self.command.because} if self.command.because else {}
        return {} if self.day == self.look.today else {"on": self.day.isoformat(), **because}

    def draft(self, kind: EntryKind, data: Data | None = None, step: str | None = None) -> Draft:
        """An entry by the person; the first of a command carries its key."""
        said = {"reason": self.command.reason} if self.command.reason else {}
        holder = self.look.office.directory.posts[self.command.actor].person
        said |= {"person": holder} if holder else {}  # tomorrow the post may be somebody else's
        said |= self.late
        return Draft(kind, step or self.step.id, self.command.actor, {**said, **(data or {})})


LAPSES = frozenset(
    {EntryKind.SUBMITTED, EntryKind.APPROVED, EntryKind.RETURNED, EntryKind.HANDED_OVER, EntryKind.CANCELLED}
)
"""Acts by which a request for an extension that nobody has answered lapses."""


def lapsing(matter: Matter, draft: Draft) -> Draft:
    """An entry of an act, which says that a request lapsed with it, where one did."""
    if draft.kind not in LAPSES or draft.step != matter.step.id or matter.own.asked is None:
        return draft
    return draft._replace(data={**draft.data, "lapsed": matter.own.asked.to.isoformat()})


def ends(matter: Matter) -> Draft:
    """The entry by which somebody ends the step on the day of the command."""
    draft = completed(matter.step.id, matter.day, matter.own, matter.command.actor)
    return draft._replace(data={**draft.data, **matter.late})
