"""A bureau in memory: initiatives decided on, people acting, notices sent, one moment after another.

Nothing is stored and nothing is hashed; what happens to steps is what the service would store at the same moments.
Rungs that are overtaken on a morning on which somebody acts are noted after that, and not before. Actions and
measurements end at once. An initiative is looked at when its moment has come, when somebody acted, or when what it
waits for moved.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain, groupby

from duban.core.deciding.commands import Command, respond
from duban.core.deciding.deadlines import NO_LIMITS, Limits, deadlines
from duban.core.deciding.decide import Decision, decide_on
from duban.core.deciding.office import Look, Office
from duban.core.deciding.recheck import recheck, still_due
from duban.core.deciding.settle import downstream, settle
from duban.core.ledger.entries import Draft, Entry, EntryKind, number
from duban.core.ledger.notices import NoticeRow
from duban.core.ledger.state import EMPTY, State, fold
from duban.core.ledger.summary import Light, Upstream, known_of
from duban.core.planning.lights import WANTING_ANSWER
from duban.core.planning.plan import Initiative, StepRef
from duban.core.rehearsing.causes import Missed, missed, passed
from duban.core.rehearsing.day import carry_out, knots
from duban.core.rehearsing.outcomes import SAID, failing, measured, moment_of, sent, succeeding
from duban.core.rehearsing.owners import Owners
from duban.core.rehearsing.silences import Unheard, silences
from duban.core.telling.lapses import why_lapsed


@dataclass(slots=True)
class Trail:
    """One initiative: what happened and what was decided last; `lights` are the days on which its light turned."""

    initiative: Initiative
    exported: tuple[StepRef, ...]
    state: State = EMPTY
    decided: Decision | None = None
    entries: list[Entry] = field(default_factory=list)
    lights: list[tuple[date, Light]] = field(default_factory=list)

    @property
    def closed(self) -> bool:
        """Whether every step is."""
        return self.decided is not None and self.decided.summary.done == self.decided.summary.total

    def due(self, now: datetime) -> bool:
        """Whether time alone asks for a look."""
        if self.decided is None:
            return True
        turning, again, rows = self.decided.turning, self.decided.summary.look_again, self.decided.rows
        if again is None or again > now:
            return False
        by_itself = turning is not None and turning <= now
        return by_itself or any(rows[ref.step].finished is None for ref in self.exported)


_Settled = tuple[State, tuple[Draft, ...], Limits]
"""An initiative once what happens by itself has, the entries of that, and the deadlines after it."""


def _settled(trail: Trail, look: Look) -> _Settled:
    state, news = settle(look, trail.state)
    return state, news, deadlines(look, state, trail.decided.deadlines if trail.decided else NO_LIMITS)


class Bureau:
    """The initiatives of a plan, and the people before them."""

    def __init__(self, office: Office, owners: Owners) -> None:
        self.office, self.owners = office, owners
        plan = office.plan
        exported: dict[str, list[StepRef]] = {name: [] for name in plan.initiatives}
        for ref in plan.downstream:
            exported[ref.initiative].append(ref)
        self._knots = knots(plan)
        names = chain.from_iterable(self._knots)
        self.trails = {name: Trail(plan.initiatives[name], tuple(exported[name])) for name in names}
        self.missed: dict[StepRef, Missed] = {}
        self.silences: dict[StepRef, Unheard] = {}
        """Of every late step the longest silence."""
        self.commands: list[tuple[date, Command]] = []
        self.looks = 0
        self._facts: dict[StepRef, Upstream] = {}
        self._woken: set[str] = set(self.trails)
        self.now = office.morning(plan.starts)

    @property
    def closed(self) -> bool:
        """Whether every step of every initiative is."""
        return all(trail.closed for trail in self.trails.values())

    def live(self, now: datetime) -> None:
        """On a working day the people act; on any day what is due is looked at until nothing is. Raises Stuck."""
        self.now = now
        working = self.office.calendar.is_working(self.office.day(now))
        for name, trail in self.trails.items():
            if trail.due(now):
                self._woken.add(name)
            if working and (name in self._woken or not trail.closed):
                self._turn(name, trail)
        for knot in self._knots:  # each until it is calm, before those that wait for it
            while not self._woken.isdisjoint(knot):
                for name in [name for name in knot if name in self._woken]:
                    self._woken.discard(name)
                    trail, look = self.trails[name], self._seen(self.trails[name])
                    self._conclude(trail, look, self._decide(trail, look, _settled(trail, look)))
        if working:
            self._listen()

    def _listen(self) -> None:
        """Note who was late today, and for how long had heard nothing."""
        for ref in self.missed:
            trail = self.trails[ref.initiative]
            if trail.decided is not None and not trail.state.step(ref.step).closed:
                for silence in silences(self._seen(trail), trail.decided, trail.state, ref.step):
                    if ref not in self.silences or silence.days > self.silences[ref].days:
                        self.silences[ref] = silence

    def _turn(self, name: str, trail: Trail) -> None:
        """The people of an initiative act on what is seen of it this morning."""
        look, decided, woken = self._seen(trail), trail.decided, name in self._woken
        at = _settled(trail, look) if woken or decided is None else (trail.state, (), decided.deadlines)
        state, news, limits = at
        if woken and any(passed(look, state, limits, self.missed)):  # told before anybody acts
            self._decide(trail, look, at)
        commands = tuple(self.owners.conduct(look, state, limits))
        if commands:
            self._write(trail, look, news)
            self._carry_out(trail, look, commands)
            at = _settled(trail, look)
        if woken or commands:
            self._woken.discard(name)
            self._conclude(trail, look, self._decide(trail, look, at))

    def _carry_out(self, trail: Trail, look: Look, commands: Iterable[Command]) -> None:
        for command in commands:
            carry_out(command, lambda said: self._write(trail, look, respond(look, trail.state, said)))
            self.commands.append((look.today, command))

    def _seen(self, trail: Trail) -> Look:
        return Look(self.office, trail.initiative, self._facts, self.now)

    def _decide(self, trail: Trail, look: Look, at: _Settled) -> Decision:
        self.looks += 1
        decision = trail.decided = decide_on(look, *at, trail.decided)
        for late in missed(look, decision, self.missed):
            self.missed[late.step] = late
        return decision

    def _conclude(self, trail: Trail, look: Look, decision: Decision) -> None:
        """Store what was decided, send what is due, and wake whom it concerns."""
        self._write(trail, look, decision.drafts)
        for ref in decision.actions:
            fails = self.owners.fails(ref, trail.state.step(ref.step))
            self._write(trail, look, failing(ref) if fails else succeeding(ref))
        for ref, period in decision.measures:
            value = self.owners.measured(look, decision.state, decision.deadlines, ref)
            self._write(trail, look, [measured(ref, period, value)])
        queued = [draft for draft in decision.drafts if draft.kind is EntryKind.NOTICE_QUEUED]
        lapsed = False
        for moment, drafts in groupby(sorted(queued, key=moment_of), key=moment_of):
            lapsed |= self._send(trail, look, moment, list(drafts))
        rows = decision.rows
        pressed = [one for one in queued if one.data["slip"] in WANTING_ANSWER and rows[one.step].light < Light.ORANGE]
        if decision.actions or decision.measures or lapsed or pressed:  # what is pressed may turn orange
            self._woken.add(trail.initiative.id)
        self._tell_others(trail, decision)
        if not trail.lights or trail.lights[-1][1] is not decision.summary.light:
            trail.lights.append((look.today, decision.summary.light))

    def _send(self, trail: Trail, look: Look, moment: datetime, queued: Iterable[Draft]) -> bool:
        """Send what was queued for one moment; whether any of it has become needless meanwhile, as by an answer."""
        decision, dropped = trail.decided, list[NoticeRow]()
        for draft in queued:
            notice = trail.state.notice(draft.data["notice"])
            if decision is None or still_due(look, decision, trail.state, notice):
                self._write(trail, look, [sent(draft)], moment)
            else:
                dropped.append(notice)
        for notice in dropped:
            self._drop(trail, look, notice)
        return bool(dropped)

    def _drop(self, trail: Trail, look: Look, notice: NoticeRow) -> None:
        again = recheck(look, trail.state, notice, trail.decided)
        outcome = why_lapsed(self.office, again.lapsed)
        said = {"notice": notice.key, "slip": notice.slip, "recipient": notice.recipient, "outcome": outcome or SAID}
        kind = EntryKind.NOTICE_SENT if again.rung else EntryKind.NOTICE_DROPPED
        self._write(trail, look, [Draft(kind, notice.step, data=said)], notice.next_try)

    def _tell_others(self, trail: Trail, decision: Decision) -> None:
        """Wake those who wait for a step of which something else is known now: its end, or when to expect it."""
        if not trail.exported:
            return
        known = {ref: known_of(decision.rows[ref.step]) for ref in trail.exported}
        changed = {ref: fact for ref, fact in known.items() if self._facts.get(ref) != fact}
        self._facts.update(changed)
        self._woken.update(downstream(self.office.plan, changed))

    def _write(self, trail: Trail, look: Look, drafts: Sequence[Draft], at: datetime | None = None) -> None:
        if not drafts:
            return
        entries = number(
            drafts,
            plan=self.office.plan.id,
            initiative=trail.initiative.id,
            after=trail.state.head,
            at=at or look.now,
            day=self.office.day(at) if at else look.today,
        )
        trail.state = fold(entries, start=trail.state)
        trail.entries += entries
