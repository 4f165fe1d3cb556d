"""Simulated owners for a rehearsal: they sign for, report, hand in, ask for time and are late, as a profile says.

What an owner does depends on the profile's seed and the step alone, so that a rehearsal with the same seed is the same.
"""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from duban.core.deciding.commands import Command, Verb
from duban.core.deciding.decide import Decision
from duban.core.deciding.office import Look
from duban.core.ledger.summary import Status, StepRow
from duban.core.planning.plan_file import Kind
from duban.core.planning.values import Many, Strict

Share = Annotated[float, Field(ge=0, le=1)]
Days = Annotated[Many[int], Field(min_length=2, max_length=2, description="from, to: working days")]
Manner = Literal["prompt", "last_minute", "late", "extension"]


class Signing(Strict):
    """How many working days people take to sign for a step."""

    days: Days


class Manners(Strict):
    """Shares of the ways in which people meet a deadline."""

    prompt: Share
    last_minute: Share
    late: Share
    extension: Share

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        total = self.prompt + self.last_minute + self.late + self.extension
        if abs(total - 1) > 1e-9:
            raise ValueError(f"the shares of owners add up to {total:g}; make them add up to 1")
        return self


class Reviewing(Strict):
    """How many working days reviewers take, and the share of work they send back once."""

    days: Days
    send_back: Share


class Measuring(Strict):
    """The share of its target that an indicator reaches."""

    reach: float = Field(gt=0)


class Profile(Strict):
    """`rehearsal.yaml`: how the people of a rehearsal behave."""

    seed: int
    sign: Signing
    owners: Manners
    late_by: Days
    review: Reviewing
    reports_every: int = Field(ge=1, description="working days between two reports")
    indicator: Measuring


def conduct(look: Look, decision: Decision, profile: Profile) -> Iterator[Command]:
    """What the people of an initiative do on this day; nothing on a day off."""
    if not look.calendar.is_working(look.today):
        return
    for row in decision.summary.steps:
        yield from _Owner(look, decision, profile, row).acts()


class _Owner:
    """The person before one step."""

    def __init__(self, look: Look, decision: Decision, profile: Profile, row: StepRow) -> None:
        self.look, self.profile, self.row = look, profile, row
        self.step, self.own = look.initiative.steps[row.step], decision.state.step(row.step)
        dice = Random(f"{profile.seed}/{self.step.ref}/{self.own.rounds}")  # noqa: S311  a rehearsal must repeat
        shares = profile.owners
        self.manner: Manner = dice.choices(
            ("prompt", "last_minute", "late", "extension"),
            (shares.prompt, shares.last_minute, shares.late, shares.extension),
        )[0]
        self.sign_after = dice.randint(*profile.sign.days)
        self.late_by = dice.randint(*profile.late_by)
        self.review_after = dice.randint(*profile.review.days)
        self.sends_back = dice.random() < profile.review.send_back and self.own.rounds == 0
        self.pace = dice.uniform(0.7, 1.0)

    def acts(self) -> Iterator[Command]:
        """The commands of the day, in order."""
        match self.row.status:
            case Status.OPEN if self._since(self.own.opened) >= self.sign_after:
                yield from self._by_owner(Verb.SIGN)
            case Status.WORKING if self.own.asked:
                if self._since(self.own.asked.on) >= 1:
                    supervisor = self.look.office.directory.head(self.look.initiative.supervisor)
                    yield from self._by((supervisor,), Verb.GRANT)
            case Status.WORKING:
                yield from self._works()
            case Status.REVIEW if self._since(self.own.submitted) >= self.review_after:
                yield from self._judges()
            case _:
                pass

    def _works(self) -> Iterator[Command]:
        if self._asks_for_time():
            limit = self.row.due or self.look.today
            later = self.look.calendar.add(limit, 5).isoformat()
            yield from self._by_owner(Verb.EXTEND, to=later, reason="协调事项尚需时间，申请顺延")
        elif self.look.today >= self._finish():
            yield from self._finishes()
        elif self._since(self.own.opened) % self.profile.reports_every == 0:
            yield from self._by_owner(Verb.REPORT, progress=self._progress(), reason="按计划推进", value=self._value())

    def _finishes(self) -> Iterator[Command]:
        if self.step.kind is Kind.REVIEW:
            yield from self._judges()
        elif self.step.kind is Kind.INDICATOR:
            yield from self._by_owner(Verb.REPORT, value=self._value(), reason="指标完成情况")
        else:
            evidence = self.step.evidence or (f"{self.step.title}办理情况",)
            yield from self._by_owner(Verb.SUBMIT, evidence=evidence, reason="已办结，请审核")

    def _judges(self) -> Iterator[Command]:
        reviewers = self.look.office.reviewers(self.look.initiative, self.step, self.own)
        sends_back = self.sends_back and self.step.kind is Kind.WORK
        verb = Verb.RETURN if sends_back else Verb.APPROVE
        yield from self._by(reviewers, verb, reason="材料尚需补充完善" if sends_back else "")

    def _asks_for_time(self) -> bool:
        due = self.row.due
        if self.manner != "extension" or due is None or self.own.asks or self.step.kind is Kind.REVIEW:
            return False
        return self.look.today >= self.look.calendar.add(due, -2)

    def _finish(self) -> date:
        """The day on which this owner will be done."""
        calendar, opened = self.look.calendar, self.own.opened or self.look.today
        if self.own.returned:
            return calendar.add(self.own.returned, 2)
        due = self.row.due or calendar.add(opened, self.step.duration.likely or 1)
        match self.manner:
            case "prompt":
                days = max(1, round(self.pace * self.step.duration.likely))
                return min(calendar.add(opened, days), due)
            case "late":
                return calendar.add(due, self.late_by)
            case _:
                return due

    def _progress(self) -> int:
        whole = max(1, self.look.calendar.between(self.own.opened or self.look.today, self._finish()))
        return min(95, round(100 * self._since(self.own.opened) / whole))

    def _value(self) -> float | None:
        if self.step.target is None:
            return None
        share = 1.0 if self.look.today >= self._finish() else self._progress() / 100
        return round(self.step.target.at_least * self.profile.indicator.reach * share, 2)

    def _since(self, day: date | None) -> int:
        return 0 if day is None else self.look.calendar.between(day, self.look.today)

    def _by_owner(self, verb: Verb, **said: object) -> Iterator[Command]:
        return self._by(self.look.office.owner_side(self.step, self.own), verb, **said)

    def _by(self, posts: tuple[str, ...], verb: Verb, **said: object) -> Iterator[Command]:
        """The command by the first of the posts that somebody is there for and who did not hand the work in."""
        people = (self.look.office.directory.present(post, self.look.today) for post in posts)
        actor = next((p for p in people if p and not (verb is Verb.APPROVE and p == self.own.submitter)), None)
        if actor is not None:
            key = f"rehearsal/{self.step.id}/{self.look.today}"  # one act a day: a rehearsal cut short goes on alike
            yield Command(verb, self.step.ref, actor, key=key, **said)  # type: ignore[arg-type]  # fields of Command
