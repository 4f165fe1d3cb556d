"""What `each`, `repeat` and `units` make of one written step: its instances, and which of them a reference means."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from duban.core.planning.action_file import SHARED, CollectAction
from duban.core.planning.directory import Directory
from duban.core.planning.files import Written
from duban.core.planning.plan import StepRef
from duban.core.planning.plan_file import InitiativeFile, PlanFile, Repeat, StepFile
from duban.core.planning.when import PREVIOUS, ByName, OnDate, Relative, Span, When, WhenWritten, month_span

MONTHS = {"monthly": 1, "quarterly": 3, "half-yearly": 6, "yearly": 12}
"""Months from one step to the next, by the word for it; weeks are no part of months."""

_NAMES: Mapping[int, tuple[str, Sequence[str]]] = {
    1: ("-{:02}", [f"{month}月" for month in range(1, 13)]),
    3: ("-q{}", ["第一季度", "第二季度", "第三季度", "第四季度"]),
    6: ("-h{}", ["上半年", "下半年"]),
    12: ("", [""]),
}
"""How periods of so many months are told apart within a year, in ids and in titles."""


@dataclass(frozen=True, slots=True)
class Period:
    """A week, a month, a quarter … of a plan: `2024-w05`, `2024-05`, `2024-q2`, `2024-h1`, `2024`."""

    id: str
    title: str
    span: Span


@dataclass(frozen=True, slots=True)
class Instance:
    """One of the steps that a written step stands for. `group` is the one that `each` names."""

    ref: StepRef
    group: str | None = None
    unit: str | None = None
    period: Period | None = None

    @property
    def tags(self) -> tuple[str, ...]:
        """What follows the step's id, after `@`."""
        return tuple(tag for tag in (self.unit, self.period and self.period.id) if tag)


def periods(plan: PlanFile, repeat: str) -> tuple[Period, ...]:
    """The weeks, from Monday to Sunday, or the months, quarters … whose last day lies within the plan, in order."""
    found = _months(plan, MONTHS[repeat]) if repeat in MONTHS else _weeks(plan)
    return tuple(period for period in found if plan.starts <= period.span.last <= plan.ends)


def _weeks(plan: PlanFile) -> Iterator[Period]:
    """Weeks by the number that ISO 8601 gives them, in its year: that of their Thursday."""
    sunday = plan.starts + timedelta(days=6 - plan.starts.weekday())
    while sunday <= plan.ends:
        year, week, _ = sunday.isocalendar()
        yield Period(f"{year}-w{week:02}", f"{year}年第{week}周", Span(sunday - timedelta(days=6), sunday))
        sunday += timedelta(days=7)


def _months(plan: PlanFile, months: int) -> Iterator[Period]:
    mark, titles = _NAMES[months]
    for year in range(plan.starts.year, plan.ends.year + 1):
        for place, title in enumerate(titles):
            span = month_span(year, place * months + 1, months)
            yield Period(f"{year}{mark.format(place + 1)}", f"{year}年{title}", span)


class Instances:
    """The instances of every written step of a plan. A step that stands for none (an unknown group) has none."""

    def __init__(self, plan: PlanFile, written: Iterable[Written], directory: Directory | None) -> None:
        self._groups = {} if directory is None else {name: group.units for name, group in directory.groups.items()}
        self._dates = plan.dates
        self._periods = {repeat.value: periods(plan, repeat) for repeat in Repeat}
        self._families: dict[StepRef, Mapping[str | None, tuple[Instance, ...]]] = {}
        self._last: dict[StepRef, list[str | None]] = {}
        for initiative in written:
            for step in initiative.file.steps:
                ref = StepRef(initiative.file.id, step.id)
                if ref not in self._families:
                    self._families[ref] = self._family(initiative.file, step)

    def _family(self, initiative: InitiativeFile, step: StepFile) -> dict[str | None, tuple[Instance, ...]]:
        """The instances of a step for each of its units; under None the one that belongs to no unit."""
        ref = StepRef(initiative.id, step.id)
        units: dict[str | None, None] = dict.fromkeys(self._groups.get(step.each, ()) if step.each else (None,))
        if isinstance(step.action, SHARED):
            named = step.action.parameters.units or (*initiative.lead, *initiative.support)
            shares = [unit for name in named for unit in self._groups.get(name, (name,))]
            collects = isinstance(step.action, CollectAction)
            units = dict.fromkeys((*shares, None) if collects else (None, *shares))
            self._last[ref] = [None] if collects else list(units)[1:]
        spans = self._periods[step.repeat] if step.repeat else (None,)
        return {unit: tuple(_instance(ref, step.each, unit, period) for period in spans) for unit in units}

    def of(self, ref: StepRef) -> tuple[Instance, ...]:
        """The instances of a written step, by unit and then by time; none when the plan has no such step."""
        return tuple(instance for family in self._families.get(ref, {}).values() for instance in family)

    def dated(self, when: WhenWritten | None) -> When | None:
        """A date with the day beside its name; None for a name that `plan.yaml` does not have."""
        if isinstance(when, ByName):
            day = self._dates.get(when.name)
            return OnDate(day, when.name) if day else None
        if isinstance(when, Relative) and isinstance(when.anchor, str) and when.anchor in self._dates:
            return replace(when, anchor=self._dates[when.anchor], name=when.anchor)
        return when

    def slots(self, of: Instance) -> tuple[StepRef, ...]:
        """The steps of the units, at the same time, of an action that has one for each."""
        family = self._families[self._written(of.ref)]
        return tuple(one.ref for many in family.values() for one in many if one.unit and one.period == of.period)

    def action(self, of: Instance) -> StepRef:
        """The action that the step of a unit is part of."""
        ref = self._written(of.ref)
        return next(one.ref for one in self._families[ref][None] if one.period == of.period)

    def _written(self, ref: StepRef) -> StepRef:
        return StepRef(ref.initiative, ref.step.partition("@")[0])

    def knows(self, ref: StepRef) -> bool:
        """Whether the plan has a written step of that name, without `@`."""
        return ref in self._families

    def meant(self, text: str, by: Instance) -> tuple[StepRef, ...]:
        """The steps that a reference written in the step of `by` means; none when there are no such steps.

        A name without `@` means, of a step written for the same group, the instance of the same unit, and, of a
        repeated step, the instances of the same time, a shorter time being part of that in which it ends; of an action
        with a step for every unit, what comes last of it; of any other step it means all instances. With `@previous` it
        means the last instances whose time is over when that of `by` begins: none in the first period.
        """
        ref = StepRef.parse(text, by.ref.initiative)
        base, *tags = ref.step.split("@")
        written = StepRef(ref.initiative, base)
        family = self._families.get(written, {})
        named = [tag for tag in tags if tag in family]
        same = [by.unit] if by.unit in family and _group(family) == by.group else list(family)
        units = named or self._last.get(written, same)
        if PREVIOUS in tags:
            before = ([one.ref for one in family[unit] if _precedes(one, by)] for unit in units)
            return tuple(refs[-1] for refs in before if refs)
        return tuple(
            instance.ref
            for unit in units
            for instance in family[unit]
            if _tagged(instance, tags) and _meets(instance, by, tags)
        )


def of_now(text: str) -> str:
    """A reference without the word that makes it one to the period before."""
    return "@".join(part for part in text.split("@") if part != PREVIOUS)


def _instance(ref: StepRef, group: str | None, unit: str | None, period: Period | None) -> Instance:
    bare = Instance(ref, group if unit else None, unit, period)
    return Instance(StepRef(ref.initiative, "@".join((ref.step, *bare.tags))), bare.group, unit, period)


def _group(family: Mapping[str | None, tuple[Instance, ...]]) -> str | None:
    return next((instance.group for instances in family.values() for instance in instances), None)


def _tagged(instance: Instance, tags: list[str]) -> bool:
    """Whether an instance bears all the tags, in their order."""
    return [tag for tag in instance.tags if tag in tags] == tags


def _precedes(instance: Instance, by: Instance) -> bool:
    """Whether the time of an instance is over when that of the step that names it begins."""
    if instance.period is None or by.period is None:
        return False
    return instance.period.span.last < by.period.span.first


def _meets(instance: Instance, by: Instance, tags: list[str]) -> bool:
    """Whether the time of an instance goes with the time of the step that names it."""
    if instance.period is None or by.period is None or instance.period.id in tags:
        return True
    shorter, longer = sorted((instance.period.span, by.period.span), key=lambda span: span.last - span.first)
    return longer.first <= shorter.last <= longer.last
