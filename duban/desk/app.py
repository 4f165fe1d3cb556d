"""The web application: its pages, what every answer bears, and what goes wrong in words."""

import logging
import re
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from duban.adapters.clock import ClockUnusable
from duban.core.problems import BadInput
from duban.desk import (
    batches,
    boards,
    bulletins,
    downloads,
    initiatives,
    letters,
    lists,
    mine,
    signed_in,
    signing_in,
    units,
    weeks,
)
from duban.desk.engine import Engine
from duban.desk.peers import behind
from duban.desk.refusing import FROM_ELSEWHERE, ToSignIn, TurnedAway, to_sign_in, turned_away
from duban.desk.rendering import STATIC, page
from duban.ports import Conflict, LedgerUnusable

log = logging.getLogger(__name__)

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",  # addresses hold links
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
"""What every answer bears."""

LARGEST_REQUEST = 200 * 2**20
"""Bytes of one request, whatever it holds."""


def make_app(engine: Engine) -> FastAPI:
    """The desk on an engine."""
    app = FastAPI(title="duban desk", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.engine = engine
    reading = (boards, initiatives, units, mine, weeks, bulletins, downloads)
    for pages in (letters, lists, signed_in, signing_in, batches, *reading):
        app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.middleware("http")(_with_headers)
    app.add_middleware(behind, engine.settings.desk.proxies)
    app.add_middleware(heads_read)
    app.add_exception_handler(HTTPException, _amiss)
    app.add_exception_handler(RequestValidationError, _amiss)
    app.add_exception_handler(TurnedAway, turned_away)
    app.add_exception_handler(ToSignIn, to_sign_in)
    app.add_exception_handler(ClockUnusable, _not_begun)
    app.add_exception_handler(LedgerUnusable, _unusable)
    app.add_exception_handler(Conflict, _unusable)
    app.add_exception_handler(BadInput, _unusable)

    @app.get("/healthz", include_in_schema=True)
    def well() -> Response:
        """Whether the desk can read its ledger."""
        engine.main()
        return Response("ok", media_type="text/plain")

    return app


def heads_read(app: ASGIApp) -> ASGIApp:
    """Answer what only asks whether a page is there (HEAD) as the page would be, without it: gateways ask so first."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        asks = scope["type"] == "http" and scope["method"] == "HEAD"
        await app({**scope, "method": "GET"} if asks else scope, receive, send)

    return answer


async def _with_headers(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
    refused = _unheard(request)
    if refused is None:
        response = await _answered(request, call)
    elif isinstance(refused, TurnedAway):
        response = await run_in_threadpool(turned_away, request, refused)
    else:
        response = refused
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response


def _unheard(request: Request) -> Response | TurnedAway | None:
    """What is said to a request that is not even looked at; None to one that is."""
    if request.method == "POST" and request.headers.get("sec-fetch-site") == "cross-site":
        return FROM_ELSEWHERE
    length = request.headers.get("content-length", "0")
    if "transfer-encoding" in request.headers:  # no browser sends a form without its length
        return _said(411, *SAID[400])
    return _said(413, *SAID[413]) if not length.isdecimal() or int(length) > LARGEST_REQUEST else None


async def _answered(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
    """The answer to a request; whatever goes wrong there is said in words, and told in the log alone."""
    try:
        return await call(request)
    except UnicodeError:  # text in a code that no page of ours is sent in
        return _said(400, *SAID[400])
    except Exception:
        log.exception("a request was not answered")
        return _said(500, *SAID[500])


SAID = {
    400: ("提交的内容不完整", "没有收到完整的内容，尚未记入台账。", "请返回上一页重新提交；仍不行的，请联系督办专员。"),
    404: ("没有这个页面", "地址不完整，或者页面已经调整。", "请从函件或者督办日报中的链接打开，或者联系督办专员。"),
    500: ("系统出现故障", "没有办完。", "请重新打开本事项，从办理经过核对是否已经记入台账，并请联系督办专员。"),
    413: ("提交的内容太大", "一次提交的内容超过上限，尚未记入台账。", "请压缩文件，或者分几次提交。"),
}
"""What is said by the status of an answer; of any other 4xx as of 400."""


def _said(status: int, title: str, what: str, remedy: str) -> Response:
    return page("said", status, title=title, what=what, remedy=remedy, rehearsed=False)


async def _amiss(request: Request, error: Exception) -> Response:
    """A request that names no page of ours, or is none that a page of ours sends."""
    status = error.status_code if isinstance(error, HTTPException) else 404 if request.method == "GET" else 422
    headers = error.headers if isinstance(error, HTTPException) else None
    response = _said(status, *SAID.get(status, SAID[400]))
    response.headers.update(headers or {})
    return response


async def _not_begun(request: Request, error: Exception) -> Response:
    return _said(503, "推演尚未开始", "系统正在启动，推演的时间还没有设定。", "请过一两分钟再打开。")


async def _unusable(request: Request, error: Exception) -> Response:
    log.error("a page could not be made: %s", type(error).__name__, exc_info=error)
    what, remedy = "所填内容尚未记入台账。", "请稍候再试；仍不行的，请联系督办专员。"
    return _said(503, "系统暂不可用", what, remedy)


SLASH = "(?:/|%(?:25)*2F)"
NAMED = r"(?:[\d.]+[a-z]?-\d+|[\w-]+?-\d{8})(?=-)"
TOKEN = re.compile(rf"({SLASH}(?:l|d|c|in){SLASH})({NAMED})?[^/\s?&\"]*", re.IGNORECASE)
"""A link, asked for or within another address: what it names, and whatever else it says."""

BARE = re.compile(rf"({NAMED})-[A-Za-z0-9_-]{{22}}")
"""The same of which the beginning was lost."""


class WithoutMarks(logging.Filter):
    """Takes the marks out of addresses before they are logged: a log is read by others than the letter.

    However somebody mistypes or quotes a link, nothing is left of it but what it names. That somebody asked whether the
    desk is well is not logged at all.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; whether it is kept."""
        if "/healthz" in record.getMessage():
            return False
        if isinstance(record.args, tuple):
            record.args = tuple(without_marks(one) if isinstance(one, str) else one for one in record.args)
        record.msg = without_marks(str(record.msg))
        return True


def without_marks(text: str) -> str:
    """A text whose links are named and open nothing."""
    return BARE.sub(r"\1-…", TOKEN.sub(r"\1\2-…", text))
