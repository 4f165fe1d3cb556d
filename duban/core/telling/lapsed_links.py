"""Why a link opens nothing any more, and what to do instead, in Chinese."""

from collections.abc import Mapping

from duban.core.access.holding import LinkLapse

LAPSED: Mapping[LinkLapse, str] = {
    LinkLapse.CLOSED: "该事项已经办结或者终止",
    LinkLapse.EXTENDED: "该事项的时限已经调整",
    LinkLapse.SUSPENDED: "该事项已经中止",
    LinkLapse.RESUMED: "该事项已经恢复，时限相应顺延",
    LinkLapse.HANDED_OVER: "该事项已经转办",
    LinkLapse.REPLANNED: "该事项的时限或者承办单位已随计划调整",
    LinkLapse.REMOVED: "计划中已经没有该事项",
    LinkLapse.NO_DEPUTY: "收件岗位今日不再代行该职责",
    LinkLapse.NO_POST: "通讯录中已经没有收件岗位",
    LinkLapse.AGED: "链接发出已久",
    LinkLapse.REPLACED: "此后已有新的督办日报",
    LinkLapse.REVOKED: "此前发出的链接已经统一作废",
}
"""Why, by what happened."""
