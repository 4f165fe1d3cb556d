"""A letter, and how it is sent in these tests."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from duban.adapters.clock import SystemClock
from duban.adapters.delivery.carriers import ChannelCarrier
from duban.carrying import Letter, Outcome

TIMEOUT, LONGEST = 0.3, 30.0
NOW = datetime(2024, 4, 15, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
LETTER = Letter(
    key="bureau-2024/cosmetics/draft/2024-04-12/press/protection-head",
    recipient="protection-deputy",
    to=(),
    subject="【催办】起草化妆品产业知识产权保护方案（已逾期1个工作日）",
    text="保护处副处长：\n\n下列事项未按时办结，请抓紧办理。\n",
    html="<p>下列事项未按时办结，请抓紧办理。</p>\n",
)


def carrier(longest: float = LONGEST, **variables: str) -> ChannelCarrier:
    return ChannelCarrier(variables, TIMEOUT, longest, SystemClock())


def send(*channels: str, text: str = LETTER.text, **variables: str) -> Outcome:
    """Send the letter by these channels; variables by name."""
    return carrier(**variables).deliver(replace(LETTER, to=channels, text=text), NOW)
