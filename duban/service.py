"""The round the data goes: read the ledger, decide, store. Store first; acting is for the layers above.

Every function here may be interrupted at any instant and called again: what is stored is stored whole, and deciding
again adds nothing that is there already.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from duban.belief import BelievedClock
from duban.core.deciding.commands import Command, Refused, respond
from duban.core.deciding.decide import Decision, decide
from duban.core.deciding.doubt import Doubt
from duban.core.deciding.intake import heard, taken_in
from duban.core.deciding.late_entry import BACK, predated
from duban.core.deciding.office import Look, Office
from duban.core.deciding.upset import elsewhere
from duban.core.ledger.entries import GUARD, PLAN, Draft, Entry, EntryKind, chained, first_key, with_keys
from duban.core.ledger.histories import names_for_good
from duban.core.ledger.readings import CONFLICTS, TICKS
from duban.core.ledger.state import State, fold
from duban.core.ledger.steps import StepState
from duban.core.ledger.summary import known_of
from duban.core.planning.plan import Initiative, Plan, StepRef
from duban.core.planning.snapshot import restored
from duban.core.titles import perhaps
from duban.ports import Clock, Commit, Conflict, Ledger, Rounder
from duban.remembered import Memory, Remembered
from duban.turns import TRIES, turns
from duban.views import Beside, More, Page, Result, Say, View, concluded

if TYPE_CHECKING:
    from duban.core.forecasting.schedule import Schedule

T = TypeVar("T")
ACTION_TRIES = 3
"""How often an action is started before it counts as failed for good."""


def _nobody(view: View, result: Result) -> tuple[Commit, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Service:
    """The engine at work for one office, on one ledger.

    `replans` is what the last application of a plan has to say to initiatives; each takes it in once, before all else.
    `back` is how many working days later people may enter what they did; `belief` the clock, but in a rehearsal.
    """

    office: Office
    ledger: Ledger
    clock: Clock
    replans: Mapping[str, tuple[Draft, ...]] = field(default_factory=dict)
    back: int = BACK
    belief: BelievedClock | None = None
    memory: Memory = field(default_factory=Memory, compare=False, repr=False)

    def doubt(self) -> Doubt | None:
        """Why the time is not believed now; None when it is."""
        return self.belief.doubt() if self.belief else None

    def trusted(self) -> None:
        """Raise Refused while the time is in doubt: what people do is not put down under a wrong one."""
        if doubt := self.doubt():
            from duban.core.telling.doubtful import doubtful  # noqa: PLC0415  time is believed nearly always

            raise Refused("time-in-doubt", doubtful(self.office, doubt))

    def view(self, name: str) -> View:
        """An initiative as stored, seen now; raises Refused for an unknown one."""
        initiative = self.initiative(name)
        steps = initiative.upstream.union(self.office.plan.exports.get(name, ()))
        known = self.memory.of(initiative, self.replans.get(name, ()))
        stored = self.ledger.stored(name, steps, len(known.entries))
        if not known.holds(stored.entries):  # a backup was restored, or other hands were at work: all is read anew
            known = Remembered(initiative, known.told)
            stored = self.ledger.stored(name, steps)
        known = self.memory.keep(known.followed_by(tuple(stored.entries[len(known.entries) > 0 :])))
        return View(
            look=Look(self.office, initiative, stored.known, self.clock.now()),
            entries=known.entries,
            state=known.state,
            names=known.names,
            keys=known.keys,
            renewed=known.renewed,
            wakes=stored.wakes,
            known=stored.known,
            decided=known.decision,
        )

    def names(self, initiative: Initiative, entries: Sequence[Entry]) -> Mapping[str, str]:
        """Former ids of an initiative's steps that hold for all its entries, and the ids these steps bear now."""
        return names_for_good(entries, initiative.renamed, self.replans.get(initiative.id, ()))

    def everything(self, names: Iterable[str] | None = None) -> Iterator[tuple[Look, State]]:
        """Every initiative of the plan as stored, seen now, in its order and three queries; with `names` those."""
        if names is not None:
            return ((view.look, view.state) for view in map(self.view, names))
        return self._each(self._folded)

    def histories(self) -> Iterator[tuple[Look, State, tuple[Entry, ...]]]:
        """The same, each with its entries."""
        seen = self._each(lambda one, own: (self._folded(one, own), own))
        return ((look, state, own) for look, (state, own) in seen)

    def _folded(self, initiative: Initiative, entries: tuple[Entry, ...]) -> State:
        return fold(entries, self.names(initiative, entries))

    def _each(self, told: Callable[[Initiative, tuple[Entry, ...]], T]) -> Iterator[tuple[Look, T]]:
        """Every initiative with what its entries tell; of these no more are held than of one at a time."""
        summaries, plan = self.ledger.summaries(), self.office.plan.initiatives
        known = {StepRef(one.initiative, row.step): known_of(row) for one in summaries for row in one.steps}
        with self.ledger.stream() as entries:
            of = groupby(entries, key=lambda entry: entry.initiative)
            stored = {name: told(plan[name], tuple(own)) for name, own in of if name in plan}
        now = self.clock.now()
        for name, one in plan.items():
            facts = {ref: known[ref] for ref in one.upstream if ref in known}
            yield Look(self.office, one, facts, now), stored[name] if name in stored else told(one, ())

    def owners(self) -> Mapping[StepRef, str]:
        """The unit or post that each open step is with, whether or not the directory still has it."""
        steps = ((one, state) for look, state in self.everything() for one in look.initiative.steps.values())
        return {one.ref: own.owner or one.owner for one, state in steps if not (own := state.step(one.id)).closed}

    def schedule(self, part: Plan | None = None) -> "Schedule":
        """The whole plan, or a part that holds all its steps wait for, as it stands now: what forecasts are made of.

        Raises CalendarRange when a step is expected beyond the calendar.
        """
        from duban.core.forecasting.facts import facts_of  # noqa: PLC0415  most looks forecast nothing
        from duban.core.forecasting.schedule import Schedule  # noqa: PLC0415  as above

        seen = self.everything(part.initiatives if part else None)
        facts = facts_of((look, decide(look, state)) for look, state in seen)
        return Schedule(part or self.office.plan, self.office.calendar, facts, self.office.day(self.clock.now()))

    def initiative(self, name: str) -> Initiative:
        """The initiative of that id; raises Refused with the nearest name."""
        known = self.office.plan.initiatives
        if name not in known:
            raise Refused("unknown-initiative", f"没有举措 {name}：{perhaps(name, known, '请核对举措编号')}")
        return known[name]

    def reaching(self, names: Iterable[str]) -> "Service":
        """The same with initiatives that the plan no longer has, but none of their steps: people still hear of these.

        Each as the last application that had it; those that none ever had are not there.
        """
        missing = set(names) - self.office.plan.initiatives.keys()
        found: dict[str, Initiative] = {}
        applied = self.ledger.entries(PLAN) if missing else ()
        for entry in (one for one in applied if one.kind is EntryKind.PLAN_APPLIED):
            known = restored(entry.data["plan"]).initiatives
            found |= {name: replace(known[name], steps={}) for name in missing & known.keys()}
        if not found:
            return self
        plan = replace(self.office.plan, initiatives={**self.office.plan.initiatives, **found})
        return replace(self, office=replace(self.office, plan=plan))

    def foresee(self, view: View) -> Result:
        """What a tick would come to now; stores nothing."""
        page, decision = self._begun(view)
        page.write(decision.drafts)
        return concluded(view, page, decision)[0]

    def replan(self, name: str) -> Result:
        """Take in what the last application has to say to an initiative, and what follows; a tick shows it."""
        return self._store(name, lambda view, state: (), wake=(name,))

    def tick(self, name: str) -> Result:
        """Look at an initiative: store what follows from the ledger and the time."""
        return self._store(name, lambda view, state: (), answered=True, beside=self._elsewhere)

    def act(self, command: Command) -> Result:
        """Carry out a command and what follows from it, as one transaction; raises Refused and stores nothing.

        The notices it leads to, and its picture in Prefect, are left to a tick, for which the initiative is woken.
        """
        self.trusted()
        asked = taken_in(command)
        name = asked.step.initiative

        def said(view: View, state: State) -> tuple[Draft, ...]:
            return () if asked.key in view.keys else respond(view.look, state, asked, self.back)

        return self._store(name, said, wake=(name,), beside=self._elsewhere)

    def _elsewhere(self, view: View, result: Result) -> tuple[Commit, ...]:
        """What others are to be told of what was taken back, or closed by a late entry, as transactions beside it."""
        drafts = [Draft(entry.kind, entry.step, entry.actor, entry.data) for entry in result.entries]
        views = dict[str, View]()

        def seen(name: str) -> tuple[Look, State]:
            views[name] = self.view(name)
            return views[name].look, views[name].state

        back = elsewhere(view.look, view.state, drafts, seen)
        late = predated(view.look, result.decision.state, result.closed, seen)
        told = {name: (*back.get(name, ()), *late.get(name, ())) for name in (*back, *late)}
        commits = ((name, self._written(views[name], _saying(said))[1]) for name, said in told.items())
        return tuple(replace(commit, wake=(name, *commit.wake)) for name, commit in commits)

    def record(self, name: str, *drafts: Draft) -> Result | None:
        """Store entries about what was done outside (an action, a delivery); None when a key of theirs is there."""

        def unless_there(view: View, state: State) -> tuple[Draft, ...]:
            there = any(draft.key in view.keys for draft in with_keys(drafts, view.renewed) if draft.key)
            return () if there else drafts

        result = self._store(name, unless_there)
        wanted = {draft.key for draft in drafts if draft.key}
        return result if wanted <= {first_key(entry.key) for entry in result.entries if entry.key} else None

    def _store(
        self, name: str, more: More, *, wake: tuple[str, ...] = (), answered: bool = False, beside: Beside = _nobody
    ) -> Result:
        """Store what follows from the ledger and the time, then `more`, then what follows from that.

        Only a tick has `answered` the wakes that came before it. `beside` makes transactions of what others are told.
        """
        for tried in turns():
            with suppress(Conflict), self.ledger.undisturbed(name) if tried else self.ledger.in_turn(name):
                view = self.view(name)
                result, commit = self._written(view, more)
                counted, woken = (CONFLICTS,) * tried + (TICKS,) * answered, view.wakes if answered else ()
                commit = replace(commit, wake=(*wake, *commit.wake), woken=woken, counted=counted)
                self.ledger.commit(commit, *beside(view, result))
                self.memory.decided(result.decision)
                return result
        raise Conflict(f"{name}: others wrote {TRIES} times while this was being decided; try again")

    def _begun(self, view: View) -> tuple[Page, Decision]:
        """A page that begins with what an application says, if that is new, and what follows from it and the time."""
        page = Page(view)
        if drafts := self.unheard(view):
            page.write(drafts)
        return page, decide(view.look, page.state, view.decided)

    def unheard(self, view: View) -> tuple[Draft, ...]:
        """What the last application has to say to an initiative that it has not taken in yet."""
        drafts = self.replans.get(view.look.initiative.id, ())
        return tuple(draft for draft in drafts if draft.key not in view.keys)

    def _written(self, view: View, more: More) -> tuple[Result, Commit]:
        """What follows from the ledger and the time, then `more`, then what follows from that, as a transaction."""
        page, decision = self._begun(view)
        if drafts := more(view, decision.state):
            # What is said now may make a notice needless that would be queued now.
            page.write((*(d for d in decision.drafts if d.kind is not EntryKind.NOTICE_QUEUED), *drafts))
            decision = decide(view.look, page.state, decision)
        page.write(decision.drafts)
        return concluded(view, page, decision)

    def record_together(self, views: Mapping[str, View], say: Say) -> bool:
        """Store entries of several initiatives and what follows from them, as one transaction; false: nothing to say.

        `say` is asked with the initiatives as they stand, and again with them read anew when somebody was quicker.
        """
        for _ in turns():
            said = say(views)
            if said is None:
                return False
            commits = [self._written(views[name], _saying(drafts))[1] for name, drafts in said.drafts.items() if drafts]
            try:
                self.ledger.commit(*commits, *said.beside)
            except Conflict:
                views = {name: self.view(name) for name in views}
                continue
            return True
        raise Conflict(f"{', '.join(views)}: others wrote {TRIES} times while this was being decided; try again")

    def start_action(self, ref: StepRef) -> str:
        """Note that an action is begun; the key that makes beginning it again harmless.

        Another one where an end of it counts no longer: what ran at a wrong time runs once more on its day.
        """
        begun = self.record(ref.initiative, Draft(EntryKind.ACTION_STARTED, ref.step))
        life = _life(begun.decision.state.step(ref.step)) if begun else ""
        again = self.view(ref.initiative).renewed.get(f"succeeded/{ref.step}{life}", "")
        return f"{self.office.plan.id}/{ref}{life}" + (f"/{again}" if again else "")

    def await_action(self, ref: StepRef, run: str) -> Result | None:
        """Note which run elsewhere an action waits for."""
        data, key = {"run": run}, f"waiting/{ref.step}/{run}"
        return self.record(ref.initiative, Draft(EntryKind.ACTION_WAITING, ref.step, data=data, key=key))

    def end_action(self, ref: StepRef, outcome: str) -> Result | None:
        """Note that an action succeeded, and what it gave; that ends its step."""
        own = self.view(ref.initiative).state.step(ref.step)
        data, key = {"outcome": heard(outcome)}, f"succeeded/{ref.step}{_life(own)}"
        return self.record(ref.initiative, Draft(EntryKind.ACTION_SUCCEEDED, ref.step, data=data, key=key))

    def fail_action(self, ref: StepRef, reason: str) -> Result | None:
        """Note that an action failed; after the last try it is a person's business."""
        own = self.view(ref.initiative).state.step(ref.step)
        data = {"reason": heard(reason), "final": own.tries >= ACTION_TRIES}
        key = f"failed/{ref.step}{_life(own)}/{own.tries}"
        return self.record(ref.initiative, Draft(EntryKind.ACTION_FAILED, ref.step, data=data, key=key))

    def end_measure(self, ref: StepRef, period: str, value: float, source: str) -> Result | None:
        """Note what an indicator was measured to be in a period; None when it has been measured for it."""
        life = _life(self.view(ref.initiative).state.step(ref.step))
        data, key = {"value": value, "source": source, "period": period}, f"measured/{ref.step}{life}/{period}"
        return self.record(ref.initiative, Draft(EntryKind.MEASURED, ref.step, data=data, key=key))

    def fail_measure(self, ref: StepRef, period: str, reason: str) -> Result | None:
        """Note that measuring failed; after the last try of a period it is told, and the next one is waited for."""
        own = self.view(ref.initiative).state.step(ref.step)
        data = {"reason": heard(reason), "final": own.misses + 1 >= ACTION_TRIES, "period": period}
        key = f"measuring-failed/{ref.step}{_life(own)}/{period}/{own.misses}"
        return self.record(ref.initiative, Draft(EntryKind.MEASURING_FAILED, ref.step, data=data, key=key))

    def note(self, chain: str, draft: Draft) -> bool:
        """Store an entry in one of the engine's own chains; false when somebody else was quicker."""
        now, after = self.clock.now(), self.ledger.last(chain)
        plan, day = self.office.plan.id, self.office.day(now)
        try:
            entries = chained((draft,), plan=plan, initiative=chain, after=after, at=now, day=day)
            self.ledger.commit(Commit(chain, entries))
        except Conflict:
            return False
        return True

    def mended_today(self) -> tuple[str, ...]:
        """What was mended today of what somebody had changed on Prefect's server, in words."""
        today = self.office.day(self.clock.now())
        entries = (entry for entry in self.ledger.entries(GUARD) if entry.kind is EntryKind.MENDED)
        return tuple(line for entry in entries if entry.day == today for line in entry.data["what"])

    def last_seal(self) -> str:
        """The last seal of the ledger, in a line; empty before the first."""
        from duban.core.telling.seals import seal_line  # noqa: PLC0415  most looks tell of none

        made = self.ledger.rounds().get(Rounder.SEAL)
        return seal_line(self.office.day(made.at), made.said) if made else ""

    def recorded_until(self) -> str:
        """The moment of the last entry, at the office; 尚无记录 before the first."""
        last = self.ledger.last_at()
        return last.astimezone(self.office.zone).replace(tzinfo=None).isoformat(" ") if last else "尚无记录"

    def due(self, limit: int = 1000) -> tuple[str, ...]:
        """Initiatives to look at now: those never looked at, then those woken or whose moment has come."""
        due = [name for name in self.ledger.due(self.clock.now(), limit) if name in self.office.plan.initiatives]
        return tuple(dict.fromkeys((*self._fresh(), *due)))

    def _fresh(self) -> tuple[str, ...]:
        """Initiatives never looked at; once there are none, names are compared no more until the plan has others."""
        plan = self.office.plan
        if self.ledger.roster() == plan.roster:
            return ()
        known = set(self.ledger.initiatives())
        fresh = tuple(name for name in plan.initiatives if name not in known)
        if not fresh:
            self.ledger.check_off(plan.roster)
        return fresh


def _life(own: StepState) -> str:
    """What keeps the keys of an action apart from those of one that the plan had under the same name before."""
    return f"~{own.rounds}" if own.rounds else ""


def _saying(drafts: tuple[Draft, ...]) -> More:
    return lambda view, state: drafts
