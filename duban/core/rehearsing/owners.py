"""Simulated owners for a rehearsal: they sign for, report, hand in, ask for time and are late, as a profile says.

What an owner is like depends on the profile's seed and the step alone, so that a rehearsal with the same seed is the
same. Each step sees at most one thing done a day, but for an answer given on the day it is asked for.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any, get_args

from duban.core.days.workdays import DayUnit
from duban.core.deciding.commands import Command, Verb
from duban.core.deciding.deadlines import Limits
from duban.core.deciding.judging import answerers, doers
from duban.core.deciding.office import Look
from duban.core.deciding.settle import status
from duban.core.ledger.notices import Delivery, NoticeRow
from duban.core.ledger.state import State
from duban.core.ledger.steps import NOTHING, Extension, StepState
from duban.core.ledger.summary import Status
from duban.core.planning.lights import course, planned_on
from duban.core.planning.plan import Initiative, Step, StepRef, Target
from duban.core.planning.plan_file import Kind
from duban.core.planning.progress import path
from duban.core.rehearsing.profile import Manner, Profile

ACTIVE = frozenset({Status.OPEN, Status.WORKING, Status.REVIEW, Status.FAILED})
"""Where a step stands when people may do something about it."""

REHEARSED = "rehearsal"
"""By which way the acts of a rehearsal come."""

JUDGING = frozenset({Verb.APPROVE, Verb.RETURN})

AT_MOST = 10
"""Days that a step takes whoever it was handed over to: leaders see to it."""

MORE_TIME = 5
"""Working days by which an extension moves a deadline."""


MANNERS: tuple[Manner, ...] = get_args(Manner)


@dataclass(frozen=True, slots=True)
class Temper:
    """What the people of a step are like in one round of it, drawn once."""

    manner: Manner
    sign_after: int
    late_by: int
    review_after: int
    sends_back: bool
    pace: float
    answer_after: int
    relieved_after: int
    fails: bool
    mended_after: int


_Waited = tuple[Step, StepState, Status]
"""A step that waits for people, what has happened to it, and where it stands."""


class Owners:
    """The people of a rehearsal. What they are like is drawn when they are first met, and remembered."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._known: dict[tuple[StepRef, int], Temper] = {}
        self._met: dict[StepRef, _Owner] = {}
        self._before: dict[str, tuple[State, list[_Waited]]] = {}

    def conduct(self, look: Look, state: State, limits: Limits) -> Iterator[Command]:
        """What the people of an initiative do on this day, by where its steps stand; nothing on a day off."""
        if not look.calendar.is_working(look.today):
            return
        for step, own, where in self._waited(look.initiative, state):
            yield from self._owner(look, state, limits, step, own).acts(where)

    def _waited(self, initiative: Initiative, state: State) -> list[_Waited]:
        """The steps that wait for people: those of yesterday, if nothing has happened since."""
        known, waited = self._before.get(initiative.id, (None, list[_Waited]()))
        if known is not state:
            recorded = [(step, state.steps.get(name, NOTHING)) for name, step in initiative.steps.items()]
            open_now = [(step, own) for step, own in recorded if own.opened is not None and own.finished is None]
            waited = [(step, own, where) for step, own in open_now if (where := status(step, own)) in ACTIVE]
            self._before[initiative.id] = state, waited
        return waited

    def measured(self, look: Look, state: State, limits: Limits, ref: StepRef) -> float:
        """What an indicator that measures itself is found to be."""
        step = look.initiative.steps[ref.step]
        target = step.target or Target(0.0, "")  # the plan's check refuses to measure anything else
        return self._owner(look, state, limits, step, state.step(ref.step)).value(target)

    def fails(self, ref: StepRef, own: StepState) -> bool:
        """Whether an action fails for good this time; once mended it succeeds."""
        return own.failures == 0 and self._temper(ref, own.rounds).fails

    def _owner(self, look: Look, state: State, limits: Limits, step: Step, own: StepState) -> "_Owner":
        """The people before a step: those of yesterday, if nothing has happened to it since."""
        limit, met = limits[step.id], self._met.get(step.ref)
        due = limit and limit.day
        if met is None or met.own is not own or met.due != due:
            temper, side = self._temper(step.ref, own.rounds), look.office.owner_side(step, own)
            met = self._met[step.ref] = _Owner(look, state, self.profile, temper, step, own, due, side)
        met.look, met.state = look, state
        return met

    def _temper(self, ref: StepRef, rounds: int) -> Temper:
        if (ref, rounds) not in self._known:
            self._known[ref, rounds] = _drawn(self.profile, ref, rounds)
        return self._known[ref, rounds]


def _drawn(profile: Profile, ref: StepRef, rounds: int) -> Temper:
    dice = Random(f"{profile.seed}/{ref}/{rounds}")  # noqa: S311  a rehearsal must repeat
    shares = profile.owners
    manner = dice.choices(MANNERS, [getattr(shares, manner) for manner in MANNERS])[0]
    sign_after, late_by = dice.randint(*profile.sign.days), dice.randint(*profile.late_by)
    review_after = dice.randint(*profile.review.days)
    sends_back = dice.random() < profile.review.send_back and rounds == 0
    pace, answer_after = dice.uniform(*profile.pace), dice.randint(*profile.answer.days)
    relieved_after = max(1, dice.randint(*profile.hand_over.days))
    fails, mended_after = dice.random() < profile.actions.fail, dice.randint(*profile.actions.mended)
    return Temper(
        manner,
        sign_after,
        late_by,
        review_after,
        sends_back,
        pace,
        answer_after,
        relieved_after,
        fails,
        mended_after,
    )


@dataclass(slots=True)
class _Owner:
    """The people before one step in a state of it; what they look at is another every day."""

    look: Look
    state: State
    profile: Profile
    temper: Temper
    step: Step
    own: StepState
    due: date | None
    side: tuple[str, ...]
    """The posts of those who answer for it."""
    done_on: date | None = None
    """The day on which they will be done, once they have thought of it."""

    def acts(self, where: Status) -> Iterator[Command]:
        """The commands of the day, in order."""
        match where:
            case Status.OPEN | Status.WORKING if self._nobody_works():
                return self._is_relieved()
            case Status.OPEN if self._since(self.own.assigned) >= self.temper.sign_after:
                return self._signs()
            case Status.WORKING if self.own.asked:
                return self._waits_for_answer(self.own.asked)
            case Status.WORKING:
                return self._works()
            case Status.REVIEW if self._since(self.own.submitted) >= self.temper.review_after:
                return self._judges()
            case Status.FAILED if self._since(self.own.failed) >= self.temper.mended_after:
                managers = self.look.office.managers(self.look.initiative)
                return self._by(managers, Verb.RESUME, reason="故障已排除")
            case _:
                return iter(())

    # Signing

    def _nobody_works(self) -> bool:
        """Nobody is there, or the owner will not sign until the step is handed over, or long after its deadline."""
        if not any(map(self._there, self.side)):
            return True
        if self.temper.manner != "never_sign" or self.own.owner is not None or self.own.signed:
            return False
        if self.due is None:
            return True
        pressed_since = max(self.due, self.own.assigned or self.due)
        return self._since(pressed_since) < self.profile.gives_in

    def _is_relieved(self) -> Iterator[Command]:
        """Some days after the leaders were told, the step is handed over to somebody who does it."""
        told = [row.queued_at for row in self.own.notices.values() if _supervises(row)]
        if not told or self._since(self.look.office.day(min(told))) < self.temper.relieved_after:
            return
        people = self.look.office.directory
        leader, lead = people.head(self.look.initiative.supervisor), self.look.initiative.lead
        owner = self.look.office.owner(self.step, self.own)
        takers = (people.head(owner), lead, people.head(lead), leader)
        to = next((taker for taker in takers if taker != owner and self._there(people.officer(taker))), None)
        if to is not None:
            managers = self.look.office.managers(self.look.initiative)
            reason = "逾期未签收，转由有关负责人直接办理"
            yield from self._by((leader, *managers), Verb.HAND_OVER, to=to, reason=reason)

    def _signs(self) -> Iterator[Command]:
        """Who has no time to lose, or something to report already, signs by doing so."""
        if self.step.by_signing:
            yield from self._by_owner(Verb.SIGN)
        elif self._over_time():
            yield from self._finishes()
        elif self._reports_today():
            yield from self._reports()
        else:
            yield from self._by_owner(Verb.SIGN)

    # Working

    def _works(self) -> Iterator[Command]:
        if self._asks_for_time():
            yield from self._asks()
        elif self._over_time():
            yield from self._finishes()
        elif self._reports_today():
            yield from self._reports()

    def _reports_today(self) -> bool:
        days = self._since(self.own.opened)
        return days > 0 and days % self.profile.reports_every == 0

    def _reports(self) -> Iterator[Command]:
        yield from self._by_owner(Verb.REPORT, progress=self._progress(), reason="按计划推进", value=self._value())

    def _finishes(self) -> Iterator[Command]:
        if self.step.kind is Kind.REVIEW:
            yield from self._judges()
        elif self.step.kind is Kind.INDICATOR:
            yield from self._by_owner(Verb.REPORT, value=self._value(), reason="指标完成情况")
        else:
            evidence = self.step.evidence or (f"{self.step.title}办理情况",)
            done = tuple(self._by_owner(Verb.SUBMIT, evidence=evidence, reason="已办结"))
            yield from done
            if done and self.step.review and self.temper.review_after == 0:
                yield from self._judges(submitter=done[0].actor)

    def _judges(self, submitter: str = "") -> Iterator[Command]:
        look, own = self.look, doers(self.look.initiative, self.step, self.state)
        barred = (submitter, *own) if submitter else own
        judges = look.office.judges(look.initiative, self.step, self.own, barred)
        if self.temper.sends_back and self.step.kind is Kind.WORK:
            yield from self._by(judges, Verb.RETURN, barred=barred, reason="材料尚需补充完善")
        else:
            yield from self._by(judges, Verb.APPROVE, barred=barred)

    # Asking for time

    def _asks_for_time(self) -> bool:
        due = self.due
        if self.temper.manner != "extension" or due is None or self.own.asks or self.step.kind is Kind.REVIEW:
            return False
        return (
            self.look.today >= self.look.calendar.add(due, -2) and self._later(due).year < self.look.calendar.last.year
        )

    def _asks(self) -> Iterator[Command]:
        later = self._later(self.due or self.look.today).isoformat()
        yield from self._by_owner(Verb.EXTEND, to=later, reason="协调事项尚需时间，申请顺延")

    def _later(self, limit: date) -> date:
        return self.look.calendar.add(max(limit, self.look.today), MORE_TIME)

    def _waits_for_answer(self, asked: Extension) -> Iterator[Command]:
        """Answered or not, the work goes on and ends when it is done."""
        if self._since(asked.on) >= self.temper.answer_after:
            answers = tuple(self._by(answerers(self.look, self.own), Verb.GRANT, barred=(asked.doer,)))
            yield from answers
            if answers:
                return
        if self._over_time():
            yield from self._finishes()

    # When and how far

    def _over_time(self) -> bool:
        return self.look.today >= self._end()

    def _end(self) -> date:
        if self.done_on is None:
            self.done_on = self._finish()
            if self.step.lasting and (until := self._goal()):
                self.done_on = max(self.done_on, self.look.calendar.previous_working(until))
        return self.done_on

    def _finish(self) -> date:
        """The day on which this owner will be done: nobody is quicker than the work allows, however late it began."""
        calendar, begun = self.look.calendar, self.own.opened or self.look.today
        if self.own.returned:
            return calendar.add(self.own.returned, 2)
        own_pace = max(1, round(self.temper.pace * self.step.duration.likely))
        if self.own.owner is not None:  # taken over
            return self._days_after(self.own.assigned or begun, min(own_pace, AT_MOST))
        due = self._goal() or self._days_after(begun, self.step.duration.likely or 1)
        soonest = self._days_after(begun, min(self.step.duration.optimistic, own_pace))
        match self.temper.manner:
            case "prompt" | "never_sign":
                return max(soonest, min(self._days_after(begun, own_pace), self._worked(due, begun)))
            case "late":
                return max(soonest, calendar.add(due, self.temper.late_by))
            case _:
                return max(soonest, self._worked(due, begun))

    def _goal(self) -> date | None:
        """The day people work towards: the deadline, or the later one they have asked for."""
        return self.own.asked.to if self.own.asked else self.due

    def _days_after(self, day: date, days: int) -> date:
        calendar = self.look.calendar
        if self.step.duration.unit is not DayUnit.WORKING:
            return self._worked(calendar.after(day, days, self.step.duration.unit), day)
        return calendar.add(day, days) if days else day

    def _worked(self, day: date, after: date) -> date:
        """A day on which work can be handed in: what ends on a day off is done before it, unless it only began."""
        before = self.look.calendar.previous_working(day)
        return before if before > after else self.look.calendar.next_working(day)

    def _progress(self) -> int:
        whole = max(1, self.look.calendar.between(self.own.opened or self.look.today, self._end()))
        return min(95, round(100 * self._since(self.own.opened) / whole))

    def _value(self) -> float | None:
        """The indicator's value today; leaders who ask see to it that the target is reached at last."""
        return None if self.step.target is None else self.value(self.step.target)

    def value(self, target: Target) -> float:
        """What an indicator with this target has come to today, on the way that is planned for it."""
        reach, whole = self.profile.indicator.reach, target.value - target.baseline
        if target.ceiling:
            return target.value  # whatever people are like: nobody causes accidents for a rehearsal
        if not self._over_time():
            along = course(self.own.opened or self.look.today, self._end(), path(self.step))
            share = min(95.0, planned_on(self.look.calendar, along, self.look.today)) / 100
            return round(target.baseline + whole * reach * share, 2)
        full = round(target.baseline + whole * reach, 2)
        asked_for = self.due is not None and self._since(self.due) >= self.temper.late_by
        if reach < 1 and not asked_for:
            return full
        return min(target.value, full) if target.at_most else max(target.value, full)

    def _since(self, day: date | None) -> int:
        return 0 if day is None else self.look.calendar.between(day, self.look.today)

    # Who

    def _there(self, post: str) -> bool:
        return self.look.office.directory.present(post, self.look.today) is not None

    def _by_owner(self, verb: Verb, **said: Any) -> Iterator[Command]:
        return self._by(self.side, verb, **said)

    def _by(self, posts: Iterable[str], verb: Verb, *, barred: Iterable[str] = (), **said: Any) -> Iterator[Command]:
        """The command by the first of the posts whose holder, or deputy, is there and not barred from it."""
        people = self.look.office.directory
        own = set(map(people.person, barred))
        there = (people.present(post, self.look.today, own) for post in posts)
        actor = next(filter(None, there), None)
        if actor is not None:
            # One act a day, so that a rehearsal cut short goes on alike; a judgement may follow it on the same day.
            judged = "/judged" if verb in JUDGING else ""
            key = f"rehearsal/{self.step.id}/{self.look.today}{judged}"
            yield Command(verb, self.step.ref, actor, key=key, via=REHEARSED, **said)


def _supervises(notice: NoticeRow) -> bool:
    return notice.slip == "supervise" and notice.delivery is Delivery.SENT
