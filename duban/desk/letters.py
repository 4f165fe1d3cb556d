"""What the links of letters and digests open: one matter to answer, or the list of all that waits."""

from starlette.requests import Request

from duban.core.access.classes import ALL, LINKED
from duban.core.access.doors import matter_link
from duban.core.access.holding import LONGEST_DECIDING, opened
from duban.core.ledger.entries import Entry, EntryKind
from duban.core.planning.plan import StepRef
from duban.desk.arrivals import Arrival
from duban.desk.engine import Engine
from duban.desk.matter_routes import matter_routes
from duban.desk.refusing import UNKNOWN, lapsed, refuse_crowds
from duban.desk.requests import Works, host_of
from duban.desk.visitors import Visitor
from duban.views import View


def arriving(token: str, request: Request, engine: Works) -> Arrival:
    """Whoever comes by the link of a letter; raises TurnedAway."""
    return _arrived(engine, token, request, done=False)


def returning(token: str, request: Request, engine: Works) -> Arrival:
    """The same of whoever comes to see, or to send once more, an answer that may have ended the link itself."""
    return _arrived(engine, token, request, done=True)


router = matter_routes("/l/{token}", arriving, returning)


def _arrived(engine: Engine, token: str, request: Request, *, done: bool) -> Arrival:
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
