"""What is wrong with single steps: references to nothing, shorthand that stands for nothing, impossible dates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from duban.core.days.workdays import CalendarRange, DayUnit, Roll, WorkCalendar
from duban.core.planning.begun import base_of
from duban.core.planning.dates import earliest, resolve
from duban.core.planning.expand import anchor_step, in_period
from duban.core.planning.files import Files
from duban.core.planning.instances import MONTHS, Instance, Instances, Period, of_now
from duban.core.planning.plan import StepRef
from duban.core.planning.plan_file import PlanFile, StepFile
from duban.core.planning.when import (
    PREVIOUS,
    WEEK,
    WHEN_REMEDY,
    ByName,
    Relative,
    Span,
    When,
    Within,
    write_duration,
    write_when,
)
from duban.core.problems import Location, Problem, Suggestions, nearest
from duban.core.texts import Text, english

MISDATED = frozenset({"date-outside-plan", "before-a-step", "no-such-day"})
"""Ids of problems that make a deadline senseless, so that whether it can be met is no question yet."""


def check_steps(files: Files, plan: PlanFile, instances: Instances, calendar: WorkCalendar) -> Iterator[Problem]:
    """The problems of all steps, file by file."""
    known: dict[str, list[str]] = {}
    for written in files.written:
        known.setdefault(written.file.id, []).extend(step.id for step in written.file.steps)
    checker = _Checker(files, plan, instances, calendar, known, Suggestions())
    for written in files.written:
        for number, step in enumerate(written.file.steps):
            found = [*checker.problems(step, StepRef(written.file.id, step.id)), *_basis(step, written.file.assumed)]
            for problem in found:
                yield replace(problem, file=written.name, location=("steps", number, *problem.location))


@dataclass(frozen=True, slots=True)
class _Checker:
    """Looks at one written step after the other."""

    files: Files
    plan: PlanFile
    instances: Instances
    calendar: WorkCalendar
    known: Mapping[str, list[str]]
    suggestions: Suggestions

    def problems(self, step: StepFile, ref: StepRef) -> Iterator[Problem]:
        """The problems of one step; their locations are within the step."""
        stands_for = self.instances.of(ref) or (Instance(ref),)
        yield from self._shorthand(step, ref)
        if step.target is not None and step.target.ceiling and step.due is None:
            message = english("the target is to be kept (`at_most`), but `due`, the day until which it is, is missing")
            yield _problem(
                "no-deadline", message, english("add `due`, or the higher `baseline` it comes down from"), "target"
            )
        for number, need in enumerate(step.needs):
            yield from self._reference(base_of(need), stands_for, "unknown-need", ("needs", number))
        for key, written in (("due", step.due), ("earliest", step.earliest)):
            when = self.instances.dated(written)
            if when is not None:
                yield from self._date(key, when, step)
            elif isinstance(written, ByName):
                remedy = nearest(written.name, self.plan.dates, WHEN_REMEDY)
                yield _problem(
                    "unknown-date", english("plan.yaml has no date {name!r}", name=written.name), remedy, key
                )
            anchor = anchor_step(when)
            if anchor is not None:
                unknown = list(self._reference(anchor, stands_for, "unknown-anchor", (key,)))
                yield from unknown
                if not unknown and isinstance(when, Relative) and when.before:
                    message = english(
                        "`{key}` is before the end of a step, which is known only when it is over", key=key
                    )
                    yield _problem("before-a-step", message, english("count from a date, or after a step"), key)

    def _shorthand(self, step: StepFile, ref: StepRef) -> Iterator[Problem]:
        if self.files.directory is not None and step.each:
            groups = [group.id for group in self.files.directory.groups]
            if step.each not in groups:
                remedy = nearest(step.each, groups, english("add it to the directory"))
                yield _problem("unknown-group", english("there is no group {each!r}", each=step.each), remedy, "each")
                return
        known = not step.each or self.files.directory is not None
        if step.repeat and known and not self.instances.of(ref):
            message = english("no {period} ends within the plan", period=_PERIODS[step.repeat])
            yield _problem("no-period", message, english("remove `repeat`, or correct the days of the plan"), "repeat")

    def _reference(
        self, text: str, stands_for: tuple[Instance, ...], unknown: str, place: Location
    ) -> Iterator[Problem]:
        ref = StepRef.parse(text, stands_for[0].ref.initiative)
        if self._cannot_tell(ref):
            return
        if (now := of_now(text)) != text and self.instances.knows(StepRef(ref.initiative, ref.step.partition("@")[0])):
            yield from self._previous(text, now, stands_for, unknown, place)
            return
        told: set[Period | None] = set()
        for instance in stands_for:
            meant = self.instances.meant(text, instance)
            if not meant and instance.period not in told:
                told.add(instance.period)
                yield _problem(unknown, *self._unknown(text, ref, instance), *place)
            elif instance.ref in meant:
                message = english("{text!r} makes the step wait for itself", text=text)
                yield _problem("self-need", message, english("name another step, or remove this"), *place)

    def _previous(
        self, text: str, now: str, stands_for: tuple[Instance, ...], unknown: str, place: Location
    ) -> Iterator[Problem]:
        """Whether there is such a step in any period, and what is of periods at all; the first has none before it."""
        by = stands_for[0]
        ref = StepRef.parse(now, by.ref.initiative)
        named = self.instances.of(StepRef(ref.initiative, ref.step.partition("@")[0]))
        if by.period is None or named[0].period is None:
            message = english("{text!r} is the step of the period before, but the step is not repeated", text=text)
            if by.period is not None:
                message = english(
                    "{text!r} is the step of the period before, but {other!r} is not repeated", text=text, other=now
                )
            yield _problem(
                "needs-a-repeat",
                message,
                english("add `repeat` there, or remove `@{previous}`", previous=PREVIOUS),
                *place,
            )
        elif not any(self.instances.meant(now, one) for one in stands_for):
            yield _problem(unknown, *self._unknown(now, ref, by), *place)

    def _cannot_tell(self, ref: StepRef) -> bool:
        """Whether the step meant is written but could not be used."""
        base = StepRef(ref.initiative, ref.step.partition("@")[0])
        if self.instances.knows(base):
            return not self.instances.of(base)
        return base in self.files.lost or ref.initiative in self.files.lost

    def _unknown(self, text: str, ref: StepRef, by: Instance) -> tuple[Text, Text]:
        base = StepRef(ref.initiative, ref.step.partition("@")[0])
        prefix = f"{ref.initiative}/" if "/" in text else ""
        if self.instances.knows(base) and "@" not in text:
            period = by.period.id if by.period else ""
            message = english("step {text!r} does not take place in {period}", text=text, period=period)
            return message, english("name one of its instances, or remove this")
        suggest, message = self.suggestions.nearest, english("there is no step {text!r}", text=text)
        if self.instances.knows(base):
            named = [instance.ref.step for instance in self.instances.of(base)]
            otherwise = english("name one of its instances, as {name!r}", name=prefix + named[0])
            return message, suggest(ref.step, named, otherwise, prefix)
        if known := self.known.get(ref.initiative):
            otherwise = english("add it, or name a step that is there")
            dates = () if prefix else self.plan.dates
            return message, suggest(ref.step, [*known, *dates], otherwise, prefix)
        otherwise = english("add its file, or name an initiative that is there")
        remedy = suggest(ref.initiative, list(self.known), otherwise)
        message = english(
            "there is no initiative {initiative!r} for the step {text!r}", initiative=ref.initiative, text=text
        )
        return message, remedy

    def _date(self, key: str, when: When, step: StepFile) -> Iterator[Problem]:
        if in_period(when):
            if not step.repeat:
                message = english("`{key}` counts from `period`, but the step is not repeated", key=key)
                yield _problem("needs-a-repeat", message, english("add `repeat`, or count from a date or a step"), key)
            elif isinstance(when, Within) and not _has(step.repeat, when):
                message = english(
                    "`{key}` is {when}, which no period of a {repeat} step has",
                    key=key,
                    when=write_when(when),
                    repeat=step.repeat,
                )
                yield _problem(
                    "no-such-day", message, english("name a day that there is, or repeat the step otherwise"), key
                )
            return
        if anchor_step(when) is not None:
            return
        day = self._outside(key, when)
        if day is not None:
            message = english(
                "`{key}` is {day}, outside the plan ({starts} to {ends})",
                key=key,
                day=day,
                starts=self.plan.starts,
                ends=self.plan.ends,
            )
            yield _problem("date-outside-plan", message, english("correct it, or the days of the plan"), key)

    def _outside(self, key: str, when: When) -> date | str | None:
        """The day of a date that hangs on no step, when it lies outside the plan."""
        starts, ends = self.plan.starts, self.plan.ends
        try:
            if key == "due":
                day = resolve(when, plan_start=starts, span=None, anchor=None, calendar=self.calendar, roll=Roll.NONE)
            else:
                day = earliest(when, plan_start=starts, span=None, anchor=None, calendar=self.calendar)
        except CalendarRange:
            return english("beyond the calendar")
        if key == "earliest" and isinstance(when, Span) and day is not None and day < starts <= when.last:
            return None
        return None if day is None or starts <= day <= ends else day


def _has(repeat: str, when: Within) -> bool:
    """Whether periods have such a day, if not every one of them."""
    months = MONTHS.get(repeat, 0)
    return when.month <= months and when.day <= (31 if when.month else 31 * months or WEEK)


def _basis(step: StepFile, assumed: bool) -> Iterator[Problem]:
    """Calendar days are how rules count; a period that no rule sets is counted in working days, or is assumed."""
    if step.kind != "period" or step.duration is None or step.duration.unit is DayUnit.WORKING:
        return
    if not (step.basis or step.assumed or assumed):
        message = english(
            "a period of {duration} is set by a rule, but no rule is named", duration=write_duration(step.duration)
        )
        yield _problem("no-basis", message, english("name it under `basis`, or say `assumed: true`"), "duration")


_PERIODS = {
    "weekly": english("week"),
    "monthly": english("month"),
    "quarterly": english("quarter"),
    "half-yearly": english("half a year"),
    "yearly": english("year"),
}


def _problem(kind: str, message: Text, remedy: Text, *place: str | int) -> Problem:
    return Problem("", 0, kind, message, remedy, place)
