"""Links asked for anew in the place of lapsed ones: they go to the post's own channels, never to an address typed."""

import logging

from fastapi import BackgroundTasks, Response

from duban.core.access.doors import ListLink
from duban.desk.engine import Engine, Here
from duban.desk.matters import TOO_QUICK, form_number
from duban.desk.nonces import read_nonce
from duban.desk.rates import NEW_LINKS
from duban.desk.refusing import put_down
from duban.desk.rendering import page
from duban.desk.sent_links import LinkLetter, send_link
from duban.desk.visitors import Visitor

log = logging.getLogger(__name__)


def renewing(here: Here, visitor: Visitor) -> tuple[str, str]:
    """Where another link is asked for, and the number of that form; both empty where nobody could be written to."""
    people = here.service.office.directory
    if people.channels(visitor.post) is None or visitor.post not in people.posts:
        return "", ""
    return f"{visitor.base}/new", form_number(here.door, visitor)


def asked_for(engine: Engine, here: Here, visitor: Visitor, nonce: str, later: BackgroundTasks) -> Response:
    """The answer to whoever asks for another link: it is the same whether or not one goes out."""
    number = read_nonce(nonce, here.door, visitor.post, visitor.form_secret)
    title, what = "新链接已经发出", "已向本岗位的通知渠道发出“我的待办”链接，请从新的函件中打开。"
    if number is None:
        put_down(engine, here, "foreign-form", visitor.host, visitor.post)
    if number is None or number.too_quick:
        title, what = "请再试一次", TOO_QUICK
    else:
        later.add_task(_send, engine, here, visitor.post)
    status = 403 if number is None else 409 if number.too_quick else 200
    remedy = "一小时内最多索取三次；收不到的，请联系督办专员。"
    return page("said", status, title=title, what=what, remedy=remedy, rehearsed=engine.rehearsed)


def _send(engine: Engine, here: Here, post: str) -> None:
    """Send the link of the list of today, by which each matter that waits is opened; not too often."""
    if not engine.take(NEW_LINKS, post):
        log.info("no new link was sent: %s has had enough of them", post)
        return
    now = here.service.clock.now()
    letter = LinkLetter(
        heading="督办工作台链接",
        subject="我的待办链接",
        why="有人打开了发给本岗位、现已失效的链接，并索取新链接。现办事项均可由下列链接办理。",
        link="我的待办",
        address=here.door.to_list(ListLink(post, here.service.office.day(now))),
        warning="不是本岗位索取的，不必理会；怀疑链接外泄的，请告知督办专员。",
    )
    send_link(here, letter, post=post, to=post, key=f"new-link/{post}/{now.isoformat()}")
