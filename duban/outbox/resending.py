"""Dead notices revived: a person has mended what kept them from arriving."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from duban.core.deciding.commands import Refused, came_by
from duban.core.deciding.intake import reason_in
from duban.core.deciding.undelivered import revival
from duban.core.ledger.notices import Delivery, NoticeRow
from duban.core.ledger.summary import RECIPIENT
from duban.core.titles import BULLETIN, delivery_title, perhaps
from duban.outbox.troubles import troubles
from duban.service import Service
from duban.views import Joint, View


def dead_notice(service: Service, name: str) -> NoticeRow:
    """The dead notice of a name, `initiative/key`; raises Refused when there is none.

    Also one about an initiative that the plan no longer has: its people are still to hear of that.
    """
    initiative, _, key = name.partition("/")
    if initiative.startswith(RECIPIENT):
        if key.startswith(BULLETIN):
            raise Refused("a-bulletin", "通报不能在这里重新投递：请重新发送，只补发没有送达的")
        raise Refused("a-digest", "日报不能整封重新投递：请重新投递其中的通知，或者重新投递全部未送达的通知")
    known = service.reaching((initiative,)).view(initiative).state.notices
    if key not in known:
        hint = perhaps(key, known, "请核对举措和通知的编号")
        raise Refused("unknown-notice", f"没有通知 {name}：{hint}")
    if known[key].delivery is not Delivery.DEAD:
        told = delivery_title(known[key])
        raise Refused("not-dead", f"通知 {name} 的状态是“{told}”，只有送达失败的才能重新投递")
    return known[key]


def dead_notices(service: Service) -> tuple[NoticeRow, ...]:
    """The notices that reached nobody and whose matter goes on, without those to deputies in their place."""
    return tuple(line[0] for line in troubles(service).dead)


@dataclass(frozen=True, slots=True)
class Revival:
    """Who has notices tried again, why, and by which way that came."""

    actor: str
    reason: str
    via: str = ""


def revive(service: Service, notices: Iterable[NoticeRow], asked: Revival) -> tuple[NoticeRow, ...]:
    """Revive dead notices, to be sent at once or with the next digest; those that were. Raises Refused.

    Just before sending they are decided on again, as every notice: what is no longer due is not sent.
    """
    asked = replace(asked, reason=reason_in(asked.reason))
    _may(service, asked)
    ordered = sorted(notices, key=lambda row: row.initiative)
    service = service.reaching(row.initiative for row in ordered)
    by_initiative = groupby(ordered, key=lambda row: row.initiative)
    return tuple(row for name, rows in by_initiative for row in _revived(service, name, rows, asked))


def _may(service: Service, asked: Revival) -> None:
    """Coordinator and administrator may, and who stands in for them."""
    service.trusted()
    office, actor = service.office, asked.actor
    if actor not in office.directory.posts:
        hint = perhaps(actor, office.directory.posts, "请核对岗位编号")
        raise Refused("unknown-person", f"通讯录中没有岗位 {actor}：{hint}")
    posts = (office.coordinator, office.directory.administrator)
    if office.acts_for(actor, posts, office.day(service.clock.now())) is None:
        titles = "、".join(map(office.directory.title, posts))
        raise Refused("not-yours", f"{office.directory.title(actor)}不能重新投递通知，应由{titles}办理")
    if not asked.reason:
        raise Refused("reason-missing", "重新投递应当说明理由")


def _revived(service: Service, name: str, rows: Iterable[NoticeRow], asked: Revival) -> tuple[NoticeRow, ...]:
    """The notices of an initiative that are revived, in one transaction: those still dead when it is stored."""
    keys = tuple(row.key for row in rows)
    dead: list[NoticeRow] = []

    def say(views: Mapping[str, View]) -> Joint | None:
        known, now = views[name].state.notices, service.clock.now()
        dead[:] = [known[key] for key in keys if known[key].delivery is Delivery.DEAD]
        drafts = (revival(service.office, row, now, actor=asked.actor, reason=asked.reason) for row in dead)
        return Joint({name: tuple(came_by(asked.via, draft) for draft in drafts)}, ()) if dead else None

    service.record_together({name: service.view(name)}, say)
    return tuple(dead)
