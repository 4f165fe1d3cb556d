"""A bureau in memory: initiatives decided on, people acting, notices sent, one moment after another.

Nothing is stored and nothing is hashed; what happens to steps is what the service would store at the same moments.
Rungs that are overtaken on a morning on which somebody acts are noted after that, and not before. Actions and
measurements end at once. An initiative is looked at when its moment has come, when somebody acted, or when what it
waits for moved.
"""

from collections.abc import Collection, Container, Iterable, Mapping
from datetime import date, datetime
from itertools import chain, groupby, islice
from typing import NamedTuple

from duban.core.deciding.commands import Command, respond
from duban.core.deciding.decide import Decision, decide_on
from duban.core.deciding.ground import Ground, ground
from duban.core.deciding.mail import WANTING_ANSWER
from duban.core.deciding.office import Look, Office
from duban.core.deciding.settle import downstream
from duban.core.ledger.entries import Draft, Entry, EntryKind, number
from duban.core.ledger.state import State, fold
from duban.core.ledger.summary import Light, Upstream, known_of
from duban.core.planning.plan import StepRef
from duban.core.rehearsing.causes import Missed, missed
from duban.core.rehearsing.day import carry_out, knots
from duban.core.rehearsing.desk import Desk, changes_nothing, drifting
from duban.core.rehearsing.outcomes import SAID, failing, measured, moment_of, sent, succeeding
from duban.core.rehearsing.owners import ACTIVE, Owners
from duban.core.telling.notices import recheck


class News(NamedTuple):
    """What one part of a plan tells another: what is known of its steps, what was missed, whether it is over."""

    facts: Mapping[StepRef, Upstream]
    missed: Mapping[StepRef, Missed]
    closed: bool


class Diary(NamedTuple):
    """What a part of a plan has lived through: by initiative its state, entries and lights; its commands and looks."""

    pages: Mapping[str, tuple[State, list[Entry], list[tuple[date, Light]]]]
    commands: list[tuple[date, Command]]
    looks: int


class Bureau:
    """The initiatives of a plan, or those `among` them, and the people before them."""

    def __init__(self, office: Office, owners: Owners, among: Collection[str] | None = None) -> None:
        self.office, self.owners = office, owners
        plan = office.plan
        exported: dict[str, list[StepRef]] = {name: [] for name in plan.initiatives}
        for ref in plan.downstream:
            exported[ref.initiative].append(ref)
        self._knots = [knot for knot in knots(plan) if among is None or knot[0] in among]
        names = chain.from_iterable(self._knots)
        self.desks = {name: Desk(plan.initiatives[name], tuple(exported[name])) for name in names}
        self.missed: dict[StepRef, Missed] = {}
        self.commands: list[tuple[date, Command]] = []
        self.looks = 0
        self._facts: dict[StepRef, Upstream] = {}
        self._untold: dict[StepRef, Upstream] = {}
        self._told = 0
        self._woken: set[str] = set(self.desks)
        self.now = office.at(plan.starts, office.policy.hours.first)

    @property
    def closed(self) -> bool:
        """Whether every step of every initiative is."""
        return all(desk.closed for desk in self.desks.values())

    def live(self, now: datetime) -> None:
        """On a working day the people act; on any day what is due is looked at until nothing is. Raises Stuck."""
        self.act(now)
        self.settle()

    def act(self, now: datetime) -> None:
        """The first half of a day: what has come due is noted and, on a working day, the people act. Raises Stuck."""
        self.now = now
        working = self.office.calendar.is_working(self.office.day(now))
        for name, desk in self.desks.items():
            if desk.due(now, working=working):
                self._woken.add(name)
            if working:
                self._turn(name, desk)

    def settle(self) -> None:
        """The second half: what is due is looked at until nothing is."""
        for knot in self._knots:  # each until it is calm, before those that wait for it
            while woken := [name for name in knot if name in self._woken]:
                for name in woken:
                    self._woken.discard(name)
                    self._look(self.desks[name])

    def news(self) -> News:
        """What has become known since this was asked last, for initiatives that are not among these."""
        facts, self._untold = self._untold, {}
        missed = dict(islice(self.missed.items(), self._told, None))
        self._told += len(missed)
        return News(facts, missed, self.closed)

    def diary(self) -> Diary:
        """What was lived through, as it can be handed to another process."""
        pages = {name: (desk.state, desk.entries, desk.lights) for name, desk in self.desks.items()}
        return Diary(pages, self.commands, self.looks)

    def join(self, diary: Diary) -> None:
        """Add what others have lived through, of whom all news was heard before."""
        plan = self.office.plan
        others = {
            name: Desk(plan.initiatives[name], (), state, entries=entries, lights=lights)
            for name, (state, entries, lights) in diary.pages.items()
        }
        self.desks = others | self.desks
        self.commands = diary.commands + self.commands
        self.looks += diary.looks

    def hear(self, news: News) -> None:
        """Take notice of what is known of other initiatives, and wake those whom it concerns."""
        self.missed.update(news.missed)
        self._facts.update(news.facts)
        self._wake(news.facts)

    def _wake(self, changed: Iterable[StepRef]) -> None:
        self._woken.update(name for name in downstream(self.office.plan, changed) if name in self.desks)

    def _send_if_due(self, desk: Desk, look: Look, key: str) -> None:
        """Send a notice unless it has become needless, as the outbox does."""
        notice = desk.state.notices[key]
        again = recheck(look, desk.state, notice, desk.decided)
        said = {"notice": key, "slip": notice.slip, "recipient": notice.recipient, "outcome": again.lapsed or SAID}
        kind = EntryKind.NOTICE_SENT if again.call else EntryKind.NOTICE_DROPPED
        self._write(desk, look, [Draft(kind, notice.step, data=said)], notice.next_try)

    def _turn(self, name: str, desk: Desk) -> None:
        """The people of an initiative act on what they see this morning."""
        woken = name in self._woken
        if not woken and not desk.active:
            return
        look, decision = self._seen(desk), None
        at = self._ground(desk, look) if woken or desk.at is None else desk.at
        if woken and self._passed(at, look.today):
            decision = self._decided(desk, look, at)
        commands = tuple(self.owners.conduct(look, at))
        if commands and not woken and all(changes_nothing(desk, said) for said in commands):
            self._carry_out(desk, look, commands)
            desk.at = at._replace(state=desk.state)
            return
        if commands:
            self._write(desk, look, at.drafts)
            self._carry_out(desk, look, commands)
            decision = self._decided(desk, look, self._ground(desk, look))
        if woken or commands:
            self._woken.discard(name)
            self._conclude(desk, look, decision or self._decided(desk, look, at))

    def _passed(self, at: Ground, today: date) -> bool:
        """Whether a deadline was missed that is not told of yet, which is to be before anybody acts."""
        for step in at.going_on:
            limit = at.limits[step.id]
            if limit is not None and limit.day < today and step.ref not in self.missed:
                return True
        return False

    def _carry_out(self, desk: Desk, look: Look, commands: Iterable[Command]) -> None:
        for command in commands:
            carry_out(command, lambda said: self._write(desk, look, respond(look, desk.state, said)))
            self.commands.append((look.today, command))

    def _look(self, desk: Desk) -> None:
        look = self._seen(desk)
        self._conclude(desk, look, self._decided(desk, look, self._ground(desk, look)))

    def _seen(self, desk: Desk) -> Look:
        return Look(self.office, desk.initiative, self._facts, self.now)

    def _ground(self, desk: Desk, look: Look) -> Ground:
        return ground(look, desk.state, desk.decided.at if desk.decided else None)

    def _decided(self, desk: Desk, look: Look, at: Ground) -> Decision:
        self.looks += 1
        decision = desk.decided = decide_on(look, at, desk.decided)
        if self._passed(at, look.today):
            for late in missed(look, decision, self.missed):
                self.missed[late.step] = late
        return decision

    def _conclude(self, desk: Desk, look: Look, decision: Decision) -> None:
        """Store what was decided, send what is due, and wake whom it concerns."""
        self._write(desk, look, decision.drafts)
        queued = [draft for draft in decision.drafts if draft.kind is EntryKind.NOTICE_QUEUED]
        answered = [draft for draft in queued if self._is_answered(desk, draft, look.today)]
        for ref in decision.actions:
            fails = self.owners.fails(ref, desk.state.step(ref.step))
            self._write(desk, look, failing(ref) if fails else succeeding(ref))
        for ref, period in decision.measures:
            self._write(desk, look, [measured(ref, period, self.owners.measured(look, decision.at, ref))])
        for moment, drafts in groupby(sorted(queued, key=moment_of), key=moment_of):
            self._send(desk, look, moment, list(drafts), answered)
        desk.at = decision.at._replace(state=desk.state, drafts=())
        desk.active = any(decision.stands[step.id].row.status in ACTIVE for step in decision.at.going_on)
        desk.drifting = drifting(desk, decision, look.calendar.next_working(look.today))
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
        self._write(desk, look, [sent(draft) for draft in queued if draft not in answered], moment)
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
        known = {ref: known_of(decision.stands[ref.step].row) for ref in desk.exported}
        changed = {ref: fact for ref, fact in known.items() if self._facts.get(ref) != fact}
        self._facts.update(changed)
        self._untold.update(changed)
        self._wake(changed)

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
