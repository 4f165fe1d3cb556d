"""What happened, entry by entry, in Chinese: who did what, and what they said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from duban.core.ledger.entries import Entry, EntryKind
from duban.core.ledger.notices import said_of
from duban.core.planning.plan import StepRef
from duban.core.planning.revision import Edit
from duban.core.telling.altered import parts_of
from duban.core.telling.revised import Names, edits_in_words
from duban.core.telling.whens import chinese
from duban.core.titles import STATUS_TITLES
from duban.core.typed import one_line


@dataclass(frozen=True, slots=True)
class Told:
    """An entry, and what it takes to tell it: names, and the unit an indicator is counted in."""

    names: Names
    entry: Entry
    unit: str = ""

    def get(self, key: str) -> Any:
        """A value of the entry; empty where it has none."""
        return self.entry.data.get(key, "")

    @property
    def reason(self) -> str:
        """What was said about it, in one line."""
        return one_line(str(self.get("reason")))

    @property
    def actor(self) -> str:
        """Who did it."""
        return self.names.title(self.entry.actor)


Telling = Callable[[Told], str]


def event(names: Names, entry: Entry, unit: str = "") -> str:
    """What an entry tells, in one line, without its day and its step."""
    return one_line(EVENTS[entry.kind](Told(names, entry, unit)) + _late(entry) + _lapsed(names, entry))


def _late(entry: Entry) -> str:
    """On which day it was done, where it was entered later."""
    if "on" not in entry.data:
        return ""
    because = f"，事由：{one_line(entry.data['because'])}" if "because" in entry.data else ""
    return f"（补录：于{chinese(date.fromisoformat(entry.data['on']))}办理，{chinese(entry.day)}录入{because}）"


def _lapsed(names: Names, entry: Entry) -> str:
    """That a request for an extension lapsed with it."""
    if "lapsed" not in entry.data:
        return ""
    return f"（至{chinese(date.fromisoformat(entry.data['lapsed']), names.calendar)}的延期申请未及答复，随之失效）"


def _is(what: str) -> Telling:
    """It happened by itself."""
    return lambda told: what


def _did(what: str) -> Telling:
    """Who did it, and what they said."""

    def tell(told: Told) -> str:
        said = told.reason
        return f"{told.actor}{what}" + (f"：{said}" if said else "")

    return tell


def _until(what: str) -> Telling:
    def tell(told: Told) -> str:
        late = "（逾期提出）" if told.get("late") else ""
        return _did(f"{what}{chinese(date.fromisoformat(told.get('to')), told.names.calendar)}{late}")(told)

    return tell


def _signed(told: Told) -> str:
    if told.get("on"):
        return _did("签收")(told)
    return f"{told.actor}签收"  # what was said on the way is told of the report that came with it


def _reported(told: Told) -> str:
    return f"{told.actor}反馈：{'，'.join(filter(None, (*_figures(told), told.reason)))}"


def _figures(told: Told) -> list[str]:
    """What an entry says of progress, of days that are left, and of value."""
    data = told.entry.data
    said = [
        f"进度{data['progress']}%" if "progress" in data else "",
        f"预计还需{data['remaining']}天" if "remaining" in data else "",
        f"已达{data['value']:g}{told.unit}" if "value" in data else "",
    ]
    return [figure for figure in said if figure]


def _on(what: str) -> Telling:
    """What takes effect on a day of its own, which may be before the day it was noticed."""

    def tell(told: Told) -> str:
        day = date.fromisoformat(told.get("day"))
        return what if day == told.entry.day or told.get("on") else f"{what}（自{chinese(day)}）"

    return tell


def _disowned(told: Told) -> str:
    whose = f"（认为应由{told.names.title(told.get('to'))}办理）" if told.get("to") else ""
    return f"{_did('说明不是本单位办的')(told)}{whose}"


def _handed_over(told: Told) -> str:
    return _did(f"转由{told.names.title(told.get('to'))}承办")(told)


def _cancelled(told: Told) -> str:
    return _did("调整计划，终止此事项" if told.get("removed") else "终止")(told)


TAKEN_BACK: Mapping[str, str] = {
    EntryKind.RETURNED: "退回",
    EntryKind.WITHDRAWN: "撤回",
    EntryKind.CORRECTED: "更正",
    EntryKind.REOPENED: "恢复办理",
}
"""How something that others have built on was taken back."""


def _upset(told: Told) -> str:
    upstream = told.names.step(StepRef.parse(told.get("upstream")))
    follows = "须重新审核" if told.get("anew") else "本事项照常办理"
    return _did(f"{TAKEN_BACK[told.get('how')]}前置事项{upstream}，{follows}")(told)


def _predated(told: Told) -> str:
    upstream = told.names.step(StepRef.parse(told.get("upstream")))
    return f"补录前置事项{upstream}于{chinese(date.fromisoformat(told.get('day')))}办结"


def _withdrawn(told: Told) -> str:
    return _did(f"撤回{'延期申请' if told.get('what') == EntryKind.EXTENSION_ASKED else '报送'}")(told)


def _corrected(told: Told) -> str:
    said = _figures(told)
    return _did(f"更正{'，'.join(said)}" if said else "更正成果材料")(told)


def _disregarded(told: Told) -> str:
    many = sum(last + 1 - first for first, last in told.get("entries"))
    return _did(f"因系统时间有误，将{many}条系统记录作为不计")(told)


def _measured(told: Told) -> str:
    return f"系统测得{told.get('value'):g}{told.unit}"


def _replanned(told: Told) -> str:
    """What an application of a plan did to the step."""
    told_of = [
        "计划新增此事项" if told.get("added") else "",
        "计划删去此事项" if told.get("removed") else "",
        f"原编号{told.get('was')}" if told.get("was") else "",
        edits_in_words(told.names, told.entry.initiative, edits_of(told.entry)),
        f"原时限{chinese(date.fromisoformat(told.get('moved')))}" if _moved_alone(told) else "",
        _recounted(*map(date.fromisoformat, told.get("recounted"))) if told.get("recounted") else "",
        "办结时的时限记入台账" if "limit" in told.entry.data else "",
    ]
    return _did(f"调整计划（{'；'.join(filter(None, told_of))}）")(told)


def _recounted(original: date, before: date, after: date) -> str:
    """How other working days count a deadline; one that an extension set stays, and so does the original one."""
    moved = f"由{chinese(before)}改为{chinese(after)}" if before != after else f"不变，原时限仍为{chinese(original)}"
    return f"工作日历调整，时限{moved}"


def _applied(told: Told) -> str:
    """What was put in force; of terms how many steps that go on they move."""
    altered = [Edit(*edit) for edit in told.entry.data.get("altered", ())]
    if not altered:
        return _did("应用计划")(told)
    steps = len({step for step, *_ in told.entry.data["moves"]})
    return _did(f"应用计划及{parts_of(altered)}的调整（涉及{steps}个在办事项）")(told)


def _moved_alone(told: Told) -> bool:
    """Whether its deadline moved though the plan writes it as before."""
    return bool(told.get("moved")) and "due" not in told.entry.data.get("edits", {})


def edits_of(entry: Entry) -> tuple[Edit, ...]:
    """The edits that an application told a step."""
    return tuple(Edit(field, *values) for field, values in entry.data.get("edits", {}).items())


def _notice(what: str) -> Telling:
    """What became of a notice; some entries name the slip and the recipient, the others its key alone."""

    def tell(told: Told) -> str:
        outcome = f"：{told.get('outcome')}" if told.get("outcome") else ""
        if not told.get("slip"):
            return f"通知{told.get('notice')}{what}{outcome}"
        return f"{told.names.slip(told.get('slip'))}{what}{told.names.title(told.get('recipient'))}{outcome}"

    return tell


def _dead(told: Told) -> str:
    partly = any(said.gone for said in said_of(told.entry.data.get("channels", ())))
    return _notice("未能全部送达" if partly else "未能送达")(told)


def _sent(told: Told) -> str:
    return f"{told.names.slip(told.get('slip'))}送{told.names.title(told.get('recipient'))}"


def _revived(told: Told) -> str:
    recipient = told.names.title(told.get("recipient"))
    return _did(f"要求将{told.names.slip(told.get('slip'))}重新送{recipient}")(told)


EVENTS: Mapping[EntryKind, Telling] = {
    EntryKind.ADOPTED: _is("纳入督办"),
    EntryKind.OPENED: _on("启动"),
    EntryKind.SIGNED: _signed,
    EntryKind.REPORTED: _reported,
    EntryKind.SUBMITTED: _did("报送办结"),
    EntryKind.RETURNED: _did("退回"),
    EntryKind.APPROVED: lambda told: _did("会签同意" if told.get("for") else "审核通过")(told),
    EntryKind.UPSET: _upset,
    EntryKind.COMPLETED: _on("办结"),
    EntryKind.PREDATED: _predated,
    EntryKind.EXTENSION_ASKED: _until("申请延期至"),
    EntryKind.EXTENSION_GRANTED: _until("同意延期至"),
    EntryKind.EXTENSION_REFUSED: _did("不同意延期"),
    EntryKind.SUSPENDED: _did("中止办理"),
    EntryKind.RESUMED: _did("恢复办理"),
    EntryKind.WITHDRAWN: _withdrawn,
    EntryKind.CORRECTED: _corrected,
    EntryKind.REOPENED: lambda told: _did(f"将{STATUS_TITLES[told.get('from')]}事项恢复办理")(told),
    EntryKind.HANDED_OVER: _handed_over,
    EntryKind.CANCELLED: _cancelled,
    EntryKind.ACKNOWLEDGED: _did("知悉"),
    EntryKind.INSTRUCTED: _did("批示"),
    EntryKind.ADVISED: _did("提出意见"),
    EntryKind.DISOWNED: _disowned,
    EntryKind.PRESSED: _did("催办"),
    EntryKind.REPLANNED: _replanned,
    EntryKind.PLAN_APPLIED: _applied,
    EntryKind.ACTION_STARTED: _is("自动执行开始"),
    EntryKind.ACTION_WAITING: _is("已启动另一处的运行，等待结束"),
    EntryKind.ACTION_SUCCEEDED: lambda told: f"自动执行完成：{told.get('outcome')}",
    EntryKind.ACTION_FAILED: lambda told: f"自动执行失败：{told.reason}",
    EntryKind.MEASURED: _measured,
    EntryKind.MEASURING_FAILED: lambda told: f"指标未能测得：{told.reason}",
    EntryKind.RUNG_SKIPPED: lambda told: f"通知{told.get('notice')}不再补发",
    EntryKind.NOTICE_QUEUED: _notice("待发"),
    EntryKind.NOTICE_BUNDLED: _notice("编入督办日报"),
    EntryKind.NOTICE_CLAIMED: _notice("正在发送"),
    EntryKind.NOTICE_SENT: _sent,
    EntryKind.NOTICE_REFUSED: _notice("未送达，稍后再送"),
    EntryKind.NOTICE_POSTPONED: _notice("推迟发送"),
    EntryKind.NOTICE_DROPPED: _notice("不再发送"),
    EntryKind.NOTICE_DEAD: _dead,
    EntryKind.NOTICE_REVIVED: _revived,
    EntryKind.ALARM_BEGUN: _did("准备告知巡查情况"),
    EntryKind.ALARM_ENDED: _did("告知巡查情况"),
    EntryKind.LINKS_REVOKED: _did("使此前发出的链接失效"),
    EntryKind.SIGNED_IN: lambda told: f"{told.actor}登录工作台",
    EntryKind.DISREGARDED: _disregarded,
    EntryKind.CLOCK_CONFIRMED: lambda told: f"{told.actor}确认服务器时间无误：{told.reason}",
    EntryKind.BULLETIN_DRAFTED: lambda told: f"{told.actor}保存{told.get('title')}通报草稿",
    EntryKind.BULLETIN_FILED: lambda told: f"{told.actor}发出通报{told.get('number')}（SHA-256：{told.get('sha256')}）",
    EntryKind.MENDED: _did("修复 Prefect 上的设置"),
}
"""How each kind of entry is told."""


LATE_ACTS: Mapping[EntryKind, str] = {
    EntryKind.SIGNED: "签收",
    EntryKind.REPORTED: "反馈进展",
    EntryKind.SUBMITTED: "报送办结",
    EntryKind.COMPLETED: "办结",
    EntryKind.APPROVED: "审核通过",
    EntryKind.RETURNED: "退回",
    EntryKind.EXTENSION_ASKED: "申请延期",
    EntryKind.EXTENSION_GRANTED: "同意延期",
    EntryKind.EXTENSION_REFUSED: "不同意延期",
}
"""What may be entered late, as it is listed."""

WAYS: Mapping[str, str] = {"form": "表单", "command": "命令", "desk": "工作台", "workbook": "表格", "rehearsal": "推演"}
"""By which ways people act, as entries name them."""


def way(entry: Entry) -> str:
    """By which way an act came: 表单 and its run, 命令 and the account; empty for what was not said to come by any."""
    word, _, which = one_line(str(entry.data.get("via", ""))).partition(" ")
    return " ".join(filter(None, (WAYS.get(word, word), which)))


def title_of(names: Names, entry: Entry) -> str:
    """The step an entry is about, as its title; empty for the initiative itself."""
    return names.step(StepRef(entry.initiative, entry.step)) if entry.step else ""


def in_full(names: Names, entry: Entry, unit: str = "") -> str:
    """What an entry tells, with the deliverables it names."""
    evidence = "、".join(entry.data.get("evidence", ()))
    return event(names, entry, unit) + (f"（成果：{one_line(evidence)}）" if evidence else "")
