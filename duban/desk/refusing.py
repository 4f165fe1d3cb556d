"""Whoever is turned away is told what, why and what now, on a page of one shape; and it is put down, apart from the
chain of the ledger, which nobody outside may fill.
"""

from dataclasses import dataclass, replace

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from duban.core.access.holding import LinkLapse
from duban.core.telling.lapsed_links import LAPSED
from duban.desk.engine import Engine, Here
from duban.desk.rates import BAD_LINKS
from duban.desk.rendering import page
from duban.desk.requests import engine_of, host_of
from duban.ports import RefusedVisit


@dataclass(eq=False)  # Python notes in an exception from where it came
class TurnedAway(Exception):
    """A visit that is refused: a code for those who keep the desk, words for whoever comes; `named` is what it named.

    `plan` is the plan it was about, where that is known; `bad` what no letter of ours ever held. At
    `renew` another link is asked for, by a form of that number.
    """

    code: str
    title: str
    what: str
    remedy: str
    status: int
    named: str = ""
    plan: str = ""
    bad: bool = False
    renew: str = ""
    number: str = ""

    def because(self, what: str) -> "TurnedAway":
        """The same, saying why."""
        return replace(self, what=what)


CODES = {
    "unknown-link": "不是本系统发出的链接",
    "no-such-post": "统一登录的账号没有对应的岗位",
    "no-such-matter": "没有这个事项",
    "no-such-file": "没有这个文件",
    "sign-in-over": "登录链接已过期",
    "sign-in-used": "登录链接已使用",
    "foreign-form": "表单不是由本人打开的页面提交的",
    "from-elsewhere": "从别的网站提交",
    "wrong-pin": "PIN码不对",
    "no-page": "没有这个页面",
    "no-paper": "没有这份文书",
    "bad-templates": "文书模板缺失或者有误",
    "not-yours": "打开督办专员的页面",
    "too-many": "尝试次数过多",
    "too-many-acts": "办理次数过多",
}
"""Why somebody was turned away, by code."""

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
NO_FILE = TurnedAway(
    "no-such-file", "没有这个文件", "本事项没有报送过这个文件，或者文件已经不在。", "请联系督办专员。", 404
)
FROM_ELSEWHERE = TurnedAway(
    "from-elsewhere",
    "没有记入台账",
    "这次提交来自别的网站，不是从本系统的页面发出的。",
    "请从函件中的链接打开本系统，重新办理。",
    403,
)
AGAIN = "请重新登录，索取新的链接。"
OVER = TurnedAway("sign-in-over", "登录链接已过期", "登录链接20分钟内有效。", AGAIN, 410)
USED = TurnedAway("sign-in-used", "登录链接已使用", "登录链接只能使用一次，此前已经由此登录。", AGAIN, 410)
BAD_TEMPLATES = TurnedAway(
    "bad-templates", "文书暂时不能生成", "文书模板缺失或者有误。", "请联系系统管理员检查文书模板（duban check）。", 404
)
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
    rehearsed = engine_of(request).rehearsed
    return page("said", 401, title="请先登录", what=what, remedy=remedy, rehearsed=rehearsed)


def lapsed(lapse: LinkLapse, plan: str, named: str, renew: str = "", number: str = "") -> TurnedAway:
    """A link that held once."""
    what = f"{LAPSED[lapse]}。"
    return TurnedAway(f"lapsed-{lapse}", "链接已失效", what, RENEW, 410, named, plan, renew=renew, number=number)


def put_down(engine: Engine, here: Here, code: str, host: str, named: str) -> None:
    """Note a refusal, apart from the chain."""
    here.service.ledger.note_refused(RefusedVisit(here.service.clock.now(), code, host, named))


def turned_away(request: Request, error: Exception) -> Response:
    """The page of a refusal, once it is put down; from where too many bad links came, another one.

    Good links are never asked for that.
    """
    if not isinstance(error, TurnedAway):
        raise error
    engine = engine_of(request)
    host = host_of(request)
    if error.bad and not engine.take(BAD_LINKS, host):
        error = TOO_MANY
    here = next((one for one in engine.plans() if one.service.office.plan.id == error.plan), engine.main())
    put_down(engine, here, error.code, host, error.named)
    told = {name: getattr(error, name) for name in ("title", "what", "remedy", "renew", "number")}
    return page("said", error.status, **told, rehearsed=engine.rehearsed)


def told(code: str) -> str:
    """A refusal by its code, in Chinese."""
    if lapse := code.partition("lapsed-")[2]:
        return f"链接已失效：{LAPSED[LinkLapse(lapse)]}"
    return CODES.get(code, code)
