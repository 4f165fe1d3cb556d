"""MS Project XML as programs write it, made of few words: for tests, and for tests/data/projects."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

TYPES = {"FF": 0, "FS": 1, "SF": 2, "SS": 3}


def element(name: str, value: object) -> str:
    return f"<{name}>{escape(str(value))}</{name}>"


def link(uid: int, kind: str = "FS", lag: int = 0, unit: int = 7) -> str:
    """A link; `lag` in tenths of a minute, as the format has it, or in percent where the unit is 19."""
    parts = {"PredecessorUID": uid, "Type": TYPES[kind], "CrossProject": 0, "LinkLag": lag, "LagFormat": unit}
    return f"<PredecessorLink>{''.join(element(*part) for part in parts.items())}</PredecessorLink>"


def task(uid: int, level: int, name: str, links: Sequence[str] = (), **said: object) -> str:
    """A task: `links` before it, all else by the names of the format."""
    parts = {"UID": uid, "ID": uid, "Name": name, "OutlineLevel": level, "OutlineNumber": said.pop("OutlineNumber", "")}
    told = "".join(element(*part) for part in (parts | said).items() if part[1] != "")
    return f"<Task>{told}{''.join(links)}<Baseline><Number>0</Number></Baseline></Task>"


def project(tasks: Sequence[str], *, title: str = "", rest: str = "", week: Sequence[int] = (2, 3, 4, 5, 6)) -> str:
    """A whole file; `week` are the days its calendar works, 1 for Sunday; `rest` goes into the calendar."""
    days = "".join(
        f"<WeekDay><DayType>{day}</DayType><DayWorking>{int(day in week)}</DayWorking></WeekDay>" for day in range(1, 8)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Project xmlns="http://schemas.microsoft.com/project">'
        f"<SaveVersion>14</SaveVersion>{element('Title', title) if title else ''}<CalendarUID>1</CalendarUID>"
        "<MinutesPerDay>480</MinutesPerDay>"
        "<Calendars><Calendar><UID>1</UID><Name>标准</Name><IsBaseCalendar>1</IsBaseCalendar>"
        f"<WeekDays>{days}</WeekDays>{rest}</Calendar>"
        "<Calendar><UID>2</UID><Name>夜间施工</Name></Calendar></Calendars>"
        f"<Tasks>{''.join(tasks)}</Tasks>"
        "<Resources><Resource><UID>1</UID><Name>保护处</Name><Type>1</Type></Resource>"
        "<Resource><UID>2</UID><Name>服务处</Name><Type>1</Type></Resource>"
        "<Resource><UID>3</UID><Name>某某公司</Name><Type>1</Type></Resource>"
        "<Resource><UID>4</UID><Name>水泥</Name><Type>0</Type></Resource></Resources>"
        f"<Assignments>{rest_of_assignments()}</Assignments></Project>"
    )


def rest_of_assignments() -> str:
    """Who does what, in the file of the service hall."""
    done = ((2, 1, 1), (4, 1, 1), (5, 1, 0.5), (6, 2, 1), (8, 3, 1), (9, 3, 1), (9, 4, 20), (11, 2, 1), (13, 2, 1))
    return "".join(
        f"<Assignment><UID>{place}</UID><TaskUID>{uid}</TaskUID><ResourceUID>{who}</ResourceUID><Units>{units}</Units>"
        "<TimephasedData><Type>1</Type><Value>PT8H0M0S</Value></TimephasedData></Assignment>"
        for place, (uid, who, units) in enumerate(done, 1)
    )


def days(number: float) -> dict[str, object]:
    """A duration in working days of eight hours."""
    return {"Duration": f"PT{int(number * 8)}H0M0S", "DurationFormat": 7}


def hall() -> str:
    """The project of a service hall in 2024: phases below one line, links of all kinds, lags, limits, progress."""
    tasks = [
        task(1, 1, "知识产权服务大厅建设", Start="2024-03-04T08:00:00", Finish="2024-11-29T17:00:00"),
        task(2, 2, "前期准备"),
        task(3, 3, "立项"),
        task(
            4,
            4,
            "编制可行性研究报告",
            **days(15),
            Start="2024-03-04T08:00:00",
            Finish="2024-03-22T17:00:00",
            PercentComplete=100,
        ),
        task(
            5,
            4,
            "报批",
            [link(4)],
            **days(10),
            Start="2024-03-25T08:00:00",
            Finish="2024-04-05T17:00:00",
            PercentComplete=40,
        ),
        task(
            6,
            3,
            "立项批复",
            [link(5)],
            **days(0),
            Milestone=1,
            Finish="2024-04-05T17:00:00",
            Deadline="2024-04-30T17:00:00",
        ),
        task(7, 2, "施工", [link(2, "FS", 5 * 4800)]),
        task(8, 3, "土建", **days(40), Finish="2024-06-07T17:00:00", CalendarUID=2),
        task(9, 3, "装修", [link(8, "SS", 10 * 4800)], **days(30), Finish="2024-07-12T17:00:00"),
        task(10, 3, "养护", [link(9, "FS", 7 * 14400, 8)], **days(5), Finish="2024-07-26T17:00:00"),
        task(11, 3, "设备安装", [link(9, "FF"), link(8, "FS", -2 * 4800)], **days(20), Finish="2024-08-02T17:00:00"),
        task(12, 2, "开通"),
        task(
            13,
            3,
            "试运行",
            [link(11), link(10, "FS", 50, 19)],
            **days(20),
            Finish="2024-09-13T17:00:00",
            ConstraintType=4,
            ConstraintDate="2024-08-19T08:00:00",
        ),
        task(
            14,
            3,
            "正式开放",
            [link(13), link(7)],
            **days(0),
            Milestone=1,
            Finish="2024-10-08T17:00:00",
            ConstraintType=7,
            ConstraintDate="2024-10-31T17:00:00",
        ),
        task(15, 3, "评估", [link(14, "SF")], **days(3), ConstraintType=1, Finish="2024-11-29T17:00:00"),
        task(16, 3, "已取消的宣传片", Active=0),
    ]
    off = (
        "<Exceptions><Exception><Name>五一</Name><TimePeriod><FromDate>2024-05-01T00:00:00</FromDate>"
        "<ToDate>2024-05-03T23:59:00</ToDate></TimePeriod><DayWorking>0</DayWorking></Exception></Exceptions>"
    )
    return project(tasks, rest=off)
