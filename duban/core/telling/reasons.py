"""Why a step or an initiative is lit, in words: the rule and the figures that a decision gives, told in Chinese."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from duban.core.deciding.office import Office
from duban.core.ledger.keys import StepRef
from duban.core.ledger.summary import AnyRule, Light, Reason, StepRow, Summary
from duban.core.planning.lights import Rule
from duban.core.planning.plan import Plan
from duban.core.telling.whens import short

ALL_IS_WELL = "正常推进"
ALL_IS_DONE = "全部事项已办结"


def reason_of(office: Office, initiative: str, row: StepRow) -> str:
    """Why a step of an initiative is lit as it is; empty for one that bears no light."""
    if row.reason is not None:
        return in_words(office, initiative, row.reason)
    return "" if row.light is Light.OFF else ALL_IS_WELL


def reason_of_all(office: Office, summary: Summary) -> str:
    """Why an initiative is lit as it is: what is said of the gravest of its steps."""
    worst = summary.worst
    if worst is None:
        return ALL_IS_DONE
    if worst.reason is None:
        return ALL_IS_WELL
    title = _title(office.plan, StepRef(summary.initiative, worst.step))
    return f"“{title or worst.step}”{in_words(office, summary.initiative, worst.reason)}"


def in_words(office: Office, initiative: str, reason: Reason) -> str:
    """A reason in words, as they are said of a step of that initiative."""
    ends = f"预计{short(reason.forecast, office.calendar)}完成，" if reason.forecast else ""
    return JUDGED[reason.rule].words(reason, _cause(office.plan, initiative, reason.root), ends)


def _cause(plan: Plan, initiative: str, root: StepRef | None) -> str:
    """The step because of which another is late; nothing where the plan has changed since and has none such."""
    title = _title(plan, root) if root else ""
    if not root or not title:
        return ""
    elsewhere = "" if root.initiative == initiative else f"（{plan.initiatives[root.initiative].title}）"
    return f"因“{title}”{elsewhere}未完"


def _title(plan: Plan, ref: StepRef) -> str:
    initiative = plan.initiatives.get(ref.initiative)
    step = initiative.steps.get(ref.step) if initiative else None
    return step.title if step else ""


class Judged(NamedTuple):
    """What is said of a light by its rule: how the rule judges; its figures, with what makes the step late, and when
    it is expected to end, if any.
    """

    by: str
    words: Callable[[Reason, str, str], str]


JUDGED: Mapping[AnyRule, Judged] = {
    Rule.FAILED: Judged("自动事项执行失败，一律亮红灯", lambda why, *_: "自动事项执行失败，需人工处理"),
    Rule.LATE: Judged("过了时限", lambda why, cause, _: f"已逾期{why.days}个工作日" + (f"，{cause}" if cause else "")),
    Rule.UNREVIEWED: Judged("过了时限，已按时报送", lambda why, *_: f"按时报送，待审核，已过时限{why.days}个工作日"),
    Rule.EXCEEDED: Judged("突破上限，一律亮红灯", lambda why, *_: "指标已突破上限"),
    Rule.DAYS_LEFT: Judged("按剩余工作日", lambda why, *_: f"距时限{why.days}个工作日" if why.days else "今日到期"),
    Rule.TIME_SHARE: Judged("按剩余时间比例", lambda why, *_: f"时间已过{why.percent}%，尚无进展"),
    Rule.PACE: Judged("按序时进度", lambda why, *_: f"进度落后序时{why.percent}个百分点"),
    Rule.FORECAST: Judged(
        "按预计完成日",
        lambda why, cause, ends: (f"{cause}，" if cause else "") + f"{ends}晚{why.days}个工作日",
    ),
    Rule.DOWNSTREAM: Judged("按后续事项的时限", lambda why, _, ends: f"{ends}将使后续事项晚{why.days}个工作日"),
    Rule.UNANSWERED: Judged("按催办回应", lambda why, *_: "催办后尚未回应"),
}
