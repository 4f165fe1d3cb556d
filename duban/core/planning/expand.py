"""From the files of a plan to the plan: shorthand written out, needs resolved, steps put in order.

What cannot be resolved is left out here and reported by `check`, so that one mistake does not hide the next.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from duban.core.days.workdays import Roll
from duban.core.planning.action_file import SHARED, AssignAction, CollectAction
from duban.core.planning.begun import base_of, meant_by, with_beginnings
from duban.core.planning.directory import Directory
from duban.core.planning.files import Written
from duban.core.planning.instances import Instance, Instances
from duban.core.planning.order import ordered
from duban.core.planning.plan import HUMAN, Initiative, Plan, Section, Step, StepRef, Target
from duban.core.planning.plan_file import USUAL_DURATION, InitiativeFile, Kind, PlanFile, StepFile
from duban.core.planning.shares import share
from duban.core.planning.target_file import TargetFile
from duban.core.planning.when import PERIOD, START, Duration, Relative, When, WhenWritten, Within

STANDARD_LADDER = "standard"


def expand(
    plan: PlanFile, written: Iterable[Written], directory: Directory | None, instances: Instances | None = None
) -> Plan:
    """Build the plan that is decided on. Of two initiatives, or two steps of one, with the same id the first counts.

    Without a directory no group has units, so that steps with `each` are left out. `instances` are those of the same
    arguments, where the caller has made them already.
    """
    first = {one.file.id: one for one in reversed(list(written))}
    in_order = sorted(first.values(), key=lambda one: (source_order(one.file.source), one.file.id))
    instances = instances or Instances(plan, in_order, directory)
    steps = {one.file.id: _Writer(one.file, instances, directory).steps() for one in in_order}
    needed = defaultdict[str, dict[StepRef, None]](dict)  # of each initiative, in the order in which they are named
    for need in (need for one in steps.values() for step in one.values() for need in step.needs):
        needed[need.initiative][need] = None
    for name, own in steps.items():
        steps[name] = with_beginnings(own, needed[name])
    initiatives = {one.file.id: _initiative(one, steps[one.file.id], directory) for one in in_order}
    return Plan(
        id=plan.id,
        title=plan.title,
        document=plan.document,
        starts=plan.starts,
        ends=plan.ends,
        coordinator=plan.coordinator,
        sections=tuple(
            Section(file.id, file.title, number, file.number) for number, file in enumerate(plan.sections, start=1)
        ),
        initiatives=initiatives,
        downstream=downstream_of((name, one.upstream) for name, one in initiatives.items()),
    )


def source_order(source: str) -> tuple[int, int, str]:
    """Section, sentence and letter of a source, so that `2.10` comes after `2.9`."""
    section, sentence, letter = re.findall(r"^(\d+)\.(\d+)([a-z]?)$", source)[0]
    return int(section), int(sentence), letter


def anchor_step(when: WhenWritten | None) -> str | None:
    """The step, as written, that a date hangs on; None when it hangs on no step."""
    if isinstance(when, Relative) and isinstance(when.anchor, str) and when.anchor not in (START, PERIOD):
        return when.anchor
    return None


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes out the steps of one initiative."""

    file: InitiativeFile
    instances: Instances
    directory: Directory | None

    def steps(self) -> dict[str, Step]:
        """The steps by id, in the order of the file."""
        steps: dict[str, Step] = {}
        for number, step in enumerate(self.file.steps):
            for instance in self.instances.of(StepRef(self.file.id, step.id)):
                if instance.ref.step not in steps:
                    steps[instance.ref.step] = self.step(step, number, instance)
        return steps

    def step(self, written: StepFile, number: int, instance: Instance) -> Step:
        """One instance of the step that stands at place `number` of the file."""
        step = share(written, instance)
        kind = Kind(step.kind)
        due, due_anchor = _date(step.due, instance, self.instances)
        earliest, earliest_anchor = _date(step.earliest, instance, self.instances)
        return Step(
            ref=instance.ref,
            title=_title(step, instance, self.directory),
            kind=kind,
            needs=tuple(dict.fromkeys(self.needs(written, instance))),
            duration=step.duration or _usual_duration(kind),
            owner=step.owner or instance.unit or (self.file.supervisor if kind is Kind.REVIEW else self.file.lead[0]),
            due=due,
            due_anchor=due_anchor,
            earliest=earliest,
            earliest_anchor=earliest_anchor,
            roll=Roll(step.roll) if step.roll else None,
            evidence=step.evidence,
            review=step.review,
            ladder=step.ladder or self.file.ladder or STANDARD_LADDER,
            action=step.action,
            target=_target(step.target) if step.target else None,
            measure=step.measure,
            unit=instance.unit,
            span=instance.period.span if instance.period else None,
            slots=self.instances.slots(instance) if isinstance(step.action, SHARED) else (),
            by_signing=isinstance(written.action, AssignAction) and step.action is None,
            was="@".join((step.was, *instance.tags)) if step.was else None,
            basis=step.basis,
            assumed=step.assumed,
            written=number,
        )

    def needs(self, written: StepFile, instance: Instance) -> Iterator[StepRef]:
        """What one instance waits for; within an action with a step for every unit, one comes before the other."""
        if isinstance(written.action, CollectAction) and instance.unit is None:
            yield from self.instances.slots(instance)
        elif isinstance(written.action, AssignAction) and instance.unit is not None:
            yield self.instances.action(instance)
        else:
            for need in written.needs:
                yield from meant_by(need, self.instances.meant(base_of(need), instance))


def _initiative(written: Written, steps: Mapping[str, Step], directory: Directory | None) -> Initiative:
    file = written.file
    return Initiative(
        id=file.id,
        title=file.title,
        source=file.source,
        section=written.section,
        leads=file.lead,
        support=tuple(unit for unit in _units(file.support, directory) if unit not in file.lead),
        supervisor=file.supervisor,
        steps=_in_order(file.id, steps),
        tags=file.tags,
        note=file.note,
        assumed=file.assumed,
        file=written.name,
        numeral=file.number,
    )


def _units(names: Iterable[str], directory: Directory | None) -> tuple[str, ...]:
    """Units, and those of groups, each once."""
    groups = directory.groups if directory else {}
    return tuple(dict.fromkeys(unit for name in names for unit in (groups[name].units if name in groups else (name,))))


def _in_order(initiative: str, steps: Mapping[str, Step]) -> dict[str, Step]:
    waits = {name: [ref.step for ref in step.waits_for if ref.initiative == initiative] for name, step in steps.items()}
    return {name: steps[name] for name in ordered(waits)}


def _title(step: StepFile, instance: Instance, directory: Directory | None) -> str:
    """The title with what tells this instance from the others: `编制方案（东区，2024年第二季度）`."""
    marks: list[str] = []
    if instance.unit:
        marks.append(directory.title(instance.unit) if directory else instance.unit)
    if instance.period:
        marks.append(instance.period.title)
    return f"{step.title}（{'，'.join(marks)}）" if marks else step.title


def in_period(when: WhenWritten | None) -> bool:
    """Whether a date is told by the period of a repeated step."""
    return isinstance(when, Within) or (isinstance(when, Relative) and when.anchor == PERIOD)


def _date(
    written: WhenWritten | None, instance: Instance, instances: Instances
) -> tuple[When | None, tuple[StepRef, ...]]:
    """A date and the steps it hangs on; no date when what it hangs on is not there."""
    when = instances.dated(written)
    if in_period(when) and instance.period is None:
        return None, ()
    name = anchor_step(when)
    if name is None:
        return when, ()
    anchors = instances.meant(name, instance)
    return (when, anchors) if anchors else (None, ())


def _target(target: TargetFile) -> Target:
    return Target(target.value, target.unit, target.baseline, target.path, target.at_least is None)


def _usual_duration(kind: Kind) -> Duration:
    days = USUAL_DURATION if kind in HUMAN else 0
    return Duration(days, days, days)


def downstream_of(upstream: Iterable[tuple[str, Iterable[StepRef]]]) -> dict[StepRef, tuple[str, ...]]:
    """For each step that other initiatives wait for: those that do, sorted; `upstream` is what each waits for."""
    waiting: dict[StepRef, set[str]] = {}
    for name, refs in upstream:
        for ref in refs:
            waiting.setdefault(ref, set()).add(name)
    return {ref: tuple(sorted(waiting[ref])) for ref in sorted(waiting)}
