"""A bureau in memory: initiatives decided on, people acting, notices sent, one moment after another.

Nothing is stored and nothing is hashed; what happens is what the service would store at the same moments. Actions and
measurements end at once. An initiative is looked at when its moment has come, when somebody acted, or when what it
waits for moved.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import groupby

from duban.core.deciding.commands import Command, Verb, respond
from duban.core.deciding.decide import Decision, decide
from duban.core.deciding.indicators import share
from duban.core.deciding.mail import WANTING_ANSWER
from duban.core.deciding.office import Look, Office
from duban.core.deciding.pace import points
from duban.core.deciding.settle import downstream
from duban.core.ledger.entries import Draft, Entry, EntryKind, number
from duban.core.ledger.state import EMPTY, State, fold
from duban.core.ledger.summary import Light, Status, Upstream, known_of
from duban.core.planning.plan import Initiative, StepRef
from duban.core.rehearsing.causes import Missed, missed
from duban.core.rehearsing.day import carry_out, turns
from duban.core.rehearsing.owners import ACTIVE, Owners
from duban.core.telling.notices import recheck

SAID = "推演"
"""What came of a delivery or an action."""


@dataclass(slots=True)
class Desk:
    """One initiative: what happened and what was decided last; `lights` are the days on which its light turned."""

    initiative: Initiative
    exported: tuple[StepRef, ...]
    state: State = EMPTY
    decided: Decision | None = None
    decision: Decision | None = None
    """What was decided last, and the same with the state as it is since what was decided is written."""
    active: bool = True
    """Whether people may do something about a step."""
    entries: list[Entry] = field(default_factory=list)
    lights: list[tuple[date, Light]] = field(default_factory=list)
    drifting: bool = False
    """Whether others go by a forecast that moves with the days."""

    @property
    def closed(self) -> bool:
        """Whether every step is."""
        return self.decision is not None and self.decision.summary.done == self.decision.summary.total

    def due(self, now: datetime) -> bool:
        """Whether time alone asks for a look. Forecasts that drift from day to day matter where others go by them."""
        if self.decision is None:
            return True
        again = self.decision.summary.look_again if self.drifting else self.decision.turning
        return again is not None and again <= now


class Bureau:
    """The initiatives of a plan and the people before them."""

    def __init__(self, office: Office, owners: Owners) -> None:
        self.office, self.owners = office, owners
        plan = office.plan
        exported: dict[str, list[StepRef]] = {name: [] for name in plan.initiatives}
        for ref in plan.downstream:
            exported[ref.initiative].append(ref)
        self.desks = {name: Desk(plan.initiatives[name], tuple(exported[name])) for name in turns(plan)}
        self.missed: dict[StepRef, Missed] = {}
        self.commands: list[tuple[date, Command]] = []
        self.looks = 0
        self._facts: dict[StepRef, Upstream] = {}
        self._woken: set[str] = set(self.desks)
        self._now = office.at(plan.starts, office.policy.hours.first)

    @property
    def closed(self) -> bool:
        """Whether every step of every initiative is."""
        return all(desk.closed for desk in self.desks.values())

    def live(self, now: datetime) -> None:
        """On a working day the people act; on any day what is due is looked at until nothing is. Raises Stuck."""
        self._now = now
        working = self.office.calendar.is_working(self.office.day(now))
        for name, desk in self.desks.items():
            if desk.due(now):
                self._woken.add(name)
            if working:
                self._turn(name, desk)
        self._settle_down()

    def _settle_down(self) -> None:
        while self._woken:
            for name in [name for name in self.desks if name in self._woken]:
                self._woken.discard(name)
                self._look(self.desks[name])

    def _send_if_due(self, desk: Desk, look: Look, key: str) -> None:
        """Send a notice unless it has become needless, as the outbox does."""
        notice = desk.state.notices[key]
        again = recheck(look, desk.state, notice, desk.decided)
        said = {"notice": key, "slip": notice.slip, "recipient": notice.recipient, "outcome": again.lapsed or SAID}
        kind = EntryKind.NOTICE_SENT if again.call else EntryKind.NOTICE_DROPPED
        self._write(desk, look, [Draft(kind, notice.step, data=said)], notice.next_try)

    def _turn(self, name: str, desk: Desk) -> None:
        """The people of an initiative act on what they see this morning."""
        if not desk.active and name not in self._woken:
            return
        look, seen = self._seen(desk), desk.decision
        if name in self._woken or seen is None:
            seen = self._decided(desk, look)
        commands = tuple(self.owners.conduct(look, seen))
        if commands and seen is desk.decision and all(_changes_nothing(seen, desk, said) for said in commands):
            self._carry_out(desk, look, commands)
            desk.decision = replace(seen, state=desk.state)
            return
        if commands:
            if seen is not desk.decision:
                self._write(desk, look, [d for d in seen.drafts if d.kind is not EntryKind.NOTICE_QUEUED])
            self._carry_out(desk, look, commands)
            seen = self._decided(desk, look)
        if seen is not desk.decision:
            self._woken.discard(name)
            self._conclude(desk, look, seen)

    def _carry_out(self, desk: Desk, look: Look, commands: Iterable[Command]) -> None:
        for command in commands:
            carry_out(command, lambda said: self._write(desk, look, respond(look, desk.state, said)))
            self.commands.append((look.today, command))

    def _look(self, desk: Desk) -> None:
        look = self._seen(desk)
        self._conclude(desk, look, self._decided(desk, look))

    def _seen(self, desk: Desk) -> Look:
        return Look(self.office, desk.initiative, self._facts, self._now)

    def _decided(self, desk: Desk, look: Look) -> Decision:
        self.looks += 1
        decision = desk.decided = decide(look, desk.state, desk.decided)
        due = decision.summary.next_due
        if due is not None and due < look.today:
            for late in missed(look, decision, self._standing(), self.missed):
                self.missed[late.step] = late
        return decision

    def _standing(self) -> Mapping[str, Decision]:
        return {name: desk.decision for name, desk in self.desks.items() if desk.decision is not None}

    def _conclude(self, desk: Desk, look: Look, decision: Decision) -> None:
        """Store what was decided, send what is due, and wake whom it concerns."""
        self._write(desk, look, decision.drafts)
        queued = [draft for draft in decision.drafts if draft.kind is EntryKind.NOTICE_QUEUED]
        answered = [draft for draft in queued if self._is_answered(desk, draft, look.today)]
        for ref in decision.actions:
            fails = self.owners.fails(ref, desk.state.step(ref.step))
            self._write(desk, look, _failing(ref) if fails else _succeeding(ref))
        for ref, period in decision.measures:
            self._write(desk, look, [_measured(ref, period, self.owners.measured(look, decision, ref))])
        for moment, drafts in groupby(sorted(queued, key=_moment), key=_moment):
            self._send(desk, look, moment, list(drafts), answered)
        desk.decision = replace(decision, state=desk.state)
        desk.active = any(row.status in ACTIVE for row in decision.summary.steps)
        desk.drifting = _drifting(desk, decision, look.calendar.next_working(look.today))
        pressed = any(draft.data["slip"] in WANTING_ANSWER for draft in queued)  # which may turn a light
        if decision.actions or decision.measures or answered or pressed:
            self._woken.add(desk.initiative.id)
        self._tell_others(desk, decision)
        if not desk.lights or desk.lights[-1][1] is not decision.summary.light:
            desk.lights.append((look.today, decision.summary.light))

    def _send(
        self, desk: Desk, look: Look, moment: datetime, queued: Iterable[Draft], answered: Container[Draft]
    ) -> None:
        """Send what was queued for one moment, but for what has become needless by an answer."""
        self._write(desk, look, [_sent(draft) for draft in queued if draft not in answered], moment)
        for draft in queued:
            if draft in answered:
                self._send_if_due(desk, look, draft.data["notice"])

    def _is_answered(self, desk: Desk, queued: Draft, today: date) -> bool:
        """Whether a rung that an answer stops is answered on its own day."""
        if desk.state.step(queued.step).answered != today:
            return False
        ladder = self.office.policy.ladder(desk.initiative.steps[queued.step].ladder)
        return any(rung.stops_on_answer for rung in ladder.rungs if rung.id == queued.data["rung"])

    def _tell_others(self, desk: Desk, decision: Decision) -> None:
        """Wake those who wait for a step of which something else is known now: its end, or when to expect it."""
        if not desk.exported:
            return
        rows = {row.step: row for row in decision.summary.steps}
        known = {ref: known_of(rows[ref.step]) for ref in desk.exported}
        changed = [ref for ref, fact in known.items() if self._facts.get(ref) != fact]
        self._facts.update(known)
        self._woken.update(name for name in downstream(self.office.plan, changed) if name in self.desks)

    def _write(self, desk: Desk, look: Look, drafts: Iterable[Draft], at: datetime | None = None) -> None:
        initiative = desk.initiative
        entries = number(
            tuple(drafts),
            plan=self.office.plan.id,
            initiative=initiative.id,
            after=desk.state.head,
            at=at or look.now,
            day=self.office.day(at) if at else look.today,
        )
        if entries:
            desk.state = fold(entries, start=desk.state)
            desk.entries += entries


def _drifting(desk: Desk, decision: Decision, soonest: date) -> bool:
    """Whether a step under way is expected as soon as can be while somebody elsewhere waits for the initiative."""
    if all(decision.state.step(ref.step).closed for ref in desk.exported):
        return False
    return any(row.opened and row.forecast == soonest for row in decision.summary.steps)


def _changes_nothing(seen: Decision, desk: Desk, command: Command) -> bool:
    """Whether a command only says that all goes well: no less is done than was of what is green, and not all of it."""
    step = desk.initiative.steps[command.step.step]
    row = next(row for row in seen.summary.steps if row.step == step.id)
    if command.verb is not Verb.REPORT or row.status is not Status.WORKING or row.light is not Light.GREEN:
        return False
    if step.target is None:
        return (command.progress or 0) >= row.progress
    return row.progress <= points(share(step.target, command.value or 0.0)) < 100


def _moment(queued: Draft) -> datetime:
    return datetime.fromisoformat(queued.data["next_try"])


def _sent(queued: Draft) -> Draft:
    told = {key: queued.data[key] for key in ("notice", "slip", "recipient")}
    return Draft(EntryKind.NOTICE_SENT, queued.step, data={**told, "outcome": SAID})


def _measured(ref: StepRef, period: str, value: float) -> Draft:
    data = {"value": value, "source": SAID, "period": period}
    return Draft(EntryKind.MEASURED, ref.step, data=data, key=f"measured/{ref.step}/{period}")


def _failing(ref: StepRef) -> tuple[Draft, Draft]:
    return (
        Draft(EntryKind.ACTION_STARTED, ref.step),
        Draft(EntryKind.ACTION_FAILED, ref.step, data={"reason": SAID, "final": True}, key=f"failed/{ref.step}"),
    )


def _succeeding(ref: StepRef) -> tuple[Draft, Draft]:
    return (
        Draft(EntryKind.ACTION_STARTED, ref.step),
        Draft(EntryKind.ACTION_SUCCEEDED, ref.step, data={"outcome": SAID}, key=f"succeeded/{ref.step}"),
    )
