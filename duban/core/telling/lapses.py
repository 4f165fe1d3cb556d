"""Why a queued notice was not sent after all, in words."""

from collections.abc import Mapping

from duban.core.deciding.office import Office
from duban.core.deciding.recheck import Lapse, Lapsed
from duban.core.telling.phrases import ANCHORED
from duban.core.texts import Text, filled, mandarin

WORDS: Mapping[Lapse, Text] = {
    Lapse.REVIVED: mandarin("原通知已重新投递"),
    Lapse.DELIVERED: mandarin("已另行送达"),
    Lapse.FORGOTTEN: mandarin("计划中已无此事项"),
    Lapse.DONE: mandarin("事项已办结"),
    Lapse.CANCELLED: mandarin("事项已终止"),
    Lapse.SUSPENDED: mandarin("事项已中止"),
    Lapse.OVERTAKEN: mandarin("已有更高层级的通知一并发出"),
    Lapse.IN_REVIEW: mandarin("事项已报送审核"),
    Lapse.REASSIGNED: mandarin("事项已改由他人负责"),
    Lapse.UNRULED: mandarin("催办规则已调整"),
    Lapse.TOO_SOON: mandarin("距上次催办不足{interval}个工作日，暂缓催办"),
    Lapse.ANSWERED: mandarin("承办方已有回应，暂缓催办"),
    Lapse.REDIRECTED: mandarin("改送{instead}"),
}


def why_lapsed(office: Office, lapsed: Lapsed | None) -> str:
    """The reason in words; empty for a notice that is still due."""
    if lapsed is None:
        return ""
    if lapsed.why is Lapse.MOVED_ON and lapsed.anchor is not None:
        return ANCHORED[lapsed.anchor].moved_on
    instead = office.directory.title(lapsed.instead) if lapsed.instead else ""
    return filled(WORDS[lapsed.why], interval=office.policy.interval, instead=instead)
