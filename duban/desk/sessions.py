"""Who is signed in: by a session's cookie, or by what the office's own proxy says of whoever it let through.

`visitor_of` says who that is, and `reader_of` who reads a page: in a rehearsal anybody may, and whoever has not signed
in does so as a visitor of no post, who may do nothing.
"""

from urllib.parse import quote

from fastapi import Request, Response

from duban.core.access.classes import ALL
from duban.core.access.doors import SESSION
from duban.desk.engine import Engine
from duban.desk.passes import new_pass, read_pass
from duban.desk.peers import by_proxy
from duban.desk.refusing import NO_SUCH_POST, ToSignIn
from duban.desk.requests import host_of
from duban.desk.visitors import Visitor

COOKIE = "duban-session"

HOUR = 3600
"""Seconds."""


def visitor_of(engine: Engine, request: Request) -> Visitor | None:
    """Who is signed in; None for nobody. Raises TurnedAway where the proxy names somebody who holds no post."""
    here, host = engine.main(), host_of(request)
    posts = here.service.office.directory.posts
    if named := _named_by_proxy(engine, request):
        if named not in posts:
            raise NO_SUCH_POST
        return Visitor(named, "统一登录", ALL, "", f"proxy/{named}", host)
    held = read_pass(request.cookies.get(COOKIE, ""), here.door, SESSION)
    if held is None or held.over or held.post not in posts:
        return None
    return Visitor(held.post, "登录", ALL, "", held.mark, host)


def reader_of(engine: Engine, request: Request) -> Visitor:
    """Who reads a page: whoever is signed in; in a rehearsal else a visitor of no post, who may do nothing.

    Raises ToSignIn for whoever must sign in first.
    """
    if visitor := visitor_of(engine, request):
        return visitor
    if engine.rehearsed:
        return Visitor("", "", frozenset(), "", "", host_of(request))
    raise ToSignIn(quote(request.url.path) if request.method == "GET" else "")


def begin_session(engine: Engine, response: Response, post: str) -> None:
    """Have whoever gets this answer come as a post from now on, for as many hours as the settings say."""
    seconds = engine.settings.desk.session * HOUR
    text = new_pass(engine.main().door, SESSION, post, seconds)
    response.set_cookie(COOKIE, text, seconds, httponly=True, samesite="lax", secure=_encrypted(engine))


def end_session(engine: Engine, response: Response) -> None:
    """Have whoever gets this answer come as nobody."""
    response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=_encrypted(engine))


def _encrypted(engine: Engine) -> bool:
    """Whether browsers come by an address at which nobody between them and the desk can read along."""
    return engine.settings.desk_address.startswith("https://")


def _named_by_proxy(engine: Engine, request: Request) -> str:
    """The post that the office's own proxy names; nothing where none is set, or where somebody else says so."""
    header = engine.settings.desk.user_header
    return request.headers.get(header, "") if header and by_proxy(request) else ""
