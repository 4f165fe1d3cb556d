"""What the link of a letter opens: its own matter, for whoever reads the letters of the post it went to."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Form, Request, Response

from duban.core.access.classes import ALL, LINKED
from duban.core.access.doors import MatterLink, matter_link
from duban.core.access.holding import LONGEST_DECIDING, LinkLapse, OpenedLink, opened
from duban.core.ledger.entries import Entry, EntryKind
from duban.desk.arrivals import Arrival
from duban.desk.engine import Engine, Here
from duban.desk.matter_routes import matter_routes
from duban.desk.new_links import asked_for, renewing
from duban.desk.refusing import UNKNOWN, lapsed
from duban.desk.requests import Works, host_of
from duban.desk.visitors import Visitor
from duban.views import View


@dataclass(frozen=True, slots=True)
class _Letter:
    """A link that is ours, and what it opens now; `revoked` where it was made void."""

    here: Here
    view: View
    link: MatterLink
    said: str
    found: OpenedLink
    revoked: bool

    @property
    def lapse(self) -> LinkLapse | None:
        """Why it opens nothing any more."""
        return LinkLapse.REVOKED if self.revoked else self.found.lapse

    @property
    def named(self) -> str:
        """What it names, as people cite it."""
        return f"{self.link.number}-{self.link.sequence}"


def arriving(token: str, request: Request, engine: Works) -> Arrival:
    """Whoever comes by the link of a letter; raises TurnedAway."""
    return _arrived(engine, token, host_of(request), done=False)


def returning(token: str, request: Request, engine: Works) -> Arrival:
    """The same of whoever comes to see, or to send once more, an answer that may have ended the link itself."""
    return _arrived(engine, token, host_of(request), done=True)


router = APIRouter()
router.include_router(matter_routes("/l/{token}", arriving, returning))


@router.post("/l/{token}/new")
def new_link(
    token: str, request: Request, engine: Works, later: BackgroundTasks, nonce: Annotated[str, Form()] = ""
) -> Response:
    """Another link in the place of one that has lapsed, sent to the post's own channels."""
    letter = _read(engine, token)
    return asked_for(engine, letter.here, _visitor(engine, letter, token, host_of(request)), nonce, later)


def _arrived(engine: Engine, token: str, host: str, *, done: bool) -> Arrival:
    letter = _read(engine, token)
    here, step, visitor = letter.here, letter.found.step, _visitor(engine, letter, token, host)
    over = None
    if letter.lapse:
        over = lapsed(letter.lapse, here.service.office.plan.id, letter.named, *renewing(here, visitor))
    if step is None or (over and (letter.revoked or not done)):
        raise over or UNKNOWN
    return Arrival(engine, here, visitor, step.ref, letter.view, over)


def _read(engine: Engine, token: str) -> _Letter:
    """The letter whose link this is; raises TurnedAway where no letter of ours bears it."""
    read = matter_link(token)
    for here in engine.plans() if read else ():
        letter = _of_plan(here, *read) if read else None
        if letter:
            return letter
    raise UNKNOWN


def _of_plan(here: Here, link: MatterLink, said: str) -> _Letter | None:
    plan = here.service.office.plan
    initiative = next((one for one in plan.initiatives.values() if one.number == link.number), None)
    view = here.service.view(initiative.id) if initiative else None
    queued = _queued(view, link.sequence) if view else None
    if view is None or queued is None:
        return None
    recipient = queued.data["recipient"]
    by = next((door for door in here.door.ever(recipient) if door.opens_matter(said, link, recipient)), None)
    if by is None:
        return None
    found = opened(view.look, view.state, view.entries, queued, view.names)
    return _Letter(here, view, link, said, found, by is not here.door)


def _queued(view: View, sequence: int) -> Entry | None:
    found = view.entries[sequence - 1] if 0 < sequence <= len(view.entries) else None
    return found if found and found.kind is EntryKind.NOTICE_QUEUED else None


def _visitor(engine: Engine, letter: _Letter, token: str, host: str) -> Visitor:
    """Whoever reads the letter: for some days it lets them decide, if nobody else reads it, or they know the PIN."""
    look, post = letter.view.look, letter.found.recipient
    visitor = Visitor(post, f"函件{letter.named}", LINKED, f"/l/{token}", letter.said, host)
    if look.calendar.between(letter.found.on, look.today) > LONGEST_DECIDING:
        return visitor
    if post in letter.here.door.personal:
        return replace(visitor, classes=ALL)
    return replace(visitor, by_pin=ALL) if engine.pins.has(post) else visitor
