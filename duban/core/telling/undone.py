"""What taking back comes to (不计), in words: by initiative how much counts no longer, and what is left to people."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from duban.core.deciding.disregarding import Undone, WrongTime
from duban.core.deciding.office import Office
from duban.core.ledger.entries import Entry, EntryKind, standing
from duban.core.telling.events import in_full, title_of
from duban.core.telling.revised import Names
from duban.core.telling.ways_back import way_back
from duban.core.telling.whens import chinese

COUNTED: Mapping[EntryKind, str] = {
    EntryKind.OPENED: "启动",
    EntryKind.COMPLETED: "办结",
    EntryKind.ACTION_SUCCEEDED: "自动执行",
    EntryKind.MEASURED: "测得数值",
    EntryKind.RUNG_SKIPPED: "不再补发",
    EntryKind.NOTICE_QUEUED: "待发通知",
    EntryKind.NOTICE_SENT: "已发通知",
}
"""What is counted of entries that count no longer; all others are the rest."""


def spelt(office: Office, span: WrongTime) -> str:
    """The time that is meant."""
    first, last = (one and f"{one.astimezone(office.zone):%Y-%m-%d %H:%M}" for one in span)
    return f"{first}至{last}" if last else f"{first}起"


def undone_lines(office: Office, name: str, found: Undone) -> Iterator[str]:
    """What is taken back of an initiative, and what people did that rests on it, or bears a day of that time."""
    names = Names(office.directory, (office.plan,))
    if found.entries:
        again = f"，其中{len(found.restated)}件实已发生，另行记入" if found.restated else ""
        yield f"{name}　{office.plan.initiatives[name].title}：{'、'.join(_counted(found.entries))}{again}"
    for act in found.acts:
        when, back = f"{act.at.astimezone(office.zone):%Y-%m-%d %H:%M}", way_back(office, act)
        yield f"  请核对：{when}　{name}　{title_of(names, act)}　{in_full(names, act)}" + (f"　{back}" if back else "")


def _counted(entries: Sequence[Entry]) -> Iterator[str]:
    many = Counter(COUNTED.get(entry.kind, "其他") for entry in entries)
    yield from (f"{what}{many[what]}条" for what in (*COUNTED.values(), "其他") if many[what])


def disregarded_line(office: Office, entries: Sequence[Entry], step: str, was: str | None) -> str:
    """That entries about a step, or by its former name, count no longer, by whom and why; empty where all do."""
    counting = {entry.sequence for entry in standing(entries)}
    gone = [one for one in entries if one.step in (step, was) and one.sequence not in counting]
    if not gone:
        return ""
    last = next(one for one in reversed(entries) if one.kind is EntryKind.DISREGARDED)
    who = office.directory.title(last.actor)
    return f"系统时间有误时记入的{len(gone)}条系统记录不计（{who}，{chinese(last.day)}：{last.data['reason']}）"
