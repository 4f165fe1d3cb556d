"""What is wrong with the graph that the steps make: circles, and deadlines that cannot be met."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from duban.core.checking.feasibility import Infeasible, UnderWay, feasibility
from duban.core.days.workdays import WorkCalendar
from duban.core.planning.begun import base_of, of_step
from duban.core.planning.expand import anchor_step
from duban.core.planning.files import Files
from duban.core.planning.instances import Instances
from duban.core.planning.order import circles
from duban.core.planning.plan import HUMAN, Plan, StepRef
from duban.core.planning.plan_file import USUAL_DURATION, StepFile
from duban.core.problems import Location, Problem
from duban.core.texts import Text, english, joined

_LINKS_SHOWN = 12
_NAMED = 3
_INFEASIBLE = english("move the due date, shorten a duration or remove a need")
_CIRCLE = english("take out one of these needs, or dates that hang on a step")
_BEYOND = english("shorten what it waits for, or correct its dates")


class WrittenStep(NamedTuple):
    """Where a step is written: the name of the file, and its place there."""

    file: str
    number: int


def check_circles(plan: Plan, files: Files, instances: Instances) -> Iterator[Problem]:
    """One problem for each circle as written: the same circle in many units is one mistake."""
    steps = {step.ref: step for initiative in plan.initiatives.values() for step in initiative.steps.values()}
    written = {one.file.id: one for one in reversed(files.written)}
    seen: set[tuple[str, ...]] = set()
    for found in circles({ref: step.waits_for for ref, step in steps.items()}):
        circle = tuple(dict.fromkeys(map(of_step, found)))  # beginnings are written as part of what needs them
        path = (*circle, circle[0])
        bare = tuple(str(ref).partition("@")[0] for ref in path)
        if len(circle) == 1 or bare in seen:
            continue
        seen.add(bare)
        step = steps[circle[0]]
        one = written[step.ref.initiative]
        place = _leading_to(one.file.steps[step.written], step.ref, path[1], instances)
        message = english("these steps wait for one another: {path}", path=_path(path))
        yield Problem(one.name, 0, "cycle", message, _CIRCLE, ("steps", step.written, *place))


def _leading_to(step: StepFile, ref: StepRef, target: StepRef, instances: Instances) -> Location:
    """What in a step makes it wait for another."""
    by = next(instance for instance in instances.of(StepRef(ref.initiative, step.id)) if instance.ref == ref)
    for number, need in enumerate(step.needs):
        if target in instances.meant(base_of(need), by):
            return ("needs", number)
    due = anchor_step(step.due)
    return ("due",) if due and target in instances.meant(due, by) else ("earliest",)


def check_deadlines(
    plan: Plan,
    calendar: WorkCalendar,
    misdated: Mapping[WrittenStep, str],
    untimed: frozenset[WrittenStep],
    under_way: UnderWay | None = None,
) -> Iterator[Problem]:
    """Deadlines that cannot be met; of a step with many instances, that of the one that is late by most.

    Nothing is said of the steps `misdated`, whose own dates are to be corrected first (each with the key of one), of
    what waits for one that begins on such a date, and of what is late only because a step before it is; nor of those
    that the plan in force cannot end in time either: that they are late by now, or by other days, is no mistake in the
    files. Where the duration of steps `untimed`, which is none that anybody wrote, has part in it, that is told.
    """
    steps = (step for initiative in plan.initiatives.values() for step in initiative.steps.values())
    adrift = {step.ref for step in steps if misdated.get(_written(plan, step.ref)) == "earliest"}
    found = feasibility(plan, calendar, under_way, causes=True, unsaid=adrift)
    known = _late_anyway(calendar, under_way)
    worst: dict[WrittenStep, Infeasible] = {}
    for one in sorted(found.infeasible, key=lambda one: one.days, reverse=True):
        if not known & _names(plan, one.step):
            worst.setdefault(_written(plan, one.step), one)
    for place, one in worst.items():
        if place not in misdated:
            chain = found.chain(one.step)
            why = {"chain": _chain(chain), "usual": _usual(plan, chain, untimed)}
            message = english("{late}, because of {chain}{usual}", late=_late(one), **why)
            yield Problem(place.file, 0, "infeasible", message, _INFEASIBLE, ("steps", place.number, "due"))
    for ref in found.beyond:
        place = _written(plan, ref)
        if place not in misdated:
            message = english(
                "{ref} would end or be due beyond the calendar ({first} to {last})",
                ref=ref,
                first=calendar.first,
                last=calendar.last,
            )
            yield Problem(place.file, 0, "beyond-calendar", message, _BEYOND, ("steps", place.number))


def _late_anyway(calendar: WorkCalendar, under_way: UnderWay | None) -> frozenset[StepRef]:
    """The steps whose deadline the plan in force cannot meet either, from what has happened."""
    if under_way is None:
        return frozenset()
    return frozenset(one.step for one in feasibility(under_way.plan, calendar, under_way).infeasible)


def _names(plan: Plan, ref: StepRef) -> frozenset[StepRef]:
    """A step by its name, and by the one it had."""
    was = plan.step(ref).was
    return frozenset({ref} | ({StepRef(ref.initiative, was)} if was else set()))


def _written(plan: Plan, ref: StepRef) -> WrittenStep:
    return WrittenStep(plan.initiatives[ref.initiative].file, plan.step(ref).written)


def _late(one: Infeasible) -> Text:
    days = english("1 working day") if one.days == 1 else english("{days} working days", days=one.days)
    return english(
        "{step} is due on {due}, but {finish} is the earliest it can end, {days} late",
        step=one.step,
        due=one.due,
        finish=one.finish,
        days=days,
    )


def _usual(plan: Plan, refs: tuple[StepRef, ...], untimed: frozenset[WrittenStep]) -> str:
    """A remark on durations that nobody wrote; empty where there is none."""
    usual = [str(ref) for ref in refs if plan.step(ref).kind in HUMAN and _written(plan, ref) in untimed]
    if not usual:
        return ""
    others = usual[:_NAMED] if len(usual) <= _NAMED else english("{steps} and others", steps=usual[:_NAMED])
    return english(" ({steps}: {days} working days, as no `duration` is written)", steps=others, days=USUAL_DURATION)


def _chain(refs: tuple[StepRef, ...]) -> str:
    return _path(refs) if len(refs) > 1 else english("its own duration and earliest start")


def _path(refs: tuple[StepRef, ...]) -> str:
    links = [str(ref) for ref in refs]
    if len(links) > _LINKS_SHOWN:
        links[4:-4] = [english("({count} more)", count=len(links) - 8)]
    return joined(" -> ", *links)
