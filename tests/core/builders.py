"""A small bureau and a story told to it, in words short enough for tests to read as sentences.

The bureau: the unit `works` (officer, head with a vice) does the work, the unit `law` (clerk, judge) reviews it; above
them a leader, a coordinator and an administrator. The calendar is China's, so that 2024 has its make-up days.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any, Self
from zoneinfo import ZoneInfo

from duban.adapters.public_calendar import public_calendar
from duban.core.days.workdays import WorkCalendar
from duban.core.deciding.commands import Command, Verb, respond
from duban.core.deciding.decide import Decision, decide
from duban.core.deciding.given import Given
from duban.core.deciding.office import Look, Office
from duban.core.deciding.undelivered import revival
from duban.core.ledger.entries import Draft, Entry, EntryKind, chained, renewed, with_keys
from duban.core.ledger.notices import Delivery
from duban.core.ledger.state import EMPTY, State, fold
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import Status, StepRow, Summary, Upstream
from duban.core.planning.action_file import (
    AssignAction,
    AssignParameters,
    BulletinAction,
    BulletinParameters,
    CollectAction,
    CollectParameters,
)
from duban.core.planning.directory import Absence, Directory, DirectoryFile, OfficeUnit, Post
from duban.core.planning.lights import Lights
from duban.core.planning.plan import Initiative, Plan, Step, StepRef, Target
from duban.core.planning.plan_file import Kind
from duban.core.planning.policy import LadderFile, Policy, Rung
from duban.core.planning.when import Duration, parse_duration, parse_when
from duban.core.telling.reasons import reason_of, reason_of_all

ZONE = ZoneInfo("Asia/Shanghai")
HERE = "here"


@cache
def calendar() -> WorkCalendar:
    """China's working days of 2021 to 2027."""
    return public_calendar(2021, 2027)


def moment(text: str) -> datetime:
    """A moment at the office: `2024-06-03 09:00`, or the morning of `2024-06-03`."""
    return datetime.fromisoformat(text if " " in text else f"{text} 09:00").replace(tzinfo=ZONE)


def day(text: str) -> date:
    return date.fromisoformat(text)


# People and rules ----------------------------------------------------------------------------------------------------


def post(name: str, deputy: str | None = None, *away: str, vacant: bool = False) -> Post:
    """A post; `away` are spells of absence: `2024-06-03..2024-06-07`."""
    spells = tuple(Absence.model_validate({"first": spell[:10], "last": spell[-10:]}) for spell in away)
    return Post(id=name, title=f"{name}岗", deputy=deputy, vacant=vacant, absences=spells)


POSTS = (
    post("officer"),
    post("head", "vice"),
    post("vice"),
    post("clerk"),
    post("judge"),
    post("leader"),
    post("coordinator"),
    post("administrator"),
)
UNITS = (
    OfficeUnit(id="works", title="建设处", head="head", officer="officer"),
    OfficeUnit(id="law", title="法规处", head="judge", officer="clerk"),
)


def directory(*changed: Post) -> Directory:
    """The people, with some posts changed."""
    posts = {known.id: known for known in (*POSTS, *changed)}
    return Directory(DirectoryFile(administrator="administrator", posts=tuple(posts.values()), units=UNITS))


def rung(name: str, anchor: str, offset: int, to: str, slip: str, *, stops: bool = True, repeat: int = 0) -> Rung:
    said = {"id": name, "anchor": anchor, "offset": offset, "to": to.split(), "slip": slip, "stops_on_answer": stops}
    return Rung.model_validate({**said, "repeat": repeat})


RUNGS = (
    rung("assign", "opened", 0, "owner", "assign", stops=False),
    rung("unsigned", "unsigned", 2, "owner", "remind"),
    rung("remind", "due", -3, "owner", "remind"),
    rung("press", "due", 1, "owner", "press"),
    rung("supervise", "due", 3, "owner-head", "supervise"),
    rung("report", "due", 5, "supervisor coordinator", "supervise"),
    rung("review", "submitted", 0, "reviewer", "review", stops=False),
    rung("return", "returned", 0, "owner", "return", stops=False),
    rung("ask", "asked", 0, "supervisor", "ask", stops=False),
    rung("answer", "answered", 0, "owner", "answer", stops=False),
    rung("change", "changed", 0, "owner", "change", stops=False),
    rung("instruct", "instructed", 0, "owner", "instruct", stops=False),
    rung("advise", "advised", 0, "owner", "advise", stops=False),
    rung("press-by-hand", "pressed", 0, "owner", "press", stops=False),
    rung("disown", "disowned", 0, "coordinator", "advise", stops=False),
    rung("failure", "failed", 0, "administrator", "failure", stops=False),
)
LIGHTS = Lights.model_validate(
    {"days_left": {}, "time_share": {}, "pace": {}, "forecast": True, "unanswered": True},
)


def policy(*rungs: Rung, lights: Lights = LIGHTS, **said: Any) -> Policy:
    ladder = LadderFile(id="standard", title="常规督办", rungs=rungs or RUNGS)
    return Policy(ladders=(ladder,), lights=lights, **{"silence": 5, **said})


BULLETIN = BulletinAction(uses="bulletin", parameters=BulletinParameters(title="通报"))

# The plan ------------------------------------------------------------------------------------------------------------


def _step(kind: Kind, name: str, needs: str, said: dict[str, Any]) -> Step:
    for key in ("due", "earliest"):
        if key in said:
            said[key] = parse_when(said[key])
    home = said.pop("home", HERE)
    days = parse_duration(said.pop("days", 0 if kind is Kind.MILESTONE else 5))
    refs = tuple(StepRef.parse(need, home) for need in needs.split())
    anchors = {
        f"{key}_anchor": (StepRef.parse(said[key].anchor, home),)
        for key in ("due", "earliest")
        if isinstance(getattr(said.get(key), "anchor", None), str) and said[key].anchor not in ("start", "period")
    }
    owner = said.pop("owner", "works")
    return Step(StepRef(home, name), f"{name}事项", kind, refs, days, owner, **anchors, **said)


def work(name: str, needs: str = "", **said: Any) -> Step:
    """Work of the unit `works`, 5 working days unless `days` says otherwise; `due`, `earliest` as a plan has them."""
    return _step(Kind.WORK, name, needs, said)


def review(name: str, needs: str = "", **said: Any) -> Step:
    return _step(Kind.REVIEW, name, needs, {"owner": "law", **said})


def period(name: str, needs: str = "", **said: Any) -> Step:
    return _step(Kind.PERIOD, name, needs, said)


def milestone(name: str, needs: str = "", **said: Any) -> Step:
    return _step(Kind.MILESTONE, name, needs, said)


def action(name: str, needs: str = "", **said: Any) -> Step:
    return _step(Kind.ACTION, name, needs, {"action": BULLETIN, **said})


def collection(name: str, needs: str = "", **said: Any) -> tuple[Step, ...]:
    """An action that collects from both units, and before it their steps."""
    slots = tuple(work(f"{name}@{unit}", needs, owner=unit, **said) for unit in ("works", "law"))
    asked = CollectAction(uses="collect", parameters=CollectParameters(units=("works", "law")))
    refs = tuple(slot.ref for slot in slots)
    return (*slots, action(name, " ".join(slot.id for slot in slots), action=asked, slots=refs))


def handing_over(name: str, **said: Any) -> tuple[Step, ...]:
    """An action that hands the initiative to both units, and after it the steps in which they sign."""
    slots = tuple(work(f"{name}@{unit}", name, owner=unit, by_signing=True, days=2) for unit in ("works", "law"))
    asked = AssignAction(uses="assign", parameters=AssignParameters(requirement="按月推进"))
    return (action(name, action=asked, slots=tuple(slot.ref for slot in slots), **said), *slots)


def indicator(name: str, needs: str = "", **said: Any) -> Step:
    return _step(Kind.INDICATOR, name, needs, {"target": Target(said.pop("at_least", 10), "件"), **said})


def initiative(*steps: Step, name: str = HERE, leads: tuple[str, ...] = ("works",)) -> Initiative:
    return Initiative(name, f"{name}举措", "1.1", "first", leads, (), "leader", {step.id: step for step in steps})


def plan(*initiatives: Initiative, starts: str = "2024-01-02") -> Plan:
    downstream: dict[StepRef, tuple[str, ...]] = {}
    for one in initiatives:
        for ref in sorted(one.upstream):
            downstream[ref] = (*downstream.get(ref, ()), one.id)
    known = {one.id: one for one in initiatives}
    return Plan("p", "工作要点", "1号", day(starts), date(2024, 12, 31), "coordinator", (), known, downstream)


def office(
    *initiatives: Initiative, people: Directory | None = None, rules: Policy | None = None, **said: Any
) -> Office:
    return Office(plan(*initiatives, **said), people or directory(), rules or policy(), calendar(), ZONE)


# The story -----------------------------------------------------------------------------------------------------------


class Story:
    """One initiative through time: every command decides and stores, as the service does. It begins by adopting."""

    def __init__(
        self,
        *steps: Step,
        on: str | datetime = "2024-06-03",
        people: Directory | None = None,
        rules: Policy | None = None,
        beside: Iterable[Initiative] = (),
        starts: str = "2024-01-02",
        leads: tuple[str, ...] = ("works",),
    ) -> None:
        self.initiative = initiative(*steps, leads=leads)
        self.office = office(self.initiative, *beside, people=people, rules=rules, starts=starts)
        self.facts: dict[StepRef, Upstream] = {}
        self.entries: list[Entry] = []
        self.on(on)

    @property
    def look(self) -> Look:
        return Look(self.office, self.initiative, self.facts, self.now)

    @property
    def state(self) -> State:
        return fold(self.entries, {step.was: step.id for step in self.initiative.steps.values() if step.was})

    # What happens

    def on(self, when: str | datetime) -> Self:
        """Let time go on to a moment, and decide."""
        self.now = moment(when) if isinstance(when, str) else when
        return self.tick()

    def tick(self) -> Self:
        self.write(*self.decision.drafts)
        return self

    def write(self, *drafts: Draft) -> Self:
        """Store entries as they are, without deciding."""
        last = self.entries[-1] if self.entries else None
        today = self.look.today
        drafts = with_keys(drafts, renewed(self.entries))
        self.entries += chained(drafts, plan="p", initiative=HERE, after=last, at=self.now, day=today)
        return self

    def happens(self, kind: EntryKind, step: str, **data: Any) -> Self:
        """Store an entry, and decide."""
        return self.write(Draft(kind, step, data=data)).tick()

    def act(self, actor: str, verb: str, step: str, reason: str = "", **said: Any) -> Self:
        """A person does something: `act("officer", "sign", "draft")`; raises Refused."""
        command = Command(Verb(verb), StepRef.parse(step, HERE), actor, reason, **said)
        self.tick()
        return self.write(*respond(self.look, self.state, command)).tick()

    def sent(self, outcome: EntryKind = EntryKind.NOTICE_SENT) -> Self:
        """Everything in the outbox is delivered, or ends otherwise."""
        for notice in list(self.state.notices.values()):
            if notice.next_try is not None:
                told = {"notice": notice.key, "slip": notice.slip, "recipient": notice.recipient}
                self.write(Draft(outcome, notice.step, data=told))
        return self

    def revive(self, *keys: str) -> Self:
        """The coordinator has dead notices tried again: those of that key, or all."""
        for notice in self.state.notices.values():
            if notice.delivery is Delivery.DEAD and (not keys or notice.key in keys):
                self.write(revival(self.office, notice, self.now, actor="coordinator", reason="地址已更正"))
        return self

    def elsewhere(self, ref: str, finished: str | None = None, forecast: str | None = None, held_by: str = "") -> Self:
        """What becomes known of a step elsewhere."""
        holder = StepRef.parse(held_by) if held_by else None
        known = Upstream(day(finished) if finished else None, day(forecast) if forecast else None, holder)
        self.facts[StepRef.parse(ref)] = known
        return self.tick()

    def replanned(self, *steps: Step, leads: tuple[str, ...] = ("works",)) -> Self:
        """The plan is changed under the running work."""
        self.initiative = initiative(*steps, leads=leads)
        others = [known for known in self.office.plan.initiatives.values() if known.id != HERE]
        self.office = replace(self.office, plan=plan(self.initiative, *others, starts=str(self.office.plan.starts)))
        return self

    # What can be seen

    @property
    def decision(self) -> Decision:
        return decide(self.look, self.state)

    @property
    def summary(self) -> Summary:
        return self.decision.summary

    def row(self, step: str) -> StepRow:
        return self.decision.rows[step]

    def reason(self, step: str) -> str:
        """Why a step is lit, in words."""
        return reason_of(self.office, HERE, self.row(step))

    @property
    def headline(self) -> str:
        """Why the initiative is lit, in words."""
        return reason_of_all(self.office, self.summary)

    def step(self, name: str) -> StepState:
        return self.state.step(name)

    @property
    def status(self) -> Mapping[str, str]:
        return {row.step: row.status.value for row in self.summary.steps}

    def told(self, since: str = "2000-01-01") -> list[str]:
        """Notices queued from a day on: `rung recipient`, in order."""
        first = moment(f"{since} 00:00")
        return [
            f"{entry.data['rung']} {entry.data['recipient']}"
            for entry in self.entries
            if entry.kind is EntryKind.NOTICE_QUEUED and entry.at >= first
        ]

    def skipped(self) -> list[str]:
        """Rungs recorded as skipped, in order."""
        return [e.data["notice"].split("/")[-2] for e in self.entries if e.kind is EntryKind.RUNG_SKIPPED]

    def kinds(self) -> list[str]:
        return [entry.kind.value for entry in self.entries]


def look_at(*steps: Step, on: str = "2024-06-03", **said: Any) -> Look:
    """A look at an initiative about which nothing is known yet."""
    one = initiative(*steps)
    return Look(office(one, **said), one, {}, moment(on))


NOTHING_YET = EMPTY
WEEK = Duration(5, 5, 5)


DATES: dict[str, Any] = {
    "due": None,
    "original_due": None,
    "opens": None,
    "forecast": date(2024, 6, 20),
    "latest": None,
    "root": None,
}
"""The dates of a step of which nothing else is said."""


def given(*, step: Step | None = None, rules: Policy | None = None, beside: Step | None = None, **said: Any) -> Given:
    """What a timetable is made of: a step, its dates and what happened to it, by the names of `DATES` and `StepState`.

    Without `status` it is being worked on.
    """
    one = step or work("x")
    here = initiative(one, *([beside] if beside else []))
    known = {name: said.pop(name) for name in list(said) if name in DATES}
    dates = DATES | {"original_due": known.get("due")} | known
    where = said.pop("status", Status.WORKING)
    return Given(office(here, rules=rules), here, date(2024, 1, 2), one, StepState(**said), where, **dates)
