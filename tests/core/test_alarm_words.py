"""What the guard writes to people, whole."""

from dataclasses import replace
from datetime import datetime, timedelta

from duban.core.deciding.alarms import AlarmMatter
from duban.core.telling.alarm import AlarmWords, Silence, alarm_words
from tests.bureau import ZONE, office

NOW = datetime(2024, 4, 15, 10, tzinfo=ZONE)
SEEN = Silence(office(), NOW - timedelta(minutes=16), NOW)


def test_patrols_do_not_come_and_somebody_stands_in() -> None:
    assert alarm_words(AlarmMatter.SILENT, SEEN) == AlarmWords(
        "巡查中断：2024-04-15 09:44以来没有巡查",
        "巡查中断",
        (
            ("计划", "知识产权局2024年工作要点"),
            ("上次巡查", "2024-04-15 09:44"),
            ("发现时间", "2024-04-15 10:00"),
            ("值守情况", "到点的事项和通知由值守程序代为处理，自动事项要待巡查恢复"),
        ),
        "请系统管理员在服务器上运行 duban doctor，按所列办法处理。中断期间每日告知一次，恢复后另行告知。",
    )


def test_patrols_do_not_come_and_nobody_can_stand_in() -> None:
    told = alarm_words(AlarmMatter.SILENT, replace(SEEN, trouble="台账数据库无法使用"))
    assert told.rows[-1] == ("值守情况", "未能代为巡查：台账数据库无法使用。到点的事项和通知暂时无人处理")


def test_patrols_come_again() -> None:
    assert alarm_words(AlarmMatter.WELL, SEEN) == AlarmWords(
        "巡查恢复：2024-04-15 09:44已巡查",
        "巡查恢复",
        (("计划", "知识产权局2024年工作要点"), ("最近一次巡查", "2024-04-15 09:44")),
        "巡查已恢复正常，无需处理。",
    )
