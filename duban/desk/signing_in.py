"""Signing in by a link that comes over one's own channels and is good once; nobody has a password here.

Whoever asks is told the same whether or not a link went out, so that nobody learns by asking whose channels are
personal. The link is opened by one page and used by another, for some mail gateways open every link.
"""

import logging
import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from duban.core.access.doors import SIGN_IN
from duban.core.ledger.entries import VISITS, Draft, EntryKind
from duban.desk.answers import named
from duban.desk.engine import Engine
from duban.desk.matters import TOO_QUICK, form_number
from duban.desk.nonces import read_nonce
from duban.desk.passes import Pass, new_pass, read_pass
from duban.desk.rates import ASKERS, SIGN_INS
from duban.desk.refusing import OVER, TOO_MANY, UNKNOWN, USED
from duban.desk.rendering import page
from duban.desk.requests import Works, host_of
from duban.desk.sent_links import LinkLetter, send_link
from duban.desk.sessions import begin_session, end_session, visitor_of
from duban.desk.visitors import Visitor

log = logging.getLogger(__name__)
router = APIRouter()

GOOD_FOR = 20 * 60
"""Seconds for which a link to sign in is good."""

WITHIN = re.compile(r"(?:/[\w.@-]+)+", re.ASCII)
"""Addresses of this desk to which signing in may lead."""

Typed = Annotated[str, Form(max_length=200)]


class SignIn(BaseModel):
    """What the page of a link to sign in sends."""

    name: str = ""
    nonce: str = ""
    then: str = ""


@router.get("/in")
def ask(request: Request, engine: Works, then: str = "") -> Response:
    """Where somebody says who they are."""
    return _asking(engine, request, then)


@router.post("/in")
def asked(request: Request, engine: Works, later: BackgroundTasks, post: Typed = "", then: Typed = "") -> Response:
    """The link is sent to whoever was named, if it may be; the answer is the same in any case."""
    if not post.strip():
        return _asking(engine, request, then, "请填写岗位名称", 422)
    if not engine.take(ASKERS, host_of(request)):
        raise TOO_MANY
    later.add_task(_send, engine, post.strip(), _within(then))
    return page(
        "said",
        title="请查收登录链接",
        what="该岗位如可由本人渠道登录，登录链接已经发往该渠道，20分钟内有效，只能使用一次。",
        remedy="收不到的，请核对岗位名称后重试，或者联系督办专员。",
        rehearsed=engine.rehearsed,
    )


@router.get("/in/{token}")
def open_link(token: str, request: Request, engine: Works, then: str = "") -> Response:
    """What a link to sign in will do; nothing is done yet."""
    came = _come(engine, token, request)
    return _signing(engine, came, SignIn(then=then))


@router.post("/in/{token}")
def sign_in(token: str, request: Request, engine: Works, form: Annotated[SignIn, Form()]) -> Response:
    """Sign in, once."""
    came, name = _come(engine, token, request), form.name.strip()
    if not named(name):
        return _signing(engine, came, form, "请填写本人姓名（2至20字）", 422)
    number = read_nonce(form.nonce, engine.main().door, came.visitor.post, came.visitor.form_secret)
    if number is None or number.too_quick:
        return _signing(engine, came, form, TOO_QUICK, 409)
    if not _used(engine, came, name):
        raise USED
    response = RedirectResponse(_within(form.then) or "/", 303)
    begin_session(engine, response, came.visitor.post)
    return response


@router.get("/out")
def leaving(request: Request, engine: Works) -> Response:
    """Where somebody says that they leave."""
    return page("out", whose=_whose(engine, visitor_of(engine, request)), rehearsed=engine.rehearsed)


@router.post("/out")
def leave(engine: Works) -> Response:
    """End the session."""
    response = RedirectResponse("/in", 303)
    end_session(engine, response)
    return response


@dataclass(frozen=True, slots=True)
class _Come:
    """Whoever opened a link to sign in."""

    held: Pass
    visitor: Visitor


def _come(engine: Engine, token: str, request: Request) -> _Come:
    host = host_of(request)
    here = engine.main()
    held = read_pass(token, here.door, SIGN_IN)
    if held is None:
        raise UNKNOWN
    if held.over or held.post not in here.service.office.directory.posts:
        raise OVER
    return _Come(held, Visitor(held.post, "登录", frozenset(), f"/in/{token}", held.mark, host))


def _used(engine: Engine, came: _Come, name: str) -> bool:
    """Put down that a link was used; false where it was before."""
    service, key = engine.main().service, f"in/{came.held.number}"
    draft = Draft(EntryKind.SIGNED_IN, actor=came.held.post, data={"via": came.visitor.via(name)}, key=key)
    while not service.note(VISITS, draft):  # its key was there, or somebody else signed in at this moment
        if any(entry.key == key for entry in service.ledger.entries(VISITS)):
            return False
    return True


def _send(engine: Engine, typed: str, then: str) -> None:
    """Send the link to the post that was typed, by its title or its id, if it is read there by its holder alone."""
    here = engine.main()
    posts = here.service.office.directory.posts
    post = next((one for one in posts.values() if typed in (one.id, one.title) and not one.vacant), None)
    to = here.service.office.directory.mailbox(post.id) if post else ""
    if post is None or to not in here.door.admitted or not engine.take(SIGN_INS, post.id):
        log.info("no link to sign in was sent: %s", post.id if post else "there is no such post")
        return
    token = new_pass(here.door, SIGN_IN, post.id, GOOD_FOR)
    letter = LinkLetter(
        heading="登录督办工作台",
        subject="登录链接",
        why="您正在登录督办工作台。请在20分钟内打开下列链接，确认后即登录；链接只能使用一次。",
        link="登录",
        address=f"{here.door.home}in/{token}" + (f"?then={then}" if then else ""),
        warning="不是您本人要登录的，请勿打开，也不要转发。",
    )
    send_link(here, letter, post=post.id, to=to, key=f"sign-in/{token.rpartition('-')[0]}")


def _within(then: str) -> str:
    """Where to go once signed in; nothing for an address that is none of this desk's."""
    return then if WITHIN.fullmatch(then) else ""


def _asking(engine: Engine, request: Request, then: str, wrong: str = "", status: int = 200) -> Response:
    people = engine.main().service.office.directory
    return page(
        "in",
        status,
        whose=_whose(engine, visitor_of(engine, request)),
        posts=[post.title for post in people.posts.values() if not post.vacant],
        then=_within(then),
        wrong=wrong,
        rehearsed=engine.rehearsed,
    )


def _signing(engine: Engine, came: _Come, form: SignIn, wrong: str = "", status: int = 200) -> Response:
    return page(
        "sign_in",
        status,
        visitor=came.visitor,
        whose=_whose(engine, came.visitor),
        hours=engine.settings.desk.session,
        nonce=form_number(engine.main().door, came.visitor),
        name=form.name,
        then=_within(form.then),
        wrong=wrong,
        rehearsed=engine.rehearsed,
    )


def _whose(engine: Engine, visitor: Visitor | None) -> str:
    return engine.main().service.office.directory.title(visitor.post) if visitor else ""
