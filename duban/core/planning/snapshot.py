"""A plan as JSON values, as the ledger keeps what was applied, and the plan made of them again.

Compact: what is at its default is left out, and dates and durations are as a plan writes them. Two plans are the same
when their snapshots are; only the places in the files, which messages point to, are not kept.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from duban.core.days.workdays import Roll
from duban.core.planning.action_file import ACTION
from duban.core.planning.expand import STANDARD_LADDER, downstream_of
from duban.core.planning.measure_file import MEASURE
from duban.core.planning.plan import Initiative, Plan, Section, Step, StepRef, Target
from duban.core.planning.plan_file import Kind
from duban.core.planning.review_file import parse_review, review_written
from duban.core.planning.when import Span, When, parse_duration, parse_kept, write_duration, write_kept

Json = Mapping[str, Any]
"""JSON values only."""


def snapshot(plan: Plan) -> dict[str, Any]:
    """The whole plan as JSON values."""
    return {
        "id": plan.id,
        "title": plan.title,
        "document": plan.document,
        "starts": plan.starts.isoformat(),
        "ends": plan.ends.isoformat(),
        "coordinator": plan.coordinator,
        "sections": [[one.id, one.title, *([one.numeral] if one.numeral else [])] for one in plan.sections],
        "initiatives": [_initiative(one) for one in plan.initiatives.values()],
    }


def fingerprint(plan: Json) -> str:
    """SHA-256, in hexadecimal, of a snapshot."""
    text = json.dumps(plan, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def heading(initiative: Initiative) -> dict[str, Any]:
    """All of an initiative but its steps."""
    return _without_defaults(
        {
            "id": initiative.id,
            "title": initiative.title,
            "source": initiative.source,
            "number": initiative.numeral,
            "section": initiative.section,
            "lead": initiative.lead if len(initiative.leads) == 1 else list(initiative.leads),
            "support": list(initiative.support),
            "supervisor": initiative.supervisor,
            "tags": list(initiative.tags),
            "note": initiative.note,
            "assumed": initiative.assumed,
        }
    )


def _initiative(initiative: Initiative) -> dict[str, Any]:
    return {**heading(initiative), "steps": [step_values(step) for step in initiative.steps.values()]}


def step_values(step: Step) -> dict[str, Any]:
    """A step, its needs and the steps its dates hang on written out with their initiatives."""
    return _without_defaults(
        {
            "id": step.id,
            "title": step.title,
            "kind": step.kind.value,
            "owner": step.owner,
            "duration": write_duration(step.duration),
            "needs": _refs(step.needs),
            "due": _when(step.due),
            "due_anchor": _refs(step.due_anchor),
            "earliest": _when(step.earliest),
            "earliest_anchor": _refs(step.earliest_anchor),
            "roll": step.roll.value if step.roll else None,
            "evidence": list(step.evidence),
            "review": review_written(step.review),
            "ladder": None if step.ladder == STANDARD_LADDER else step.ladder,
            "action": step.action.model_dump(mode="json", exclude_defaults=True) if step.action else None,
            "target": _target(step.target) if step.target else None,
            "measure": step.measure.model_dump(mode="json", exclude_defaults=True) if step.measure else None,
            "unit": step.unit,
            "span": _when(step.span),
            "slots": _refs(step.slots),
            "by_signing": step.by_signing,
            "was": step.was,
            "basis": step.basis,
            "assumed": step.assumed,
        }
    )


def _target(target: Target) -> list[Any]:
    way = [target.baseline, [[day.isoformat(), value] for day, value in target.path]]
    most = [True] if target.at_most else []
    return [target.value, target.unit, *(way if target.baseline or target.path or most else ()), *most]


def _restored_target(
    value: float, unit: str, baseline: float = 0.0, path: Iterable[Any] = (), at_most: bool = False
) -> Target:
    knots = tuple((date.fromisoformat(day), planned) for day, planned in path)
    return Target(value, unit, baseline, knots, at_most)


def _without_defaults(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, False, []) or key == "duration"}


def _refs(refs: tuple[StepRef, ...]) -> list[str]:
    return [str(ref) for ref in refs]


def _when(when: When | None) -> str | None:
    return write_kept(when) if when else None


def restored(plan: Json) -> Plan:
    """The plan of a snapshot; `file` and `written` are at their defaults."""
    initiatives = _Initiatives(plan["initiatives"])
    return Plan(
        id=plan["id"],
        title=plan["title"],
        document=plan["document"],
        starts=date.fromisoformat(plan["starts"]),
        ends=date.fromisoformat(plan["ends"]),
        coordinator=plan["coordinator"],
        sections=tuple(
            Section(name, title, number, *numeral)
            for number, (name, title, *numeral) in enumerate(plan["sections"], start=1)
        ),
        initiatives=initiatives,
        downstream=downstream_of((name, _upstream(name, one)) for name, one in initiatives.kept.items()),
    )


class _Initiatives(Mapping[str, Initiative]):
    """Initiatives by id, each made of what is `kept` when it is asked for: who looks at one need not wait for all."""

    def __init__(self, values: Iterable[Json]) -> None:
        self.kept = {one["id"]: one for one in values}
        self._made: dict[str, Initiative] = {}

    def __getitem__(self, name: str) -> Initiative:
        """The initiative of an id; KeyError when there is none."""
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = _restored_initiative(self.kept[name])
        return made

    def __iter__(self) -> Iterator[str]:
        """The ids, in the order of the plan."""
        return iter(self.kept)

    def __len__(self) -> int:
        """Give the number of initiatives."""
        return len(self.kept)

    def __contains__(self, name: object) -> bool:
        """Whether there is an initiative of that id."""
        return name in self.kept


def _upstream(name: str, values: Json) -> Iterator[StepRef]:
    """As `Initiative.upstream`, read off what is kept."""
    inside = f"{name}/"
    for step in values["steps"]:
        for key in ("needs", "due_anchor", "earliest_anchor"):
            yield from (StepRef.parse(ref) for ref in step.get(key, ()) if not ref.startswith(inside))


def _restored_initiative(values: Json) -> Initiative:
    steps = [_restored_step(values["id"], one) for one in values["steps"]]
    return Initiative(
        id=values["id"],
        title=values["title"],
        source=values["source"],
        section=values["section"],
        leads=(lead,) if isinstance(lead := values["lead"], str) else tuple(lead),
        support=tuple(values.get("support", ())),
        supervisor=values["supervisor"],
        steps={step.id: step for step in steps},
        tags=tuple(values.get("tags", ())),
        note=values.get("note"),
        assumed=values.get("assumed", False),
        numeral=values.get("number"),
    )


def _restored_step(initiative: str, values: Json) -> Step:
    action, target, span = values.get("action"), values.get("target"), _read_when(values.get("span"))
    return Step(
        ref=StepRef(initiative, values["id"]),
        title=values["title"],
        kind=Kind(values["kind"]),
        needs=_read_refs(values, "needs"),
        duration=parse_duration(values["duration"]),
        owner=values["owner"],
        due=_read_when(values.get("due")),
        due_anchor=_read_refs(values, "due_anchor"),
        earliest=_read_when(values.get("earliest")),
        earliest_anchor=_read_refs(values, "earliest_anchor"),
        roll=Roll(values["roll"]) if "roll" in values else None,
        evidence=tuple(values.get("evidence", ())),
        review=parse_review(values["review"]) if "review" in values else None,
        ladder=values.get("ladder", STANDARD_LADDER),
        action=ACTION.validate_python(action) if action else None,
        target=_restored_target(*target) if target else None,
        measure=MEASURE.validate_python(values["measure"]) if "measure" in values else None,
        unit=values.get("unit"),
        span=span if isinstance(span, Span) else None,
        slots=_read_refs(values, "slots"),
        by_signing=values.get("by_signing", False),
        was=values.get("was"),
        basis=values.get("basis"),
        assumed=values.get("assumed", False),
    )


def _read_when(text: str | None) -> When | None:
    return parse_kept(text) if text else None


def _read_refs(values: Json, key: str) -> tuple[StepRef, ...]:
    return tuple(map(StepRef.parse, values.get(key, ())))
