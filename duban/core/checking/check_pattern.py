"""What is wrong with a pattern in itself, whichever initiatives use it."""

from collections.abc import Iterator
from datetime import date

from duban.core.planning.begun import base_of
from duban.core.planning.expand import anchor_step
from duban.core.planning.instances import of_now
from duban.core.planning.order import circles
from duban.core.planning.pattern_file import PatternFile, placeholders
from duban.core.planning.plan_file import StepFile
from duban.core.planning.when import RESERVED, ByName, OnDate, Relative, Span, WhenWritten
from duban.core.problems import Fault, Location, nearest, repeated
from duban.core.texts import english


def check_pattern(pattern: PatternFile) -> list[Fault]:
    """The faults of a pattern, each with its place in the file."""
    return [*_ids(pattern), *_references(pattern), *_circles(pattern), *_texts(pattern)]


def _ids(pattern: PatternFile) -> Iterator[Fault]:
    for twice, place in repeated((step.id, ("steps", number, "id")) for number, step in enumerate(pattern.steps)):
        yield Fault("duplicate-id", english("step {twice!r} is there twice", twice=twice), english("rename one"), place)
    for number, step in enumerate(pattern.steps):
        if step.id in RESERVED:
            message = english(
                "{id!r} is a word of plans ({use}) and cannot name a step", id=step.id, use=RESERVED[step.id]
            )
            yield Fault("reserved-id", message, english("choose another id"), ("steps", number, "id"))


def _references(pattern: PatternFile) -> Iterator[Fault]:
    known = [step.id for step in pattern.steps]
    for at, name in enumerate(pattern.dates):
        yield from _reference("unknown-step", name, known, ("dates", at))
    for number, step in enumerate(pattern.steps):
        named: list[tuple[str, str, Location]] = [
            ("unknown-need", base_of(need), ("needs", at)) for at, need in enumerate(step.needs)
        ]
        for key in ("due", "earliest"):
            if anchor := anchor_step(getattr(step, key)):
                named.append(("unknown-anchor", anchor, (key,)))
            yield from _fixed(getattr(step, key), key, number)
        for kind, name, place in named:
            yield from _reference(kind, name, known, ("steps", number, *place))


def _reference(kind: str, name: str, known: list[str], place: Location) -> Iterator[Fault]:
    if "/" in name:
        message = english("a pattern holds for many initiatives, and {name!r} is a step of one", name=name)
        remedy = english("let the initiative add it: `change: {step: {also_needs: [...]}}`")
        yield Fault("not-for-patterns", message, remedy, place)
    elif name.partition("@")[0] not in known:
        remedy = nearest(name, known, english("add it, or name a step that is there"))
        yield Fault(kind, english("the pattern has no step {name!r}", name=name), remedy, place)


def _fixed(when: WhenWritten | None, key: str, number: int) -> Iterator[Fault]:
    base = when.anchor if isinstance(when, Relative) else when
    if isinstance(base, date | OnDate | Span | ByName):
        message = english("`{key}` is a day of one year, and a pattern holds for every year", key=key)
        remedy = english("count from a step or from `start`, or let the initiative give it under `dates`")
        yield Fault("not-for-patterns", message, remedy, ("steps", number, key))


def _circles(pattern: PatternFile) -> Iterator[Fault]:
    waits = {step.id: [name for name in _waits_for(step) if name] for step in pattern.steps}
    numbers = {step.id: number for number, step in reversed(list(enumerate(pattern.steps)))}
    for circle in circles(waits):
        message = english("these steps wait for one another: {path}", path=" -> ".join((*circle, circle[0])))
        remedy = english("take out one of these needs, or dates that hang on a step")
        yield Fault("cycle", message, remedy, ("steps", numbers[circle[0]]))


def _waits_for(step: StepFile) -> Iterator[str]:
    for name in (*map(base_of, step.needs), anchor_step(step.due), anchor_step(step.earliest)):
        if name == of_now(name or ""):  # what is of the period before makes no circle
            yield name.partition("@")[0]


def _texts(pattern: PatternFile) -> Iterator[Fault]:
    used: set[str] = set()
    for number, step in enumerate(pattern.steps):
        for key, names in placeholders(step).items():
            used |= names
            for name in sorted(names - pattern.values.keys()):
                remedy = nearest(name, pattern.values, english("declare it under `values`"))
                message = english("`{{{name}}}` is no value of the pattern", name=name)
                yield Fault("unknown-placeholder", message, remedy, ("steps", number, key))
    for name in pattern.values:
        if name not in used:
            message = english("the value `{name}` is asked for, but no text has {{{name}}}", name=name)
            yield Fault("unused-value", message, english("remove it, or use it"), ("values", name))
