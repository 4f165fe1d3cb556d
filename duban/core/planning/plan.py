"""The plan as it is decided on: every step written out, every need resolved.

Built by `expand` from the files; immutable; nothing here knows how the files look.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from hashlib import sha256

from duban.core.days.workdays import Roll
from duban.core.ledger.keys import StepRef as StepRef  # noqa: PLC0414  a plan is spoken of in these
from duban.core.planning.action_file import Action, CollectAction
from duban.core.planning.measure_file import Measure
from duban.core.planning.plan_file import Kind
from duban.core.planning.review_file import Review, Several, reviewers
from duban.core.planning.when import Duration, Span, When

LETTERS = "abcdefghijklmnopqrstuvwxyz"
"""One of these follows a sentence in a source that is a part of it."""

HUMAN = frozenset({Kind.WORK, Kind.REVIEW, Kind.INDICATOR})
"""Kinds of step that a person answers for."""

ACTED_ON = HUMAN | {Kind.ACTION}
"""Kinds of step at which acting helps; a period elapses, and a milestone states a fact."""


@dataclass(frozen=True, slots=True)
class Target:
    """The value, in `unit`, that ends an indicator step; `path` are the values planned on the way, by their days.

    It is met by what is no less, or `at_most` by what is no more.
    """

    value: float
    unit: str
    baseline: float = 0.0
    path: tuple[tuple[date, float], ...] = ()
    at_most: bool = False

    @property
    def ceiling(self) -> bool:
        """Whether it is to be kept until the deadline, and not worked towards: nothing above it comes down to it."""
        return self.at_most and self.baseline <= self.value

    def met(self, value: float) -> bool:
        """Whether a value meets it."""
        return value <= self.value if self.at_most else value >= self.value


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `needs` and the step named by `due` or `earliest` may lie in another initiative."""

    ref: StepRef
    title: str
    kind: Kind
    needs: tuple[StepRef, ...]
    duration: Duration
    owner: str
    due: When | None = None
    due_anchor: tuple[StepRef, ...] = ()
    earliest: When | None = None
    earliest_anchor: tuple[StepRef, ...] = ()
    roll: Roll | None = None
    evidence: tuple[str, ...] = ()
    review: Review | None = None
    ladder: str = "standard"
    action: Action | None = None
    target: Target | None = None
    measure: Measure | None = None
    unit: str | None = None
    """The unit whose step it is, where one is written for many."""
    span: Span | None = None
    was: str | None = None
    basis: str | None = None
    assumed: bool = False
    slots: tuple[StepRef, ...] = ()
    """The steps of the units, where an action has one for each."""
    by_signing: bool = False
    """Whether it is done once it is signed for."""
    written: int = 0
    """Place of the step in its file: what messages about it point to."""
    id: str = field(init=False, repr=False, compare=False)
    """The step's id within its initiative."""
    lasting: bool = field(init=False, repr=False, compare=False)
    """Whether it does not end before its deadline: a ceiling is kept until then."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", self.ref.step)
        object.__setattr__(self, "lasting", self.target is not None and self.target.ceiling)

    @property
    def reviewers(self) -> tuple[str, ...]:
        """Units and posts that judge what is handed in."""
        return reviewers(self.review)

    def agreed(self, by: Collection[str]) -> bool:
        """Whether as many of its reviewers have agreed as must; none must where it has none."""
        needed = self.review.agree if isinstance(self.review, Several) else len(self.reviewers)
        return len({*self.reviewers}.intersection(by)) >= needed

    @property
    def collects(self) -> bool:
        """Whether it waits for what units hand in."""
        return isinstance(self.action, CollectAction)

    @property
    def waits_for(self) -> tuple[StepRef, ...]:
        """Steps that must be closed before it, or before one of its dates is known."""
        return (*self.needs, *self.due_anchor, *self.earliest_anchor)


@dataclass(frozen=True)
class Initiative:
    """One initiative: its steps in an order in which no step comes before its needs."""

    id: str
    title: str
    source: str
    section: str
    leads: tuple[str, ...]
    """The units that lead it together; the first answers for it."""
    support: tuple[str, ...]
    supervisor: str
    steps: Mapping[str, Step]
    tags: tuple[str, ...] = ()
    note: str | None = None
    assumed: bool = False
    file: str = ""
    """The file it was read from, as messages name it."""
    numeral: str | None = None
    """The number that the document gives it, as written there."""

    @property
    def lead(self) -> str:
        """The unit that answers for it: where it is counted."""
        return self.leads[0]

    def standing_for(self, name: str, own: str | None = None) -> tuple[str, ...]:
        """The units and posts that are meant where one is named: with the lead, the others that lead with it.

        `own` is the one unit whose step it is, of a step written for many: that it has to itself.
        """
        return self.leads if name == self.lead and own is None else (name,)

    @cached_property
    def upstream(self) -> frozenset[StepRef]:
        """Steps of other initiatives that a step here waits for or takes a date from."""
        return frozenset(ref for step in self.steps.values() for ref in step.waits_for if ref.initiative != self.id)

    @cached_property
    def measured(self) -> tuple[str, ...]:
        """Steps whose value is measured rather than reported."""
        return tuple(name for name, step in self.steps.items() if step.measure is not None)

    @cached_property
    def renamed(self) -> Mapping[str, str]:
        """Former ids of steps, and the ids these steps bear now."""
        return {step.was: step.id for step in self.steps.values() if step.was}

    @cached_property
    def inward(self) -> Mapping[str, frozenset[str]]:
        """For each step those of this initiative that it needs or takes its earliest day from."""
        return {
            name: frozenset(ref.step for ref in (*step.needs, *step.earliest_anchor) if ref.initiative == self.id)
            for name, step in self.steps.items()
        }

    @property
    def number(self) -> str:
        """Section and sentence of the document, padded so that names sort as the document reads: `2.04a`."""
        section, _, sentence = self.source.partition(".")
        return f"{section}.{sentence.rstrip(LETTERS).zfill(2)}{sentence.lstrip('0123456789')}"


@dataclass(frozen=True)
class Section:
    """A section of the document; `numeral` is its number as the document writes it."""

    id: str
    title: str
    number: int
    numeral: str | None = None

    @property
    def heading(self) -> str:
        """Its number and title, as a heading."""
        return f"{self.numeral}{self.title}" if self.numeral else f"{self.number} {self.title}"


@dataclass(frozen=True)
class Plan:
    """A whole plan, initiatives in the order of the document."""

    id: str
    title: str
    document: str
    starts: date
    ends: date
    coordinator: str
    sections: tuple[Section, ...]
    initiatives: Mapping[str, Initiative]
    downstream: Mapping[StepRef, tuple[str, ...]] = field(default_factory=dict)
    """For each step that others wait for: the initiatives that do."""

    @cached_property
    def roster(self) -> str:
        """A mark of which initiatives there are: another one as soon as one comes or goes."""
        return sha256("\n".join(self.initiatives).encode()).hexdigest()

    @cached_property
    def exports(self) -> Mapping[str, tuple[StepRef, ...]]:
        """Of every initiative that others wait for the steps for which they do."""
        found: dict[str, list[StepRef]] = {}
        for ref in self.downstream:
            found.setdefault(ref.initiative, []).append(ref)
        return {name: tuple(refs) for name, refs in found.items()}

    def cited(self, initiative: Initiative) -> str:
        """The place of the document an initiative comes from: 二、（三）, or 第2部分第3句 where it bears no number."""
        section, _, sentence = initiative.source.rstrip(LETTERS).partition(".")
        before = {one.id: one.numeral for one in self.sections}.get(initiative.section) or ""
        own = initiative.numeral
        if own is None:
            return f"{before or f'第{section}部分'}第{sentence}句"
        apart = before[-1:].isalnum() and own[0].isalnum() and not own.startswith("第")
        return f"{before}{'、' if apart else ''}{own}"

    def step(self, ref: StepRef) -> Step:
        """The step of that name; KeyError when the plan has none."""
        return self.initiatives[ref.initiative].steps[ref.step]
