"""Project files (MS Project XML) as a table of tasks, one line each, and the days their calendar works.

No DTD is read, so that no entity and nothing outside the file is; what a plan has no use for is left out while reading.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from xml.etree import ElementTree as Xml

from openpyxl.utils import get_column_letter

from duban.adapters.tables import unreadable
from duban.core.texts import english
from duban.drafting.project_lines import MOST_TASKS
from duban.drafting.tables import Field, Table

SPACE = "http://schemas.microsoft.com/project"
SKIPPED = frozenset(
    {"TimephasedData", "Baseline", "ExtendedAttribute", "ExtendedAttributes", "OutlineCode", "OutlineCodes", "Rates"}
)
DEEPEST, MOST_ELEMENTS = 40, 1_000_000
HEADER = (
    *("标识号", "大纲级别", "大纲编号", "任务名称", "工期", "开始时间", "完成时间", "前置任务", "资源名称"),
    *("最后期限", "限制类型", "限制日期", "完成百分比", "里程碑", "任务日历", "不列入"),
)
LINKS = {"0": "FF", "1": "FS", "2": "SF", "3": "SS"}
CONSTRAINTS = {"1": "ALAP", "2": "MSO", "3": "MFO", "4": "SNET", "5": "SNLT", "6": "FNET", "7": "FNLT"}
PERCENT, ELAPSED = ("19", "20"), ("4", "6", "8", "10", "12", "36", "38", "40", "42", "44")
"""Codes of units: shares of the task before, and days of the calendar in place of working days."""
WHOLE = 1.0


@dataclass(frozen=True, slots=True)
class ProjectDays:
    """The days a project's calendar works: of the week (0 is Monday), and those that differ."""

    name: str
    week: frozenset[int]
    off: frozenset[date]
    on: frozenset[date]

    def works(self, day: date) -> bool:
        """Whether work is done that day."""
        return day in self.on or (day.weekday() in self.week and day not in self.off)


class _Building:
    """Builds the tree, without what is skipped; raises ValueError for what no project program writes."""

    def __init__(self) -> None:
        self._tree, self._depth, self._skipping, self._count = Xml.TreeBuilder(), 0, 0, 0

    def doctype(self, *_: object) -> None:
        raise ValueError("it declares a document type, by which other files could be read")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        self._depth += 1
        self._count += 1
        if self._depth > DEEPEST or self._count > MOST_ELEMENTS:
            raise ValueError("it is nested too deeply or has too many elements")
        if self._skipping or name in SKIPPED:
            self._skipping += 1
        else:
            self._tree.start(name, attributes)

    def end(self, tag: str) -> None:
        self._depth -= 1
        if self._skipping:
            self._skipping -= 1
        else:
            self._tree.end(tag.rpartition("}")[2])

    def data(self, text: str) -> None:
        if not self._skipping:
            self._tree.data(text)

    def close(self) -> Xml.Element:
        return self._tree.close()


def read_project(name: str, content: bytes) -> tuple[Table, ProjectDays | None]:
    """The tasks of a project file; raises BadInput."""
    try:
        root = _parsed(content)
        table = _table(root)
        return table, _days(root)
    except (Xml.ParseError, ValueError, LookupError, OverflowError) as error:
        remedy = english("save it as XML in the project program (文件—另存为—XML 格式)")
        raise unreadable(name, english("it cannot be read as a project: {error}", error=error), remedy) from None


def _parsed(content: bytes) -> Xml.Element:
    parser = Xml.XMLParser(target=_Building())  # noqa: S314  document types, and with them entities, are refused
    parser.feed(content)
    root: Xml.Element = parser.close()
    if root.tag != "Project":
        raise ValueError(f"its root is {root.tag!r}, and not a project")
    return root


def _said(element: Xml.Element, name: str) -> str:
    return (element.findtext(name) or "").strip()


def _table(root: Xml.Element) -> Table:
    minutes = int(_said(root, "MinutesPerDay") or 480) or 480
    names = {_said(one, "UID"): _said(one, "Name") for one in root.iterfind("Resources/Resource")}
    work = {_said(one, "UID") for one in root.iterfind("Resources/Resource") if _said(one, "Type") in ("", "1")}
    calendars = {_said(one, "UID"): _said(one, "Name") for one in root.iterfind("Calendars/Calendar")}
    busy: dict[str, list[str]] = {}
    for one in root.iterfind("Assignments/Assignment"):
        if (who := _said(one, "ResourceUID")) in work:
            busy.setdefault(_said(one, "TaskUID"), []).append(names[who] + _load(_said(one, "Units")))
    own = _said(root, "CalendarUID")
    tasks = [one for one in root.iterfind("Tasks/Task") if _said(one, "IsNull") != "1" and _said(one, "Name")]
    if len(tasks) > MOST_TASKS:
        raise ValueError(f"it has more than {MOST_TASKS} tasks")
    lines = (_line(one, minutes, busy.get(_said(one, "UID"), ()), calendars, own) for one in tasks)
    head = tuple(Field(f"{get_column_letter(place)}1", name) for place, name in enumerate(HEADER, 1))
    title = _said(root, "Title") or _said(root, "Name").rpartition(".")[0]
    return Table("", (head, *lines), (title,) if title else ())


def _load(units: str) -> str:
    """What a project program writes behind a name: [50%] of its time."""
    return "" if not units or float(units) == WHOLE else f"[{float(units):.0%}]"


def _line(
    task: Xml.Element, minutes: int, busy: "list[str] | tuple[()]", calendars: dict[str, str], own: str
) -> tuple[Field, ...]:
    uid, calendar = _said(task, "UID"), _said(task, "CalendarUID")
    texts = (
        uid,
        _said(task, "OutlineLevel"),
        _said(task, "OutlineNumber") or _said(task, "WBS"),
        _said(task, "Name"),
        _length(_said(task, "Duration"), _said(task, "DurationFormat"), minutes),
        _said(task, "Start")[:10],
        _said(task, "Finish")[:10],
        ",".join(_link(one, minutes) for one in task.iterfind("PredecessorLink")),
        ",".join(busy),
        _said(task, "Deadline")[:10],
        CONSTRAINTS.get(_said(task, "ConstraintType"), ""),
        _said(task, "ConstraintDate")[:10],
        _said(task, "PercentComplete"),
        "是" if _said(task, "Milestone") == "1" else "",
        calendars.get(calendar, "") if calendar not in ("", "-1", own) else "",
        "是" if _said(task, "Active") == "0" else "",
    )
    return tuple(Field(f"任务{uid}·{name}", text) for name, text in zip(HEADER, texts, strict=True))


def _length(text: str, unit: str, minutes: int) -> str:
    """PT40H0M0S of eight hours a day is 5d; of the calendar 40 hours are 1.67ed."""
    if not text:
        return ""
    hours, _, rest = text.removeprefix("PT").partition("H")
    all_minutes = int(hours or 0) * 60 + int(rest.partition("M")[0] or 0)
    return f"{all_minutes / 1440:.4g}ed" if unit in ELAPSED else f"{all_minutes / minutes:.4g}d"


def _link(link: Xml.Element, minutes: int) -> str:
    """As people write it: 3FS+2d."""
    told = _said(link, "PredecessorUID") + LINKS.get(_said(link, "Type"), "FS")
    if _said(link, "CrossProject") == "1":
        return f"{_said(link, 'CrossProjectName') or '另一项目'}\\{told}"
    lag, unit = int(_said(link, "LinkLag") or 0), _said(link, "LagFormat")
    if not lag:
        return told
    if unit in PERCENT:
        return f"{told}{lag:+}%"
    return f"{told}{lag / 14400:+.4g}ed" if unit in ELAPSED else f"{told}{lag / 10 / minutes:+.4g}d"


def _days(root: Xml.Element) -> ProjectDays | None:
    """The project's own calendar; None where it brings none."""
    own = _said(root, "CalendarUID")
    calendar = next((one for one in root.iterfind("Calendars/Calendar") if _said(one, "UID") == own), None)
    if calendar is None:
        return None
    week = set(range(7))
    off, on = set[date](), set[date]()
    for day in calendar.iterfind("WeekDays/WeekDay"):
        kind, works = int(_said(day, "DayType") or 0), _said(day, "DayWorking") == "1"
        if kind:
            (week.add if works else week.discard)((kind + 5) % 7)  # 1 is Sunday
        else:
            (on if works else off).update(_between(day))
    for exception in calendar.iterfind("Exceptions/Exception"):
        (on if _said(exception, "DayWorking") == "1" else off).update(_between(exception))
    return ProjectDays(_said(calendar, "Name"), frozenset(week), frozenset(off), frozenset(on))


LONGEST = 400
"""Days of an exception that are taken: more than a year is no exception."""


def _between(element: Xml.Element) -> Iterator[date]:
    period = element.find("TimePeriod")
    if period is None:
        return
    first, last = (date.fromisoformat(_said(period, name)[:10]) for name in ("FromDate", "ToDate"))
    for day in range(min((last - first).days + 1, LONGEST)):
        yield first + timedelta(days=day)
