"""Start to start (`needs: [draft/begun]`): the beginning of a step is a milestone, a distance from it a period.

Both are kinds that are there already, so that they are opened, forecast and explained as all steps are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from duban.core.days.workdays import DayUnit
from duban.core.planning.plan import Step, StepRef
from duban.core.planning.plan_file import Kind
from duban.core.planning.when import BEGUN, Duration, parse_duration

_AFTER = " after "
_UNITS: Mapping[DayUnit, str] = {DayUnit.WORKING: "个工作日", DayUnit.CALENDAR: "日", DayUnit.MONTH: "个月"}


def base_of(need: str) -> str:
    """The step that a need is about, whether it is to be over or to have begun."""
    reference = need.rpartition(_AFTER)[2]
    return reference.removesuffix(f"/{BEGUN}") if _about_begin(need) else need


def meant_by(need: str, refs: Iterable[StepRef]) -> tuple[StepRef, ...]:
    """What is to be over where a need names these steps: they, their beginnings, or a time after these."""
    if not _about_begin(need):
        return tuple(refs)
    length = need.rpartition(_AFTER)[0].replace(" ", "-")
    tags = "@".join(filter(None, (BEGUN, length)))
    return tuple(StepRef(ref.initiative, f"{ref.step}@{tags}") for ref in refs)


def of_step(ref: StepRef) -> StepRef:
    """The step that a beginning, or a time after it, is of; any other step itself."""
    return StepRef(ref.initiative, ref.step.partition(f"@{BEGUN}")[0])


def with_beginnings(steps: Mapping[str, Step], needed: Iterable[StepRef]) -> dict[str, Step]:
    """The steps of an initiative, with the beginnings that somebody needs before the steps they are of."""
    found = dict[str, dict[str, Step]]()
    for ref in needed:
        base, _, length = ref.step.partition(f"@{BEGUN}")
        if length or ref.step != base:
            of = steps[base]
            begun = _begun(of)
            found.setdefault(base, {})[begun.id] = begun
            if length:
                found[base][ref.step] = _after(begun, of, ref, parse_duration(length[1:].replace("-", " ")))
    return {name: one for base, step in steps.items() for name, one in (*found.get(base, {}).items(), (base, step))}


def _about_begin(need: str) -> bool:
    return need.endswith(f"/{BEGUN}")


def _begun(of: Step) -> Step:
    return Step(
        ref=StepRef(of.ref.initiative, f"{of.id}@{BEGUN}"),
        title=f"{of.title}启动",
        kind=Kind.MILESTONE,
        needs=of.needs,
        duration=Duration(0, 0, 0),
        owner=of.owner,
        earliest=of.earliest,
        earliest_anchor=of.earliest_anchor,
        ladder=of.ladder,
        unit=of.unit,
        span=of.span,
        assumed=of.assumed,
        written=of.written,
    )


def _after(begun: Step, of: Step, ref: StepRef, length: Duration) -> Step:
    return replace(
        begun,
        ref=ref,
        title=f"{of.title}启动后{length.likely}{_UNITS[length.unit]}",
        kind=Kind.PERIOD,
        needs=(begun.ref,),
        duration=length,
        earliest=None,
        earliest_anchor=(),
        span=None,
    )
