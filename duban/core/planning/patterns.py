"""A pattern made into steps of an initiative: steps left out, fields changed, dates set, texts filled in.

What cannot be used is told and passed over, so that one mistake does not hide the next.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from duban.core.planning.action_file import ACTION, SHARED
from duban.core.planning.begun import base_of
from duban.core.planning.expand import anchor_step
from duban.core.planning.measure_file import MEASURE
from duban.core.planning.pattern_file import LEAD, PLACEHOLDER, SUPERVISOR, PatternFile, placeholders
from duban.core.planning.plan_file import InitiativeFile, StepFile
from duban.core.planning.review_file import Review, Several
from duban.core.planning.values import LONGEST_TITLE
from duban.core.problems import Fault, Location, nearest
from duban.core.texts import english


@dataclass(frozen=True, slots=True)
class StepPlace:
    """Where a step of an initiative is written: at place `number` of the pattern's steps, or of its own.

    `said` are the keys of a pattern's step that the initiative says itself, each with its place in that file.
    """

    pattern: str | None
    number: int
    said: Mapping[str, Location] = field(default_factory=dict)


class WrittenOut(NamedTuple):
    """All steps of an initiative, where each comes from, and what is wrong, with places in the initiative's file."""

    steps: tuple[StepFile, ...]
    origins: tuple[StepPlace, ...]
    faults: tuple[Fault, ...]


Placed = tuple[StepFile, StepPlace]
Cast = Mapping[str, str | None]
"""Who plays the roles that patterns name: units, posts and groups."""


def own_steps(file: InitiativeFile) -> WrittenOut:
    """An initiative of which nothing but its own steps can be used."""
    return WrittenOut(file.steps, tuple(StepPlace(None, number) for number in range(len(file.steps))), ())


def apply_pattern(file: InitiativeFile, pattern: PatternFile, roles: Cast = MappingProxyType({})) -> WrittenOut:
    """The steps of the pattern as the initiative has them, with its own among them.

    A step of its own stands after the last step it needs, and at the end when it needs none of the initiative. `roles`
    are those of the directory; a name that is none of them stands for itself.
    """
    taken = {step.id for step in pattern.steps}
    faults = [*_names(file, pattern), *_values(file, pattern), *_missing_dates(file, pattern)]
    faults += _anchors(file, pattern)
    cast = {**roles, LEAD: file.lead[0], SUPERVISOR: file.supervisor}
    steps: list[Placed] = []
    for number, step in enumerate(pattern.steps):
        if step.id not in file.without:
            changed, origin = _as_changed(step, file, pattern, number)
            faults += _misfits(changed, origin, pattern)
            steps.append((_filled(_played(changed, cast), file), origin))
    faults += [_too_long(step, file) for step, _ in steps if len(step.title) > LONGEST_TITLE]
    own: list[Placed] = []
    for number, step in enumerate(file.steps):
        if step.id in taken:
            message = english("step {id!r} is also one of pattern {pattern!r}", id=step.id, pattern=pattern.id)
            remedy = english("rename it, or change the pattern's step under `change`")
            faults.append(Fault("duplicate-id", message, remedy, ("steps", number, "id")))
        else:
            own.append((step, StepPlace(None, number)))
    placed_steps = _in_places(steps, own)
    return WrittenOut(tuple(one for one, _ in placed_steps), tuple(origin for _, origin in placed_steps), tuple(faults))


def _names(file: InitiativeFile, pattern: PatternFile) -> Iterator[Fault]:
    """Steps named under `dates`, `change` and `without` that the pattern does not have, or that are left out."""
    known = [step.id for step in pattern.steps]
    own = {step.id for step in file.steps} - set(known)
    named: list[tuple[str, Location]] = [(name, ("without", number)) for number, name in enumerate(file.without)]
    named += [(name, (key, name)) for key, names in (("dates", file.dates), ("change", file.change)) for name in names]
    for name, place in named:
        if name not in known:
            message = english("pattern {id!r} has no step {name!r}", id=pattern.id, name=name)
            remedy = nearest(name, known, english("name one of: {known}", known=tuple(known)))
            yield Fault(
                "unknown-step", message, english("write it in the step itself") if name in own else remedy, place
            )
        elif name in file.without and place[0] != "without":
            yield Fault(
                "left-out",
                english("step {name!r} is left out by `without`", name=name),
                english("remove it here, or there"),
                place,
            )


def _values(file: InitiativeFile, pattern: PatternFile) -> Iterator[Fault]:
    for name, about in pattern.values.items():
        if name not in file.values:
            message = english("pattern {id!r} needs the value `{name}`", id=pattern.id, name=name)
            place = ("values",) if file.values else ("pattern",)
            yield Fault("missing-value", message, english("add it under `values`: {about}", about=about), place)
    for name in file.values:
        if name not in pattern.values:
            remedy = nearest(name, pattern.values, english("remove it"))
            message = english("pattern {id!r} has no use for the value `{name}`", id=pattern.id, name=name)
            yield Fault("unused-value", message, remedy, ("values", name))


def _missing_dates(file: InitiativeFile, pattern: PatternFile) -> Iterator[Fault]:
    for name in pattern.dates:
        dates = file.dates.get(name)
        if name not in file.without and (dates is None or dates.due is None):
            message = english("pattern {id!r} needs a date for the step {name!r}", id=pattern.id, name=name)
            place = ("dates",) if file.dates else ("pattern",)
            yield Fault(
                "missing-date", message, english("add it under `dates`, as in `{name}: 2024-06-28`", name=name), place
            )


def _anchors(file: InitiativeFile, pattern: PatternFile) -> Iterator[Fault]:
    """Dates of the pattern that hang on steps left out."""
    for step in pattern.steps:
        dates = file.dates.get(step.id)
        for key in ("due", "earliest"):
            anchor = _hangs_on(step, key)
            replaced = dates is not None and getattr(dates, key) is not None
            if anchor in file.without and step.id not in file.without and not replaced:
                message = english(
                    "`{key}` of {id!r} counts from {anchor!r}, which is left out", key=key, id=step.id, anchor=anchor
                )
                place: Location = ("without", file.without.index(anchor))
                yield Fault("left-out", message, english("give {id!r} a date under `dates`", id=step.id), place)


def _hangs_on(step: StepFile, key: str) -> str:
    """The step that a date hangs on; empty when it hangs on none."""
    return (anchor_step(getattr(step, key)) or "").partition("@")[0]


def _as_changed(step: StepFile, file: InitiativeFile, pattern: PatternFile, number: int) -> Placed:
    """A step of the pattern with what the initiative says of it; texts are not filled in yet."""
    change, dates = file.change.get(step.id), file.dates.get(step.id)
    new: dict[str, Any] = {"assumed": step.assumed or pattern.assumed, "needs": _needs(step, file, pattern)}
    said: dict[str, Location] = {}
    for part, where in ((dates, "dates"), (change, "change")):
        for key in sorted(part.model_fields_set) if part else ():
            new[key], said[key] = getattr(part, key), (where, step.id, key)
    new |= {key: None for key in ("due", "earliest") if key not in said and _hangs_on(step, key) in file.without}
    if change and change.also_needs:
        new["needs"] = tuple(dict.fromkeys((*new["needs"], *new.pop("also_needs"))))
        said["needs"] = said.pop("also_needs")
    return step.model_copy(update=new), StepPlace(pattern.id, number, said)


def _needs(step: StepFile, file: InitiativeFile, pattern: PatternFile) -> tuple[str, ...]:
    """What a step of the pattern needs, with the needs of a step left out in its place."""
    steps = {step.id: step for step in pattern.steps}
    found: dict[str, None] = {}
    passed: set[str] = set()
    ahead = list(reversed(step.needs))
    while ahead:
        need = ahead.pop()
        name = base_of(need).partition("@")[0]
        if name not in file.without:
            found[need] = None
        elif name in steps and name not in passed:
            passed.add(name)
            ahead.extend(reversed(steps[name].needs))
    return tuple(found)


def _played(step: StepFile, cast: Cast) -> StepFile:
    """A step with units, posts and groups in place of the roles that it names."""
    new: dict[str, Any] = {
        "owner": cast.get(step.owner, step.owner) if step.owner else None,
        "review": _reviewed(step.review, cast),
        "each": cast.get(step.each, step.each) if step.each else None,
    }
    if isinstance(step.action, SHARED) and step.action.parameters.units:
        units = tuple(dict.fromkeys(cast.get(name) or name for name in step.action.parameters.units))
        parameters = step.action.parameters.model_copy(update={"units": units})
        new["action"] = step.action.model_copy(update={"parameters": parameters})
    return step.model_copy(update=new)


def _reviewed(review: Review | None, cast: Cast) -> Review | None:
    if isinstance(review, Several):
        names = tuple(dict.fromkeys(cast.get(name) or name for name in review.by))
        return Several(names, min(review.agree, len(names))) if len(names) > 1 else names[0]
    return cast.get(review, review) if review else None


def _misfits(step: StepFile, origin: StepPlace, pattern: PatternFile) -> Iterator[Fault]:
    """What an initiative changes in a step that does not fit it."""
    for fault in step.misfits():
        cause = next(iter(origin.said.values()))  # as a new action, which the evidence of the old one does not fit
        yield fault._replace(at=origin.said.get(str(fault.at[0]), cause))
    for key, names in placeholders(step).items():
        for name in sorted(names - pattern.values.keys()) if key in origin.said else ():
            message = english("pattern {id!r} has no value `{name}`", id=pattern.id, name=name)
            remedy = nearest(name, pattern.values, english("write the text out"))
            yield Fault("unknown-placeholder", message, remedy, origin.said[key])


def _within(value: Any, fill: Callable[[str], str]) -> Any:
    """A value with its texts filled in, however deep they stand."""
    if isinstance(value, str):
        return fill(value)
    if isinstance(value, dict):
        return {key: _within(item, fill) for key, item in value.items()}
    return [_within(item, fill) for item in value] if isinstance(value, list | tuple) else value


def _filled(step: StepFile, file: InitiativeFile) -> StepFile:
    """A step with its values in place of the placeholders."""

    def fill(text: str) -> str:
        return PLACEHOLDER.sub(lambda found: file.values.get(found[1], found[0]), text)

    new: dict[str, Any] = {"title": fill(step.title), "evidence": tuple(map(fill, step.evidence))}
    if step.action:
        said = step.action.model_dump(exclude_unset=True)
        said["parameters"] = _within(said["parameters"], fill)
        new["action"] = ACTION.validate_python(said)
    if step.measure:
        new["measure"] = MEASURE.validate_python(_within(step.measure.model_dump(exclude_unset=True), fill))
    return step.model_copy(update=new)


def _too_long(step: StepFile, file: InitiativeFile) -> Fault:
    message = english(
        "the title of {id!r} is longer than {longest} characters with its values",
        id=step.id,
        longest=LONGEST_TITLE,
    )
    return Fault(
        "out-of-range", message, english("shorten a value, or give the step a title under `change`"), ("values",)
    )


def _in_places(steps: list[Placed], own: list[Placed]) -> list[Placed]:
    """The pattern's steps with an initiative's own among them."""
    places = {step.id: number for number, (step, _) in enumerate(steps)}
    at: list[int] = []
    for step, _ in own:
        needed = [places[name] for need in step.needs if (name := base_of(need).partition("@")[0]) in places]
        at.append(max(needed, default=len(steps)))
        places.setdefault(step.id, at[-1])
    placed = [(number, 0, number, one) for number, one in enumerate(steps)]
    placed += [(place, 1, number, one) for number, (place, one) in enumerate(zip(at, own, strict=True))]
    return [one for *_, one in sorted(placed, key=lambda entry: entry[:3])]
