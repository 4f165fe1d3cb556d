"""Where somebody reads: a plan that goes on here, as whoever they come as."""

from dataclasses import dataclass
from typing import Any

from fastapi import Request

from duban.core.planning.plan import StepRef
from duban.desk.engine import Engine, Here
from duban.desk.refusing import NO_PAGE
from duban.desk.requests import Works
from duban.desk.sessions import reader_of
from duban.desk.signed_in import base_of
from duban.desk.visitors import Visitor
from duban.service import Service


@dataclass(frozen=True, slots=True)
class Place:
    """A plan, and whoever reads about it; whose `post` is empty where nobody has signed in."""

    engine: Engine
    here: Here
    visitor: Visitor

    @property
    def service(self) -> Service:
        """The engine on the plan."""
        return self.here.service

    @property
    def query(self) -> str:
        """What addresses of this plan end with: nothing for the plan of the settings."""
        mine = self.here.settings.plan == self.engine.settings.plan
        return "" if mine else f"?plan={self.service.office.plan.id}"

    @property
    def coordinates(self) -> bool:
        """Whether whoever reads coordinates the plan, or stands in for whoever does."""
        office, post = self.service.office, self.visitor.post
        today = office.day(self.service.clock.now())
        return bool(post) and office.acts_for(post, (office.coordinator,), today) is not None

    def matter(self, step: StepRef) -> str:
        """The address at which a matter is answered."""
        return base_of(self.engine, self.here, step)

    @property
    def told(self) -> dict[str, Any]:
        """What every page of a plan says."""
        office, post = self.service.office, self.visitor.post
        return {
            "here_now": "",
            "rehearsed": self.engine.rehearsed,
            "visitor": self.visitor,
            "whose": office.directory.title(post) if post else "",
            "coordinates": self.coordinates,
            "plan": office.plan,
            "query": self.query,
            "matter_of": self.matter,
            "title_of": office.directory.title,
            "place_of": lambda name: f"/{'u' if name in office.directory.units else 'p'}/{name}{self.query}",
            "calendar": office.calendar,
            "calendar_of": self.here.door.to_calendar,
        }


def placed(request: Request, engine: Works, plan: str = "") -> Place:
    """Whoever reads, and of which plan; raises TurnedAway for one that does not go on here."""
    visitor = reader_of(engine, request)
    here = next((one for one in engine.plans() if plan in ("", one.service.office.plan.id)), None)
    if here is None:
        raise NO_PAGE
    return Place(engine, here, visitor)
