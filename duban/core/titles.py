"""Chinese words of closed vocabularies, as coordinators read them."""

from collections.abc import Mapping

SLIP_TITLES: Mapping[str, str] = {
    "assign": "工作交办单",
    "remind": "到期提醒",
    "press": "工作催办单",
    "supervise": "督办通知单",
    "review": "审核提请单",
    "return": "退办通知单",
    "ask": "延期申请审核单",
    "answer": "延期申请答复",
    "failure": "自动事项故障单",
}
"""Slips, by the name rungs use."""
