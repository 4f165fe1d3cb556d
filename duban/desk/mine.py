"""My matters (我的待办): everything that waits for whoever is signed in, what they have done, what is to come."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request, Response

from duban.core.deciding.agenda import agenda
from duban.core.deciding.commands import Verb
from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.ledger.entries import EntryKind
from duban.core.telling.digest import GROUPS
from duban.core.telling.events import in_full, title_of
from duban.core.telling.overview import going_on, seen_of
from duban.core.telling.phrases import HISTORY
from duban.core.telling.revised import Names
from duban.core.telling.todo import LATER, Todo, concerned, counted, todos
from duban.desk.engine import Engine, Here
from duban.desk.looks import decided
from duban.desk.places import Place
from duban.desk.rendering import page
from duban.desk.requests import Works
from duban.desk.sessions import visitor_of
from duban.desk.standing import asking, stands
from duban.desk.visitors import Visitor

router = APIRouter()

AHEAD = 10
"""Working days for which one looks ahead."""

LATELY = timedelta(days=30)
LISTED, DONE = 30, 30
"""How much is listed before the rest is only counted."""

ACTS = frozenset(HISTORY - {EntryKind.NOTICE_SENT, EntryKind.NOTICE_DEAD, EntryKind.UPSET}) | {
    EntryKind.APPROVED,
    EntryKind.ACKNOWLEDGED,
}
"""What a person has done."""


@dataclass(frozen=True, slots=True)
class Mine:
    """What waits for somebody under one plan."""

    place: Place
    todos: tuple[Todo, ...]

    @property
    def signable(self) -> int:
        """How much may be signed for."""
        return sum(one.duty.verb is Verb.SIGN for one in self.todos)


def seen_by(here: Here, post: str) -> Iterator[tuple[Look, Decision]]:
    """The initiatives of a plan of which a post may have to do something, as they stand now."""
    service = here.service
    standing, asked = stands(service), asking(service)
    office = service.office
    steps = going_on(seen_of(office, standing.summaries), standing.owners)
    names = concerned(office, steps, asked, post, standing.today)
    of = {summary.initiative: summary for summary in standing.summaries}
    return decided(service, [of[name] for name in names])


def todos_of(here: Here, post: str) -> list[Todo]:
    """What waits for a post under a plan, the most urgent first."""
    today = here.service.office.day(here.service.clock.now())
    duties = (duty for seen in seen_by(here, post) for duty in agenda(*seen, AHEAD))
    return todos(here.service.office, duties, post, today)


@router.get("/")
def mine(request: Request, engine: Works) -> Response:
    """What waits for whoever is signed in; for anybody else the way in."""
    visitor = visitor_of(engine, request)
    if visitor is None:
        return page("welcome", rehearsed=engine.rehearsed)
    found = list(_everywhere(engine, visitor))
    every = [one for each in found for one in each.todos]
    return page(
        "mine",
        **found[0].place.told | {"here_now": "mine"},
        count=counted(every),
        found=found,
        groups=(*GROUPS, LATER),
        later=LATER,
        listed=LISTED,
        done=_done(found[0].place, visitor),
    )


def _everywhere(engine: Engine, visitor: Visitor) -> Iterator[Mine]:
    """By plan; the plan of the settings first, others only where something waits."""
    for number, here in enumerate(engine.plans()):
        known = visitor.post in here.service.office.directory.posts
        waiting = tuple(todos_of(here, visitor.post)) if known else ()
        if waiting or number == 0:
            yield Mine(Place(engine, here, visitor), waiting)


def _done(at: Place, visitor: Visitor) -> list[tuple[str, str, str]]:
    """What they did of late: the day, the deed, the step; the last first."""
    service, office = at.service, at.service.office
    entries = service.ledger.of_kinds(ACTS, service.clock.now() - LATELY, visitor.post)
    names = Names(office.directory, (office.plan,), office.calendar)
    newest = sorted(entries, key=lambda entry: entry.at, reverse=True)[:DONE]
    return [
        (f"{entry.at.astimezone(office.zone):%m-%d %H:%M}", in_full(names, entry), title_of(names, entry))
        for entry in newest
    ]
