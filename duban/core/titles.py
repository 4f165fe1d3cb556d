"""Chinese words of closed vocabularies, as coordinators read them."""

from collections.abc import Iterable, Mapping

from duban.core.ledger.entries import EntryKind
from duban.core.ledger.notices import Delivery, NoticeRow
from duban.core.ledger.summary import Light, Status
from duban.core.problems import closest
from duban.core.texts import mandarin

SLIP_TITLES: Mapping[str, str] = {
    "assign": "工作交办单",
    "remind": "到期提醒",
    "press": "工作催办单",
    "supervise": "督办通知单",
    "review": "审核提请单",
    "return": "退办通知单",
    "ask": "延期申请审核单",
    "answer": "延期申请答复",
    "change": "办理事项变动通知",
    "instruct": "批示转办单",
    "advise": "意见转告单",
    "failure": "自动事项故障单",
}
"""Slips, by the name rungs use."""

REMARK_TITLES: Mapping[EntryKind, str] = {
    EntryKind.INSTRUCTED: "批示",
    EntryKind.ADVISED: "提出意见",
    EntryKind.PRESSED: "催办",
    EntryKind.DISOWNED: "说明不是本单位办的",
}
"""What is put on record about a step and changes nothing."""

DIGEST = "digest"
"""The slip, and the rung, of a digest: it is on no ladder."""

BULLETIN = "bulletin"
"""The slip, and the rung, of a bulletin that is sent."""

LETTER_TITLES: Mapping[str, str] = {**SLIP_TITLES, DIGEST: "督办日报", BULLETIN: "督查通报"}
"""Everything a person may be sent."""

PAPER_TITLES: Mapping[str, str] = {
    **LETTER_TITLES,
    "extension": "延期审批单",
    "closing": "办结报告",
}
"""All that bears a name at its head, as it is called unless a bureau calls it otherwise (`Letterhead`)."""

DELIVERY_TITLES: Mapping[Delivery, str] = {
    Delivery.QUEUED: "待送",
    Delivery.SENDING: "送达中",
    Delivery.RETRYING: "再送",
    Delivery.BUNDLED: "并入日报",
    Delivery.SENT: "已送达",
    Delivery.DROPPED: "不再需要",
    Delivery.DEAD: "送达失败",
}
"""How far a notice has come."""

PARTLY = "部分送达"
"""Of a dead notice that some of its recipients have, or of which some parts arrived."""


def delivery_title(row: NoticeRow) -> str:
    """How far a notice has come, in words."""
    return PARTLY if row.partly else DELIVERY_TITLES[row.delivery]


STATUS_TITLES: Mapping[Status, str] = {
    Status.WAITING: mandarin("待启动"),
    Status.OPEN: mandarin("待签收"),
    Status.WORKING: mandarin("办理中"),
    Status.REVIEW: mandarin("待审核"),
    Status.RUNNING: mandarin("自动执行中"),
    Status.ELAPSING: mandarin("期间进行中"),
    Status.SUSPENDED: mandarin("已中止"),
    Status.FAILED: mandarin("执行失败"),
    Status.DONE: mandarin("已办结"),
    Status.CANCELLED: mandarin("已终止"),
}

LIGHT_TITLES: Mapping[Light, str] = {
    Light.OFF: "",
    Light.GREEN: "绿灯",
    Light.YELLOW: "黄灯",
    Light.ORANGE: "橙灯",
    Light.RED: "红灯",
}

LIGHT_MARKS: Mapping[Light, str] = {
    Light.OFF: "⚪",
    Light.GREEN: "🟢",
    Light.YELLOW: "🟡",
    Light.ORANGE: "🟠",
    Light.RED: "🔴",
}

LIGHT_SHAPES: Mapping[Light, str] = {
    Light.OFF: "○",
    Light.GREEN: "●",
    Light.YELLOW: "▲",
    Light.ORANGE: "◆",
    Light.RED: "■",
}
"""Lights where colour alone would not tell them: in print, and for those who see no difference."""

TOTAL_TITLES: Mapping[str, str] = {
    "initiatives": "举措",
    "steps": "事项",
    "done": "办结事项",
    "missed": "误期事项",
    "notices": "通知",
    "letters": "信件",
    "average": "每人每工作日通知",
    "maximum": "一人一日最多通知",
    "busiest": "最忙一日通知",
}
"""Totals of a rehearsal, as two of them are compared by."""


def perhaps(word: str, known: Iterable[str], otherwise: str) -> str:
    """What a person who wrote an unknown name is told: the nearest known one, or `otherwise`."""
    close = closest(word, known)
    return otherwise if close is None else f"是否指 {close}？"
