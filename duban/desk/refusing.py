"""Whoever is turned away is told what, why and what now, on a page of one shape; and it is put down, apart from the
chain of the ledger, which nobody outside may fill.
"""

from dataclasses import dataclass, replace

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from duban.core.access.holding import LinkLapse
from duban.core.telling.lapsed_links import LAPSED
from duban.desk.engine import Engine
from duban.desk.rates import BAD_LINKS
from duban.desk.rendering import page
from duban.desk.requests import host_of
from duban.ports import RefusedVisit


@dataclass(eq=False)  # Python notes in an exception from where it came
class TurnedAway(Exception):
    """A visit that is refused: a code for those who keep the desk, words for whoever comes; `named` is what it named.

    `plan` is the plan it was about, where that is known; `bad` what no letter of ours ever held.
    """

    code: str
    title: str
    what: str
    remedy: str
    status: int
    named: str = ""
    plan: str = ""
    bad: bool = False

    def because(self, what: str) -> "TurnedAway":
        """The same, saying why."""
        return replace(self, what=what)


RENEW = "督办日报末尾的“我的待办”一直有效；也可以登录工作台办理，或者联系督办专员。"
UNKNOWN = TurnedAway(
    "unknown-link",
    "打不开这个链接",
    "地址不完整，或者不是本系统发出的。",
    "请从函件原文中完整打开链接；仍打不开的，请登录工作台办理，或者联系督办专员。",
    404,
    bad=True,
)
NO_SUCH_POST = TurnedAway(
    "no-such-post",
    "没有对应的岗位",
    "统一登录给出的账号在通讯录中没有对应的岗位。",
    "请联系督办系统管理员核对账号。",
    403,
)
NO_MATTER = TurnedAway(
    "no-such-matter", "没有这个事项", "计划中没有这个事项，或者已经调整。", "请从“我的待办”重新打开。", 404
)
AGAIN = "请重新登录，索取新的链接。"
OVER = TurnedAway("sign-in-over", "登录链接已过期", "登录链接20分钟内有效。", AGAIN, 410)
USED = TurnedAway("sign-in-used", "登录链接已使用", "登录链接只能使用一次，此前已经由此登录。", AGAIN, 410)
NO_PAPER = TurnedAway("no-paper", "没有这份文书", "", "有关通知发出或者事项办结后方可打印。", 404)
NO_PAGE = TurnedAway("no-page", "没有这个页面", "计划中没有所要查看的内容，或者已经调整。", "请从看板重新打开。", 404)
NOT_YOURS = TurnedAway("not-yours", "不能打开这个页面", "本页由督办专员办理。", "请从“我的待办”打开本人的事项。", 403)
TOO_MANY = TurnedAway("too-many", "请稍候再试", "短时间内尝试次数过多。", "请过十分钟后再打开。", 429)
TOO_MANY_ACTS = TurnedAway("too-many-acts", "请稍候再办", "一小时内由此办理的次数过多。", "请过一小时再办理。", 429)


@dataclass(eq=False)
class ToSignIn(Exception):
    """Somebody who must sign in first; `then` is the page they wanted, empty where they sent something."""

    then: str


def to_sign_in(request: Request, error: Exception) -> Response:
    """The way to sign in. What was typed stays in the browser, whose page it was sent from."""
    if not isinstance(error, ToSignIn):
        raise error
    if error.then:
        return RedirectResponse(f"/in?then={error.then}", 303)
    what = "登录已经到期，所填内容尚未记入台账。"
    remedy = "请在新窗口登录，然后回到本页刷新，重新提交；所填内容都在。"
    rehearsed = request.app.state.engine.rehearsed
    return page("said", 401, title="请先登录", what=what, remedy=remedy, rehearsed=rehearsed)


def lapsed(lapse: LinkLapse, plan: str, named: str) -> TurnedAway:
    """A link that held once."""
    return TurnedAway(f"lapsed-{lapse}", "链接已失效", f"{LAPSED[lapse]}。", RENEW, 410, named, plan)


def refuse_crowds(engine: Engine, host: str) -> None:
    """Turn away whoever has tried too many links that are not ours; raises TurnedAway."""
    if engine.rates.full(BAD_LINKS, host):
        raise TOO_MANY


def turned_away(request: Request, error: Exception) -> Response:
    """The page of a refusal, once it is put down."""
    if not isinstance(error, TurnedAway):
        raise error
    engine: Engine = request.app.state.engine
    host = host_of(request)
    if error.bad:
        engine.rates.count(BAD_LINKS, host)
    here = next((one for one in engine.plans() if one.service.office.plan.id == error.plan), engine.main())
    visit = RefusedVisit(here.service.clock.now(), error.code, host, error.named)
    here.service.ledger.note_refused(visit)
    told = {"title": error.title, "what": error.what, "remedy": error.remedy}
    return page("said", error.status, **told, rehearsed=engine.rehearsed)
