"""What the guard writes to people when patrols do not come, and when they do again. Chinese."""

from dataclasses import dataclass
from datetime import datetime

from duban.core.deciding.alarms import AlarmMatter
from duban.core.deciding.office import Office


@dataclass(frozen=True, slots=True)
class Silence:
    """Since when no patrol came, as seen at `now`; `trouble` is what kept the guard from standing in, in words."""

    office: Office
    since: datetime
    now: datetime
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class AlarmWords:
    """What a letter about patrols says: subject, heading, figures by their labels, and what is to be done."""

    subject: str
    heading: str
    rows: tuple[tuple[str, str], ...]
    closing: str


def alarm_words(matter: AlarmMatter, seen: Silence) -> AlarmWords:
    """What is written about a matter."""
    return WORDS[matter](seen)


def _silent(seen: Silence) -> AlarmWords:
    stand_in = (
        f"未能代为巡查：{seen.trouble}。到点的事项和通知暂时无人处理"
        if seen.trouble
        else "到点的事项和通知由值守程序代为处理，自动事项要待巡查恢复"
    )
    return AlarmWords(
        f"巡查中断：{_when(seen, seen.since)}以来没有巡查",
        "巡查中断",
        (
            ("计划", seen.office.plan.title),
            ("上次巡查", _when(seen, seen.since)),
            ("发现时间", _when(seen, seen.now)),
            ("值守情况", stand_in),
        ),
        "请系统管理员在服务器上运行 duban doctor，按所列办法处理。中断期间每日告知一次，恢复后另行告知。",
    )


def _well(seen: Silence) -> AlarmWords:
    return AlarmWords(
        f"巡查恢复：{_when(seen, seen.since)}已巡查",
        "巡查恢复",
        (("计划", seen.office.plan.title), ("最近一次巡查", _when(seen, seen.since))),
        "巡查已恢复正常，无需处理。",
    )


def _when(seen: Silence, moment: datetime) -> str:
    return f"{moment.astimezone(seen.office.zone):%Y-%m-%d %H:%M}"


WORDS = {AlarmMatter.SILENT: _silent, AlarmMatter.WELL: _well}
