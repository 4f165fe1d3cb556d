"""What the link of a digest opens: the list of all that waits for its recipient, and each matter of it."""

from dataclasses import dataclass, replace
from datetime import date

from fastapi import APIRouter, Request, Response

from duban.core.access.classes import LINKED
from duban.core.access.doors import ListLink, list_link
from duban.core.access.holding import LinkLapse, list_lapse
from duban.core.deciding.agenda import Duty, agenda, of_post, urgent_first
from duban.core.ledger.entries import EntryKind, standing
from duban.core.ledger.summary import chain_of
from duban.core.planning.plan import StepRef
from duban.core.telling.digest import day_of
from duban.desk.arrivals import Arrival, called
from duban.desk.engine import Engine, Here
from duban.desk.matter_routes import matter_routes
from duban.desk.mine import seen_by
from duban.desk.refusing import NO_MATTER, UNKNOWN, lapsed
from duban.desk.rendering import page
from duban.desk.requests import Works, host_of
from duban.desk.visitors import Visitor

AHEAD = 10
"""Working days ahead of which the list tells, as `duban next` does."""

router = APIRouter()


@dataclass(frozen=True, slots=True)
class _List:
    """A list that opens, for a visitor who may do with its matters what concerns their own side."""

    here: Here
    visitor: Visitor

    def duties(self) -> list[Duty]:
        """What waits for its post, or soon will, most urgent first."""
        service, post = self.here.service, self.visitor.post
        office, today = service.office, service.office.day(service.clock.now())
        told = (duty for seen in seen_by(self.here, post) for duty in agenda(*seen, AHEAD))
        return of_post(urgent_first(told, today), office, post, today)


def _opened(engine: Engine, token: str, host: str) -> _List:
    """The list that a link opens; raises TurnedAway."""
    read = list_link(token)
    for here in engine.plans() if read else ():
        link, said = read or (ListLink("", date.max), "")
        by = next((door for door in here.door.ever(link.post) if door.opens_list(said, link)), None)
        if by is None:
            continue
        if lapse := _lapse(here, link) if by is here.door else LinkLapse.REVOKED:
            raise lapsed(lapse, here.service.office.plan.id, f"{link.post}-{link.day:%Y%m%d}")
        return _List(here, Visitor(link.post, f"日报{link.day:%Y%m%d}", LINKED, f"/d/{token}", said, host))
    raise UNKNOWN


def _lapse(here: Here, link: ListLink) -> LinkLapse | None:
    office = here.service.office
    if link.post not in office.directory.posts:
        return LinkLapse.NO_POST
    today = office.day(here.service.clock.now())
    return list_lapse(today, link.day, _last(here, link.post), office.calendar.between(link.day, today))


def _last(here: Here, post: str) -> date | None:
    """The day of the last digest that bore a list: one of a single notice is its letter, and bears none."""
    entries = standing(here.service.ledger.entries(chain_of(post)))
    lists = {one.data["notice"] for one in entries if len(one.data.get("members", ())) > 1}
    sent = (one.data["notice"] for one in entries if one.kind is EntryKind.NOTICE_SENT)
    return max((day_of(key) for key in sent if key in lists), default=None)


def arriving(token: str, initiative: str, step: str, request: Request, engine: Works) -> Arrival:
    """Whoever comes to a matter of their list; raises TurnedAway."""
    opened = _opened(engine, token, host_of(request))
    found = opened.here.service.office.plan.initiatives.get(initiative)
    view = opened.here.service.view(initiative) if found else None
    now = called(view, step) if view else None
    if view is None or now is None:
        raise NO_MATTER
    visitor = replace(opened.visitor, base=f"{opened.visitor.base}/{initiative}/{step}")
    return Arrival(engine, opened.here, visitor, StepRef(initiative, now), view)


@router.get("/d/{token}")
def waiting(token: str, request: Request, engine: Works) -> Response:
    """All that waits for the post of a digest."""
    opened = _opened(engine, token, host_of(request))
    office = opened.here.service.office
    return page(
        "list",
        visitor=opened.visitor,
        whose=office.directory.title(opened.visitor.post),
        duties=opened.duties(),
        calendar=office.calendar,
        rehearsed=engine.rehearsed,
    )


router.include_router(matter_routes("/d/{token}/{initiative}/{step}", arriving, arriving))
