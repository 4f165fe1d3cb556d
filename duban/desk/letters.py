"""What the links of letters and digests open: one matter to answer, or the list of all that waits."""

from fastapi import APIRouter, BackgroundTasks, Response
from fastapi.responses import RedirectResponse
from starlette.requests import Request

from duban.core.access.classes import ALL, LINKED
from duban.core.access.doors import matter_link
from duban.core.access.holding import LONGEST_DECIDING, opened
from duban.core.ledger.entries import Entry, EntryKind
from duban.core.planning.plan import StepRef
from duban.desk.arrivals import Arrival
from duban.desk.engine import Engine
from duban.desk.pages_of_matters import answer, confirmation, form_page, receipt
from duban.desk.rates import ACTS
from duban.desk.refusing import TOO_MANY_ACTS, UNKNOWN, lapsed, refuse_crowds
from duban.desk.requests import Form, Works, host_of
from duban.desk.visitors import Visitor
from duban.views import View

router = APIRouter()


def arrived(engine: Engine, token: str, request: Request, *, done: bool = False) -> Arrival:
    """Whoever comes by the link of a letter; raises TurnedAway. What is `done` may have ended the link itself."""
    host = host_of(request)
    refuse_crowds(engine, host)
    read = matter_link(token)
    if read is None:
        raise UNKNOWN
    link, said = read
    for here in engine.plans():
        plan = here.service.office.plan
        initiative = next((one for one in plan.initiatives.values() if one.number == link.number), None)
        if initiative is None:
            continue
        view = here.service.view(initiative.id)
        queued = _queued(view, link.sequence)
        if queued is None or not here.door.opens_matter(said, link, queued.data["recipient"]):
            continue
        named = f"{link.number}-{link.sequence}"
        found = opened(view.look, view.state, view.entries, queued, view.names)
        if found.lapse and not (done and found.step):
            raise lapsed(found.lapse, plan.id, named)
        lately = view.look.calendar.between(found.on, view.look.today) <= LONGEST_DECIDING
        sure = found.recipient in here.door.personal and lately
        visitor = Visitor(found.recipient, f"函件{named}", ALL if sure else LINKED, f"/l/{token}", said, host)
        return Arrival(engine, here, visitor, StepRef(initiative.id, found.step.id if found.step else ""), view)
    raise UNKNOWN


def _queued(view: View, sequence: int) -> Entry | None:
    found = view.entries[sequence - 1] if 0 < sequence <= len(view.entries) else None
    return found if found and found.kind is EntryKind.NOTICE_QUEUED else None


@router.get("/l/{token}")
def matter(token: str, request: Request, engine: Works) -> Response:
    """The matter of a letter, and what its recipient may do with it now."""
    came = arrived(engine, token, request)
    return form_page(came)


@router.post("/l/{token}")
def check(token: str, request: Request, engine: Works, form: Form) -> Response:
    """An answer, to be confirmed in words before it is stored."""
    came = arrived(engine, token, request)
    return confirmation(came, form)


@router.post("/l/{token}/do")
def act(token: str, request: Request, engine: Works, form: Form, later: BackgroundTasks) -> Response:
    """A confirmed answer, stored."""
    came = arrived(engine, token, request, done=True)
    if engine.rates.full(ACTS, came.visitor.secret):
        raise TOO_MANY_ACTS
    place = answer(came, form, later)
    if isinstance(place, Response):
        return place
    engine.rates.count(ACTS, came.visitor.secret)
    return RedirectResponse(f"/l/{token}/done/{place}", 303)


@router.get("/l/{token}/done/{place}")
def done(token: str, place: int, request: Request, engine: Works) -> Response:
    """What was stored, and what follows."""
    came = arrived(engine, token, request, done=True)
    return receipt(came, place)
