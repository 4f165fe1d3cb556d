"""What is said of a time that is not believed. Chinese."""

from datetime import datetime

from duban.core.deciding.doubt import Doubt
from duban.core.deciding.office import Office
from duban.core.telling.alarm import AlarmWords

CONFIRM = "duban clock confirm --as POST --reason TEXT"
REMEDY = f"请系统管理员核对服务器时间：有误的，校准后自动恢复；无误的，运行 {CONFIRM} 确认"


def doubtful(office: Office, doubt: Doubt) -> str:
    """In a line: to whoever looks, or acts."""
    return f"时间存疑，暂停办理：{stands(office, doubt)}。{REMEDY}"


def stands(office: Office, doubt: Doubt) -> str:
    """The moments that do not agree."""
    told = f"，另一时钟为{_when(office, doubt.told)}" if doubt.told else "，没有另一时钟可以核对"
    return f"服务器时间为{_when(office, doubt.now)}，上次可信的时间为{_when(office, doubt.last)}{told}"


def doubt_words(office: Office, doubt: Doubt) -> AlarmWords:
    """The letter to the administrator."""
    return AlarmWords(
        f"时间存疑：服务器时间为{_when(office, doubt.now)}",
        "时间存疑，督办暂停",
        (
            ("计划", office.plan.title),
            ("服务器时间", _when(office, doubt.now)),
            ("上次可信的时间", _when(office, doubt.last)),
            ("另一时钟", _when(office, doubt.told) if doubt.told else "没有"),
            ("督办情况", "不按存疑的时间启动、办结、催办；各岗位的办理暂不受理"),
        ),
        f"{REMEDY}。存疑期间每日告知一次。",
    )


def _when(office: Office, moment: datetime) -> str:
    return f"{moment.astimezone(office.zone):%Y-%m-%d %H:%M}"
