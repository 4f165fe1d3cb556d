"""What stays fixed while duban looks at an initiative: the bureau, and the moment."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from duban.core.days.workdays import WorkCalendar
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import Upstream
from duban.core.planning.directory import Directory
from duban.core.planning.plan import Initiative, Plan, Step, StepRef
from duban.core.planning.policy import Policy, Rung
from duban.core.planning.terms import Terms


@dataclass(frozen=True, slots=True)
class Office:
    """A bureau: its plan, people, rules, calendar and time zone.

    `applied` is the number of the application that put all but the zone in force; 0 for a bureau as its files have it.
    """

    plan: Plan
    directory: Directory
    policy: Policy
    calendar: WorkCalendar
    zone: ZoneInfo
    applied: int = 0
    rungs: Mapping[str, tuple[Rung, ...]] = field(init=False, repr=False, compare=False)
    """The rungs of every ladder, lowest first, by its id."""
    coordinator: str = field(init=False, repr=False, compare=False)
    """The post that keeps the plan going; the administrator where nobody holds it any more."""

    def __post_init__(self) -> None:
        named, people = self.plan.coordinator, self.directory
        object.__setattr__(self, "coordinator", named if named in people.filled else people.administrator)
        object.__setattr__(self, "rungs", {ladder.id: ladder.rungs for ladder in self.policy.ladders})

    @property
    def terms(self) -> Terms:
        """What it decides by besides the plan."""
        return Terms(self.calendar, self.directory, self.policy)

    def day(self, moment: datetime) -> date:
        """The business date of a moment: the office's, not the host's."""
        return moment.astimezone(self.zone).date()

    def at(self, day: date, hour: time) -> datetime:
        """A time of day at the office."""
        return datetime.combine(day, hour, self.zone)

    def morning(self, day: date) -> datetime:
        """When work begins on a day."""
        return datetime.combine(day, self.policy.hours.first, self.zone)

    def working_moment(self, moment: datetime) -> datetime:
        """The moment itself within working hours, else the next working morning."""
        local = moment.astimezone(self.zone)
        hours, calendar = self.policy.hours, self.calendar
        evening = local.time() >= hours.last
        morning = calendar.add(local.date(), 1) if evening else calendar.next_working(local.date())
        return max(local, self.morning(morning))

    def digest_moment(self, moment: datetime) -> datetime:
        """The moment of the next digest: today's if it is still to come and today is worked, else the next one's."""
        local = moment.astimezone(self.zone)
        to_come = local.time() <= self.policy.digest
        day = self.calendar.next_working(local.date()) if to_come else self.calendar.add(local.date(), 1)
        return self.at(day, self.policy.digest)

    def sending_moment(self, moment: datetime, *, immediate: bool) -> datetime:
        """The first moment at or after this one at which a notice may be sent."""
        return self.working_moment(moment) if immediate else self.digest_moment(moment)

    def sending_passes(self, moment: datetime, *, immediate: bool) -> datetime:
        """The next moment from which what is sent goes out on a later day than now."""
        if not immediate:
            return self.digest_moment(moment) + timedelta.resolution
        today = self.day(moment)
        evening = self.at(today, self.policy.hours.last)
        return evening if moment < evening else self.at(today + timedelta(days=1), self.policy.hours.last)

    def owner(self, step: Step, state: StepState) -> str:
        """The unit or post that answers for a step now; of several the first."""
        return self.owners(step, state)[0]

    def owners(self, step: Step, state: StepState) -> tuple[str, ...]:
        """The units or posts that a step is with now: of what is with the lead, all that lead.

        Where nobody holds them any more they give way to the head of the unit the plan names, then of the lead unit,
        then to the supervisor and the coordinator.
        """
        here, people = self.plan.initiatives[step.ref.initiative], self.directory
        named = here.standing_for(state.owner or step.owner, step.unit)
        held = tuple(name for name in named if name in people.filled)
        if held:
            return held
        line = map(people.head, (step.owner, *here.leads, here.supervisor, self.coordinator))
        return (next((post for post in line if post in people.filled), people.administrator),)

    def owner_side(self, step: Step, state: StepState) -> tuple[str, ...]:
        """Posts that may sign for, report and submit a step: officer, then head; of several the officers first."""
        owners, people = self.owners(step, state), self.directory
        return (*map(people.officer, owners), *map(people.head, owners))

    def reviewers(self, initiative: Initiative, step: Step, state: StepState) -> tuple[str, ...]:
        """Posts that may approve a step or send it back; the supervisor always may."""
        posts = (*self._heads(step, state, step.reviewers), self.directory.head(initiative.supervisor))
        return tuple(dict.fromkeys(posts))

    def wanted(self, step: Step, state: StepState) -> tuple[str, ...]:
        """Posts whose answer to what was handed in is still wanted: of several reviewers those who have not agreed."""
        names = [name for name in step.reviewers if name not in state.agreed]
        return tuple(dict.fromkeys(self._heads(step, state, names)))

    def _heads(self, step: Step, state: StepState, names: Iterable[str]) -> Iterator[str]:
        """The heads of those who judge a step: of all that lead where the lead does; of its owners without any."""
        here = self.plan.initiatives[step.ref.initiative]
        named = [unit for name in names for unit in here.standing_for(name)]
        return map(self.directory.head, named or self.owners(step, state))

    def agreed(self, state: StepState) -> tuple[str, ...]:
        """Posts that have agreed to what was handed in, of several reviewers."""
        return tuple(map(self.directory.head, state.agreed))

    def judges(self, initiative: Initiative, step: Step, state: StepState, doers: Iterable[str]) -> tuple[str, ...]:
        """Those who may answer for what `doers` did: whose answer is wanted, and the supervisor; else the next in line.

        Nobody for their own, nor who has agreed as one of several.
        """
        named = (*self.wanted(step, state), self.directory.head(initiative.supervisor))
        return self.answering(initiative, dict.fromkeys(named), (*doers, *self.agreed(state)))

    def answering(self, initiative: Initiative, posts: Iterable[str], doers: Iterable[str]) -> tuple[str, ...]:
        """Those of `posts` who may answer for what `doers` did: nobody for their own; else the next in line."""
        people = self.directory
        own = frozenset(map(people.person, doers))
        may = tuple(post for post in posts if post in people.filled and people.person(post) not in own)
        return may or (self.next_in_line(initiative, own),)

    def next_in_line(self, initiative: Initiative, own: Collection[str]) -> str:
        """The post that answers where those who should did it themselves, or are no longer there.

        The supervisor, then the deputies along the chain, then the coordinator: the first that is not one of the people
        whose own it is. Else the administrator.
        """
        people = self.directory
        line = (*people.chain(people.head(initiative.supervisor)), self.coordinator)
        free = (post for post in line if post in people.filled and people.person(post) not in own)
        return next(free, people.administrator)

    def managers(self, initiative: Initiative) -> tuple[str, ...]:
        """Posts that may suspend, resume and hand over: heads of the lead units, supervisor, coordinator."""
        posts = (
            *map(self.directory.head, initiative.leads),
            self.directory.head(initiative.supervisor),
            self.coordinator,
        )
        return tuple(dict.fromkeys(posts))

    def acts_for(self, actor: str, posts: tuple[str, ...], day: date) -> str | None:
        """The post of `posts` that `actor` holds or, while its holder is away, stands in for; None: no such post.

        Whoever holds several posts may act as any of them.
        """
        people = self.directory
        me, mailbox = people.person(actor), people.mailbox(actor)
        held = (post for post in posts if people.person(post) == me)
        return next(held, None) or next((post for post in posts if people.present(post, day) == mailbox), None)


Upstreams = Mapping[StepRef, Upstream]
"""What is known of the steps of other initiatives."""


@dataclass(frozen=True)
class Look:
    """One look at one initiative: the bureau, the initiative, what is known of steps elsewhere, and the moment."""

    office: Office
    initiative: Initiative
    upstream: Upstreams
    now: datetime
    today: date = field(init=False)
    calendar: WorkCalendar = field(init=False, repr=False)
    """The bureau's working days."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "today", self.office.day(self.now))
        object.__setattr__(self, "calendar", self.office.calendar)

    @cached_property
    def soonest(self) -> Mapping[bool, datetime]:
        """When notices may go, by whether they are immediate."""
        return {immediate: self.office.sending_moment(self.now, immediate=immediate) for immediate in (True, False)}
