"""The coordinator's bulletin (督查通报): drafted in sections, previewed, sent and filed; what is filed all may read.

Whatever is typed is kept before anything else is done with it; what is sent is the draft that was looked at.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from duban.core.deciding.commands import Refused
from duban.core.problems import BadInput
from duban.core.telling.bulletin_paper import Spell, month_of, week_of
from duban.core.telling.bulletin_text import LONGEST, SECTIONS, text_of, worded
from duban.core.telling.slips import Enclosure
from duban.desk.answers import named
from duban.desk.batches import Here as SignedIn
from duban.desk.boards import At
from duban.desk.files import attachment
from duban.desk.initiatives import letters_of
from duban.desk.matters import STALE, TOO_QUICK, form_number
from duban.desk.nonces import read_nonce
from duban.desk.places import Place
from duban.desk.refusing import BAD_TEMPLATES, NO_PAGE, NO_PAPER, NOT_YOURS, put_down
from duban.desk.rendering import page
from duban.exchange.bulletins import (
    Act,
    Filed,
    Issue,
    correction_of,
    drafted,
    filed,
    filed_as,
    keep,
    kept,
    letters,
    proposed,
    send,
)
from duban.exchange.papers import bulletin_paper_file

router = APIRouter()

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class BulletinForm(BaseModel):
    """What the pages of a bulletin send: its sections, who sends them, and what they were typed over."""

    heading: str = ""
    opening: str = ""
    remarks: str = ""
    demands: str = ""
    name: str = ""
    nonce: str = ""
    version: str = ""
    then: str = ""

    @property
    def text(self) -> Mapping[str, str]:
        """The sections."""
        return {name: getattr(self, name) for name in SECTIONS}


@dataclass(frozen=True, slots=True)
class Work:
    """Whoever works at a bulletin, and which."""

    at: Place
    issue: Issue

    @property
    def query(self) -> str:
        """What names it in an address."""
        plan = f"&{self.at.query[1:]}" if self.at.query else ""
        spell, wrong = self.issue.spell, self.issue.replaces
        week = "&week=true" if spell.rhythm == "周" else ""
        corrects = f"&replaces={wrong.entry.sequence}" if wrong else ""
        return f"?day={spell.first}{week}{corrects}{plan}"


def working(
    at: SignedIn,
    day: Annotated[str, Query(max_length=10)] = "",
    replaces: Annotated[int, Query(ge=0, le=10**6)] = 0,
    *,
    week: bool = False,
) -> Work:
    """Whoever works at which bulletin; raises TurnedAway for any but the coordinator, and ToSignIn."""
    if not at.told["coordinates"]:
        raise NOT_YOURS
    if replaces:
        return Work(at, correction_of(at.service, _filed(at, replaces)))
    return Work(at, Issue(at.service, spell_at(at, day, week=week)))


def spell_at(at: Place, day: str, *, week: bool) -> Spell:
    """The week or month of a day, of today without one; raises TurnedAway."""
    office = at.service.office
    try:
        meant = date.fromisoformat(day) if DAY.fullmatch(day) else office.day(at.service.clock.now())
        return (week_of if week else month_of)(office, meant)
    except (ValueError, OverflowError):
        raise NO_PAGE from None


AtWork = Annotated[Work, Depends(working)]


@router.get("/bulletin")
def draft(work: AtWork) -> Response:
    """The draft, section by section, to be edited; of what was sent already the filed one."""
    if sent := work.issue.sent:
        return RedirectResponse(f"/bulletins/{sent.entry.sequence}{work.at.query}", 303)
    return _editing(work, None, {})


@router.post("/bulletin")
def keep_draft(work: AtWork, form: Annotated[BulletinForm, Form()]) -> Response:
    """What was typed, kept; then the draft again, or its preview."""
    if wrong := _foreign(work, form):
        return _editing(work, form, {"": wrong}, 403)
    try:
        keep(work.issue, form.text, _act(work, form), before=_version(form))
    except Refused as error:
        return _editing(work, form, {"": str(error)}, 422)
    return RedirectResponse(f"/bulletin{'/preview' if form.then == 'preview' else ''}{work.query}", 303)


@router.get("/bulletin/preview")
def preview(work: AtWork) -> Response:
    """The bulletin as it would be sent now."""
    return _previewed(work, BulletinForm(), {})


@router.post("/bulletin/send")
def send_it(work: AtWork, form: Annotated[BulletinForm, Form()]) -> Response:
    """The draft that was looked at, sent and filed."""
    wrong = _foreign(work, form) or _too_quick(work, form)
    if wrong or not named(form.name):
        return _previewed(work, form, {"": wrong} if wrong else {"name": "请填写办理人姓名（2至20字）"}, 422)
    try:
        sent = send(work.issue, _act(work, form), before=_version(form))
    except Refused as error:
        return _previewed(work, form, {"": str(error)}, 422)
    return RedirectResponse(f"/bulletins/{sent.entry.sequence}{work.at.query}", 303)


@router.get("/bulletins")
def all_filed(at: At) -> Response:
    """The bulletins that were sent, the last one first."""
    return page("bulletins", **at.told | {"here_now": "week"}, filed=filed(at.service), moment_of=_moment(at))


@router.get("/bulletins/{number}.docx")
def filed_paper(at: At, number: int) -> Response:
    """The paper of a bulletin as it was filed."""
    sent = _filed(at, number)
    return as_word(lambda: bulletin_paper_file(at.here.settings.papers, sent.paper))


@router.get("/bulletins/{number}")
def filed_one(at: At, number: int) -> Response:
    """A bulletin as it was filed, and whom it reached."""
    sent = _filed(at, number)
    rows = list(letters(at.service, sent)) if at.told["coordinates"] or at.engine.rehearsed else []
    return page(
        "filed",
        **at.told | {"here_now": "week"},
        sent=sent,
        paper=sent.paper,
        letters=letters_of(at, rows),
        moment_of=_moment(at),
        readers_titles=_titles(at, sent.entry.data["to"]),
        by=at.service.office.directory.title(sent.entry.actor),
    )


def as_word(make: Callable[[], Enclosure]) -> Response:
    """A paper as an attachment; raises TurnedAway where there is none, or its template has faults."""
    try:
        name, content = make()
    except Refused as error:
        raise NO_PAPER.because(str(error)) from None
    except BadInput:
        raise BAD_TEMPLATES from None
    return attachment(name, content, DOCX)


def _filed(at: Place, number: int) -> Filed:
    try:
        return filed_as(at.service, str(number))
    except Refused:
        raise NO_PAGE from None


def _titles(at: Place, posts: Sequence[str]) -> list[str]:
    return [at.service.office.directory.title(post) for post in posts]


def _moment(at: Place) -> Callable[[Filed], str]:
    return lambda sent: f"{sent.entry.at.astimezone(at.service.office.zone):%Y-%m-%d %H:%M}"


def _foreign(work: Work, form: BulletinForm) -> str:
    """What is said of a form that was not handed to whoever sends it, or lay open for too long; nothing of others."""
    at = work.at
    nonce = read_nonce(form.nonce, at.here.door, at.visitor.post, at.visitor.form_secret)
    if nonce is None:
        put_down(at.engine, at.here, "foreign-form", at.visitor.host, at.visitor.post)
    return STALE if nonce is None or nonce.over else ""


def _too_quick(work: Work, form: BulletinForm) -> str:
    at = work.at
    nonce = read_nonce(form.nonce, at.here.door, at.visitor.post, at.visitor.form_secret)
    return TOO_QUICK if nonce and nonce.too_quick else ""


def _version(form: BulletinForm) -> int:
    return int(form.version) if form.version.isdecimal() and len(form.version) < 10 else -1


def _act(work: Work, form: BulletinForm) -> Act:
    return Act(work.at.visitor.post, work.at.visitor.via(form.name))


def _editing(work: Work, form: BulletinForm | None, wrong: Mapping[str, str], status: int = 200) -> Response:
    """The draft as it was kept; of one that came back with something wrong as it was typed."""
    try:
        paper = proposed(work.issue)
    except Refused as error:
        raise NO_PAPER.because(str(error)) from None
    last = kept(work.issue)
    text = form.text if form else text_of(worded(paper, last.text))
    return page("bulletin", status, **_told(work, wrong), paper=paper, text=text, version=last.version)


def _previewed(work: Work, form: BulletinForm, wrong: Mapping[str, str], status: int = 200) -> Response:
    at, office = work.at, work.at.service.office
    try:
        paper = drafted(work.issue)
    except Refused as error:
        raise NO_PAPER.because(str(error)) from None
    readers = office.directory.readers(office.day(at.service.clock.now()))
    return page(
        "preview",
        status,
        **_told(work, wrong),
        paper=paper,
        version=kept(work.issue).version,
        readers_titles=_titles(at, readers),
        name=form.name,
    )


def _told(work: Work, wrong: Mapping[str, str]) -> dict[str, Any]:
    at = work.at
    return {
        **at.told,
        "here_now": "week",
        "work": work,
        "wrong": wrong,
        "sections": SECTIONS,
        "longest": LONGEST,
        "nonce": form_number(at.here.door, at.visitor),
    }
